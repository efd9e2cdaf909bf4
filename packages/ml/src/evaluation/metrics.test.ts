import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rng } from '../frame/rng.ts'
import { auc } from './auc.ts'
import { calibrationError } from './calibration-error.ts'
import { coverage } from './coverage.ts'
import { gini } from './gini.ts'
import { hitRate } from './hit-rate.ts'
import { bootstrapInterval, normalInterval, pairedDifference } from './interval.ts'
import { logLoss } from './log-loss.ts'
import { reciprocalRank } from './mrr.ts'
import { ndcg } from './ndcg.ts'
import { meanPopularity, popularityPercentiles } from './popularity-bias.ts'
import { recall } from './recall.ts'

const ranking = Int32Array.of(4, 2, 9, 1)

test('ranking metrics on a list worked by hand', () => {
  const targets = new Set([2, 1, 7])
  expect(recall(ranking, targets, 3)).toBeCloseTo(1 / 3, 12)
  expect(recall(ranking, targets, 10)).toBeCloseTo(2 / 3, 12)
  expect(hitRate(ranking, targets, 1)).toBe(0)
  expect(hitRate(ranking, targets, 2)).toBe(1)
  expect(reciprocalRank(ranking, targets, 4)).toBe(0.5)
  expect(reciprocalRank(ranking, targets, 1)).toBe(0)
  const gain = 1 / Math.log2(3) + 1 / Math.log2(5)
  expect(ndcg(ranking, targets, 4)).toBeCloseTo(gain / (1 + 1 / Math.log2(3) + 0.5), 12)
})

test('a perfect list scores 1 on all, whatever the cut-off', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(50), { minLength: 1 }), fc.integer({ min: 1, max: 60 }), (items, k) => {
      const targets = new Set(items)
      const perfect = Int32Array.from(items)
      expect(ndcg(perfect, targets, k)).toBeCloseTo(1, 12)
      expect(recall(perfect, targets, k)).toBeCloseTo(Math.min(k, items.length) / items.length, 12)
    }),
    { seed: 1 },
  )
})

test('coverage and Gini know equal and single exposure', () => {
  expect(coverage(Int32Array.of(0, 3, 1, 0))).toBe(0.5)
  expect(gini(Int32Array.of(2, 2, 2, 2))).toBeCloseTo(0, 12)
  expect(gini(Int32Array.of(0, 0, 0, 8))).toBeCloseTo(0.75, 12)
  expect(gini(new Int32Array(3))).toBe(0)
})

test('popularity percentiles share ties and average to one half', () => {
  const percentiles = popularityPercentiles([5, 1, 5, 0])
  expect([...percentiles]).toEqual([0.75, 0.375, 0.75, 0.125])
  expect(meanPopularity(Int32Array.of(1, 1, 1, 1), percentiles)).toBe(0.5)
  expect(meanPopularity(Int32Array.of(2, 0, 0, 2), percentiles)).toBeCloseTo(0.4375, 12)
})

test('AUC equals the share of ordered pairs, ties one half', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(6), fc.nat(1)), { minLength: 2 }), (rows) => {
      const positives = rows.filter(([, label]) => label === 1)
      const negatives = rows.filter(([, label]) => label === 0)
      fc.pre(positives.length > 0 && negatives.length > 0)
      let sum = 0
      for (const [p] of positives) for (const [n] of negatives) sum += p > n ? 1 : p === n ? 0.5 : 0
      expect(
        auc(
          rows.map(([s]) => s),
          rows.map(([, l]) => l),
        ),
      ).toBeCloseTo(sum / positives.length / negatives.length, 10)
    }),
    { seed: 2 },
  )
  expect(() => auc([1, 2], [1, 1])).toThrow(expect.objectContaining({ code: 'empty_data' }))
  expect(() => auc([1, Number.NaN], [1, 0])).toThrow(expect.objectContaining({ code: 'bad_parameter' }))
})

test('log loss and calibration error on predictions worked by hand', () => {
  expect(logLoss([0.8, 0.4], [1, 0])).toBeCloseTo(-(Math.log(0.8) + Math.log(0.6)) / 2, 12)
  expect(logLoss([0], [1])).toBeCloseTo(-Math.log(1e-15), 6)
  expect(calibrationError([0.1, 0.1, 0.9, 0.9], [0, 0, 1, 0], 2)).toBeCloseTo((0.2 + 0.8) / 4, 12)
  expect(() => logLoss([], [])).toThrow(expect.objectContaining({ code: 'empty_data' }))
})

test('the two intervals of a mean agree on 2,000 draws (seed 5, within a tenth of their width)', () => {
  const random = rng(5)
  const values = Float64Array.from({ length: 2000 }, () => random.next() ** 2)
  const normal = normalInterval(values)
  const bootstrap = bootstrapInterval(values, random)
  const width = normal.high - normal.low
  expect(Math.abs(bootstrap.low - normal.low)).toBeLessThan(width / 10)
  expect(Math.abs(bootstrap.high - normal.high)).toBeLessThan(width / 10)
  expect(normal.low < 1 / 3 && normal.high > 1 / 3).toBe(true)
  const shifted = values.map((value) => value + 0.01)
  expect(pairedDifference(shifted, values).low).toBeGreaterThan(0.0099)
})
