import { MlError } from '../frame/errors.ts'
import type { Interactions, Query } from '../frame/interactions.ts'
import type { Rng } from '../frame/model.ts'
import { queryOf } from '../frame/query.ts'
import { shuffle } from '../frame/rng.ts'
import { latest } from '../frame/time.ts'

/** One question with its right answers: a past, and the distinct items that followed it. */
export interface Case {
  readonly query: Query
  /** Distinct, ascending; never empty in what the splits here return. */
  readonly targets: Int32Array
}

export interface Split {
  /** What may be learned from. Users and items keep their indices. */
  readonly train: Interactions
  readonly cases: readonly Case[]
}

/**
 * Everything before `from` is training; what each user did in [from, until) are the targets of one case, asked at
 * `from`. Users without a past become cases with an empty query; `query.items.length === 0` tells them.
 *
 * @throws MlError `bad_time` unless from < until
 */
export function splitByTime(data: Interactions, from: number, until = Number.POSITIVE_INFINITY): Split {
  if (!(from < until) || !Number.isFinite(from)) throw new MlError('bad_time', `a test from ${from} until ${until}`)
  const train = keepEntries(data, (entry) => data.at[entry]! < from)
  const cases: Case[] = []
  for (let u = 0; u < data.users; u++) {
    const targets: number[] = []
    for (let e = data.offsets[u]!; e < data.offsets[u + 1]!; e++) {
      if (data.at[e]! >= from && data.at[e]! < until) targets.push(data.item[e]!)
    }
    if (targets.length > 0) cases.push({ query: queryOf(train, u, from), targets: distinct(targets) })
  }
  return { train, cases }
}

/** Each user's last entry is the target, asked at its own moment; users with a single entry only train. */
export function leaveLastOut(data: Interactions): Split {
  const isLast = (entry: number, user: number): boolean =>
    entry === data.offsets[user + 1]! - 1 && entry > data.offsets[user]!
  const train = keepEntries(data, (entry, user) => !isLast(entry, user))
  const cases: Case[] = []
  for (let u = 0; u < data.users; u++) {
    const last = data.offsets[u + 1]! - 1
    if (isLast(last, u)) {
      cases.push({ query: queryOf(train, u, data.at[last]!), targets: Int32Array.of(data.item[last]!) })
    }
  }
  return { train, cases }
}

/** Each user's last basket is the target, asked at its own moment; users with a single basket only train. */
export function leaveLastBasketOut(data: Interactions): Split {
  const start = new Int32Array(data.users)
  for (let u = 0; u < data.users; u++) {
    const end = data.offsets[u + 1]!
    let first = end
    while (first > data.offsets[u]! && data.basket[first - 1] === data.basket[end - 1]) first--
    start[u] = first > data.offsets[u]! ? first : end
  }
  const train = keepEntries(data, (entry, user) => entry < start[user]!)
  const cases: Case[] = []
  for (let u = 0; u < data.users; u++) {
    const from = start[u]!
    const targets = data.item.subarray(from, data.offsets[u + 1]!)
    if (targets.length > 0) cases.push({ query: queryOf(train, u, data.at[from]!), targets: distinct(targets) })
  }
  return { train, cases }
}

/**
 * A share of each user's distinct items, drawn at random, is the targets; the query is what is left. For data without
 * times, where no entry is the last one.
 *
 * Returns  round(share · n) targets of a user of n items, never all of them; users left whole only train
 * Cost     O(entries)
 * @throws MlError `bad_parameter` unless 0 < share < 1
 */
export function leaveShareOut(data: Interactions, share: number, random: Rng): Split {
  if (!(share > 0 && share < 1)) throw new MlError('bad_parameter', `a share of ${share}`)
  const held = new Map<number, Int32Array>()
  const isHeld = new Uint8Array(data.item.length)
  for (let u = 0; u < data.users; u++) {
    const items = distinct(data.item.subarray(data.offsets[u], data.offsets[u + 1]))
    const count = Math.min(items.length - 1, Math.round(share * items.length))
    if (count <= 0) continue
    const targets = shuffle(random, items).slice(0, count).sort()
    const wanted = new Set(targets)
    for (let e = data.offsets[u]!; e < data.offsets[u + 1]!; e++) if (wanted.has(data.item[e]!)) isHeld[e] = 1
    held.set(u, targets)
  }
  const train = keepEntries(data, (entry) => isHeld[entry] === 0)
  const now = latest(data.at)
  return { train, cases: Array.from(held, ([user, targets]) => ({ query: queryOf(train, user, now), targets })) }
}

/**
 * Strangers: the users for whom `isHeld` holds are not learned from at all. Each is asked about with the first part of
 * the own past, and the rest is the targets: does a model serve whom it has never met?
 *
 * Returns  cases of held users with two distinct items or more; targets are the entries after the first
 *          round((1 − share) · n) of n, without those that the past holds
 * Source   strong generalisation, Marlin, Collaborative Filtering: a Machine Learning Perspective, 2004, §3.3.2; the
 *          folding-in of Liang et al., WWW 2018, §4.2
 * @throws MlError `bad_parameter` unless 0 < share < 1
 */
export function splitByUser(data: Interactions, isHeld: (user: number) => boolean, share = 0.2): Split {
  if (!(share > 0 && share < 1)) throw new MlError('bad_parameter', `a share of ${share}`)
  const train = keepEntries(data, (_, user) => !isHeld(user))
  const cases: Case[] = []
  for (let u = 0; u < data.users; u++) {
    const n = data.offsets[u + 1]! - data.offsets[u]!
    if (n < 2 || !isHeld(u)) continue
    const heard = Math.min(n - 1, Math.max(1, Math.round((1 - share) * n)))
    const rest = data.offsets[u]! + heard
    const query = { ...queryOf(data, u, data.at[rest]!, heard), user: -1 }
    const known = new Set(query.items)
    const targets = distinct(data.item.subarray(rest, data.offsets[u + 1])).filter((item) => !known.has(item))
    if (targets.length > 0) cases.push({ query, targets })
  }
  return { train, cases }
}

/** A fold in [0, folds) for each user: Int32 [users], sizes differing by at most one. @throws MlError `bad_parameter` */
export function userFolds(users: number, folds: number, random: Rng): Int32Array {
  if (!Number.isInteger(folds) || folds < 2) throw new MlError('bad_parameter', `${folds} folds`)
  return shuffle(
    random,
    Int32Array.from({ length: users }, (_, u) => u % folds),
  )
}

/**
 * The entries for which `keep` holds, users and items keeping their indices.
 *
 * @param keep is asked twice about each entry and must say the same: rooms are measured before they are filled
 * @cost O(entries)
 */
export function keepEntries(data: Interactions, keep: (entry: number, user: number) => boolean): Interactions {
  const { users, items } = data
  const offsets = new Int32Array(users + 1)
  let count = 0
  for (let u = 0; u < users; u++) {
    for (let e = data.offsets[u]!; e < data.offsets[u + 1]!; e++) if (keep(e, u)) count++
    offsets[u + 1] = count
  }
  const kept = {
    users,
    items,
    offsets,
    item: new Int32Array(count),
    weight: new Float32Array(count),
    at: new Float64Array(count),
    basket: new Int32Array(count),
  }
  let to = 0
  for (let u = 0; u < users; u++) {
    for (let e = data.offsets[u]!; e < data.offsets[u + 1]!; e++) {
      if (!keep(e, u)) continue
      kept.item[to] = data.item[e]!
      kept.weight[to] = data.weight[e]!
      kept.at[to] = data.at[e]!
      kept.basket[to++] = data.basket[e]!
    }
  }
  return kept
}

function distinct(items: Iterable<number>): Int32Array {
  return Int32Array.from(new Set(items)).sort()
}
