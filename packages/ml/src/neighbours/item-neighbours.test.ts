import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { modelContract } from '../../../../testkit/models/contract.ts'
import { measure } from '../../../../testkit/models/measure.ts'
import { checkerboard, plantedClusters } from '../../../../testkit/models/planted.ts'
import { shopOf } from '../../../../testkit/models/shops.ts'
import { keepEntries } from '../evaluation/splits.ts'
import type { Interactions } from '../frame/interactions.ts'
import { queryOf } from '../frame/query.ts'
import { rng } from '../frame/rng.ts'
import { Scoreboard } from '../frame/scoreboard.ts'
import { type ItemNeighboursParams, itemNeighbours } from './item-neighbours.ts'
import { SIMILARITIES } from './similarity.ts'

const run = { rng: rng(1), threads: 1 }

for (const similarity of SIMILARITIES) {
  modelContract({
    algorithm: itemNeighbours,
    params: { similarity, weighting: 'log', halfLifeDays: 30 },
    abilities: ['scoresItems', 'findsSimilar', 'explains'],
    explanation: 'sum',
  })
}

async function open(data: Interactions, params: Partial<ItemNeighboursParams>) {
  return itemNeighbours.open(await itemNeighbours.trainer({ shrinkage: 0, ...params }).fit(data, run))
}

// Item 0 is held by users 0, 1, 2; item 1 by 0, 1; item 2 by 2, 3; item 3 by nobody who holds another.
const shop = shopOf(5, 4, [
  [0, 0, 0],
  [0, 1, 0],
  [1, 0, 0],
  [1, 1, 0],
  [2, 0, 0],
  [2, 2, 0],
  [3, 2, 0],
  [4, 3, 0],
])

describe('likeness worked by hand', () => {
  test.each([
    ['cosine', [2 / Math.sqrt(6), 1 / Math.sqrt(6)]],
    ['jaccard', [2 / 3, 1 / 4]],
    ['euclidean', [1 / 2, 1 / (1 + Math.sqrt(3))]],
  ] as const)('%s', async (similarity, [to1, to2]) => {
    const { ids, scores } = (await open(shop, { similarity })).similar(0, 10)
    expect([...ids]).toEqual([1, 2])
    expect(scores[0]).toBeCloseTo(to1, 6)
    expect(scores[1]).toBeCloseTo(to2, 6)
  })

  test('shrinkage counts n shared users n / (n + shrinkage)', async () => {
    const { scores } = (await open(shop, { similarity: 'jaccard', shrinkage: 2 })).similar(0, 10)
    expect(scores[0]).toBeCloseTo((2 / 3) * (2 / 4), 6)
    expect(scores[1]).toBeCloseTo((1 / 4) * (1 / 3), 6)
  })

  test('a user of one item is worth more to BM25 than one who holds everything', async () => {
    // Items 0 and 1 share the narrow user 0; items 0 and 2 share user 1, who holds all.
    const data = shopOf(4, 6, [
      [0, 0, 0],
      [0, 1, 0],
      ...[0, 2, 3, 4, 5].map((item) => [1, item, 0] as const),
      [2, 1, 0],
      [3, 2, 0],
    ])
    expect([...(await open(data, { similarity: 'bm25' })).similar(0, 2).ids]).toEqual([1, 3])
    const { scores } = (await open(data, { similarity: 'cosine' })).similar(0, 6)
    expect(scores[3]).toBeCloseTo(scores[4]!, 6)
  })

  test('a query adds its items’ likenesses, each by its value', async () => {
    const model = await open(shop, { similarity: 'jaccard', weighting: 'linear' })
    const asked = shopOf(1, 4, [
      [0, 1, 0, 3],
      [0, 2, 0, 5],
    ])
    const board = new Scoreboard(4)
    model.score(queryOf(asked, 0, 0), board)
    expect(board.get(0)).toBeCloseTo(3 * (2 / 3) + 5 * (1 / 4), 5)
    expect(board.has(3)).toBe(false)
    expect(model.explain(queryOf(asked, 0, 0), 0, 9)).toEqual([
      { kind: 'item', index: 1, weight: expect.closeTo(2, 5) },
      { kind: 'item', index: 2, weight: expect.closeTo(1.25, 5) },
    ])
  })

  test('an entry of long ago weighs less in training', async () => {
    const data = shopOf(2, 3, [
      [0, 0, 0],
      [0, 1, 0],
      [1, 0, 100],
      [1, 2, 100],
    ])
    expect([...(await open(data, {})).similar(0, 2).scores]).toEqual([
      Math.fround(Math.SQRT1_2),
      Math.fround(Math.SQRT1_2),
    ])
    expect([...(await open(data, { trainingHalfLifeDays: 10 })).similar(0, 2).ids]).toEqual([2, 1])
  })
})

const entries = fc.array(fc.tuple(fc.nat(7), fc.nat(5), fc.nat(30), fc.integer({ min: 1, max: 4 })), { minLength: 1 })

test.each(SIMILARITIES)('%s is symmetric and lies in 0 … 1 within 1e-6', async (similarity) => {
  await fc.assert(
    fc.asyncProperty(
      entries,
      fc.constantFrom('binary' as const, 'log' as const, 'linear' as const),
      async (rows, weighting) => {
        const model = await open(shopOf(8, 6, rows), { similarity, weighting, shrinkage: 1 })
        const likeness = (a: number, b: number) => {
          const { ids, scores } = model.similar(a, 6)
          return scores[ids.indexOf(b)] ?? 0
        }
        for (let a = 0; a < 6; a++) {
          for (let b = 0; b < a; b++) {
            expect(Math.abs(likeness(a, b) - likeness(b, a))).toBeLessThan(1e-6)
            expect(likeness(a, b)).toBeGreaterThanOrEqual(0)
            expect(likeness(a, b)).toBeLessThan(1 + 1e-6)
          }
        }
      },
    ),
    { seed: 1, numRuns: 30 },
  )
})

test('keeping k neighbours is keeping the first k of all, ties by item', async () => {
  await fc.assert(
    fc.asyncProperty(entries, fc.integer({ min: 1, max: 5 }), async (rows, neighbours) => {
      const data = shopOf(8, 6, rows)
      const all = await open(data, {})
      const few = await open(data, { neighbours })
      for (let item = 0; item < 6; item++) expect(few.similar(item, 6)).toEqual(all.similar(item, neighbours))
    }),
    { seed: 2, numRuns: 30 },
  )
})

test.each(SIMILARITIES.flatMap((similarity) => [0, 20].map((shrinkage) => [similarity, shrinkage] as const)))(
  '%s, shrunk by %d: the k kept of many are those of comparing all exactly, bit for bit',
  async (similarity, shrinkage) => {
    const { data } = plantedClusters({ users: 300, items: 150, clusters: 3, perUser: 12, noise: 0.5, seed: 8 })
    // Values that age makes as small as they can be, beside others.
    const params = { similarity, shrinkage, weighting: 'log', trainingHalfLifeDays: 1 } as const
    const [all, few] = [
      await open(data, { ...params, neighbours: 150 }),
      await open(data, { ...params, neighbours: 5 }),
    ]
    let others = 0
    for (let item = 0; item < 150; item++) {
      const [most, kept] = [all.similar(item, 150), few.similar(item, 150)]
      expect([...kept.ids]).toEqual([...most.ids.slice(0, 5)])
      expect([...kept.scores]).toEqual([...most.scores.slice(0, 5)])
      others += most.ids.length - kept.ids.length
    }
    expect(others).toBeGreaterThan(5000)
  },
)

describe('items that follow', () => {
  const known = 90
  const { data: grown } = plantedClusters({ users: 300, items: 120, clusters: 3, perUser: 12, noise: 0.5, seed: 8 })
  const before = { ...keepEntries(grown, (e) => grown.item[e]! < known), items: known }
  const ways = SIMILARITIES.flatMap((similarity) => [0, 20].map((shrinkage) => [similarity, shrinkage] as const))

  test.each(ways)('%s, shrunk by %d: have the lists of training on all, bit for bit', async (similarity, shrinkage) => {
    const params = { similarity, shrinkage, weighting: 'log', trainingHalfLifeDays: 1, neighbours: 7 } as const
    const [extended, full] = await extendedAndFull(before, grown, params)
    for (let item = known; item < 120; item++) expect(extended.similar(item, 120)).toEqual(full.similar(item, 120))
  })

  test.each(ways.filter(([similarity]) => similarity !== 'bm25'))(
    '%s, shrunk by %d: stand where training on all puts them in the lists of known items, which lose nothing',
    async (similarity, shrinkage) => {
      const params = { similarity, shrinkage, weighting: 'log', neighbours: 7 } as const
      const [extended, full, old] = await extendedAndFull(before, grown, params)
      let joined = 0
      for (let item = 0; item < known; item++) {
        const all = extended.similar(item, 120)
        expect([...all.ids.subarray(0, 7)]).toEqual([...full.similar(item, 7).ids])
        expect([...all.scores.subarray(0, 7)]).toEqual([...full.similar(item, 7).scores])
        const kept = old.similar(item, 7)
        expect([...all.ids].filter((id) => id < known)).toEqual([...kept.ids])
        expect([...all.scores].filter((_, n) => all.ids[n]! < known)).toEqual([...kept.scores])
        joined += all.ids.length - kept.ids.length
      }
      expect(joined).toBeGreaterThan(90)
    },
  )

  test('have the lists of training on all, whatever was taken, also after a step between', async () => {
    await fc.assert(
      fc.asyncProperty(
        entries,
        fc.nat(5),
        fc.nat(5),
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom(...SIMILARITIES),
        async (rows, a, b, neighbours, similarity) => {
          const steps = [1 + Math.min(a, b), 1 + Math.max(a, b), 6]
          const shops = steps.map((items) => {
            const data = shopOf(8, 6, rows)
            return { ...keepEntries(data, (e) => data.item[e]! < items), items }
          })
          if (shops[0]!.item.length === 0) return
          const params = { similarity, neighbours, shrinkage: 1 }
          let model = await itemNeighbours.trainer(params).fit(shops[0]!, run)
          for (const [s, data] of shops.entries()) {
            model = await itemNeighbours.extend!(model, data, run)
            const [extended, full] = [itemNeighbours.open(model), await open(data, params)]
            for (let item = steps[s - 1] ?? steps[0]!; item < data.items; item++) {
              expect(extended.similar(item, 6)).toEqual(full.similar(item, neighbours))
            }
            for (let item = 0; item < data.items; item++) {
              expect(extended.similar(item, 6).ids.length).toBeLessThanOrEqual(2 * neighbours)
            }
          }
        },
      ),
      { seed: 3, numRuns: 60 },
    )
  })
})

async function extendedAndFull(before: Interactions, grown: Interactions, params: Partial<ItemNeighboursParams>) {
  const old = await itemNeighbours.trainer(params).fit(before, run)
  const extended = await itemNeighbours.extend!(old, grown, run)
  return [itemNeighbours.open(extended), await open(grown, params), itemNeighbours.open(old)] as const
}

test.each(SIMILARITIES)('%s finds every held-out item of the checkerboard: Recall@1 = 1', async (similarity) => {
  const planted = checkerboard(20)
  expect(measure(await open(planted.data, { similarity }), planted, 1).recall).toBe(1)
})

test.each([
  ['cosine', 0.6],
  ['jaccard', 0.6],
  ['bm25', 0.6],
  ['euclidean', 0.5],
] as const)(
  '%s knows planted clusters: Recall@10 of at least %d, popularity 0.1 (seed 4)',
  async (similarity, band) => {
    const planted = plantedClusters({ users: 400, items: 100, clusters: 5, perUser: 10, noise: 0.2, seed: 4 })
    expect(measure(await open(planted.data, { similarity }), planted, 10).recall).toBeGreaterThan(band)
  },
)
