import { describe, expect, it } from 'vitest'
import { binomialBounds, simulateTrial } from '../../../../testkit/models/trials.ts'
import { alwaysValidDifference, differenceOfMeans } from './difference.ts'
import { criticalValue, twoTailed, upperGamma } from './incomplete-gamma.ts'
import { groupMoments } from './moments.ts'
import { sampleRatio } from './sample-ratio.ts'

describe('tail probabilities', () => {
  it.each([
    // Chi-square tails of tables: degrees of freedom, value, probability.
    [1, 3.841459, 0.05],
    [1, 10.827566, 0.001],
    [2, 5.991465, 0.05],
    [5, 15.086272, 0.01],
    [7, 14.06714, 0.05],
    [30, 43.772972, 0.05],
  ])('of %i degrees of freedom beyond %f are %f', (degrees, x, p) => {
    expect(upperGamma(degrees / 2, x / 2)).toBeCloseTo(p, 7)
  })

  it('of the normal distribution are those of the tables, and come back', () => {
    expect(twoTailed(1.959963984540054)).toBeCloseTo(0.05, 10)
    for (const alpha of [0.2, 0.05, 0.01, 0.05 / 7]) expect(twoTailed(criticalValue(alpha))).toBeCloseTo(alpha, 10)
    expect(upperGamma(0.5, 0)).toBe(1)
  })
})

describe('the sample ratio', () => {
  it('is sound where the split is, and is not where it is not', () => {
    expect(sampleRatio([500, 500], [1, 1])).toEqual({ statistic: 0, p: 1 })
    expect(sampleRatio([0, 0], [1, 1]).p).toBe(1)
    expect(sampleRatio([821_588, 815_482], [1, 1]).p).toBeLessThan(1e-5)
    expect(sampleRatio([9000, 1010], [9, 1]).p).toBeGreaterThan(0.5)
    expect(() => sampleRatio([1], [1, 1])).toThrow(/shares/)
  })
})

describe('the difference of two groups', () => {
  const group = (...values: number[]) => ({ values: Float64Array.from(values) })

  it('of proportions leaves zero exactly where the test of two proportions refuses that they are one', () => {
    const ones = (count: number) => ({ values: new Float64Array(400).fill(1, 0, count) })
    for (let count = 20; count <= 60; count++) {
      const { low } = differenceOfMeans(groupMoments(ones(count), ones(20)))
      const pooled = (count + 20) / 800
      const z = (count - 20) / 400 / Math.sqrt(pooled * (1 - pooled) * (2 / 400))
      expect(low > 0, String(count)).toBe(z > 1.959964)
    }
  })

  it('turned around is the same with the other sign', () => {
    const { treated, control } = simulateTrial({ visitors: 900, share: 0.3, rate: 0.2, sigma: 1, habit: 0.5 }, 4)
    const [one, other] = [groupMoments(treated, control), groupMoments(control, treated)]
    for (const of of [differenceOfMeans, (m: typeof one) => alwaysValidDifference(m, 1000)]) {
      expect(of(one).mean).toBeCloseTo(-of(other).mean, 10)
      expect(of(one).low).toBeCloseTo(-of(other).high, 8)
      expect(of(one).high).toBeCloseTo(-of(other).low, 8)
    }
  })

  it('does not depend on the unit of value', () => {
    const { treated, control } = simulateTrial({ visitors: 900, share: 0.3, rate: 0.2, sigma: 1 }, 5)
    const times = ({ values }: { values: Float64Array }) => ({ values: values.map((value) => value * 1e6) })
    const [plain, micros] = [groupMoments(treated, control), groupMoments(times(treated), times(control))]
    expect(differenceOfMeans(micros).low / 1e6).toBeCloseTo(differenceOfMeans(plain).low, 8)
    expect(differenceOfMeans(micros).high / 1e6).toBeCloseTo(differenceOfMeans(plain).high, 8)
  })

  it('of groups that brought nothing is nothing, and says no more', () => {
    const moments = groupMoments(group(0, 0, 0), group(0, 0))
    expect(differenceOfMeans(moments)).toEqual({ mean: 0, low: 0, high: 0 })
    expect(alwaysValidDifference(moments, 100)).toEqual({ mean: 0, low: 0, high: 0 })
    expect(() => groupMoments(group(), group(1))).toThrow(/no units/)
  })

  it('is wider at every look than at one, and covers at one look what it claims (20 seeded experiments)', () => {
    let count = 0
    for (let seed = 1; seed <= 20; seed++) {
      const trial = { visitors: 1500, share: 0.8, rate: 0.06, sigma: 1, rateLift: 1.2 }
      const { treated, control, trueDifference } = simulateTrial(trial, seed)
      const moments = groupMoments(treated, control)
      const [once, always] = [differenceOfMeans(moments), alwaysValidDifference(moments, 1500)]
      expect(always.low).toBeLessThan(once.low)
      expect(always.high).toBeGreaterThan(once.high)
      if (once.low <= trueDifference && trueDifference <= once.high) count++
    }
    expect(count).toBeGreaterThanOrEqual(binomialBounds(20, 0.95, 1000)[0])
  })
})
