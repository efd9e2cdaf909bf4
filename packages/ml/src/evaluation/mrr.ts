import type { Targets } from './targets.ts'

/**
 * Reciprocal rank at k: 1 / rank of the first target among the first k, 0 where there is none.
 *
 * Source   Voorhees, TREC-8, 1999
 */
export function reciprocalRank(ranking: Int32Array, targets: Targets, k: number): number {
  for (let r = 0; r < Math.min(k, ranking.length); r++) if (targets.has(ranking[r]!)) return 1 / (r + 1)
  return 0
}
