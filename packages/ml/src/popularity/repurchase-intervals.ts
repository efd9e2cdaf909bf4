import type { Interactions } from '../frame/interactions.ts'

/** How items are bought again. */
export interface RepurchaseIntervals {
  /** [items] typical milliseconds between two baskets of one user that hold the item, shrunk to the mean of all. */
  readonly interval: Float64Array
  /** [items] share of the item's users who came back for it, shrunk to the share over all items. */
  readonly repeatShare: Float32Array
}

/** How many gaps, and users, the mean over all items is worth. */
const PRIOR = 5

/**
 * Intervals and repeat shares per item, by geometric means: gaps between purchases spread over orders of magnitude.
 *
 * Source   repeat shares: Bhagat et al., KDD 2018, §3; shrinking towards the mean of all: Efron and Morris, JASA 1975
 * @cost O(entries + items)
 */
export function repurchaseIntervals(data: Interactions): RepurchaseIntervals {
  const { users, items, offsets, item, at } = data
  const logGaps = new Float64Array(items)
  const gaps = new Float64Array(items)
  const buyers = new Float64Array(items)
  const repeaters = new Float64Array(items)
  const lastAt = new Float64Array(items)
  const seenBy = new Int32Array(items).fill(-1)
  const repeatedBy = new Int32Array(items).fill(-1)
  for (let u = 0; u < users; u++) {
    for (let e = offsets[u]!; e < offsets[u + 1]!; e++) {
      const i = item[e]!
      if (seenBy[i] !== u) {
        seenBy[i] = u
        buyers[i]!++
      } else if (at[e]! > lastAt[i]!) {
        logGaps[i]! += Math.log(at[e]! - lastAt[i]!)
        gaps[i]!++
        if (repeatedBy[i] !== u) repeaters[i]!++
        repeatedBy[i] = u
      }
      lastAt[i] = at[e]!
    }
  }
  const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0)
  const allGaps = sum(gaps)
  // Where nobody ever repeated, an infinite interval says that nothing becomes due.
  const meanLog = allGaps === 0 ? Number.POSITIVE_INFINITY : sum(logGaps) / allGaps
  const meanShare = sum(repeaters) / Math.max(1, sum(buyers))
  const interval = new Float64Array(items)
  const repeatShare = new Float32Array(items)
  for (let i = 0; i < items; i++) {
    interval[i] = Math.exp((logGaps[i]! + PRIOR * meanLog) / (gaps[i]! + PRIOR))
    repeatShare[i] = (repeaters[i]! + PRIOR * meanShare) / (buyers[i]! + PRIOR)
  }
  return { interval, repeatShare }
}
