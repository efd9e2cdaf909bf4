import { expect, test } from 'vitest'
import { modelContract } from '../../../../testkit/models/contract.ts'
import { measure } from '../../../../testkit/models/measure.ts'
import { checkerboard, plantedClusters } from '../../../../testkit/models/planted.ts'
import { shopOf } from '../../../../testkit/models/shops.ts'
import { queryOf } from '../frame/query.ts'
import { rng } from '../frame/rng.ts'
import { Scoreboard } from '../frame/scoreboard.ts'
import { basketNeighbours } from './basket-neighbours.ts'
import { GroupDecay } from './group-decay.ts'

const run = { rng: rng(1), threads: 1 }

modelContract({
  algorithm: basketNeighbours,
  keepsScores: false,
  params: { neighbours: 5, groups: 2, halfLifeDays: 30 },
  abilities: ['scoresItems', 'explains'],
  explanation: 'sum',
})

test('group-wise decay worked by hand: three baskets in two groups', () => {
  const data = shopOf(1, 4, [
    [0, 0, 0],
    [0, 1, 1],
    [0, 0, 1],
    [0, 2, 2],
    [0, 0, 2],
    [0, 0, 2],
  ])
  const reader = new GroupDecay(4, {
    groups: 2,
    withinDecay: 0.5,
    betweenDecay: 0.25,
    halfLifeDays: 0,
    historyBaskets: 10,
  })
  reader.read(data, 0, 6, data.at[5] ?? 0)
  // The newest two baskets are a group (weights 1 and 0.5, halved by its size), the oldest is one alone; both halved.
  expect(reader.valueOf(2)).toBeCloseTo(1 / 2 / 2, 12)
  expect(reader.valueOf(1)).toBeCloseTo(0.5 / 2 / 2, 12)
  expect(reader.valueOf(0)).toBeCloseTo((1 + 0.5) / 2 / 2 + 0.25 / 2, 12)
  expect(reader.valueOf(3)).toBe(0)
  expect([...reader.items.subarray(0, reader.count)].sort()).toEqual([0, 1, 2])
  reader.read(data, 0, 1, data.at[0] ?? 0)
  expect(reader.count).toBe(1)
  expect(reader.valueOf(2)).toBe(0)
})

test('the nearest by Euclidean distance are asked, not those that share most', async () => {
  // User 0 shares item 0 alone with the query; user 1 shares it too but holds much else besides.
  const data = shopOf(2, 6, [
    [0, 0, 0],
    [0, 1, 0],
    [1, 0, 0],
    [1, 2, 0],
    [1, 3, 0],
    [1, 4, 0],
    [1, 5, 0],
  ])
  const params = { neighbours: 1, ownShare: 0.5 }
  const model = basketNeighbours.open(await basketNeighbours.trainer(params).fit(data, run))
  const query = { ...queryOf(shopOf(1, 6, [[0, 0, 0]]), 0, 1e13), user: -1 }
  const board = new Scoreboard(6)
  model.score(query, board)
  expect(board.get(1)).toBeCloseTo(0.5, 6)
  expect(board.get(0)).toBeCloseTo(0.5 + 0.5, 6)
  expect(board.has(2)).toBe(false)
})

test('what a user takes again and again comes first', async () => {
  const data = shopOf(2, 4, [
    [0, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
    [0, 0, 2],
    [0, 2, 2],
    [1, 3, 0],
  ])
  const model = basketNeighbours.open(await basketNeighbours.trainer({ ownShare: 1 }).fit(data, run))
  const board = new Scoreboard(4)
  model.score(queryOf(data, 0, data.at[4] ?? 0), board)
  expect(board.get(0)).toBeGreaterThan(board.get(2))
  expect(board.get(2)).toBeGreaterThan(board.get(1))
  expect(board.has(3)).toBe(false)
})

test('finds every held-out item of the checkerboard: Recall@1 = 1', async () => {
  const planted = checkerboard(20)
  const model = basketNeighbours.open(await basketNeighbours.trainer({ neighbours: 5 }).fit(planted.data, run))
  expect(measure(model, planted, 1).recall).toBe(1)
})

test('finds planted clusters: Recall@10 above 0.95 where knowing them gives 1 (seed 3)', async () => {
  const planted = plantedClusters({ users: 400, items: 100, clusters: 10, perUser: 6, noise: 0.2, seed: 3 })
  const params = { neighbours: 30, withinDecay: 1, betweenDecay: 1 }
  const model = basketNeighbours.open(await basketNeighbours.trainer(params).fit(planted.data, run))
  expect(measure(model, planted, 10).recall).toBeGreaterThan(0.95)
})
