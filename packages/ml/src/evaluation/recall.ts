import type { Targets } from './targets.ts'

/**
 * Recall at k: the share of the targets among the first k. `targets` must not be empty.
 *
 * Source   Manning, Raghavan and Schütze, Introduction to Information Retrieval, 2008, §8.3 and 8.4
 * Differs  divided by all targets, not by min(k, targets)
 */
export function recall(ranking: Int32Array, targets: Targets, k: number): number {
  let hits = 0
  for (let r = 0; r < Math.min(k, ranking.length); r++) if (targets.has(ranking[r]!)) hits++
  return hits / targets.size
}
