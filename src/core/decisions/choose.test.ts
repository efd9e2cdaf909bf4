import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PlacementPolicy } from '../../contracts/placement.ts'
import type { Product } from '../../contracts/product.ts'
import type { CatalogSnapshot } from '../catalog/snapshot.ts'
import { SnapshotBuilder } from '../catalog/snapshot-builder.ts'
import { choose, type Slot } from './choose.ts'
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
      { seed: 1, numRuns: 20 },
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
      { seed: 2, numRuns: 50 },
    )
  })
})

describe('slots', () => {
  const shelf: Shelf = Array.from({ length: 8 }, (_, i) => ({
    categories: [i < 4 ? 'A' : 'B'],
    ...(i === 5 ? { offers: SOLD_OUT } : {}),
    ...(i === 0 || i === 7 ? { groupId: 'shirt' } : {}),
  }))
  const rowsWith = (slots: readonly Slot[], policy: Partial<PlacementPolicy> = {}, limit = 5, seed = 1) => {
    const { chosen, refused } = choose(ranked(8), contextOf(shelf, policy), limit, seededRandom(seed), { slots })
    return { rows: chosen.map(({ candidate }) => candidate), chosen, refused }
  }

  it('hold their positions, surely, and the others fill the rest in their order', () => {
    const { rows, chosen } = rowsWith([
      { position: 2, candidates: [6] },
      { position: 0, candidates: [4] },
    ])
    expect(rows).toEqual([4, 0, 6, 1, 2])
    expect(chosen.map(({ slot }) => slot)).toEqual([1, undefined, 0, undefined, undefined])
    expect(chosen.map(({ propensity }) => propensity)).toEqual([1, 1, 1, 1, 1])
  })

  it('take the first that may be shown, and none where there is none', () => {
    expect(rowsWith([{ position: 1, candidates: [5, 6] }]).rows).toEqual([0, 6, 1, 2, 3])
    expect(rowsWith([{ position: 1, candidates: [5] }]).rows).toEqual([0, 1, 2, 3, 4])
  })

  it('give way to each other, move up where a list ends before them, and stay out where it does not reach', () => {
    const both = [
      { position: 1, candidates: [6, 4] },
      { position: 1, candidates: [6, 4] },
    ]
    expect(rowsWith(both).rows).toEqual([0, 6, 4, 1, 2])
    expect(rowsWith([{ position: 9, candidates: [6] }], { maxPerCategory: 1 }, 10).rows).toEqual([0, 6])
    expect(rowsWith([{ position: 5, candidates: [6] }]).rows).toEqual([0, 1, 2, 3, 4])
  })

  it('count for the caps before anything else, and keep the variant that was placed', () => {
    expect(rowsWith([{ position: 3, candidates: [4] }], { maxPerCategory: 2 }).rows).toEqual([0, 1, 6, 4])
    const { rows, refused } = rowsWith([{ position: 1, candidates: [7] }])
    expect(rows).toEqual([1, 7, 2, 3, 4])
    expect(refused).toEqual({ variant: 1, out_of_stock: 1 })
  })

  it('are not reached by chance, whatever comes out of the draws', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (seed) => {
        const chance = { exploreRate: 0.5, explorePool: 8 }
        const { rows, chosen } = rowsWith([{ position: 1, candidates: [6] }], chance, 5, seed)
        expect([rows[1], chosen[1]?.propensity, rows.lastIndexOf(6)]).toEqual([6, 1, 1])
      }),
      { seed: 3, numRuns: 50 },
    )
  })
})

describe('the floor of new products', () => {
  /** Rows 1, 6 and 7 are new; 7 shares a category with 6, of which one may stand on a list. */
  const shelf: Shelf = Array.from({ length: 8 }, (_, i) => ({ categories: [i === 7 ? 'C6' : `C${i}`] }))
  const fresh = Uint8Array.of(0, 1, 0, 0, 0, 0, 1, 1)
  const policy = { exploreRate: 0.25, explorePool: 4, newShare: 0.125, maxPerCategory: 1 }
  /** Rates are multiples of 1/8, pools divide 12: these draws stand for all draws, each for equally many. */
  const WHICH = Array.from({ length: 8 }, (_, i) => (i + 0.5) / 8)
  const WITHIN = Array.from({ length: 12 }, (_, i) => (i + 0.5) / 12)

  function scripted(...numbers: number[]): { next(): number } {
    let at = 0
    return { next: () => numbers[at++] ?? Number.NaN }
  }

  it('logs exactly the probability with which each item comes, given those above it, over all draws', () => {
    const context = contextOf(shelf, policy)
    const slots = [{ position: 1, candidates: [3] }]
    const times = new Map<string, number>()
    const logged = new Map<string, number>()
    for (const a of WHICH)
      for (const b of WITHIN)
        for (const c of WHICH)
          for (const d of WITHIN) {
            const random = scripted(a, b, 0, 0, c, d)
            let above = ''
            for (const { candidate, propensity } of choose(ranked(8), context, 3, random, { slots, fresh }).chosen) {
              times.set(above, (times.get(above) ?? 0) + 1)
              above += `${candidate} `
              expect(logged.get(above) ?? propensity).toBe(propensity)
              logged.set(above, propensity)
            }
            times.set(above, (times.get(above) ?? 0) + 1)
          }
    expect(logged.size).toBeGreaterThan(30)
    for (const [list, propensity] of logged) {
      const above = list
        .trim()
        .split(' ')
        .slice(0, -1)
        .map((item) => `${item} `)
        .join('')
      expect((times.get(list) ?? 0) / (times.get(above) ?? 0)).toBeCloseTo(propensity, 12)
    }
  })

  it('gives new products their share of each position that they may stand at, and each of them its part', () => {
    const draws = 30_000
    const shown = new Map<number, number>()
    for (let seed = 0; seed < draws; seed++) {
      const [first] = choose(ranked(8), contextOf(shelf, { newShare: 0.2 }), 1, seededRandom(seed), { fresh }).chosen
      shown.set(first?.candidate ?? -1, (shown.get(first?.candidate ?? -1) ?? 0) + 1)
    }
    // Five standard deviations.
    const about = (share: number) => 5 * Math.sqrt((share * (1 - share)) / draws)
    expect([...shown.keys()].sort()).toEqual([0, 1, 6, 7])
    for (const row of [1, 6, 7]) expect(Math.abs((shown.get(row) ?? 0) / draws - 0.2 / 3)).toBeLessThan(about(0.2 / 3))
    expect(Math.abs((shown.get(0) ?? 0) / draws - 0.8)).toBeLessThan(about(0.8))
  })

  it('gives its part back to the best where no new product may stand', () => {
    const { chosen } = choose(ranked(8), contextOf(shelf, { newShare: 0.5 }), 3, seededRandom(4), {
      fresh: new Uint8Array(8),
    })
    expect(chosen.map(({ candidate, propensity }) => [candidate, propensity])).toEqual([
      [0, 1],
      [1, 1],
      [2, 1],
    ])
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
