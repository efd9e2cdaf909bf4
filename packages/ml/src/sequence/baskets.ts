import type { Interactions } from '../frame/interactions.ts'

/** Interactions as baskets: each user's maximal runs of one basket number, oldest first; repeats within one dropped. */
export interface Baskets {
  readonly count: number
  /** [users + 1]: baskets of user u are `userOffsets[u] … userOffsets[u + 1] - 1`. */
  readonly userOffsets: Int32Array
  /** [count + 1] */
  readonly offsets: Int32Array
  /** [entries] distinct items of each basket, in order of first appearance. */
  readonly item: Int32Array
  /** [count] when the basket ended, milliseconds UTC. */
  readonly at: Float64Array
}

/** Bytes that the baskets, and who holds each item, take: the rows at full length, and as long as they came to be. */
export function basketsBytes({ users, items, item }: Interactions): number {
  return 36 * item.length + 4 * (users + 1) + 12 * items
}

/**
 * @param limit distinct items kept per basket, the first ones; what is above it costs the square of its size
 * @cost O(entries + items)
 */
export function basketsOf(data: Interactions, limit: number): Baskets {
  const userOffsets = new Int32Array(data.users + 1)
  const offsets = new Int32Array(data.item.length + 1)
  const item = new Int32Array(data.item.length)
  const at = new Float64Array(data.item.length)
  // The last basket each item was put into, so that nothing needs clearing between baskets.
  const within = new Int32Array(data.items).fill(-1)
  let count = 0
  let end = 0
  for (let u = 0; u < data.users; u++) {
    const from = data.offsets[u]!
    for (let e = from; e < data.offsets[u + 1]!; e++) {
      if (e === from || data.basket[e] !== data.basket[e - 1]) offsets[count++] = end
      const b = count - 1
      at[b] = data.at[e]!
      if (within[data.item[e]!] === b || end - offsets[b]! >= limit) continue
      within[data.item[e]!] = b
      item[end++] = data.item[e]!
    }
    userOffsets[u + 1] = count
  }
  offsets[count] = end
  return {
    count,
    userOffsets,
    offsets: offsets.slice(0, count + 1),
    item: item.slice(0, end),
    at: at.slice(0, count),
  }
}

/** Which baskets hold each item: `baskets[offsets[i] … offsets[i + 1] − 1]`, ascending. */
export function basketsByItem(baskets: Baskets, items: number): { offsets: Int32Array; baskets: Int32Array } {
  const offsets = new Int32Array(items + 1)
  for (const item of baskets.item) offsets[item + 1]!++
  for (let i = 0; i < items; i++) offsets[i + 1]! += offsets[i]!
  const next = offsets.slice(0, items)
  const holding = new Int32Array(baskets.item.length)
  for (let b = 0; b < baskets.count; b++) {
    for (let e = baskets.offsets[b]!; e < baskets.offsets[b + 1]!; e++) holding[next[baskets.item[e]!]!++] = b
  }
  return { offsets, baskets: holding }
}
