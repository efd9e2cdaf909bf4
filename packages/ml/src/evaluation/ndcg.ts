/**
 * NDCG at k with binary gains: Σ 1/log2(rank + 1) over the targets among the first k, divided by the best that
 * min(k, |targets|) targets could reach. Järvelin and Kekäläinen, ACM TOIS 2002. `targets` must not be empty.
 */
export function ndcg(ranking: Int32Array, targets: ReadonlySet<number>, k: number): number {
  let gain = 0
  for (let r = 0; r < Math.min(k, ranking.length); r++) if (targets.has(ranking[r]!)) gain += 1 / Math.log2(r + 2)
  return gain / idealGain(targets.size, k)
}

/** The discounted gain of a perfect ranking. */
export function idealGain(targets: number, k: number): number {
  let gain = 0
  for (let r = 0; r < Math.min(k, targets); r++) gain += 1 / Math.log2(r + 2)
  return gain
}
