import { createRequire } from 'node:module'
import { Analytics } from '@segment/analytics-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openShop, type ShopUnderTest } from '../bad-input/shop-under-test.ts'

/* The clients that stores have already, changed by nothing but their host. */

let shop: ShopUnderTest
let host: string
let writeKey: string
beforeAll(async () => {
  shop = await openShop({ clock: Date.now, settings: { 'server.port': 0, 'ingest.basis': 'contract' } })
  host = await shop.engine.listen()
  writeKey = (await shop.client.createKey({ name: 'shop', scopes: ['write'] })).secret
})
afterAll(() => shop.close())

const BOUGHT = {
  order_id: 'o-1',
  currency: 'EUR',
  products: [
    { product_id: 'mug', quantity: 2, price: 4.5 },
    { product_id: 'lamp', quantity: 1, price: 30 },
  ],
}

async function storedOf(profile: string) {
  const found = await shop.client.exportProfile({ profile })
  const events = found['events'] as { key: string; event: { kind: string; lines: object[]; at: number } }[]
  return { traits: found['traits'], events, kinds: events.map(({ event }) => event.kind) }
}

describe('@segment/analytics-node', () => {
  it('delivers everything that it can say, and hears that it arrived', async () => {
    const analytics = new Analytics({ writeKey, host, flushAt: 5, flushInterval: 50 })
    const statuses: number[] = []
    const faults: unknown[] = []
    analytics.on('http_response', ({ status }) => statuses.push(status))
    analytics.on('error', (error) => faults.push(error))
    const before = Date.now()
    analytics.track({ anonymousId: 'seg-browser', event: 'Product Viewed', properties: { product_id: 'mug' } })
    analytics.identify({ anonymousId: 'seg-browser', userId: 'seg-ada', traits: { name: 'Ada' } })
    analytics.page({ userId: 'seg-ada', name: 'Home' })
    analytics.screen({ userId: 'seg-ada', name: 'Home' })
    analytics.group({ userId: 'seg-ada', groupId: 'g' })
    analytics.alias({ previousId: 'seg-old', userId: 'seg-ada' })
    analytics.track({ userId: 'seg-ada', event: 'Order Completed', properties: BOUGHT })
    await analytics.closeAndFlush()
    expect([faults, [...new Set(statuses)]]).toEqual([[], [200]])
    const { events, kinds, traits } = await storedOf('seg-ada')
    expect(kinds.toSorted()).toEqual(
      ['product_viewed', 'identified', 'page_viewed', 'page_viewed', 'other', 'aliased', 'order_completed'].toSorted(),
    )
    expect(traits).toEqual({ name: 'Ada' })
    expect(events.find(({ event }) => event.kind === 'order_completed')?.event.lines).toEqual([
      { productId: 'mug', quantity: 2, priceMicros: 4_500_000, currency: 'EUR' },
      { productId: 'lamp', quantity: 1, priceMicros: 30_000_000, currency: 'EUR' },
    ])
    for (const { event } of events) expect(event.at).toBeGreaterThanOrEqual(before - 1000)
  })

  it('hears that a batch was refused when its key is wrong, and of single refusals nothing', async () => {
    const wrong = new Analytics({ writeKey: 'sm_nobody', host, flushAt: 1, maxRetries: 0 })
    const failed = new Promise<unknown>((resolve) => wrong.on('error', resolve))
    wrong.track({ userId: 'seg-eve', event: 'Product Viewed', properties: { product_id: 'mug' } })
    expect(String(Reflect.get(Object(await failed), 'reason'))).toContain('401')
    await wrong.closeAndFlush()
    const partly = new Analytics({ writeKey, host, flushAt: 2 })
    const faults: unknown[] = []
    partly.on('error', (error) => faults.push(error))
    partly.track({ userId: 'seg-bob', event: 'Product Viewed', properties: {} })
    partly.track({ userId: 'seg-bob', event: 'Product Viewed', properties: { product_id: 'mug' } })
    await partly.closeAndFlush()
    expect(faults).toEqual([])
    expect((await storedOf('seg-bob')).kinds).toEqual(['product_viewed'])
  })
})

interface Rudder {
  track(message: object): void
  identify(message: object): void
  page(message: object): void
  screen(message: object): void
  group(message: object): void
  alias(message: object): void
  flush(): Promise<unknown>
}
type RudderClass = new (key: string, options: object) => Rudder

describe('@rudderstack/rudder-sdk-node', () => {
  it.each([
    ['gzipped', true],
    ['plain', false],
  ])('delivers everything that it can say, %s', async (word, gzip) => {
    // Its types speak of an older module system than its code.
    const Client: RudderClass = createRequire(import.meta.url)('@rudderstack/rudder-sdk-node')
    const client = new Client(writeKey, {
      dataPlaneUrl: host,
      gzip,
      flushAt: 100,
      flushInterval: 60_000,
      logLevel: 'silly',
    })
    const userId = `rud-${word}`
    client.track({ anonymousId: `${userId}-browser`, event: 'Product Viewed', properties: { product_id: 'mug' } })
    client.identify({ anonymousId: `${userId}-browser`, userId, traits: { name: 'Ada' } })
    client.page({ userId, name: 'Home' })
    client.screen({ userId, name: 'Home' })
    client.group({ userId, groupId: 'g' })
    client.alias({ previousId: `${userId}-old`, userId })
    client.track({
      userId,
      event: 'Order Completed',
      originalTimestamp: new Date('2024-02-03T04:05:06Z'),
      properties: { ...BOUGHT, order_id: word },
    })
    await client.flush()
    const { events, kinds } = await storedOf(userId)
    expect(kinds.toSorted()).toEqual(
      ['product_viewed', 'identified', 'page_viewed', 'page_viewed', 'other', 'aliased', 'order_completed'].toSorted(),
    )
    const order = events.find(({ event }) => event.kind === 'order_completed')
    expect(order?.event.lines).toHaveLength(2)
    expect(new Date(order?.event.at ?? 0).toISOString().slice(0, 10)).toBe('2024-02-03')
  })
})
