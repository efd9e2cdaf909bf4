/**
 * Gini coefficient of exposure: 0 when every item is recommended equally often, towards 1 when one item takes all.
 *
 * Source   Gini, 1912; of recommendations: Fleder and Hosanagar, Management Science 2009
 * @param counts [items] how often each was recommended; items never recommended count
 * @cost O(items · log items)
 */
export function gini(counts: Int32Array): number {
  const sorted = counts.slice().sort()
  const n = sorted.length
  let sum = 0
  let ranked = 0
  for (let i = 0; i < n; i++) {
    sum += sorted[i]!
    ranked += (i + 1) * sorted[i]!
  }
  return sum === 0 ? 0 : (2 * ranked) / (n * sum) - (n + 1) / n
}
