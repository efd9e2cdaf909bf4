import { MlError } from '../frame/errors.ts'
import { upperGamma } from './incomplete-gamma.ts'

export interface SampleRatio {
  /** Of the chi-square distribution with one less than the number of groups degrees of freedom. */
  readonly statistic: number
  /** Chance of a split at least as far from the shares, where it came about by the shares. */
  readonly p: number
}

/**
 * Whether groups are as large as their shares say.
 *
 * Solves   χ² = Σ (observed − expected)² / expected
 * Given    counts and shares [groups], shares > 0 in any unit
 * Returns  χ² and its tail probability; p is 1 where nothing was counted
 * Source   Pearson 1900; as a check of experiments Fabijan et al., KDD 2019, who stop below p = 0.0005 to 0.01
 */
export function sampleRatio(counts: ArrayLike<number>, shares: ArrayLike<number>): SampleRatio {
  if (counts.length !== shares.length) throw new MlError('length_mismatch', 'groups and their shares')
  let total = 0
  let whole = 0
  for (let i = 0; i < counts.length; i++) {
    total += counts[i]!
    whole += shares[i]!
  }
  if (total === 0) return { statistic: 0, p: 1 }
  let statistic = 0
  for (let i = 0; i < counts.length; i++) {
    const expected = (total * shares[i]!) / whole
    statistic += (counts[i]! - expected) ** 2 / expected
  }
  return { statistic, p: upperGamma((counts.length - 1) / 2, statistic / 2) }
}
