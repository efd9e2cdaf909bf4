import { MlError } from './errors.ts'
import type { Interactions } from './interactions.ts'

/** Interactions as columns, in any order. */
export interface InteractionColumns {
  readonly users: number
  readonly items: number
  /** [n] */
  readonly user: Int32Array
  /** [n] */
  readonly item: Int32Array
  /** [n] milliseconds UTC. */
  readonly at: Float64Array
  /** [n] above 0 and finite; all 1 when absent. */
  readonly weight?: Float32Array
  /** [n] entries of one user that share a number happened together; each on its own when absent. */
  readonly basket?: Int32Array
}

/**
 * Groups columns by user and orders each user's entries by time; entries of the same time keep their basket together
 * and otherwise their order.
 *
 * @cost O(n + users) plus sorting those users that are out of order
 * @throws MlError `length_mismatch`, `index_out_of_range`, `bad_weight`, `bad_time`, `bad_parameter` for
 *   users or items that are no count, `too_large`. No entries at all is not a fault here.
 */
export function buildInteractions(columns: InteractionColumns): Interactions {
  const { users, items, user, item, at } = columns
  checkSize('users', users)
  checkSize('items', items)
  const n = user.length
  const weight = columns.weight ?? new Float32Array(n).fill(1)
  const basket = columns.basket ?? Int32Array.from({ length: n }, (_, e) => e)
  for (const [name, column] of Object.entries({ item, at, weight, basket })) {
    if (column.length !== n) throw new MlError('length_mismatch', `${name} has ${column.length} entries, user has ${n}`)
  }
  const offsets = offsetsOf(users)
  for (let e = 0; e < n; e++) {
    if (user[e]! < 0 || user[e]! >= users) throw new MlError('index_out_of_range', `user ${user[e]} of ${users}`)
    offsets[user[e]! + 1]!++
  }
  for (let u = 0; u < users; u++) offsets[u + 1]! += offsets[u]!

  const next = offsets.slice(0, users)
  const order = new Uint32Array(n)
  for (let e = 0; e < n; e++) order[next[user[e]!]!++] = e
  for (let u = 0; u < users; u++) sortUser(order.subarray(offsets[u], offsets[u + 1]), at, basket)

  const built: Interactions = {
    users,
    items,
    offsets,
    item: gather(new Int32Array(n), item, order),
    weight: gather(new Float32Array(n), weight, order),
    at: gather(new Float64Array(n), at, order),
    basket: gather(new Int32Array(n), basket, order),
  }
  checkEntries(built)
  return built
}

/** Users and items are Int32 indices. */
const MOST = 2 ** 31 - 1

function checkSize(what: string, size: number): void {
  if (!Number.isInteger(size) || size < 0) throw new MlError('bad_parameter', `${size} ${what}`)
  if (size > MOST) throw new MlError('too_large', `${size} ${what}, ${MOST} at most`)
}

function offsetsOf(users: number): Int32Array {
  try {
    return new Int32Array(users + 1)
  } catch (error) {
    if (error instanceof RangeError) throw new MlError('too_large', `no memory for ${users} users`)
    throw error
  }
}

function gather<A extends Int32Array | Float32Array | Float64Array>(to: A, from: A, order: Uint32Array): A {
  for (let e = 0; e < order.length; e++) to[e] = from[order[e]!]!
  return to
}

function sortUser(order: Uint32Array, at: Float64Array, basket: Int32Array): void {
  let ordered = true
  for (let i = 1; i < order.length && ordered; i++) {
    const a = order[i - 1]!
    const b = order[i]!
    ordered = at[a]! < at[b]! || (at[a]! === at[b]! && basket[a]! <= basket[b]!)
  }
  // Histories mostly arrive in order; a comparator sort for those that do not.
  if (!ordered) order.sort((a, b) => at[a]! - at[b]! || basket[a]! - basket[b]! || a - b)
}

/**
 * What every trainer asks of interactions before it starts.
 * @throws MlError `empty_data` and as `buildInteractions`
 */
export function checkInteractions(data: Interactions): void {
  checkSize('users', data.users)
  checkSize('items', data.items)
  if (data.users === 0 || data.items === 0 || data.item.length === 0) {
    throw new MlError('empty_data', `${data.users} users, ${data.items} items, ${data.item.length} interactions`)
  }
  checkEntries(data)
}

function checkEntries({ users, items, offsets, item, weight, at, basket }: Interactions): void {
  if (offsets.length !== users + 1 || offsets[0] !== 0 || offsets[users] !== item.length) {
    throw new MlError('length_mismatch', 'offsets do not span the entries')
  }
  if (weight.length !== item.length || at.length !== item.length || basket.length !== item.length) {
    throw new MlError('length_mismatch', 'item, weight, at and basket')
  }
  for (let u = 0; u < users; u++) {
    if (offsets[u + 1]! < offsets[u]!) throw new MlError('length_mismatch', `offsets descend at user ${u}`)
    for (let e = offsets[u]!; e < offsets[u + 1]!; e++) {
      if (item[e]! < 0 || item[e]! >= items) throw new MlError('index_out_of_range', `item ${item[e]} of ${items}`)
      if (!(weight[e]! > 0 && weight[e]! < Infinity)) throw new MlError('bad_weight', `${weight[e]} at entry ${e}`)
      if (!Number.isFinite(at[e])) throw new MlError('bad_time', `${at[e]} at entry ${e}`)
      if (e > offsets[u]! && at[e]! < at[e - 1]!)
        throw new MlError('bad_time', `user ${u} goes back in time at entry ${e}`)
    }
  }
}
