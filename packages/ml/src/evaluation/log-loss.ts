import { MlError } from '../frame/errors.ts'

/**
 * Mean negative log likelihood of 0/1 labels, in nats. Probabilities are kept 1e-15 away from 0 and 1, so that one
 * sure mistake does not make the mean infinite.
 *
 * Source   Good, Journal of the Royal Statistical Society B 1952
 * @throws MlError `length_mismatch`, `empty_data`
 */
export function logLoss(probabilities: ArrayLike<number>, labels: ArrayLike<number>): number {
  const n = probabilities.length
  if (n !== labels.length) throw new MlError('length_mismatch', 'probabilities and labels')
  if (n === 0) throw new MlError('empty_data', 'no predictions')
  let sum = 0
  for (let i = 0; i < n; i++) {
    const p = Math.min(1 - 1e-15, Math.max(1e-15, probabilities[i]!))
    sum -= labels[i] === 1 ? Math.log(p) : Math.log(1 - p)
  }
  return sum / n
}
