import { defineAlgorithm } from '../frame/algorithm.ts'
import { MlError } from '../frame/errors.ts'
import type { Interactions } from '../frame/interactions.ts'
import { checkInteractions } from '../frame/interactions-builder.ts'
import { declareParameters } from '../frame/parameters.ts'
import { DAY, latest } from '../frame/time.ts'
import { GlobalRanking, globalRankingArrays, rankingBytes } from './global-ranking.ts'

export interface TrendParams {
  recentDays: number
  baseDays: number
  measure: 'z' | 'log-ratio'
  shrinkage: number
  depth: number
}

/**
 * What is on the rise: how much more often an item occurs lately than its own past would lead to expect.
 *
 * Solves   with r(i), b(i) the counts in the recent and the base window, c = Σr / Σb and e(i) = c · b(i):
 *            log-ratio  s(i) = ln((r + a) / (e + a))
 *            z          s(i) = (r − e) / √(r + c²·b + a)
 *          a being the shrinkage. Dividing by c takes out what moves the whole store, such as a season.
 * Given    interactions; the recent window ends at the latest entry, the base window ends where the recent one begins
 * Returns  ids Int32 [m], scores Float32 [m] best first, only items with s > 0; size Int32 [1] = items
 * Cost     O(entries + items · log depth)
 * Source   difference of two Poisson counts, Przyborowski and Wilenski, Biometrika 1940; additive shrinkage as a
 *          Gamma prior of mean 1 on the ratio
 * Differs  each user counts once per item and window, so that one bulk buyer is no trend
 */
export const trend = defineAlgorithm({
  kind: 'trend',
  parameters: declareParameters<TrendParams>({
    recentDays: { type: 'number', default: 7, min: 0.01, max: 3650, meaning: 'length of the recent window' },
    baseDays: { type: 'number', default: 28, min: 0.01, max: 36_500, meaning: 'length of the window before it' },
    measure: {
      type: 'choice',
      default: 'z',
      choices: ['z', 'log-ratio'],
      meaning: 'z favours what is certain, log-ratio what is steep',
    },
    shrinkage: { type: 'number', default: 5, min: 0, max: 1e6, meaning: 'counts that a rise must outweigh' },
    depth: { type: 'integer', default: 1000, min: 0, max: 10_000_000, meaning: 'items kept, best first; 0: all' },
  }),
  memory: ({ items }: Interactions, { depth }) => 32 * items + rankingBytes(items, depth),
  async fit(data: Interactions, { recentDays, baseDays, measure, shrinkage, depth }) {
    checkInteractions(data)
    const end = latest(data.at)
    const recentFrom = end - recentDays * DAY
    const recent = usersPerItem(data, recentFrom, Number.POSITIVE_INFINITY)
    const base = usersPerItem(data, recentFrom - baseDays * DAY, recentFrom)
    const baseSum = base.reduce((sum, count) => sum + count, 0)
    if (baseSum === 0) throw new MlError('empty_data', 'no entries lie in the base window')
    const growth = recent.reduce((sum, count) => sum + count, 0) / baseSum
    const scores = new Float64Array(data.items)
    for (let i = 0; i < data.items; i++) {
      const [r, b] = [recent[i]!, base[i]!]
      const expected = growth * b
      if (r <= expected) continue
      scores[i] =
        measure === 'z'
          ? (r - expected) / Math.sqrt(r + growth * growth * b + shrinkage)
          : // A count of zero in the base window needs some shrinkage to be divided by.
            Math.log((r + Math.max(shrinkage, 1e-9)) / (expected + Math.max(shrinkage, 1e-9)))
    }
    return globalRankingArrays(scores, depth)
  },
  open: (arrays) => new GlobalRanking(arrays),
  extend: 'fit',
})

/** Float64 [items]: how many users did something with the item in (from, until]. */
function usersPerItem(data: Interactions, from: number, until: number): Float64Array {
  const counts = new Float64Array(data.items)
  const countedFor = new Int32Array(data.items).fill(-1)
  for (let u = 0; u < data.users; u++) {
    for (let e = data.offsets[u]!; e < data.offsets[u + 1]!; e++) {
      const item = data.item[e]!
      if (data.at[e]! > from && data.at[e]! <= until && countedFor[item] !== u) {
        countedFor[item] = u
        counts[item]!++
      }
    }
  }
  return counts
}
