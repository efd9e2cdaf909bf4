import { MlError } from '../frame/errors.ts'

/**
 * Expected calibration error: over bins that hold equally many predictions, the mean of |mean probability − share of
 * positives|, weighted by bin size.
 *
 * Source   Nguyen and O'Connor, EMNLP 2015 (equal-mass bins)
 * @throws MlError `length_mismatch`, `empty_data`
 */
export function calibrationError(probabilities: ArrayLike<number>, labels: ArrayLike<number>, bins = 15): number {
  const n = probabilities.length
  if (n !== labels.length) throw new MlError('length_mismatch', 'probabilities and labels')
  if (n === 0) throw new MlError('empty_data', 'no predictions')
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort(
    (a, b) => probabilities[a]! - probabilities[b]! || a - b,
  )
  let error = 0
  for (let b = 0; b < bins; b++) {
    let gap = 0
    for (let r = Math.floor((b * n) / bins); r < Math.floor(((b + 1) * n) / bins); r++) {
      gap += probabilities[order[r]!]! - (labels[order[r]!] === 1 ? 1 : 0)
    }
    error += Math.abs(gap)
  }
  return error / n
}
