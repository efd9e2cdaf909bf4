import type { Targets } from './targets.ts'

/**
 * Hit rate at k: 1 when any target is among the first k, else 0.
 *
 * Source   Deshpande and Karypis, ACM TOIS 2004
 */
export function hitRate(ranking: Int32Array, targets: Targets, k: number): number {
  for (let r = 0; r < Math.min(k, ranking.length); r++) if (targets.has(ranking[r]!)) return 1
  return 0
}
