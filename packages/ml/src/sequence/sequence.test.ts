import fc from 'fast-check'
import { expect, test } from 'vitest'
import { modelContract } from '../../../../testkit/models/contract.ts'
import { measure } from '../../../../testkit/models/measure.ts'
import { plantedChain, plantedPairs } from '../../../../testkit/models/planted.ts'
import { shopOf } from '../../../../testkit/models/shops.ts'
import { queryOf } from '../frame/query.ts'
import { rng } from '../frame/rng.ts'
import { Scoreboard } from '../frame/scoreboard.ts'
import { basketsByItem, basketsOf } from './baskets.ts'
import { boughtTogether, logLikelihoodRatio } from './bought-together.ts'
import { transitions } from './transitions.ts'

const run = { rng: rng(1), threads: 1 }
const all = ['scoresItems', 'findsSimilar', 'explains'] as const

modelContract({
  algorithm: transitions,
  keepsScores: false,
  params: { shrinkage: 0.5, repeats: true },
  abilities: all,
  explanation: 'sum',
  skip: { 'the checkerboard': 'the order of its items means nothing; the chain does' },
})
modelContract({
  algorithm: boughtTogether,
  keepsScores: false,
  params: { minSupport: 1, historySteps: 3 },
  abilities: all,
  explanation: 'sum',
  skip: { 'the checkerboard': 'each of its entries is a basket of its own; the pairs are not' },
})

test('transitions find the planted chain: Recall@1 of 0.8 within 0.05 from the last step, 0.7 from ten (seed 9)', async () => {
  const planted = plantedChain({ users: 400, items: 50, steps: 12, fidelity: 0.8, seed: 9 })
  const last = await transitions.trainer({ historySteps: 1 }).fit(planted.data, run)
  expect(Math.abs(measure(transitions.open(last), planted, 1, true).recall - 0.8)).toBeLessThan(0.05)
  const ten = await transitions.trainer().fit(planted.data, run)
  expect(measure(transitions.open(ten), planted, 1, true).recall).toBeGreaterThan(0.7)
})

test('a transition weighs by distance, age and shrinkage, worked by hand', async () => {
  const data = shopOf(2, 3, [
    [0, 0, 0],
    [0, 1, 10],
    [0, 2, 20],
    [1, 0, 10],
    [1, 2, 20],
  ])
  const params = { window: 2, distanceDecay: 0.5, halfLifeDays: 10, shrinkage: 1, stepDecay: 0.5, historySteps: 2 }
  const open = transitions.open(await transitions.trainer(params).fit(data, run))
  // Successors of item 0: basket {1} ten days old, then {2} now at distance 2, and {2} now at distance 1.
  const scale = 0.5 + 1 + 1
  const { ids, scores } = open.similar(0, 5)
  expect([...ids]).toEqual([2, 1])
  expect(scores[0]).toBeCloseTo(1.5 / scale, 6)
  expect(scores[1]).toBeCloseTo(0.5 / scale, 6)
  const board = new Scoreboard(3)
  open.score(queryOf(data, 0, data.at[2] ?? 0, 2), board)
  // History 0 then 1: item 1 speaks fully (its one successor is item 2), item 0 half.
  expect(board.get(2)).toBeCloseTo(1 / 2 + (0.5 * 1.5) / scale, 6)
})

test('the order of time matters to transitions and not to bought-together', async () => {
  const data = shopOf(4, 4, [
    [0, 0, 1],
    [0, 1, 2],
    [1, 0, 1],
    [1, 1, 2],
    [2, 2, 1],
    [2, 3, 1],
    [3, 2, 1],
    [3, 3, 1],
  ])
  const chain = transitions.open(await transitions.trainer().fit(data, run))
  expect([...chain.similar(0, 5).ids]).toEqual([1])
  expect([...chain.similar(1, 5).ids]).toEqual([])
  expect([...chain.similar(2, 5).ids]).toEqual([])
  const together = boughtTogether.open(await boughtTogether.trainer({ minSupport: 2 }).fit(data, run))
  expect([...together.similar(2, 5).ids]).toEqual([3])
  expect([...together.similar(3, 5).ids]).toEqual([2])
  expect([...together.similar(0, 5).ids]).toEqual([])
})

test('by any measure, bought-together finds nearly all planted partners among strangers (seed 12)', async () => {
  const planted = plantedPairs({ users: 1500, items: 60, fidelity: 0.6, strangers: 4, seed: 12 })
  for (const by of ['lift', 'confidence', 'log-likelihood'] as const) {
    const model = await boughtTogether.trainer({ measure: by }).fit(planted.data, run)
    expect(measure(boughtTogether.open(model), planted, 1).recall).toBeGreaterThan(0.95)
  }
  // The pairs are not in the order of time: transitions see one basket per user, and so nothing.
  const chain = transitions.open(await transitions.trainer().fit(planted.data, run))
  expect(measure(chain, planted, 1).recall).toBe(0)
})

test('lift, confidence and log-likelihood equal their formulas', async () => {
  // Five baskets: {0,1} {0,1} {0,2} {2} {3}.
  const data = shopOf(5, 4, [
    [0, 0, 1],
    [0, 1, 1],
    [1, 0, 1],
    [1, 1, 1],
    [2, 0, 1],
    [2, 2, 1],
    [3, 2, 1],
    [4, 3, 1],
  ])
  const expected = {
    lift: Math.log((2 + 1) / ((3 * 2) / 5 + 1)),
    confidence: 2 / (3 + 1),
    'log-likelihood': 2 * (2 * Math.log(10 / 6) + 1 * Math.log(5 / 9) + 2 * Math.log(10 / 6)),
  }
  for (const by of ['lift', 'confidence', 'log-likelihood'] as const) {
    const model = await boughtTogether.trainer({ measure: by, shrinkage: 1, minSupport: 2 }).fit(data, run)
    const { ids, scores } = boughtTogether.open(model).similar(0, 5)
    expect([...ids]).toEqual([1])
    expect(scores[0]).toBeCloseTo(expected[by], 5)
  }
})

test('the likelihood ratio is 0 at independence and never negative', () => {
  expect(logLikelihoodRatio(6, 12, 50, 100)).toBeCloseTo(0, 10)
  fc.assert(
    fc.property(fc.nat(30), fc.nat(30), fc.nat(30), fc.integer({ min: 1, max: 30 }), (both, onlyA, onlyB, none) => {
      const ratio = logLikelihoodRatio(both, both + onlyA, both + onlyB, both + onlyA + onlyB + none)
      expect(ratio).toBeGreaterThanOrEqual(-1e-9)
    }),
    { seed: 1 },
  )
})

test('baskets are runs of one number, without repeats and within their limit', () => {
  const data = shopOf(2, 4, [
    [0, 1, 1],
    [0, 1, 1],
    [0, 2, 1],
    [0, 3, 1],
    [0, 1, 5],
    [1, 0, 9],
  ])
  const baskets = basketsOf(data, 2)
  expect([...baskets.userOffsets]).toEqual([0, 2, 3])
  expect([...baskets.offsets]).toEqual([0, 2, 3, 4])
  expect([...baskets.item]).toEqual([1, 2, 1, 0])
  const byItem = basketsByItem(baskets, 4)
  expect([...byItem.baskets.subarray(byItem.offsets[1], byItem.offsets[2])]).toEqual([0, 1])
})

test('transitions by a power of the distance and a backward share, worked by hand', async () => {
  const data = shopOf(1, 3, [
    [0, 0, 0],
    [0, 1, 1],
    [0, 2, 2],
  ])
  const params = {
    window: 5,
    distanceDecay: 1,
    distancePower: 1,
    backwardShare: 0.5,
    halfLifeDays: 0,
    shrinkage: 1,
    historySteps: 1,
  }
  const open = transitions.open(await transitions.trainer(params).fit(data, run))
  // Item 1 is followed by 2 and preceded by 0, each one basket away; it stands in one basket with both neighbours.
  expect([...open.similar(1, 5).ids]).toEqual([2, 0])
  expect(open.similar(1, 5).scores[0]).toBeCloseTo(1 / (1 + 0.5 + 1), 6)
  expect(open.similar(1, 5).scores[1]).toBeCloseTo(0.5 / (1 + 0.5 + 1), 6)
  // From item 0 what is two baskets away counts half.
  expect([...open.similar(0, 5).scores]).toEqual([1 / 2, 0.5 / 2])
})
