import { MlError } from './errors.ts'
import type { Interactions, Query } from './interactions.ts'

/**
 * What every opened model asks of a query.
 * @cost O(history)
 * @throws MlError `length_mismatch`, `index_out_of_range`, `bad_weight`, `bad_time`
 */
export function checkQuery(query: Query, items: number): void {
  const m = query.items.length
  if (query.weights.length !== m || query.at.length !== m || query.basket.length !== m) {
    throw new MlError('length_mismatch', 'the items, weights, at and basket of a query')
  }
  if (!Number.isFinite(query.now)) throw new MlError('bad_time', `a query asked at ${query.now}`)
  for (let h = 0; h < m; h++) {
    if (!Number.isFinite(query.at[h])) throw new MlError('bad_time', `${query.at[h]} at history entry ${h}`)
    if (h > 0 && query.at[h]! < query.at[h - 1]!) throw new MlError('bad_time', `history entry ${h} goes back in time`)
    const item = query.items[h]!
    if (item < 0 || item >= items) throw new MlError('index_out_of_range', `item ${item} of ${items}`)
    const weight = query.weights[h]!
    if (!(weight > 0 && weight < Infinity)) throw new MlError('bad_weight', `${weight} at history entry ${h}`)
  }
}

/** @throws MlError `index_out_of_range` */
export function checkItem(item: number, items: number): void {
  if (!(Number.isInteger(item) && item >= 0 && item < items)) {
    throw new MlError('index_out_of_range', `item ${item} of ${items}`)
  }
}

/** How many are wanted at most: neighbours, contributions. @throws MlError `bad_parameter` */
export function checkCount(count: number): void {
  if (!Number.isInteger(count) || count < 0) {
    throw new MlError('bad_parameter', `${count} is not how many one can want: a whole number, 0 or above`)
  }
}

/**
 * A user's past as a query: views on the interactions, nothing copied.
 *
 * @param now the moment of asking, milliseconds UTC
 * @param end how many of the user's entries are seen, oldest first; all when absent
 * @throws MlError `index_out_of_range`
 */
export function queryOf(data: Interactions, user: number, now: number, end?: number): Query {
  if (!(Number.isInteger(user) && user >= 0 && user < data.users)) {
    throw new MlError('index_out_of_range', `user ${user} of ${data.users}`)
  }
  const from = data.offsets[user]!
  const to = end === undefined ? data.offsets[user + 1]! : Math.min(data.offsets[user + 1]!, from + end)
  return {
    user,
    items: data.item.subarray(from, to),
    weights: data.weight.subarray(from, to),
    at: data.at.subarray(from, to),
    basket: data.basket.subarray(from, to),
    now,
  }
}

/** A first visit: no past at all. */
export function emptyQuery(now: number): Query {
  return {
    user: -1,
    items: new Int32Array(0),
    weights: new Float32Array(0),
    at: new Float64Array(0),
    basket: new Int32Array(0),
    now,
  }
}
