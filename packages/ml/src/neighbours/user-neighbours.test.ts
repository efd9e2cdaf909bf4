import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { modelContract } from '../../../../testkit/models/contract.ts'
import { measure } from '../../../../testkit/models/measure.ts'
import { checkerboard, plantedClusters } from '../../../../testkit/models/planted.ts'
import { shopOf } from '../../../../testkit/models/shops.ts'
import type { Interactions } from '../frame/interactions.ts'
import { queryOf } from '../frame/query.ts'
import { rng } from '../frame/rng.ts'
import { Scoreboard } from '../frame/scoreboard.ts'
import { SIMILARITIES } from './similarity.ts'
import { type UserNeighboursParams, userNeighbours } from './user-neighbours.ts'

const run = { rng: rng(1), threads: 1 }

for (const similarity of SIMILARITIES) {
  modelContract({
    algorithm: userNeighbours,
    keepsScores: false,
    params: { similarity, weighting: 'log', neighbours: 5 },
    abilities: ['scoresItems', 'explains'],
    explanation: 'sum',
  })
}

async function open(data: Interactions, params: Partial<UserNeighboursParams>) {
  return userNeighbours.open(await userNeighbours.trainer(params).fit(data, run))
}

// Users 0 and 1 share item 0 with the query, user 1 also item 1; user 2 shares nothing.
const shop = shopOf(3, 6, [
  [0, 0, 1],
  [0, 2, 1],
  [1, 0, 2],
  [1, 1, 2],
  [1, 3, 2],
  [2, 4, 3],
  [2, 5, 3],
])
const asked = queryOf(
  shopOf(1, 6, [
    [0, 0, 9],
    [0, 1, 9],
  ]),
  0,
  0,
)

describe('likeness worked by hand', () => {
  test.each([
    ['cosine', [1 / 2, 2 / Math.sqrt(6)]],
    ['jaccard', [1 / 3, 2 / 3]],
    ['euclidean', [1 / (1 + Math.SQRT2), 1 / 2]],
  ] as const)('%s', async (similarity, [user0, user1]) => {
    const model = await open(shop, { similarity })
    const board = new Scoreboard(6)
    model.score(asked, board)
    expect(board.get(2)).toBeCloseTo(user0, 6)
    expect(board.get(3)).toBeCloseTo(user1, 6)
    expect(board.get(0)).toBeCloseTo(user0 + user1, 6)
    expect(board.has(4)).toBe(false)
    expect(model.supporters(asked, 0)).toBe(2)
    expect(model.supporters(asked, 4)).toBe(0)
  })

  test('shrinkage trusts two shared items more than one', async () => {
    const board = new Scoreboard(6)
    ;(await open(shop, { similarity: 'jaccard', shrinkage: 1 })).score(asked, board)
    expect(board.get(2)).toBeCloseTo((1 / 3) * (1 / 2), 6)
    expect(board.get(3)).toBeCloseTo((2 / 3) * (2 / 3), 6)
  })

  test('a rare item tells BM25 more than one that everybody holds', async () => {
    const everybody = [0, 1, 2, 3, 4, 5].map((user) => [user, 0, 0] as const)
    const data = shopOf(6, 4, [...everybody, [0, 1, 0], [0, 2, 0], [1, 3, 0]])
    const query = queryOf(
      shopOf(1, 4, [
        [0, 0, 9],
        [0, 1, 9],
      ]),
      0,
      0,
    )
    const ratio = async (similarity: 'bm25' | 'cosine') => {
      const board = new Scoreboard(4)
      ;(await open(data, { similarity })).score(query, board)
      return board.get(2) / board.get(3)
    }
    expect(await ratio('bm25')).toBeGreaterThan(2 * (await ratio('cosine')))
  })

  test('a close user’s part is shared among the items in common', async () => {
    const model = await open(shop, { similarity: 'cosine' })
    const half = expect.closeTo(1 / Math.sqrt(6), 6)
    expect(model.explain(asked, 3, 9)).toEqual([
      { kind: 'item', index: 0, weight: half },
      { kind: 'item', index: 1, weight: half },
    ])
    expect(model.explain(asked, 2, 9)).toEqual([{ kind: 'item', index: 0, weight: expect.closeTo(0.5, 6) }])
  })
})

test('a posting of one remembers the user seen last', async () => {
  const board = new Scoreboard(6)
  ;(await open(shop, { posting: 1 })).score(asked, board)
  expect(board.has(2)).toBe(false)
  expect(board.has(3)).toBe(true)
})

test('the closest k users speak, ties by user', async () => {
  const data = shopOf(3, 4, [
    [0, 0, 0],
    [0, 1, 0],
    [1, 0, 5],
    [1, 2, 5],
    [2, 0, 9],
    [2, 3, 9],
  ])
  const board = new Scoreboard(4)
  ;(await open(data, { neighbours: 2 })).score(queryOf(shopOf(1, 4, [[0, 0, 0]]), 0, 0), board)
  expect([1, 2, 3].filter((item) => board.has(item))).toEqual([1, 2])
})

test.each(SIMILARITIES)('%s: nobody is closer to a user than someone with the same past', async (similarity) => {
  const rows = fc.array(fc.tuple(fc.nat(7), fc.nat(5), fc.nat(30)), { minLength: 1 })
  await fc.assert(
    fc.asyncProperty(rows, async (entries) => {
      const data = shopOf(8, 6, entries)
      const model = await open(data, { similarity, neighbours: 1 })
      for (let user = 0; user < 8; user++) {
        const query = queryOf(data, user, 0)
        const board = new Scoreboard(6)
        model.score(query, board)
        // The one closest user holds exactly the user's own items.
        expect([...board.touched.subarray(0, board.count)].sort()).toEqual([...new Set(query.items)].sort())
      }
    }),
    { seed: 1, numRuns: 30 },
  )
})

test.each(SIMILARITIES)('%s finds every held-out item of the checkerboard: Recall@1 = 1', async (similarity) => {
  const planted = checkerboard(20)
  expect(measure(await open(planted.data, { similarity }), planted, 1).recall).toBe(1)
})

test.each(SIMILARITIES)(
  '%s knows planted clusters: Recall@10 above 0.5, popularity 0.1 (seed 4)',
  async (similarity) => {
    const planted = plantedClusters({ users: 400, items: 100, clusters: 5, perUser: 10, noise: 0.2, seed: 4 })
    expect(measure(await open(planted.data, { similarity, neighbours: 50 }), planted, 10).recall).toBeGreaterThan(0.5)
  },
)
