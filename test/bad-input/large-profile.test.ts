import { expect, it } from 'vitest'
import { NOW, openShop } from './shop-under-test.ts'
import { segmentLine, soundOrders, soundProducts } from './sound-files.ts'

const EVENTS = 100_000

it('a profile with 100,000 events is imported, checked, trained on, answered and erased', async () => {
  const shop = await openShop()
  await shop.imported('csv-products', 'products.csv', soundProducts())
  await shop.imported('csv-orders', 'orders.csv', soundOrders())
  const lines = Array.from({ length: EVENTS }, (_, n) =>
    segmentLine({
      event: 'Product Viewed',
      messageId: `m${n}`,
      userId: 'busy',
      timestamp: new Date(NOW - 1000 * (EVENTS - n)).toISOString(),
      properties: { product_id: `p${(n * 7) % 20}` },
    }),
  )
  const report = await shop.imported('segment-jsonl', 'events.jsonl', lines.join(''))
  expect(report.counts).toMatchObject({ events: EVENTS, problems: 0 })
  const { store } = shop.engine
  const profile = await store.profiles.find('busy')
  const states = await store.profiles.states([profile?.row ?? -1])
  // What is remembered of a shopper does not grow with what they did.
  expect([...states.values()].every(({ state }) => state.length < 32_768)).toBe(true)

  const check = await shop.client.checkData()
  expect(check.summary.events).toBe(EVENTS + 180)
  expect((await shop.train()).status).toBe('succeeded')
  const { decisions } = await shop.client.recommend({ requests: [{ profile: 'busy', limit: 5 }] })
  expect(decisions[0]).toMatchObject({ basis: 'personalised' })
  expect(decisions[0]?.items).toHaveLength(5)
  expect((await shop.imported('segment-jsonl', 'events.jsonl')).counts).toMatchObject({ events: 0 })

  const held: unknown = Reflect.get(await shop.client.exportProfile({ profile: 'busy' }), 'events')
  expect(Array.isArray(held) && held.length).toBe(EVENTS)
  const { erased } = await shop.client.eraseProfile({ profile: 'busy' })
  expect(Object.values(erased).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(EVENTS)
  expect((await shop.client.storeSummary()).events).toBe(180)
  const after = await shop.client.recommend({ requests: [{ profile: 'busy' }] })
  expect(after.decisions[0]).toMatchObject({ basis: 'contextual', cause: 'first_visit' })
  await shop.close()
}, 120_000)
