import type { Targets } from './targets.ts'

/**
 * NDCG at k with binary gains: Σ 1/log2(rank + 1) over the targets among the first k, divided by the best that
 * min(k, |targets|) targets could reach. `targets` must not be empty.
 *
 * Source   Järvelin and Kekäläinen, ACM TOIS 2002
 */
export function ndcg(ranking: Int32Array, targets: Targets, k: number): number {
  const length = Math.min(k, ranking.length)
  reach(Math.max(length, Math.min(k, targets.size)))
  let gain = 0
  for (let r = 0; r < length; r++) if (targets.has(ranking[r]!)) gain += GAINS[r + 1]! - GAINS[r]!
  return gain / idealGain(targets.size, k)
}

/** The discounted gain of a perfect ranking. */
export function idealGain(targets: number, k: number): number {
  const ranks = Math.min(k, targets)
  reach(ranks)
  return GAINS[ranks]!
}

/** GAINS[n] = Σ 1/log2(rank + 1) over the first n ranks, as far as anybody asked: logarithms are dear. */
const GAINS: number[] = [0]

function reach(ranks: number): void {
  while (GAINS.length <= ranks) GAINS.push(GAINS[GAINS.length - 1]! + 1 / Math.log2(GAINS.length + 1))
}
