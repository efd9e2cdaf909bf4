import { MlError } from '../frame/errors.ts'
import type { Rng } from '../frame/model.ts'
import { integer } from '../frame/rng.ts'

/** A mean with its 95 % interval. */
export interface Estimate {
  readonly mean: number
  readonly low: number
  readonly high: number
}

/** The mean with mean ± 1.96 standard errors; over one value the interval is the value. NaN over none. */
export function normalInterval(values: ArrayLike<number>): Estimate {
  const n = values.length
  let sum = 0
  for (let i = 0; i < n; i++) sum += values[i]!
  const mean = sum / n
  let squares = 0
  for (let i = 0; i < n; i++) squares += (values[i]! - mean) ** 2
  const margin = n > 1 ? 1.96 * Math.sqrt(squares / (n - 1) / n) : 0
  return { mean, low: mean - margin, high: mean + margin }
}

/**
 * The mean with the 2.5 and 97.5 percentiles of resampled means.
 *
 * Source   Efron, Annals of Statistics 1979
 * @cost O(rounds · n)
 * @throws MlError `empty_data`
 */
export function bootstrapInterval(values: ArrayLike<number>, random: Rng, rounds = 1000): Estimate {
  const n = values.length
  if (n === 0) throw new MlError('empty_data', 'no values to resample')
  let total = 0
  for (let i = 0; i < n; i++) total += values[i]!
  const means = new Float64Array(rounds)
  for (let r = 0; r < rounds; r++) {
    let sum = 0
    for (let i = 0; i < n; i++) sum += values[integer(random, n)]!
    means[r] = sum / n
  }
  means.sort()
  return {
    mean: total / n,
    low: means[Math.floor(0.025 * rounds)] ?? Number.NaN,
    high: means[Math.min(rounds - 1, Math.floor(0.975 * rounds))] ?? Number.NaN,
  }
}

/** Whether `a` beats `b` on the same cases: the interval of their mean difference. @throws MlError `length_mismatch` */
export function pairedDifference(a: ArrayLike<number>, b: ArrayLike<number>): Estimate {
  if (a.length !== b.length) throw new MlError('length_mismatch', 'the two sides of a paired comparison')
  return normalInterval(Float64Array.from({ length: a.length }, (_, i) => a[i]! - b[i]!))
}
