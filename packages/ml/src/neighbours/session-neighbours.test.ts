import { expect, test } from 'vitest'
import { modelContract } from '../../../../testkit/models/contract.ts'
import { measure } from '../../../../testkit/models/measure.ts'
import { checkerboard, plantedClusters } from '../../../../testkit/models/planted.ts'
import { shopOf } from '../../../../testkit/models/shops.ts'
import { queryOf } from '../frame/query.ts'
import { rng } from '../frame/rng.ts'
import { Scoreboard } from '../frame/scoreboard.ts'
import { sessionNeighbours } from './session-neighbours.ts'
import { sessionsOf, whoHolds } from './sessions.ts'

const run = { rng: rng(1), threads: 1 }

modelContract({
  algorithm: sessionNeighbours,
  keepsScores: false,
  params: { sessions: 'users', neighbours: 10 },
  abilities: ['scoresItems', 'explains'],
  explanation: 'sum',
})

/** Four users of one session each, the last seen last. */
const shop = shopOf(4, 5, [
  [0, 0, 0],
  [0, 1, 0],
  [1, 1, 1],
  [1, 2, 1],
  [2, 0, 2],
  [2, 1, 2],
  [2, 3, 2],
  [3, 4, 3],
])

test('sessions are numbered latest first, and holders are the latest', () => {
  const sessions = sessionsOf(shop, 'users', 2)
  expect([...sessions.offsets]).toEqual([0, 1, 3, 5, 7])
  expect([...sessions.items]).toEqual([4, 3, 1, 2, 1, 1, 0])
  const holders = whoHolds(sessions, 5, 2)
  expect([...holders.sessions.subarray(holders.offsets[1], holders.offsets[2])]).toEqual([1, 2])
})

test('a basket is a session of its own where that is asked for', () => {
  const data = shopOf(1, 3, [
    [0, 0, 0],
    [0, 1, 0],
    [0, 2, 1],
  ])
  expect([...sessionsOf(data, 'baskets', 10).offsets]).toEqual([0, 1, 3])
  expect([...sessionsOf(data, 'users', 10).offsets]).toEqual([0, 3])
})

test('a score worked by hand: likeness by place, what came later weighs less, rarity', async () => {
  const model = sessionNeighbours.open(
    await sessionNeighbours.trainer({ sessions: 'users', matchDecay: 0.25, neighbours: 2 }).fit(shop, run),
  )
  // The history is 0, then 1, then 4, so that π is 1/3, 2/3, 1. Sessions of users 0 and 2 share 0 and 1 (likeness 1),
  // that of user 3 shares 4 (likeness 1): of the three equals the two latest stay, users 3 and 2.
  const past = shopOf(1, 5, [
    [0, 0, 0],
    [0, 1, 1],
    [0, 4, 2],
  ])
  const query = { ...queryOf(past, 0, 1e13), user: -1 }
  const board = new Scoreboard(5)
  model.score(query, board)
  expect(board.get(3)).toBeCloseTo(0.75 * Math.log(1 + 4 / 1), 5)
  expect(board.get(1)).toBeCloseTo(0.75 * Math.log(1 + 4 / 3), 5)
  expect(board.get(4)).toBeCloseTo(Math.log(1 + 4 / 1), 5)
  expect(board.has(2)).toBe(false)
  const because = model.explain(query, 3, 10)
  expect(because.map(({ index }) => index)).toEqual([1, 0])
  expect((because[0]?.weight ?? 0) / (because[1]?.weight ?? 1)).toBeCloseTo(2, 5)
})

test('finds every held-out item of the checkerboard: Recall@1 = 1', async () => {
  const planted = checkerboard(20)
  const model = sessionNeighbours.open(
    await sessionNeighbours.trainer({ sessions: 'users', historyItems: 20 }).fit(planted.data, run),
  )
  expect(measure(model, planted, 1).recall).toBe(1)
})

test('finds planted clusters: Recall@10 above 0.95 where knowing them gives 1 (seed 3)', async () => {
  const planted = plantedClusters({ users: 400, items: 100, clusters: 10, perUser: 6, noise: 0.2, seed: 3 })
  const model = sessionNeighbours.open(await sessionNeighbours.trainer({ sessions: 'users' }).fit(planted.data, run))
  expect(measure(model, planted, 10).recall).toBeGreaterThan(0.95)
})
