import { defineAlgorithm } from '../frame/algorithm.ts'
import type { Interactions } from '../frame/interactions.ts'
import { checkInteractions } from '../frame/interactions-builder.ts'
import { declareParameters } from '../frame/parameters.ts'
import { decay, latest } from '../frame/time.ts'
import { GlobalRanking, globalRankingArrays, rankingBytes } from './global-ranking.ts'

export interface DecayedPopularityParams {
  halfLifeDays: number
  counting: 'users' | 'entries'
  depth: number
}

/**
 * Popularity that forgets.
 *
 * Solves   s(i) = Σ_e w(e) · 2^(−(T − t(e)) / halfLife) over the entries e of item i, T being the latest entry; when
 *          counting users, each user's latest entry of the item counts once, with weight 1
 * Given    interactions
 * Returns  ids Int32 [m], scores Float32 [m] best first, m ≤ depth; size Int32 [1] = items
 * Cost     O(entries + items · log depth) to train, O(m) to score
 * Source   exponential smoothing, Holt 1957; counting each user once keeps bulk buyers from setting the ranking
 */
export const decayedPopularity = defineAlgorithm({
  kind: 'decayed-popularity',
  parameters: declareParameters<DecayedPopularityParams>({
    halfLifeDays: {
      type: 'number',
      default: 30,
      min: 0,
      max: 36_500,
      meaning: 'days after which an entry counts half; 0: entries never fade',
    },
    counting: {
      type: 'choice',
      default: 'users',
      choices: ['users', 'entries'],
      meaning: 'whether a user counts once per item, or every entry counts by its weight',
    },
    depth: { type: 'integer', default: 1000, min: 0, max: 10_000_000, meaning: 'items kept, best first; 0: all' },
  }),
  memory: ({ items }: Interactions, { depth }) => 12 * items + rankingBytes(items, depth),
  async fit(data: Interactions, { halfLifeDays, counting, depth }) {
    checkInteractions(data)
    return globalRankingArrays(decayedCounts(data, halfLifeDays, counting), depth)
  },
  open: (arrays) => new GlobalRanking(arrays),
  extend: 'fit',
})

/** Float64 [items]: decayed counts as seen from the latest entry. */
export function decayedCounts(
  data: Interactions,
  halfLifeDays: number,
  counting: DecayedPopularityParams['counting'],
): Float64Array {
  const now = latest(data.at)
  const scores = new Float64Array(data.items)
  // The last user who was counted for each item, so that nothing needs clearing between users.
  const countedFor = new Int32Array(data.items).fill(-1)
  for (let u = 0; u < data.users; u++) {
    for (let e = data.offsets[u + 1]! - 1; e >= data.offsets[u]!; e--) {
      const item = data.item[e]!
      const left = decay(now - data.at[e]!, halfLifeDays)
      if (counting === 'entries') {
        scores[item]! += data.weight[e]! * left
      } else if (countedFor[item] !== u) {
        countedFor[item] = u
        scores[item]! += left
      }
    }
  }
  return scores
}
