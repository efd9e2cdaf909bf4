import type { ProductRow } from '../ports.ts'

type Releases = { readonly rows: number; readonly releasedAt: Float64Array }

/**
 * The products that were released last, latest first.
 *
 * Returns  [≤ most] rows for which `isShown`; of equal moments the higher row first
 * Cost     O(rows), and a sort of 2 · most rows for each `most` rows that are later than all kept so far
 */
export function latestOf(
  { rows, releasedAt }: Releases,
  most: number,
  isShown: (row: ProductRow) => boolean,
): Int32Array {
  const later = (a: number, b: number) => releasedAt[b]! - releasedAt[a]! || b - a
  let kept: number[] = []
  let threshold = Number.NEGATIVE_INFINITY
  // From the highest row, since those came last: the threshold rises at once.
  for (let row = rows - 1; row >= 0; row--) {
    if (!(releasedAt[row]! > threshold) || !isShown(row)) continue
    kept.push(row)
    if (kept.length === 2 * most) {
      kept = kept.sort(later).slice(0, most)
      threshold = releasedAt[kept[most - 1]!]!
    }
  }
  return Int32Array.from(kept.sort(later).slice(0, most))
}
