import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NOW, type TrainedShop, trainedShop } from '../../test/recommendations/trained-shop.ts'
import { plantedShop } from '../../testkit/recommendations/planted-shop.ts'
import type { DecisionRequest } from '../contracts/decision.ts'

const DAY = 86_400_000

let shop: TrainedShop
beforeAll(async () => {
  shop = await trainedShop()
}, 60_000)
afterAll(() => shop.dispose())

/** Of every kind of page and shopper, with chance, rules, variants and new products in play. */
async function variedRequests(): Promise<DecisionRequest[]> {
  const home = shop.placements.get('home')
  const policy = { ...home.policy, exploreRate: 0.3, newShare: 0.2, newDays: 20, maxPerCategory: 4 }
  await shop.placements.put({ ...home, name: 'busy', policy })
  await shop.placements.put({ ...home, name: 'priced', policy: { ...home.policy, minPriceMicros: 5_000_005 } })
  const [, , , fourth, fifth] = plantedShop().products.map(({ product }) => product)
  if (!fourth || !fifth) throw new Error('there are no products')
  await shop.store.catalog.upsert(
    [
      { ...fourth, groupId: 'kettles', replenishable: true },
      { ...fifth, groupId: 'kettles', brand: 'Verde', offers: [] },
      { ...fifth, id: 'late', title: 'late kettle', releasedAt: NOW - 3 * DAY },
    ],
    'test',
  )
  await shop.rules.put({
    name: 'pin',
    placements: ['busy', 'category'],
    when: { productIds: ['p25', 'late'] },
    effect: { do: 'pin', position: 3 },
  })
  await shop.rules.put({
    name: 'cheap',
    when: { maxPriceMicros: 5_000_012 },
    unless: { brands: ['Verde'] },
    effect: { do: 'boost', strength: 1.5 },
  })
  await shop.rules.put({ name: 'out', placements: ['busy'], when: { productIds: ['p2'] }, effect: { do: 'exclude' } })
  return [
    { profile: 'u0' },
    {},
    { profile: 'u1', placement: 'busy', limit: 12 },
    { profile: 'u2', placement: 'busy', limit: 30, exclude: ['p20'] },
    { placement: 'busy', market: 'us' },
    { profile: 'u3', placement: 'product_page', productId: 'p14' },
    { placement: 'product_page', productId: 'late' },
    { profile: 'u4', placement: 'cart', cart: ['p20', 'p3', 'nothing'] },
    { profile: 'u5', placement: 'category', category: 'lantern', limit: 100 },
    { profile: 'u6', placement: 'search', list: ['p1', 'p29', 'who', 'p14', 'p20'] },
    { profile: 'u7', placement: 'priced', limit: 40 },
    { profile: 'u8', personalise: false, limit: 28 },
  ]
}

describe('a replay', () => {
  it('gives the same record, bit by bit, whatever has changed since', async () => {
    const requests = await variedRequests()
    const made = []
    for (let seed = 1; seed <= 4; seed++)
      for (const request of requests) made.push(await shop.one({ ...request, seed, capture: true }))

    // The world goes on: time, stock, prices, categories, products, rules, placements, events, and another model.
    shop.clock.now = NOW + 40 * DAY
    const products = plantedShop().products.map(({ product }) => product)
    await shop.store.catalog.upsert(
      products.map((product, row) => ({
        ...product,
        brand: `brand ${row % 3}`,
        categories: ['all'],
        offers: product.offers.map((offer) => ({ ...offer, priceMicros: 1, stock: row % 2 })),
      })),
      'test',
    )
    await shop.store.catalog.delete(['p0', 'p14'])
    await shop.rules.remove('pin')
    await shop.rules.put({ name: 'cheap', when: { categories: ['all'] }, effect: { do: 'bury', strength: 9 } })
    await shop.placements.put({ ...shop.placements.get('home'), size: 3 })
    await shop.ingest.ingest(
      ['u0', 'u1', 'u2'].map((userId, n) => ({
        source: 'test',
        key: `later${n}`,
        basis: 'contract' as const,
        receivedAt: shop.clock.now,
        message: {
          type: 'track' as const,
          userId,
          event: 'Order Completed',
          timestamp: new Date(shop.clock.now).toISOString(),
          properties: { order_id: `later${n}`, products: [{ product_id: 'p29', quantity: 1, price: 5 }] },
        },
      })),
    )
    await shop.train(7)
    expect(shop.registry.current?.version.version).toBe(2)

    for (const { id, items } of made) {
      const replay = await shop.recommendations.replay(id)
      expect([id, replay.outcome, replay.obstacle]).toEqual([id, 'identical', undefined])
      expect(replay.again).toEqual(replay.before)
      expect(replay.again.map(({ productId }) => productId)).toEqual(items.map(({ productId }) => productId))
      expect((await shop.recommendations.explain(id)).replayable).toBe(true)
    }
    shop.clock.now = NOW
  }, 60_000)

  it('notices when what decides is not what it was', async () => {
    const { id } = await shop.one({ profile: 'u9', capture: true })
    const kept = await shop.store.decisions.get(id)
    const inputs = await shop.store.decisions.inputs(id)
    if (!kept || !inputs) throw new Error('nothing was kept')
    const other = Uint8Array.from(kept.record)
    // The first item's score.
    const changed = id.replace(/.$/, (last) => (last === '0' ? '1' : '0'))
    other[other.length - 1] = (other[other.length - 1] ?? 0) ^ 0x40
    await shop.store.decisions.append([{ ...kept, id: changed, record: other, inputs }])
    expect((await shop.recommendations.replay(id)).outcome).toBe('identical')
    expect((await shop.recommendations.replay(changed)).outcome).toBe('different')
  })
})

describe('what cannot be replayed', () => {
  const obstacleOf = async (id: string) => {
    const { outcome, obstacle, summary, again } = await shop.recommendations.replay(id)
    expect([outcome, again]).toEqual(['not_replayable', []])
    expect(summary).toHaveLength(2)
    expect((await shop.recommendations.explain(id)).replayable).toBe(false)
    return obstacle
  }

  it('says that nothing was captured, also in Chinese', async () => {
    const { id } = await shop.one({ profile: 'u0' })
    expect(await obstacleOf(id)).toBe('not_captured')
    expect((await shop.recommendations.replay(id, 'zh')).summary.join('')).toMatch(/[\u4e00-\u9fff]/)
    const { id: declined } = await shop.one({ profile: 'u0', capture: false })
    expect(await obstacleOf(declined)).toBe('not_captured')
  })

  it('says that the shopper was erased, whose inputs went along', async () => {
    const { id } = await shop.one({ profile: 'u30', capture: true })
    expect((await shop.recommendations.replay(id)).outcome).toBe('identical')
    const shopper = await shop.store.profiles.find('u30')
    await shop.store.profiles.erase(shopper?.row ?? -1)
    expect(await obstacleOf(id)).toBe('inputs_gone')
  })

  it('says that one older than what is kept is not there any more, whether or not it was captured', async () => {
    const kept = await shop.one({ profile: 'u3', capture: true })
    shop.clock.now = NOW - 60 * DAY
    const old = [await shop.one({ profile: 'u3', capture: true }), await shop.one({ profile: 'u3', capture: false })]
    shop.clock.now = NOW
    await shop.store.maintenance.applyRetention({ decisionDays: 30, rawEventDays: 0, jobDays: 0 }, NOW)
    for (const { id } of old) {
      await expect(shop.recommendations.replay(id)).rejects.toMatchObject({ code: 'DECISION_NOT_FOUND' })
      await expect(shop.recommendations.explain(id)).rejects.toMatchObject({ code: 'DECISION_NOT_FOUND' })
    }
    shop.clock.now = NOW + DAY / 24
    expect((await shop.recommendations.replay(kept.id)).outcome).toBe('identical')
    shop.clock.now = NOW
  })

  it('says that a newcomer is described in other words than its model was told', async () => {
    const product = plantedShop().products[3]?.product
    if (!product) throw new Error('there is no product')
    await shop.store.catalog.upsert([{ ...product, id: 'fresh', title: 'fresh kettle' }], 'test')
    const { id } = await shop.one({ profile: 'u0', capture: true })
    expect((await shop.recommendations.replay(id)).outcome).toBe('identical')
    await shop.store.catalog.upsert([{ ...product, id: 'fresh', title: 'stale scarf' }], 'test')
    await shop.store.catalog.upsert([{ ...product, id: 'another', title: 'another kettle' }], 'test')
    await shop.one({})
    expect(await obstacleOf(id)).toBe('newcomers_changed')
  })

  it('captures a share of all decisions by lot', async () => {
    const { createRecommendations } = await import('./facade.ts')
    const sampling = createRecommendations({ ...shop.parts, captureShare: 0.25 })
    const requests = Array.from({ length: 400 }, () => ({}))
    let captured = 0
    for (let batch = 0; batch < 4; batch++) {
      const decisions = await sampling.recommend(requests.slice(0, 100), { globalPrivacyControl: false })
      for (const { id } of decisions) if ((await shop.store.decisions.inputs(id)) !== undefined) captured++
    }
    // Five standard deviations of 400 draws at 0.25.
    expect(Math.abs(captured - 100)).toBeLessThan(5 * Math.sqrt(75))
  })
})
