import fc from 'fast-check'
import { expect, test } from 'vitest'
import { modelContract } from '../../../../testkit/models/contract.ts'
import { measure } from '../../../../testkit/models/measure.ts'
import { checkerboard, plantedClusters } from '../../../../testkit/models/planted.ts'
import { shopOf } from '../../../../testkit/models/shops.ts'
import type { Interactions } from '../frame/interactions.ts'
import { queryOf } from '../frame/query.ts'
import { rng } from '../frame/rng.ts'
import { Scoreboard } from '../frame/scoreboard.ts'
import { type EaseParams, ease, easeBytes } from './ease.ts'

const run = { rng: rng(1), threads: 1 }

modelContract({
  algorithm: ease,
  params: { l2: 1, weighting: 'log' },
  abilities: ['scoresItems', 'findsSimilar', 'explains'],
  explanation: 'sum',
})

async function open(data: Interactions, params: Partial<EaseParams>) {
  return ease.open(await ease.trainer(params).fit(data, run))
}

/** Row i of B as the model scores a history of item i alone. */
function weights(model: Awaited<ReturnType<typeof open>>, item: number): number[] {
  const board = new Scoreboard(model.items)
  model.score(queryOf(shopOf(1, model.items, [[0, item, 0]]), 0, 0), board)
  return Array.from({ length: model.items }, (_, j) => (board.has(j) ? board.get(j) : 0))
}

/** B by Gauss-Jordan on the dense matrix, as the paper's eq. 8 stands. */
function naive(x: readonly (readonly number[])[], items: number, l2: number, dropout: number): number[][] {
  const gram = Array.from({ length: items }, (_, i) =>
    Array.from({ length: 2 * items }, (_, j) => {
      if (j >= items) return j - items === i ? 1 : 0
      const dot = x.reduce((sum, row) => sum + row[i]! * row[j]!, 0)
      return i === j ? dot + l2 + (dropout / (1 - dropout)) * dot : dot
    }),
  )
  for (let p = 0; p < items; p++) {
    const pivot = gram[p]!.map((value) => value / gram[p]![p]!)
    gram[p] = pivot
    for (let i = 0; i < items; i++) {
      if (i !== p) gram[i] = gram[i]!.map((value, j) => value - gram[i]![p]! * pivot[j]!)
    }
  }
  const inverse = gram.map((row) => row.slice(items))
  return inverse.map((row, i) => row.map((value, j) => (i === j ? 0 : -value / inverse[j]![j]!)))
}

test('two items of two users, worked by hand', async () => {
  // G = [[2, 1], [1, 1]] + 1: P = [[2, −1], [−1, 3]] / 5, so that B₀₁ = 1/3 and B₁₀ = 1/2.
  const shop = shopOf(2, 2, [
    [0, 0, 0],
    [0, 1, 0],
    [1, 0, 0],
  ])
  const model = await open(shop, { l2: 1 })
  expect(weights(model, 0)).toEqual([0, expect.closeTo(1 / 3, 6)])
  expect(weights(model, 1)).toEqual([expect.closeTo(1 / 2, 6), 0])
})

test('equals a naive dense solution within 1e-5, with a zero diagonal', async () => {
  const rows = fc.array(fc.tuple(fc.nat(9), fc.nat(6), fc.nat(30), fc.integer({ min: 1, max: 3 })), { minLength: 1 })
  await fc.assert(
    fc.asyncProperty(
      rows,
      fc.double({ min: 0.5, max: 50, noNaN: true }),
      fc.constantFrom(0, 0.3),
      async (entries, l2, dropout) => {
        const model = await open(shopOf(10, 7, entries), { l2, dropout, weighting: 'linear' })
        const x = Array.from({ length: 10 }, () => new Array<number>(7).fill(0))
        for (const [user, item, , weight] of entries) x[user]![item]! += weight
        const expected = naive(x, 7, l2, dropout)
        for (let i = 0; i < 7; i++) {
          const row = weights(model, i)
          expect(row[i]).toBe(0)
          for (let j = 0; j < 7; j++) expect(Math.abs(row[j]! - expected[i]![j]!)).toBeLessThan(1e-5)
        }
      },
    ),
    { seed: 1, numRuns: 60 },
  )
})

test('keeps the weights of largest magnitude of each history item', async () => {
  const planted = plantedClusters({ users: 60, items: 20, clusters: 2, perUser: 8, noise: 0.3, seed: 3 })
  const full = await open(planted.data, { l2: 5 })
  const cut = await open(planted.data, { l2: 5, neighbours: 4 })
  for (let item = 0; item < 20; item++) {
    const row = weights(full, item)
    const kept = [...row.keys()].sort((a, b) => Math.abs(row[b]!) - Math.abs(row[a]!)).slice(0, 4)
    expect(weights(cut, item)).toEqual(row.map((weight, j) => (kept.includes(j) ? weight : 0)))
  }
})

test('only the most popular items enter; the rest are neither scored nor heard, and the model says so', async () => {
  const shop = shopOf(3, 5, [
    [0, 0, 0],
    [0, 3, 0],
    [0, 1, 0],
    [1, 3, 0],
    [1, 1, 0],
    [2, 3, 0],
  ])
  expect([...(await open(shop, { l2: 1 })).covered]).toEqual([0, 1, 3])
  const model = await open(shop, { l2: 1, maxItems: 2 })
  expect([...model.covered]).toEqual([1, 3])
  expect(weights(model, 0)).toEqual([0, 0, 0, 0, 0])
  const [, , , to3] = weights(model, 1)
  expect(to3).toBeGreaterThan(0)
})

test('refuses more memory than allowed before it takes any', async () => {
  const shop = shopOf(1, 3, [
    [0, 0, 0],
    [0, 1, 0],
    [0, 2, 0],
  ])
  const bytes = easeBytes(3)
  await expect(open(shop, { maxBytes: bytes - 1 })).rejects.toMatchObject({ code: 'too_large' })
  await expect(open(shop, { maxBytes: bytes })).resolves.toBeDefined()
  const { maxItems, maxBytes } = ease.trainer().params
  expect(easeBytes(maxItems)).toBeLessThanOrEqual(maxBytes)
})

test('long histories count less by lengthPower', async () => {
  // Item 0 goes with item 1 in two short histories, and with item 2 in two that hold much else.
  const shop = shopOf(4, 15, [
    ...[0, 1].flatMap((user) => [0, 1].map((item) => [user, item, 0] as const)),
    ...[0, 2, 3, 4, 5, 6, 7, 8].map((item) => [2, item, 0] as const),
    ...[0, 2, 9, 10, 11, 12, 13, 14].map((item) => [3, item, 0] as const),
  ])
  const ratio = async (lengthPower: number) => {
    const row = weights(await open(shop, { l2: 10_000, lengthPower }), 0)
    return row[1]! / row[2]!
  }
  // Under a heavy ridge B is nearly G / l2, to which a pair in a row of n items adds n^−lengthPower: 1/2 against 1/8.
  expect(await ratio(0)).toBeCloseTo(1, 2)
  expect(await ratio(1)).toBeCloseTo(4, 2)
})

test('finds every held-out item of the checkerboard: Recall@1 = 1', async () => {
  const planted = checkerboard(20)
  expect(measure(await open(planted.data, { l2: 5 }), planted, 1).recall).toBe(1)
})

test('knows planted clusters: Recall@10 above 0.6, popularity 0.1 (seed 4)', async () => {
  const planted = plantedClusters({ users: 400, items: 100, clusters: 5, perUser: 10, noise: 0.2, seed: 4 })
  expect(measure(await open(planted.data, { l2: 50 }), planted, 10).recall).toBeGreaterThan(0.6)
})
