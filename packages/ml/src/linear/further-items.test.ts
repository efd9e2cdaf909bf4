import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { measure } from '../../../../testkit/models/measure.ts'
import { plantedClusters } from '../../../../testkit/models/planted.ts'
import { shopOf } from '../../../../testkit/models/shops.ts'
import { keepEntries } from '../evaluation/splits.ts'
import type { Algorithm } from '../frame/algorithm.ts'
import type { Interactions, Query } from '../frame/interactions.ts'
import type { Model } from '../frame/model.ts'
import { queryOf } from '../frame/query.ts'
import { rng } from '../frame/rng.ts'
import type { ItemGraph } from '../neighbours/item-graph.ts'
import { BlockSymmetric } from './block-symmetric.ts'
import { ease, easeBytes } from './ease.ts'
import { slim } from './slim.ts'
import { slist } from './slist.ts'

const run = { rng: rng(1), threads: 1 }
const USERS = 8
const ITEMS = 7

type Row = readonly [user: number, item: number, day: number, weight?: number]
type Learner = Pick<Algorithm<object, Interactions, ItemGraph>, 'trainer' | 'open' | 'extend' | 'kind'>

/** Parameters under which nothing is cut. */
const LEARNERS: readonly [name: string, learner: Learner, params: object][] = [
  ['ease', ease, { l2: 2, dropout: 0.3, lengthPower: 0.5 }],
  ['slist', slist, { l2: 2, futureShare: 0.6, futureHalfLifeBaskets: 1 }],
  ['slim', slim, { l2: 1, weighting: 'linear' }],
]

/** Random entries, and a user who took every item on the first day and again on the last, so that every pair occurs. */
const rows = fc
  .array(fc.tuple(fc.nat(USERS - 2), fc.nat(ITEMS - 1), fc.nat(20), fc.integer({ min: 1, max: 3 })), { minLength: 5 })
  .map((some): Row[] => {
    const all = Array.from({ length: ITEMS }, (_, item) => item)
    return [...some, ...all.map((item): Row => [USERS - 1, item, 0]), ...all.map((item): Row => [USERS - 1, item, 30])]
  })

function before(data: Interactions, known: number): Interactions {
  return { ...keepEntries(data, (entry) => data.item[entry]! < known), items: known }
}

async function extended(learner: Learner, params: object, data: Interactions, known: number): Promise<Model> {
  const model = await learner.trainer(params).fit(before(data, known), run)
  const more = await learner.extend?.(model, data, run)
  if (!more) throw new Error(`${learner.kind} cannot extend`)
  return more
}

/** The weights of a model, [items][items]. */
function matrix({ arrays }: Model): number[][] {
  const { offsets, ids, weights } = arrays
  const items = offsets!.length - 1
  return Array.from({ length: items }, (_, i) => {
    const row = new Array<number>(items).fill(0)
    for (let e = Number(offsets![i]); e < Number(offsets![i + 1]); e++) row[Number(ids![e])] = Number(weights![e])
    return row
  })
}

describe.each(LEARNERS)('%s with further items', (_, learner, params) => {
  test('says of new items what training on all says, within 1e-4', async () => {
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 3, max: ITEMS - 1 }), async (entries, known) => {
        const data = shopOf(USERS, ITEMS, entries)
        const found = matrix(await extended(learner, params, data, known))
        const peer = matrix(await learner.trainer(params).fit(data, run))
        for (let i = 0; i < ITEMS; i++) {
          for (let j = known; j < ITEMS; j++) expect(Math.abs(found[i]![j]! - peer[i]![j]!)).toBeLessThan(1e-4)
        }
      }),
      { seed: 1, numRuns: 20 },
    )
  })

  test('keeps every weight between known items, even where rows are full', async () => {
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 9 }), async (entries, neighbours) => {
        const data = shopOf(USERS, ITEMS, entries)
        const old = matrix(await learner.trainer({ ...params, neighbours }).fit(before(data, 4), run))
        const found = matrix(await extended(learner, { ...params, neighbours }, data, 4))
        expect(found.slice(0, 4).map((row) => row.slice(0, 4))).toEqual(old)
      }),
      { seed: 2, numRuns: 12 },
    )
  })

  test('leaves out what nobody took', async () => {
    const data = shopOf(3, 6, [
      ...[0, 1, 2].flatMap((user) => [0, 1, 2].map((item): Row => [user, item, user])),
      [0, 4, 5],
      [1, 4, 5],
    ])
    const model = matrix(await extended(learner, params, data, 3))
    for (const item of [3, 5]) {
      expect(model[item]).toEqual([0, 0, 0, 0, 0, 0])
      expect(model.every((row) => row[item] === 0)).toBe(true)
    }
    expect(model[0]![4]).not.toBe(0)
    expect(model[4]![0]).not.toBe(0)
  })

  test('finds planted clusters with and by new items, nearly as training on all does (seed 4)', async () => {
    const planted = plantedClusters({ users: 400, items: 100, clusters: 5, perUser: 10, noise: 0.2, seed: 4 })
    const model = learner.open(await extended(learner, { l2: 50 }, planted.data, 80))
    const peer = learner.open(await learner.trainer({ l2: 50 }).fit(planted.data, run))
    const withNew = planted.cases.filter(({ targets }) => targets[0]! >= 80)
    const byNew = planted.cases.flatMap(({ query, targets }) => {
      const past = newOnly(query, 80)
      return past.items.length > 2 && targets[0]! < 80 ? [{ query: past, targets }] : []
    })
    for (const [cases, k, chance] of [
      [withNew, 10, 0.12],
      [byNew, 20, 0.21],
    ] as const) {
      expect(cases.length).toBeGreaterThan(30)
      const [found, best] = [model, peer].map((scorer) => measure(scorer, { ...planted, cases }, k).recall)
      expect(found).toBeGreaterThan(3 * chance)
      expect(found).toBeGreaterThan(0.8 * best!)
    }
  })
})

/** What of a past is of items from this one on. */
function newOnly(query: Query, from: number): Query {
  const kept = [...query.items.keys()].filter((e) => query.items[e]! >= from)
  return {
    ...query,
    items: Int32Array.from(kept, (e) => query.items[e]!),
    weights: Float32Array.from(kept, (e) => query.weights[e]!),
    at: Float64Array.from(kept, (e) => query.at[e]!),
    basket: Int32Array.from(kept, (e) => query.basket[e]!),
  }
}

/** A and C of the normal equations A·B = C, densely and without the ridge. */
function equations(data: Interactions, futureShare: number): { a: number[][]; c: number[][] } {
  const [a, c] = [0, 1].map(() => Array.from({ length: ITEMS }, () => new Array<number>(ITEMS).fill(0)))
  const add = (source: number[], target: number[], share: number) => {
    source.forEach((left, i) => {
      for (let j = 0; j < ITEMS; j++) {
        a![i]![j]! += share * left * source[j]!
        c![i]![j]! += share * left * target[j]!
      }
    })
  }
  for (let u = 0; u < USERS; u++) {
    const { items, basket } = queryOf(data, u, 0)
    const days = [...new Set(basket)]
    const row = (seen: readonly number[]) => {
      const values = new Array<number>(ITEMS).fill(0)
      seen.forEach((day, step) => {
        items.forEach((item, e) => {
          if (basket[e] === day && values[item] === 0) values[item] = 2 ** -step
        })
      })
      return values
    }
    const all = Array.from({ length: ITEMS }, (_, item) => (items.includes(item) ? 1 : 0))
    add(all, all, 1 - futureShare)
    for (let cut = 1; cut < days.length; cut++) {
      add(row(days.slice(0, cut).reverse()), row(days.slice(cut)), futureShare)
    }
  }
  return { a: a!, c: c! }
}

test.each([
  ['ease', ease as Learner, { l2: 2 }, 0],
  ['slist', slist as Learner, { l2: 2, futureShare: 0.6, halfLifeBaskets: 1, futureHalfLifeBaskets: 1 }, 0.6],
  ['slim', slim as Learner, { l2: 2, ridgePower: 0, lengthPower: 0, historyPower: 0, popularityDiscount: 0 }, 0],
])('%s: no change of what a new item says lowers the objective, the rest as it is', async (_, learner, params, f) => {
  await fc.assert(
    fc.asyncProperty(rows, fc.constantFrom(2, 200), async (entries, neighbours) => {
      const data = shopOf(USERS, ITEMS, entries)
      const n = ITEMS - 1
      const b = matrix(await extended(learner, { ...params, neighbours }, data, n))
      const { a, c } = equations(data, f)
      // Of ½·b_jᵀ(A + l2)·b_j − c_jᵀ·b_j the derivative by b_nj.
      const slope = (j: number) => {
        return a[n]!.reduce((sum, value, i) => sum + value * b[i]![j]!, 0) + params.l2 * b[n]![j]! - c[n]![j]!
      }
      const told = Array.from({ length: n }, (_, j) => j).filter((j) => b[n]![j] !== 0)
      expect(told.length).toBe(Math.min(neighbours, n))
      for (const j of told) expect(Math.abs(slope(j))).toBeLessThan(1e-4)
    }),
    { seed: 3, numRuns: 15 },
  )
})

test('what new items say of known ones is split among those taken together', async () => {
  // Items 2 and 3 have the same takers: each alone would tell of item 0 what one of them does.
  const pair = (item: number): Row[] =>
    [0, 1, 2].flatMap((user): Row[] => [
      [user, 0, 0],
      [user, item, 0],
    ])
  const shop = shopOf(4, 4, [...pair(2), ...pair(3), [3, 0, 0], [3, 1, 0]])
  const alone = matrix(await extended(ease, { l2: 10 }, shopOf(4, 3, [...pair(2), [3, 0, 0], [3, 1, 0]]), 2))
  const both = matrix(await extended(ease, { l2: 10 }, shop, 2))
  const least = (3 / 16) * (1 + 0.05)
  expect(alone[2]![0]).toBeCloseTo(3 / 13, 5)
  // min over b of 3·(1 − 2b)² + 20·b² + … is at b = 3 / (10 + 6).
  expect(both[2]![0]).toBeCloseTo(3 / 16, 2)
  expect(both[3]![0]).toBeLessThan(least)
})

test('takes in as many new items as the memory allows, those of most users', async () => {
  const known = 70
  const items = 140
  const entries: Row[] = []
  for (let user = 0; user < 10; user++) {
    for (let item = 0; item < items; item++) if (item % 10 >= user || item < known) entries.push([user, item, 0])
  }
  const data = shopOf(10, items, entries)
  const model = await ease.trainer({ maxBytes: easeBytes(known) }).fit(before(data, known), run)
  const more = await ease.extend!(model, data, run)
  expect(more.arrays['covered']?.length).toBe(items)
  // Two blocks a side fit, three do not.
  const maxBytes = BlockSymmetric.bytes(128)
  const small = await ease.extend!({ ...model, params: { ...(model.params as object), maxBytes } }, data, run)
  const covered = [...(small.arrays['covered'] ?? [])]
  expect(covered.length).toBe(128)
  const users = (item: number) => 1 + (item % 10)
  const left = Array.from({ length: items }, (_, item) => item).filter((item) => !covered.includes(item))
  expect(Math.max(...left.map(users))).toBeLessThanOrEqual(Math.min(...covered.filter((i) => i >= known).map(users)))
})
