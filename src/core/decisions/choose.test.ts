import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PlacementPolicy } from '../../contracts/placement.ts'
import type { Product } from '../../contracts/product.ts'
import type { CatalogSnapshot } from '../catalog/snapshot.ts'
import { SnapshotBuilder } from '../catalog/snapshot-builder.ts'
import { choose } from './choose.ts'
import type { Candidates } from './policies/eligible.ts'
import type { PolicyContext } from './policies/policy.ts'
import { seededRandom } from './random.ts'

const DAY = 86_400_000
const POLICY: PlacementPolicy = {
  inStockOnly: true,
  hideBoughtDays: 14,
  collapseVariants: true,
  maxPerCategory: 0,
  maxPerBrand: 0,
  exploreRate: 0,
  explorePool: 50,
}

type Shelf = readonly (Partial<Product> & { deleted?: true; described?: false })[]

function snapshotOf(shelf: Shelf): CatalogSnapshot {
  const builder = new SnapshotBuilder()
  shelf.forEach(({ deleted, described = true, ...product }, row) => {
    builder.add({
      row,
      product: { id: `p${row}`, title: `Product ${row}`, categories: [], attributes: {}, offers: [], ...product },
      described,
      ...(deleted ? { deletedAt: 1 } : {}),
      createdAt: 0,
      changedAt: 0,
    })
  })
  return builder.finish(1)
}

function contextOf(shelf: Shelf, policy: Partial<PlacementPolicy> = {}, more: Partial<PolicyContext> = {}) {
  return {
    catalog: snapshotOf(shelf),
    policy: { ...POLICY, ...policy },
    market: 'default',
    now: 100 * DAY,
    anchors: new Set(),
    excluded: new Set(),
    boughtAt: new Map(),
    ...more,
  } satisfies PolicyContext
}

/** All rows of a shelf, the first one best. */
function ranked(n: number): Candidates {
  return {
    rows: Int32Array.from({ length: n }, (_, i) => i),
    scores: Float32Array.from({ length: n }, (_, i) => n - i),
  }
}

function rowsChosen(shelf: Shelf, policy?: Partial<PlacementPolicy>, more?: Partial<PolicyContext>, limit = 10) {
  const candidates = ranked(shelf.length)
  const { chosen, refused } = choose(candidates, contextOf(shelf, policy, more), limit, seededRandom(1))
  return { rows: chosen.map(({ candidate }) => candidates.rows[candidate]), refused }
}

const price = (priceMicros: number) => [
  { market: 'default', priceMicros, currency: 'EUR', availability: 'in_stock' as const },
]
const SOLD_OUT = [{ market: 'default', priceMicros: 1, currency: 'EUR', availability: 'out_of_stock' as const }]

describe('policies', () => {
  it('refuse what is deleted, not described, or out of stock', () => {
    expect(rowsChosen([{ deleted: true }, {}, { described: false }, { offers: SOLD_OUT }])).toEqual({
      rows: [1],
      refused: { deleted: 1, undescribed: 1, out_of_stock: 1 },
    })
    expect(rowsChosen([{ offers: SOLD_OUT }], { inStockOnly: false }).rows).toEqual([0])
  })

  it('keep to the price bounds, and refuse what has no price where there are any', () => {
    const shelf = [{ offers: price(5) }, { offers: price(10) }, { offers: price(20) }, {}]
    expect(rowsChosen(shelf, { minPriceMicros: 6, maxPriceMicros: 20 })).toEqual({
      rows: [1, 2],
      refused: { price: 2 },
    })
    expect(rowsChosen(shelf).rows).toEqual([0, 1, 2, 3])
  })

  it('leave out what the request excludes and what is on the page, with its variants', () => {
    const shelf = [{ groupId: 'shirt' }, { groupId: 'shirt' }, {}, {}]
    const more = { anchors: new Set([0]), excluded: new Set([2]) }
    expect(rowsChosen(shelf, {}, more)).toEqual({ rows: [3], refused: { anchor: 2, excluded: 1 } })
    expect(rowsChosen(shelf, { collapseVariants: false }, more).rows).toEqual([1, 3])
  })

  it('hide what was just bought, with its variants, unless it is bought again and again', () => {
    const shelf = [
      { groupId: 'shirt' },
      { groupId: 'shirt' },
      { replenishable: true },
      {},
      {},
      { replenishable: false },
    ]
    const boughtAt = new Map([0, 2, 3, 5].map((row) => [row, 99 * DAY]))
    boughtAt.set(4, 80 * DAY)
    expect(rowsChosen(shelf, {}, { boughtAt })).toEqual({ rows: [2, 4], refused: { just_bought: 4 } })
    const learnedReplenishable = () => true
    expect(rowsChosen(shelf, {}, { boughtAt, learnedReplenishable }).rows).toEqual([0, 2, 3, 4])
    expect(rowsChosen(shelf, { hideBoughtDays: 0 }, { boughtAt }).rows).toEqual([0, 2, 3, 4, 5])
  })

  it('show the best variant that can be shown', () => {
    const shelf = [{ groupId: 'shirt', offers: SOLD_OUT }, { groupId: 'shirt' }, { groupId: 'shirt' }, {}]
    expect(rowsChosen(shelf)).toEqual({ rows: [1, 3], refused: { out_of_stock: 1, variant: 1 } })
  })

  it('cap categories and brands, and count only what the caps kept out of the list', () => {
    const shelf = [
      { categories: ['A'], brand: 'X' },
      { categories: ['A'], brand: 'Y' },
      { categories: ['A'], brand: 'Z' },
      { categories: ['B'], brand: 'X' },
      { categories: ['B'], brand: 'W' },
      {},
      { categories: ['A'] },
    ]
    const caps = { maxPerCategory: 2, maxPerBrand: 1 }
    expect(rowsChosen(shelf, caps, {}, 4)).toEqual({ rows: [0, 1, 4, 5], refused: { category_cap: 1, brand_cap: 1 } })
    expect(rowsChosen(shelf, caps)).toEqual({ rows: [0, 1, 4, 5], refused: { category_cap: 2, brand_cap: 1 } })
  })

  it('give an empty list for an empty catalogue', () => {
    expect(rowsChosen([])).toEqual({ rows: [], refused: {} })
  })
})

describe('the draw', () => {
  const shelf: Shelf = Array.from({ length: 12 }, (_, i) => ({ categories: [i % 3 === 0 ? 'A' : `B${i}`] }))
  const exploring = contextOf(shelf, { exploreRate: 0.4, explorePool: 5, maxPerCategory: 2 })

  it('takes the best ones, surely, where a placement does not explore', () => {
    const { chosen } = choose(ranked(12), contextOf(shelf), 4, seededRandom(9))
    expect(chosen.map(({ candidate, propensity }) => [candidate, propensity])).toEqual([
      [0, 1],
      [1, 1],
      [2, 1],
      [3, 1],
    ])
  })

  it('gives the same list for the same seed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (seed) => {
        const draw = () => choose(ranked(12), exploring, 6, seededRandom(seed))
        expect(draw()).toEqual(draw())
      }),
      { numRuns: 20 },
    )
  })

  it('logs the probability with which each item stands where it does, given those above it', () => {
    const draws = 40_000
    const prefixes = new Map<string, { times: number; items: Map<number, { times: number; propensity: number }> }>()
    for (let seed = 0; seed < draws; seed++) {
      let above = ''
      for (const { candidate, propensity } of choose(ranked(12), exploring, 3, seededRandom(seed)).chosen) {
        const prefix = prefixes.get(above) ?? { times: 0, items: new Map() }
        prefixes.set(above, prefix)
        prefix.times++
        const item = prefix.items.get(candidate) ?? { times: 0, propensity }
        prefix.items.set(candidate, item)
        item.times++
        expect(item.propensity).toBe(propensity)
        above += `${candidate} `
      }
    }
    for (const { times, items } of prefixes.values()) {
      for (const { times: hits, propensity } of items.values()) {
        expect(propensity).toBeGreaterThanOrEqual(0.4 / 5)
        // Five standard deviations of a binomial share, and a hit more for the rarest prefixes.
        const error = 5 * Math.sqrt((propensity * (1 - propensity)) / times) + 1 / times
        expect(Math.abs(hits / times - propensity)).toBeLessThan(error)
      }
      if (times > 2000)
        expect([...items.values()].reduce((sum, { propensity }) => sum + propensity, 0)).toBeCloseTo(1, 12)
    }
  })

  it('keeps the caps whatever comes out of the draw, and repeats nothing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (seed) => {
        const chosen = choose(ranked(12), exploring, 12, seededRandom(seed)).chosen.map(({ candidate }) => candidate)
        expect(new Set(chosen).size).toBe(chosen.length)
        expect(chosen.filter((row) => row % 3 === 0)).toHaveLength(2)
        expect(chosen).toHaveLength(10)
      }),
      { numRuns: 50 },
    )
  })
})

describe('the random source', () => {
  it('is uniform, and another one for every seed', () => {
    const counts = new Int32Array(16)
    for (let seed = 0; seed < 2000; seed++) {
      const random = seededRandom(seed)
      for (let i = 0; i < 8; i++) counts[Math.floor(16 * random.next())]!++
    }
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(1000))
    expect(new Set(Array.from({ length: 1000 }, (_, seed) => seededRandom(seed).next())).size).toBe(1000)
  })
})
