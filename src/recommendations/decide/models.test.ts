import { buildInteractions, type Model } from '@storemind/ml'
import { beforeAll, describe, expect, it } from 'vitest'
import { plantedReader, plantedShop } from '../../../testkit/recommendations/planted-shop.ts'
import { trainRecommendations } from '../training.ts'
import { openModels, productsModel, repeatShares } from './models.ts'
import { noPast } from './questions.ts'

const DAY = 86_400_000

describe('repeatShares', () => {
  const bought = (lines: readonly (readonly [user: number, item: number, day: number])[]) =>
    buildInteractions({
      users: 100,
      items: 2,
      user: Int32Array.from(lines, ([user]) => user),
      item: Int32Array.from(lines, ([, item]) => item),
      at: Float64Array.from(lines, ([, , day]) => day * DAY),
      basket: Int32Array.from(lines, ([user, , day]) => 1000 * user + day),
    })

  it('is the share of buyers who came back, shrunk to that of all products', () => {
    const again = Array.from(
      { length: 50 },
      (_, user) =>
        [
          [user, 0, 1],
          [user, 0, 20],
        ] as const,
    ).flat()
    const once = Array.from({ length: 50 }, (_, user) => [50 + user, 1, 1] as const)
    const shares = repeatShares(bought([...again, ...once]), 90 * DAY)
    // (50 + 10 · ½) / (50 + 10) and (0 + 10 · ½) / (50 + 10)
    expect(shares[0]).toBeCloseTo(55 / 60, 6)
    expect(shares[1]).toBeCloseTo(5 / 60, 6)
  })

  it('counts neither two lines of one order nor a return after the window', () => {
    const shares = repeatShares(
      bought([
        [0, 0, 1],
        [0, 0, 1],
        [1, 0, 1],
        [1, 0, 200],
      ]),
      90 * DAY,
    )
    expect(shares[0]).toBe(0)
  })
})

describe('openModels', () => {
  let models: ReadonlyMap<string, Model>
  beforeAll(async () => {
    const params = { seed: 1, threads: 1, windowDays: 0, validationDays: 14, closedFormItems: 50 }
    const run = { signal: new AbortController().signal, clock: () => 1.9e12, progress: () => undefined }
    models = (await trainRecommendations(plantedReader(plantedShop(12, 8)), params, run)).models
  })
  const without = (name: string) => new Map([...models].filter(([key]) => key !== name))

  it('answers without a source that the bundle lacks', () => {
    const open = openModels(without('source-trend'))
    expect(open.ranker('first_visit').rank(noPast(new Int32Array(0), 1.9e12)).count).toBeGreaterThan(0)
  })

  it.each(['products', 'blend-home', 'blend-cart'])('refuses a bundle without %s', (name) => {
    expect(() => openModels(without(name))).toThrow(expect.objectContaining({ code: 'MODEL_BROKEN' }))
  })

  it('reads a bundle from before the threshold of replenishment was learned', () => {
    const products = models.get('products')
    if (!products) throw new Error('there are no products')
    const changed = (params: unknown) => new Map(models).set('products', { ...products, params })
    expect(openModels(changed({})).replenishableFrom).toBe(0.25)
    expect(openModels(changed({ replenishableFrom: null })).replenishableFrom).toBeNull()
    expect(() => openModels(changed({ replenishableFrom: 'often' }))).toThrow(
      expect.objectContaining({ code: 'MODEL_BROKEN' }),
    )
  })

  it('refuses parts that speak of different products', () => {
    const fewer = new Map(models).set('products', productsModel(Int32Array.of(0, 1), new Float32Array(2), 0.25))
    expect(() => openModels(fewer)).toThrow(expect.objectContaining({ code: 'MODEL_BROKEN' }))
  })
})
