import fc from 'fast-check'
import { expect, test } from 'vitest'
import { csrFromEntries, transpose } from '../frame/csr.ts'
import { Scoreboard } from '../frame/scoreboard.ts'
import { FeatureProfile } from './feature-profile.ts'
import { FeatureScan } from './feature-scan.ts'

const ITEMS = 20
const FEATURES = 8
const EVERYTHING = { profileFeatures: FEATURES, postings: 1_000_000, candidates: ITEMS }

/** Rows, and a profile with weights of both signs; quarters, so that sums are exact. */
const shops = fc.record({
  entries: fc.uniqueArray(fc.tuple(fc.nat(ITEMS - 1), fc.nat(FEATURES - 1), fc.integer({ min: 1, max: 8 })), {
    selector: ([item, feature]) => `${item} ${feature}`,
    maxLength: 80,
  }),
  weights: fc.array(fc.integer({ min: -4, max: 8 }), { minLength: FEATURES, maxLength: FEATURES }),
})

function scanned(
  { entries, weights }: { entries: readonly (readonly [number, number, number])[]; weights: readonly number[] },
  bounds: typeof EVERYTHING,
) {
  const rows = csrFromEntries(
    ITEMS,
    FEATURES,
    Int32Array.from(entries, ([item]) => item),
    Int32Array.from(entries, ([, feature]) => feature),
    Float32Array.from(entries, ([, , value]) => value / 4),
  )
  const profile = new FeatureProfile(FEATURES)
  weights.forEach((weight, feature) => {
    profile.add(feature, weight / 4)
  })
  const board = new Scoreboard(ITEMS)
  const scan = new FeatureScan(rows, transpose(rows), bounds)
  // Twice, so that what a first query leaves behind would show.
  scan.score(profile, board)
  board.clear()
  scan.score(profile, board)
  const dense = new Map<number, { score: number; brought: boolean }>()
  for (const [item, feature, value] of entries) {
    const weight = (weights[feature] ?? 0) / 4
    const before = dense.get(item) ?? { score: 0, brought: false }
    dense.set(item, { score: before.score + weight * (value / 4), brought: before.brought || weight > 0 })
  }
  return { board, dense }
}

test('without bounds: every item that a positive feature brings, with the dense product', () => {
  fc.assert(
    fc.property(shops, (shop) => {
      const { board, dense } = scanned(shop, EVERYTHING)
      for (let item = 0; item < ITEMS; item++) {
        const { score, brought } = dense.get(item) ?? { score: 0, brought: false }
        expect(board.has(item)).toBe(brought)
        if (brought) expect(board.get(item)).toBe(score)
      }
    }),
    { seed: 1 },
  )
})

test('within bounds: no more items than candidates, each with the dense product, and some where there are any', () => {
  fc.assert(
    fc.property(
      shops,
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 5 }),
      (shop, postings, candidates) => {
        const { board, dense } = scanned(shop, { profileFeatures: 3, postings, candidates })
        expect(board.count).toBeLessThanOrEqual(candidates)
        expect(board.count > 0).toBe([...dense.values()].some(({ brought }) => brought))
        for (const item of board.touched.subarray(0, board.count)) expect(board.get(item)).toBe(dense.get(item)?.score)
      },
    ),
    { seed: 2 },
  )
})

test('a list too long for what is left is passed over for shorter ones', () => {
  const entries = [...Array.from({ length: 10 }, (_, item) => [item, 0, 4] as const), [12, 1, 4] as const]
  const weights = [8, 4, 0, 0, 0, 0, 0, 0]
  const { board } = scanned({ entries, weights }, { profileFeatures: 8, postings: 5, candidates: 20 })
  expect([...board.touched.subarray(0, board.count)]).toEqual([12])
})

test('features without weight and cleared ones bring nothing', () => {
  const profile = new FeatureProfile(3)
  profile.add(1, 2)
  profile.add(1, -2)
  profile.add(2, 1)
  profile.clear()
  expect([...profile.weights]).toEqual([0, 0, 0])
  expect(profile.count).toBe(0)
})
