import { describe, expect, test } from 'vitest'
import { modelContract } from '../../../../testkit/models/contract.ts'
import { measure } from '../../../../testkit/models/measure.ts'
import { checkerboard, plantedClusters } from '../../../../testkit/models/planted.ts'
import { shopOf, tinyShop } from '../../../../testkit/models/shops.ts'
import type { Interactions } from '../frame/interactions.ts'
import { buildInteractions } from '../frame/interactions-builder.ts'
import { queryOf } from '../frame/query.ts'
import { rng } from '../frame/rng.ts'
import { Scoreboard } from '../frame/scoreboard.ts'
import { trainingRule } from '../neighbours/parameters.ts'
import { preferencesOf } from '../neighbours/preferences.ts'
import { ridgeOf } from './factor-sides.ts'
import { type IalsParams, ials } from './ials.ts'
import { trainFactors } from './train-factors.ts'
import { wholeBytes } from './whole-factors.ts'

const run = (threads = 1) => ({ rng: rng(1), threads })

modelContract({
  algorithm: ials,
  params: { factors: 6, epochs: 8, l2: 0.01, weighting: 'log' },
  abilities: ['scoresItems', 'findsSimilar', 'explains'],
  explanation: 'sum',
})

async function open(data: Interactions, params: Partial<IalsParams>) {
  return ials.open(await ials.trainer(params).fit(data, run()))
}

/** The objective as it stands at the head of ials.ts, over all pairs. */
async function loss(data: Interactions, given: Partial<IalsParams>): Promise<number> {
  const params = ials.parameters.resolve(given)
  const x = preferencesOf(data, trainingRule(params))
  const { users, items } = await trainFactors(x, params, run())
  const { factors: d, l2, unobserved, frequencyPower } = params
  const product = (u: number, i: number) => {
    let sum = 0
    for (let p = 0; p < d; p++) sum += users[u * d + p]! * items[i * d + p]!
    return sum
  }
  const norm = (row: Float32Array) => row.reduce((sum, value) => sum + value * value, 0)
  const taken = new Int32Array(x.columns)
  let total = 0
  for (let u = 0; u < x.rows; u++) {
    for (let i = 0; i < x.columns; i++) total += unobserved * product(u, i) ** 2
    for (let e = x.offsets[u]!; e < x.offsets[u + 1]!; e++) {
      taken[x.indices[e]!]!++
      total += x.values[e]! * (product(u, x.indices[e]!) - 1) ** 2
    }
    const n = x.offsets[u + 1]! - x.offsets[u]!
    total += ridgeOf(n, x.columns, l2, unobserved, frequencyPower) * norm(users.subarray(u * d, (u + 1) * d))
  }
  taken.forEach((n, i) => {
    total += ridgeOf(n, x.rows, l2, unobserved, frequencyPower) * norm(items.subarray(i * d, (i + 1) * d))
  })
  return total
}

describe('training', () => {
  const planted = plantedClusters({ users: 60, items: 40, clusters: 4, perUser: 8, noise: 0.3, seed: 3 })

  test('the objective falls from epoch to epoch, whatever the block, and all blocks come to the same', async () => {
    const ends: number[] = []
    for (const block of [4, 8, 24]) {
      const params = { factors: 20, block, l2: 0.02, weighting: 'log' } as const
      const losses: number[] = []
      for (const epochs of [1, 2, 4, 8, 300]) losses.push(await loss(planted.data, { ...params, epochs }))
      expect(losses).toEqual(losses.toSorted((a, b) => b - a))
      ends.push(losses.at(-1)!)
    }
    for (const end of ends) expect(Math.abs(end / ends[0]! - 1)).toBeLessThan(0.01)
  })

  test('is the same on one thread and on two, bit for bit', async () => {
    const trainer = ials.trainer({ factors: 20, epochs: 5 })
    expect(await trainer.fit(planted.data, run(2))).toEqual(await trainer.fit(planted.data, run(1)))
  })

  test('an item that nobody took is not scored', async () => {
    const model = await open(
      shopOf(3, 4, [
        [0, 0, 0],
        [0, 1, 0],
        [1, 0, 0],
        [1, 3, 0],
        [2, 3, 0],
      ]),
      { factors: 3, epochs: 4 },
    )
    const board = new Scoreboard(4)
    model.score(queryOf(shopOf(1, 4, [[0, 0, 0]]), 0, 0), board)
    expect(board.has(2)).toBe(false)
    expect([0, 1, 3].every((item) => board.has(item))).toBe(true)
    expect(model.similar(2, 3).ids.length).toBe(0)
  })

  test.each([
    ['binary', 24, 1],
    ['log', 20, 1],
    ['log', 20, 2],
  ] as const)(
    'is the same by blocks, bit for bit: %s weights, %d factors, %d threads',
    async (weighting, factors, threads) => {
      const given = { factors, epochs: 4, weighting, l2: 0.01 }
      const whole = await ials.trainer(given).fit(planted.data, run())
      // Room for 60 × 24 factors and their Gram matrix, and for blocks of some thirty rows.
      const blocked = await ials.trainer({ ...given, maxBytes: 14_000 }).fit(planted.data, run(threads))
      expect(blocked.arrays).toEqual(whole.arrays)
    },
  )

  test('is the same by blocks where the rows of a side are summed in several, bit for bit', async () => {
    const many = plantedClusters({ users: 9000, items: 30, clusters: 3, perUser: 3, noise: 0.3, seed: 6 }).data
    const given = { factors: 8, epochs: 1 }
    const whole = await ials.trainer(given).fit(many, run())
    // Every item is named by some 900 users, which take 29 KB, and 4096 rows of users are summed at a time.
    const blocked = await ials.trainer({ ...given, maxBytes: 140_000 }).fit(many, run())
    expect(blocked.arrays).toEqual(whole.arrays)
  })

  test('an epoch by blocks can be cancelled between two of them', async () => {
    const stop = new AbortController()
    const fitting = ials.trainer({ factors: 24, maxBytes: 14_000 }).fit(planted.data, {
      ...run(),
      signal: stop.signal,
      onEpoch: () => stop.abort(),
    })
    await expect(fitting).rejects.toMatchObject({ code: 'cancelled' })
  })

  test('refuses less memory than one row takes before it takes any', async () => {
    const data = tinyShop()
    const bytes = wholeBytes(data.users, data.items, data.item.length, 64)
    await expect(open(data, { maxBytes: 1000 })).rejects.toMatchObject({ code: 'too_large' })
    await expect(open(data, { maxBytes: bytes, epochs: 1 })).resolves.toBeDefined()
  })
})

describe('folding in', () => {
  const planted = plantedClusters({ users: 200, items: 60, clusters: 3, perUser: 10, noise: 0.1, seed: 5 })
  const params = { factors: 16, epochs: 12, l2: 0.01 }

  test('a user of training gets the vector that training gave, within 0.01', async () => {
    const resolved = ials.parameters.resolve({ ...params, epochs: 200 })
    const { users } = await trainFactors(preferencesOf(planted.data, trainingRule(resolved)), resolved, run())
    const model = await open(planted.data, { ...params, epochs: 200 })
    const norm = Math.hypot(...users) / Math.sqrt(200)
    for (let u = 0; u < 20; u++) {
      const vector = model.userVector(queryOf(planted.data, u, planted.cases[u]!.query.now))
      for (let p = 0; p < 16; p++) expect(Math.abs(vector[p]! - users[u * 16 + p]!)).toBeLessThan(0.01 * norm)
    }
  })

  test('a new item, known by who took it, comes to those of its cluster, without training again', async () => {
    const model = await ials.trainer(params).fit(planted.data, run())
    const queryFor = (u: number) => queryOf(planted.data, u, planted.cases[u]!.query.now)
    // Users 0, 3, 6, … are of the first cluster.
    const grown = ials.open(
      await ials.extend!(
        model,
        takenBy(planted.data, (u) => u < 45 && u % 3 === 0),
        run(),
      ),
    )
    expect(grown.items).toBe(61)
    const rank = (u: number) => {
      const board = new Scoreboard(61)
      grown.score(queryFor(u), board)
      return Array.from({ length: 60 }, (_, i) => board.get(i)).filter((score) => score > board.get(60)).length
    }
    const meanRank = (first: number) => {
      const users = Array.from({ length: 15 }, (_, n) => 150 + first + 3 * n)
      return users.reduce((sum, u) => sum + rank(u), 0) / users.length
    }
    expect(meanRank(0)).toBeLessThan(20)
    expect(meanRank(1)).toBeGreaterThan(30)
    expect(meanRank(2)).toBeGreaterThan(30)
    const neighbours = [...grown.similar(60, 10).ids]
    expect(neighbours.filter((item) => item % 3 === 0).length).toBeGreaterThanOrEqual(9)
  })

  test('an item taken by whom a known item is taken by gets its vector, within 0.02', async () => {
    const resolved = ials.parameters.resolve({ ...params, epochs: 200 })
    const model = await ials.trainer(resolved).fit(planted.data, run())
    const holders = new Set<number>()
    for (let u = 0; u < planted.data.users; u++) {
      const [from, to] = [planted.data.offsets[u]!, planted.data.offsets[u + 1]!]
      if (planted.data.item.subarray(from, to).includes(7)) holders.add(u)
    }
    const { arrays } = await ials.extend!(
      model,
      takenBy(planted.data, (u) => holders.has(u)),
      run(),
    )
    const factors = arrays['factors'] as Float32Array
    const norm = Math.hypot(...factors) / Math.sqrt(61)
    for (let p = 0; p < 16; p++)
      expect(Math.abs(factors[60 * 16 + p]! - factors[7 * 16 + p]!)).toBeLessThan(0.02 * norm)
  })
})

/** The data with one more item, which these users take at the end of their pasts. */
function takenBy(data: Interactions, takes: (user: number) => boolean): Interactions {
  const user: number[] = []
  const item: number[] = []
  const at: number[] = []
  const basket: number[] = []
  for (let u = 0; u < data.users; u++) {
    const to = data.offsets[u + 1]!
    for (let e = data.offsets[u]!; e < to; e++) {
      user.push(u)
      item.push(data.item[e]!)
      at.push(data.at[e]!)
      basket.push(data.basket[e]!)
    }
    if (!takes(u)) continue
    user.push(u)
    item.push(data.items)
    at.push(data.at[to - 1]!)
    basket.push(data.basket[to - 1]! + 1)
  }
  return buildInteractions({
    users: data.users,
    items: data.items + 1,
    user: Int32Array.from(user),
    item: Int32Array.from(item),
    at: Float64Array.from(at),
    basket: Int32Array.from(basket),
  })
}

test('finds every held-out item of the checkerboard: Recall@1 = 1', async () => {
  const planted = checkerboard(20)
  expect(measure(await open(planted.data, { factors: 4, epochs: 20, l2: 0.001 }), planted, 1).recall).toBe(1)
})

test('knows planted clusters: Recall@10 above 0.6, popularity 0.1 (seed 4)', async () => {
  const planted = plantedClusters({ users: 400, items: 100, clusters: 5, perUser: 10, noise: 0.2, seed: 4 })
  expect(measure(await open(planted.data, { factors: 8, l2: 0.05 }), planted, 10).recall).toBeGreaterThan(0.6)
})
