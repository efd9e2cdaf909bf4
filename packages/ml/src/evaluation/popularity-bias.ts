/**
 * How popular items are, as a mid-rank percentile: Float64 [items] in (0, 1), equal counts sharing one value.
 *
 * Source   after the average popularity of what is recommended, Abdollahpouri, Burke and Mobasher, FLAIRS 2019
 * Differs  percentiles in place of counts, so that a few best sellers do not decide the mean
 * @param counts [items] how often each item occurs in training
 * @cost O(items · log items)
 */
export function popularityPercentiles(counts: ArrayLike<number>): Float64Array {
  const n = counts.length
  const order = Int32Array.from({ length: n }, (_, i) => i).sort((a, b) => counts[a]! - counts[b]!)
  const percentile = new Float64Array(n)
  for (let from = 0; from < n; ) {
    let to = from
    while (to < n && counts[order[to]!] === counts[order[from]!]) to++
    for (let r = from; r < to; r++) percentile[order[r]!] = (from + to) / 2 / n
    from = to
  }
  return percentile
}

/** The mean percentile of what occurs, each item as often as `occurrences` says; NaN where nothing occurs. */
export function meanPopularity(occurrences: Int32Array, percentiles: Float64Array): number {
  let sum = 0
  let n = 0
  for (let i = 0; i < occurrences.length; i++) {
    sum += occurrences[i]! * percentiles[i]!
    n += occurrences[i]!
  }
  return sum / n
}
