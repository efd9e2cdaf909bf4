import type { Targets } from './targets.ts'

/** Recall at k: the share of the targets among the first k. `targets` must not be empty. */
export function recall(ranking: Int32Array, targets: Targets, k: number): number {
  let hits = 0
  for (let r = 0; r < Math.min(k, ranking.length); r++) if (targets.has(ranking[r]!)) hits++
  return hits / targets.size
}
