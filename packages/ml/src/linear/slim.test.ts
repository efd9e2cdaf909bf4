import fc from 'fast-check'
import { expect, test } from 'vitest'
import { modelContract } from '../../../../testkit/models/contract.ts'
import { measure } from '../../../../testkit/models/measure.ts'
import { plantedClusters } from '../../../../testkit/models/planted.ts'
import { shopOf } from '../../../../testkit/models/shops.ts'
import type { Interactions } from '../frame/interactions.ts'
import { queryOf } from '../frame/query.ts'
import { rng } from '../frame/rng.ts'
import { Scoreboard } from '../frame/scoreboard.ts'
import { ConjugateGradients } from './conjugate-gradients.ts'
import { type SlimParams, slim } from './slim.ts'

const run = { rng: rng(1), threads: 1 }
/** The regression itself, without any power of popularity. */
const PLAIN = { ridgePower: 0, lengthPower: 0, selectionPower: 0, historyPower: 0, popularityDiscount: 0 }

modelContract({
  algorithm: slim,
  params: { l2: 1, weighting: 'log' },
  abilities: ['scoresItems', 'findsSimilar', 'explains'],
  explanation: 'sum',
})

async function open(data: Interactions, params: Partial<SlimParams>) {
  return slim.open(await slim.trainer(params).fit(data, run))
}

/** Row i of the weights as the model scores a history of item i alone. */
function weights(model: Awaited<ReturnType<typeof open>>, item: number): number[] {
  const board = new Scoreboard(model.items)
  model.score(queryOf(shopOf(1, model.items, [[0, item, 0]]), 0, 0), board)
  return Array.from({ length: model.items }, (_, j) => (board.has(j) ? board.get(j) : 0))
}

/** (A)·x = b by Gauss-Jordan. */
function solved(a: number[][], b: number[]): number[] {
  const rows = a.map((row, i) => [...row, b[i]!])
  for (let p = 0; p < rows.length; p++) {
    const pivot = rows[p]!.map((value) => value / rows[p]![p]!)
    rows.forEach((row, i) => {
      rows[i] = i === p ? pivot : row.map((value, j) => value - row[p]! * pivot[j]!)
    })
  }
  return rows.map((row) => row.at(-1)!)
}

test('two items of two users, worked by hand', async () => {
  // G₀₁ = 1, G₀₀ = 2, G₁₁ = 1, ridge 1: item 1 explained by item 0 weighs 1 / (2 + 1), item 0 by item 1 1 / (1 + 1).
  const shop = shopOf(2, 2, [
    [0, 0, 0],
    [0, 1, 0],
    [1, 0, 0],
  ])
  const model = await open(shop, { ...PLAIN, l2: 1 })
  expect(weights(model, 0)).toEqual([0, expect.closeTo(1 / 3, 5)])
  expect(weights(model, 1)).toEqual([expect.closeTo(1 / 2, 5), 0])
  // Item 0 has two users: the ridge grows to 2, its history counts double, and scores of it are halved.
  expect(weights(await open(shop, { ...PLAIN, l2: 1, ridgePower: 1 }), 0)[1]).toBeCloseTo(1 / 4, 5)
  expect(weights(await open(shop, { ...PLAIN, l2: 1, historyPower: 1 }), 0)[1]).toBeCloseTo(2 / 3, 5)
  expect(weights(await open(shop, { ...PLAIN, l2: 1, popularityDiscount: 1 }), 1)[0]).toBeCloseTo(1 / 4, 5)
})

test('equals a dense regression of each item on all others within 1e-3', async () => {
  const rows = fc.array(fc.tuple(fc.nat(9), fc.nat(6), fc.nat(30), fc.integer({ min: 1, max: 3 })), { minLength: 1 })
  await fc.assert(
    fc.asyncProperty(rows, fc.double({ min: 0.5, max: 50, noNaN: true }), async (entries, l2) => {
      const model = await open(shopOf(10, 7, entries), { ...PLAIN, l2, ridgePower: 1, weighting: 'linear' })
      const x = Array.from({ length: 10 }, () => new Array<number>(7).fill(0))
      for (const [user, item, , weight] of entries) x[user]![item]! += weight
      const dot = (i: number, j: number) => x.reduce((sum, row) => sum + row[i]! * row[j]!, 0)
      const users = (i: number) => x.filter((row) => row[i]! > 0).length
      const found = Array.from({ length: 7 }, (_, i) => weights(model, i))
      for (let j = 0; j < 7; j++) {
        // Items that share nobody with j are not among its nearest, whatever there is room for.
        const near = [0, 1, 2, 3, 4, 5, 6].filter((i) => i !== j && dot(i, j) > 0)
        const expected = solved(
          near.map((i) => near.map((k) => dot(i, k) + (i === k ? l2 * users(i) : 0))),
          near.map((i) => dot(i, j)),
        )
        near.forEach((i, n) => {
          expect(Math.abs(found[i]![j]! - expected[n]!)).toBeLessThan(1e-3)
        })
        for (let i = 0; i < 7; i++) if (!near.includes(i)) expect(found[i]![j]).toBe(0)
      }
    }),
    { seed: 1, numRuns: 60 },
  )
})

test('each item is explained by at most `neighbours` others, the nearest', async () => {
  const planted = plantedClusters({ users: 60, items: 20, clusters: 2, perUser: 8, noise: 0.3, seed: 3 })
  const model = await open(planted.data, { ...PLAIN, l2: 5, neighbours: 4 })
  const rows = Array.from({ length: 20 }, (_, i) => weights(model, i))
  const shared = (a: number, b: number) => {
    let both = 0
    for (let u = 0; u < 60; u++) {
      const items = new Set(planted.data.item.subarray(planted.data.offsets[u], planted.data.offsets[u + 1]))
      if (items.has(a) && items.has(b)) both++
    }
    return both
  }
  for (let j = 0; j < 20; j++) {
    const order = [...rows.keys()].filter((i) => i !== j).sort((a, b) => shared(b, j) - shared(a, j) || a - b)
    const explaining = [...rows.keys()].filter((i) => rows[i]![j] !== 0)
    expect(explaining.sort()).toEqual(order.slice(0, 4).sort())
  }
})

test('refuses more memory than allowed before it takes any', async () => {
  const planted = plantedClusters({ users: 60, items: 20, clusters: 2, perUser: 8, noise: 0.3, seed: 3 })
  await expect(open(planted.data, { maxBytes: 10_000 })).rejects.toMatchObject({ code: 'too_large' })
  await expect(open(planted.data, { maxBytes: 5_000, gramEntries: 3, neighbours: 3 })).rejects.toMatchObject({
    detail: expect.stringContaining('lower gramEntries'),
  })
  await expect(open(planted.data, { maxBytes: 100_000 })).resolves.toBeDefined()
})

test.each([2000, 12])(
  'knows planted clusters with %d entries a row of G: Recall@10 above 0.6, popularity 0.1 (seed 4)',
  async (gramEntries) => {
    const planted = plantedClusters({ users: 400, items: 100, clusters: 5, perUser: 10, noise: 0.2, seed: 4 })
    expect(measure(await open(planted.data, { gramEntries }), planted, 10).recall).toBeGreaterThan(0.6)
  },
)

test('conjugate gradients solve within 1e-8 what is well conditioned, and stop where a matrix is not positive', () => {
  const random = rng(7)
  const n = 30
  const factor = Float64Array.from({ length: n * n }, () => random.next() - 0.5)
  const a = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      for (let k = 0; k < n; k++) a[i * n + j]! += factor[i * n + k]! * factor[j * n + k]!
    }
    a[i * n + i]! += 1
  }
  const x = Float64Array.from({ length: n }, () => random.next())
  const b = Float64Array.from({ length: n }, (_, i) => x.reduce((sum, value, j) => sum + a[i * n + j]! * value, 0))
  const solver = new ConjugateGradients(n + 5)
  expect(solver.solve(a, b, n, 1e-12, 100)).toBeLessThanOrEqual(n + 2)
  for (let i = 0; i < n; i++) expect(Math.abs(solver.x[i]! - x[i]!)).toBeLessThan(1e-8)
  expect(solver.solve(Float64Array.of(-1), Float64Array.of(1), 1, 1e-6, 10)).toBe(0)
  expect(solver.x[0]).toBe(0)
})
