import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NOW, type TrainedShop, trainedShop } from '../../../test/recommendations/trained-shop.ts'
import { kendallTau, overlap } from './lists.ts'
import { reportShadow } from './report.ts'

const DAY = 86_400_000

describe('two lists', () => {
  it('overlap by what their first products share', () => {
    expect(overlap([1, 2, 3, 4], [4, 3, 9, 8], 4)).toBe(0.5)
    expect(overlap([1, 2, 3, 4], [4, 3, 9, 8], 2)).toBe(0)
    expect(overlap([1, 'x'], ['x'], 5)).toBe(0.5)
    expect(overlap([], [1], 5)).toBe(0)
    expect(overlap([], [], 5)).toBeUndefined()
  })

  it('agree in order from 1, the same, to −1, reversed', () => {
    expect(kendallTau([1, 2, 3], [1, 2, 3])).toBe(1)
    expect(kendallTau([1, 2, 3], [3, 2, 1])).toBe(-1)
    expect(kendallTau([1, 2, 3], [9, 1, 3, 2])).toBeCloseTo(1 / 3, 12)
    expect(kendallTau([1, 2], [2, 7])).toBeUndefined()
  })
})

describe('a placement in the shadow', () => {
  let shop: TrainedShop
  beforeAll(async () => {
    shop = await trainedShop()
    await shop.placements.put({ ...shop.placements.get('home'), name: 'beside', mode: 'shadow', size: 5 })
  }, 60_000)
  afterAll(() => shop.dispose())

  const report = async (placement: string, language: 'en' | 'zh' = 'en') => {
    const reader = await shop.store.reader()
    const params = { placement, from: NOW - DAY, to: NOW + DAY, windowDays: 7, language }
    try {
      return await reportShadow(reader, params, {
        signal: new AbortController().signal,
        clock: () => NOW + 10 * DAY,
        progress: () => undefined,
      })
    } finally {
      await reader.close()
    }
  }

  it('gives back what the store shows, as it is, and shows and spends nothing of ours', async () => {
    await shop.rules.put({
      name: 'ad',
      when: { productIds: ['p25'] },
      effect: { do: 'pin', position: 1, limit: { perDay: 5 } },
    })
    const shown = ['p29', 'theirs', 'p0']
    const decision = await shop.one({ placement: 'beside', profile: 'u0', shown, seed: 1 })
    expect(decision.shadow).toBe(true)
    expect(decision.items.map(({ productId }) => productId)).toEqual(shown)
    expect(decision.items.map(({ position }) => position)).toEqual([1, 2, 3])
    expect(decision).not.toHaveProperty('token')
    expect(decision.items.every((item) => item.token === undefined)).toBe(true)
    const { decision: ours, summary } = await shop.recommendations.explain(decision.id)
    expect(ours.items[0]?.productId).toBe('p25')
    expect(ours.items).toHaveLength(5)
    expect(summary.some((line) => line.includes('shadow mode: the store showed 3 products of its own'))).toBe(true)
    expect(await shop.reservations.usedToday('ad', NOW)).toBe(0)
    await shop.rules.remove('ad')
    expect(await shop.refusalOf({ placement: 'beside', profile: 'u0' })).toBe('BAD_REQUEST')
    const live = await shop.one({ placement: 'home', profile: 'u0', shown, limit: 5 })
    expect(live.items.map(({ productId }) => productId)).not.toEqual(shown)
    expect(live).not.toHaveProperty('shadow')
  })

  it('is reported with what would have differed, and with the purchases that followed', async () => {
    await shop.placements.put({ ...shop.placements.get('beside'), name: 'counted' })
    expect((await report('counted')).summary[0]).toContain('No list was compared')
    const stored = await shop.store.catalog.byId('p19')
    if (!stored) throw new Error('there is no product')
    const soldOut = stored.product.offers.map((offer) => ({ ...offer, priceMicros: 7_000_000, stock: 0 }))
    await shop.store.catalog.upsert([{ ...stored.product, offers: soldOut }], 'test')
    const ours = (await shop.one({ placement: 'home', profile: 'u0', limit: 5, seed: 1 })).items.map(
      ({ productId }) => productId,
    )
    const [first = '', second = '', third = ''] = ours
    const asked = [
      { profile: 'u0', shown: [second, first, 'p19', 'theirs'] },
      { profile: 'u0', shown: ['p19', 'p18', 'p17', 'p16'] },
      { shown: ['p19', 'p18'] },
    ]
    for (const request of asked) await shop.one({ placement: 'counted', seed: 1, ...request })
    const order = (user: string, product: string, at: number) => ({
      source: 'test',
      key: `after ${user} ${product}`,
      basis: 'contract' as const,
      receivedAt: at,
      message: {
        type: 'track' as const,
        userId: user,
        event: 'Order Completed',
        timestamp: new Date(at).toISOString(),
        properties: { order_id: `after ${product}`, products: [{ product_id: product, quantity: 1, price: 5 }] },
      },
    })
    await shop.ingest.ingest([
      order('u0', third, NOW + DAY),
      order('u0', 'p17', NOW + 2 * DAY),
      order('u0', 'p16', NOW + 9 * DAY),
    ])

    const found = await report('counted')
    expect(found.decisions).toBe(3)
    // Against ours of five, the first list shares two; what the third shares depends on what is popular.
    expect(found.overlap.map(({ k }) => k)).toEqual([5, 10])
    const first5 = found.overlap[0]?.share ?? -1
    expect(first5).toBeGreaterThanOrEqual((2 / 5 + 0 + 0) / 3)
    expect(first5).toBeLessThanOrEqual((2 / 5 + 0 + 2 / 5) / 3)
    expect(found.rankCorrelation.tau).toBeLessThanOrEqual(0)
    expect(found.coverage.store).toBeCloseTo(7 / shop.catalog.current.count, 12)
    expect(found.soldOut).toBeCloseTo(3 / 10, 12)
    expect(found.unknown).toBeCloseTo(1 / 10, 12)
    expect(found.currency).toBe('EUR')
    expect(found.priceMicros.store).toBeGreaterThan(found.priceMicros.ours ?? 0)
    // Two lists for a known shopper, both followed: one bought from ours alone, one from the store's and ours.
    expect(found.outcomes).toEqual({
      windowDays: 7,
      decisions: 2,
      followed: 2,
      both: 1,
      storeOnly: 0,
      oursOnly: 1,
      neither: 0,
    })
    expect(found.summary.join(' ')).toContain("on the store's alone 0, on ours alone 1")
    expect((await report('counted', 'zh')).summary.join('')).toMatch(/[\u4e00-\u9fff]/)
    await expect(report('nowhere')).rejects.toMatchObject({ code: 'PLACEMENT_NOT_FOUND' })
  })
})
