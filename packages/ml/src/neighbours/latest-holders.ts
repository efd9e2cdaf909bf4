import { type Csr, transpose, transposeBytes } from '../frame/csr.ts'
import type { Interactions } from '../frame/interactions.ts'
import type { TypedArray } from '../frame/model.ts'

/** All users, those seen last first, ties by user. */
export function usersByRecency(data: Interactions): Int32Array {
  const seen = Float64Array.from({ length: data.users }, (_, u) => {
    const end = data.offsets[u + 1]!
    return end > data.offsets[u]! ? data.at[end - 1]! : Number.NEGATIVE_INFINITY
  })
  const users = Int32Array.from({ length: data.users }, (_, u) => u)
  // Compared, not subtracted: −∞ − −∞ would be NaN.
  return users.sort((a, b) => (seen[a] === seen[b] ? a - b : seen[a]! < seen[b]! ? 1 : -1))
}

/** Bytes that ordering the users, and who holds each item, take, the result included. */
export function holdersBytes({ users, items, item }: Interactions, posting: number): number {
  return 20 * users + transposeBytes(items, item.length) + 8 * (items + 1) + 8 * Math.min(item.length, items * posting)
}

/**
 * Who holds each item: the transposed weights, within an item in the order of `users`, at most `posting` of them.
 *
 * Returns  `item.offsets` Int32 [items + 1]; `item.users` Int32 and `item.values` Float32 [entries]
 */
export function latestHolders(weights: Csr, users: Int32Array, posting: number): Record<string, TypedArray> {
  const full = transpose(weights)
  const offsets = new Int32Array(full.rows + 1)
  for (let i = 0; i < full.rows; i++) {
    offsets[i + 1] = offsets[i]! + Math.min(posting, full.offsets[i + 1]! - full.offsets[i]!)
  }
  const next = offsets.slice(0, full.rows)
  const holders = new Int32Array(offsets[full.rows]!)
  const values = new Float32Array(holders.length)
  for (const user of users) {
    for (let e = weights.offsets[user]!; e < weights.offsets[user + 1]!; e++) {
      const item = weights.indices[e]!
      if (next[item]! === offsets[item + 1]!) continue
      holders[next[item]!] = user
      values[next[item]!++] = weights.values[e]!
    }
  }
  return { 'item.offsets': offsets, 'item.users': holders, 'item.values': values }
}
