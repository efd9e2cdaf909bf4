import fc from 'fast-check'
import { expect, test } from 'vitest'
import { modelContract } from '../../../../testkit/models/contract.ts'
import { measure } from '../../../../testkit/models/measure.ts'
import { checkerboard, plantedChain } from '../../../../testkit/models/planted.ts'
import { shopOf } from '../../../../testkit/models/shops.ts'
import type { Interactions } from '../frame/interactions.ts'
import { queryOf } from '../frame/query.ts'
import { rng } from '../frame/rng.ts'
import { Scoreboard } from '../frame/scoreboard.ts'
import { ease } from './ease.ts'
import { type SlistParams, slist, slistBytes } from './slist.ts'

const run = { rng: rng(1), threads: 1 }

modelContract({
  algorithm: slist,
  params: { l2: 1, weighting: 'log' },
  abilities: ['scoresItems', 'findsSimilar', 'explains'],
  explanation: 'sum',
})

async function open(data: Interactions, params: Partial<SlistParams>) {
  return slist.open(await slist.trainer(params).fit(data, run))
}

/** Row i of B as the model scores a history of item i alone. */
function weights(model: Awaited<ReturnType<typeof open>>, item: number): number[] {
  const board = new Scoreboard(model.items)
  model.score(queryOf(shopOf(1, model.items, [[0, item, 0]]), 0, 0), board)
  return Array.from({ length: model.items }, (_, j) => (board.has(j) ? board.get(j) : 0))
}

const entries = fc.array(fc.tuple(fc.nat(5), fc.nat(4), fc.nat(6)), { minLength: 1 })

test('is EASE where the future has no share, within 1e-6', async () => {
  await fc.assert(
    fc.asyncProperty(entries, async (rows) => {
      const data = shopOf(6, 5, rows)
      const model = await open(data, { l2: 2, futureShare: 0 })
      const peer = ease.open(await ease.trainer({ l2: 2 }).fit(data, run))
      for (let i = 0; i < 5; i++) {
        const expected = weights(peer, i)
        weights(model, i).forEach((weight, j) => {
          expect(Math.abs(weight - expected[j]!)).toBeLessThan(1e-6)
        })
      }
    }),
    { seed: 1, numRuns: 40 },
  )
})

test('a moment worked by hand: what came after weighs, what came before does not', async () => {
  // One user, item 0 then item 1, f = 1: S = (1, 0), T = (0, 1), P = diag(1/2, 1), so that B₀₁ = 1/2 and B₁₀ = 0.
  const model = await open(
    shopOf(1, 2, [
      [0, 0, 0],
      [0, 1, 1],
    ]),
    { l2: 1, futureShare: 1 },
  )
  expect(weights(model, 0)).toEqual([0, expect.closeTo(0.5, 6)])
  expect(weights(model, 1)).toEqual([expect.closeTo(0, 6), 0])
})

test('no small change of any weight lowers the objective it solves', async () => {
  const half = (steps: number) => 2 ** -steps
  await fc.assert(
    fc.asyncProperty(entries, fc.constantFrom(0.3, 1), async (rows, futureShare) => {
      const data = shopOf(6, 5, rows)
      const params = { l2: 2, futureShare, halfLifeBaskets: 1, futureHalfLifeBaskets: 1 }
      const model = await open(data, params)
      const b = Array.from({ length: 5 }, (_, i) => weights(model, i))
      const loss = () => {
        let total = 0
        const residual = (source: number[], target: number[], share: number) => {
          for (let j = 0; j < 5; j++) {
            const told = source.reduce((sum, value, i) => sum + value * b[i]![j]!, 0)
            total += share * (target[j]! - told) ** 2
          }
        }
        for (let u = 0; u < 6; u++) {
          const { items, basket } = queryOf(data, u, 0)
          const days = [...new Set(basket)]
          const row = (seen: readonly number[]) => {
            const values = [0, 0, 0, 0, 0]
            seen.forEach((day, step) => {
              items.forEach((item, e) => {
                if (basket[e] === day && values[item] === 0) values[item] = half(step)
              })
            })
            return values
          }
          const all = [0, 1, 2, 3, 4].map((item) => (items.includes(item) ? 1 : 0))
          residual(all, all, 1 - futureShare)
          for (let cut = 1; cut < days.length; cut++) {
            residual(row(days.slice(0, cut).reverse()), row(days.slice(cut)), futureShare)
          }
        }
        for (const row of b) for (const weight of row) total += params.l2 * weight ** 2
        return total
      }
      const best = loss()
      // Only covered items have weights; for the others any change adds to the ridge alone.
      for (let i = 0; i < 5; i++) {
        for (let j = 0; j < 5; j++) {
          if (i === j) continue
          for (const step of [1e-3, -1e-3]) {
            b[i]![j]! += step
            expect(loss()).toBeGreaterThan(best - 1e-7)
            b[i]![j]! -= step
          }
        }
      }
    }),
    { seed: 2, numRuns: 20 },
  )
})

test('finds the planted chain from the last step, where EASE sees only company (seed 9)', async () => {
  const planted = plantedChain({ users: 400, items: 50, steps: 12, fidelity: 0.8, seed: 9 })
  const short = { l2: 10, halfLifeBaskets: 0.3 }
  const model = await open(planted.data, { ...short, futureShare: 1, futureHalfLifeBaskets: 0.3 })
  expect(measure(model, planted, 1, true).recall).toBeGreaterThan(0.7)
  const peer = ease.open(await ease.trainer(short).fit(planted.data, run))
  expect(measure(peer, planted, 1, true).recall).toBeLessThan(0.6)
})

test('finds every held-out item of the checkerboard: Recall@1 = 1', async () => {
  const planted = checkerboard(20)
  expect(measure(await open(planted.data, { l2: 5 }), planted, 1).recall).toBe(1)
})

test('refuses more memory than allowed', async () => {
  const shop = shopOf(1, 2, [
    [0, 0, 0],
    [0, 1, 1],
  ])
  await expect(open(shop, { maxBytes: slistBytes(2) - 1 })).rejects.toMatchObject({ code: 'too_large' })
  const { maxItems, maxBytes } = slist.trainer().params
  expect(slistBytes(maxItems)).toBeLessThanOrEqual(maxBytes)
})
