import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { calibrationError } from '../evaluation/calibration-error.ts'
import { rng } from '../frame/rng.ts'
import { chanceOf, fitCalibration } from './calibration.ts'

/** Pairs whose chance of a hit is half the square of the score. */
function planted(n: number, seed: number): { scores: Float64Array; hits: Uint8Array } {
  const random = rng(seed)
  const scores = Float64Array.from({ length: n }, () => random.next())
  return { scores, hits: Uint8Array.from(scores, (score) => (random.next() < (score * score) / 2 ? 1 : 0)) }
}

describe('calibration', () => {
  test('finds a planted chance within .03, and within .01 on the mean over other pairs (seeds 1 and 2)', () => {
    const { scores, hits } = planted(50_000, 1)
    const calibration = fitCalibration(scores, hits)
    for (const score of [0.2, 0.4, 0.6, 0.8, 0.95]) {
      expect(Math.abs(chanceOf(calibration, score) - (score * score) / 2)).toBeLessThan(0.03)
    }
    const others = planted(50_000, 2)
    const chances = others.scores.map((score) => chanceOf(calibration, score))
    expect(calibrationError(chances, others.hits)).toBeLessThan(0.01)
    // The bare score is far off: the measure tells them apart.
    expect(calibrationError(others.scores, others.hits)).toBeGreaterThan(0.2)
  })

  test('ascends with the score, within 0 and 1, each knot on 15 hits; their sum is that of the hits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 10_000 }), (n, seed) => {
        const { scores, hits } = planted(n, seed)
        const { scores: knots, chances } = fitCalibration(scores, hits)
        for (let k = 0; k < knots.length; k++) {
          expect(chances[k]! > 0 && chances[k]! <= 1).toBe(true)
          if (k === 0) continue
          expect(knots[k]!).toBeGreaterThan(knots[k - 1]!)
          expect(chances[k]!).toBeGreaterThan(chances[k - 1]!)
        }
        const all = hits.reduce((total, hit) => total + hit, 0)
        expect(knots.length).toBeLessThanOrEqual(all / 15)
        if (all >= 15) expect(knots.length).toBeGreaterThan(0)
      }),
      { numRuns: 100, seed: 3 },
    )
  })

  test('knows nothing from too few hits', () => {
    expect(fitCalibration(Float64Array.of(1, 2, 3), Uint8Array.of(0, 1, 1)).scores.length).toBe(0)
    expect(chanceOf({ scores: new Float32Array(0), chances: new Float32Array(0) }, 1)).toBeNaN()
  })

  test('gives equal scores one chance', () => {
    const scores = new Float64Array(1000).fill(0.5)
    const { chances } = fitCalibration(
      scores,
      Uint8Array.from(scores, (_, i) => (i % 4 === 0 ? 1 : 0)),
    )
    expect([...chances]).toEqual([0.25])
  })

  test('a line between two knots, the ends beyond them', () => {
    const calibration = { scores: Float32Array.of(1, 3), chances: Float32Array.of(0.25, 0.75) }
    expect([0, 1, 2, 3, 9].map((score) => chanceOf(calibration, score))).toEqual([0.25, 0.25, 0.5, 0.75, 0.75])
  })

  test('refuses scores and hits of other lengths', () => {
    expect(() => fitCalibration(Float64Array.of(1), Uint8Array.of(1, 0))).toThrow(
      expect.objectContaining({ code: 'length_mismatch' }),
    )
  })
})
