import { describe, expect, test } from 'vitest'
import type { ShopEvent } from '../../src/contracts/event.ts'
import { appendAll, collect, NOON, profileRow, purchase, shopEvent } from './sample-events.ts'
import type { CurrentStore } from './store-contract.ts'

const RICH: ShopEvent = {
  kind: 'order_completed',
  userId: 'customer-1',
  anonymousId: 'device-1',
  happenedAt: NOON - 5000,
  receivedAt: NOON,
  at: NOON - 4000,
  orderId: 'order-1',
  market: 'de',
  query: 'blue “mug” \ud83d\ude00',
  lines: [
    { productId: 'mug', quantity: 2, priceMicros: 2_550_000, currency: 'EUR' },
    { productId: 'mug', quantity: 0.5 },
    { productId: 'plate', quantity: 1, priceMicros: -1, currency: 'USD' },
  ],
  traits: { email: 'a@example.org', nested: { deep: [1, null, 'x'] } },
  consents: [{ purpose: 'analytics', granted: true }],
  bot: false,
}

export function eventsContract(it: CurrentStore): void {
  describe('events', () => {
    test('come back exactly as they were appended, with their raw message, also after reopening', async () => {
      const sparse = shopEvent({ kind: 'page_viewed', userId: 'customer-1', at: NOON + 1, bot: true })
      const { profiles } = await appendAll(it.store(), 'k', [RICH, sparse])
      const store = await it.reopen()
      const events = await collect(store.events.ofProfile(profiles[0] ?? -1))
      expect(events).toEqual([
        { source: 'api', key: 'k0', event: RICH, raw: { type: 'track', messageId: 'k0' } },
        { source: 'api', key: 'k1', event: sparse, raw: { type: 'track', messageId: 'k1' } },
      ])
    })

    test('a raw message keeps prototype keys, lone surrogates and unknown fields', async () => {
      const raw = JSON.parse('{"type":"track","__proto__":{"x":1},"text":"\\ud800","constructor":[1e300,{}]}')
      const store = it.store()
      const profile = await profileRow(store, 'u')
      const event = shopEvent({ userId: 'u' })
      await store.events.append([{ source: 'api', key: 'k', raw, event, profile, products: new Int32Array(0) }])
      const [stored] = await collect(store.events.ofProfile(profile))
      expect(JSON.stringify(stored?.raw)).toBe(JSON.stringify(raw))
    })

    test('an event is stored once per source and key', async () => {
      const store = it.store()
      expect(await appendAll(store, 'k', [RICH, RICH])).toMatchObject({ added: 2, known: 0 })
      expect(await appendAll(store, 'k', [RICH, RICH, RICH])).toMatchObject({ added: 1, known: 2 })
      expect(await appendAll(store, 'k', [RICH], { source: 'csv' })).toMatchObject({ added: 1, known: 0 })
      expect(await store.events.count()).toBe(4)
      expect([...(await store.events.known('api', ['k0', 'k2', 'k3', 'toString']))]).toEqual([1, 1, 0, 0])
      expect([...(await store.events.known('csv', ['k0', 'k1']))]).toEqual([1, 0])
    })

    test('the same key twice in one call is stored once', async () => {
      const store = it.store()
      const profile = await profileRow(store, 'u')
      const write = {
        source: 'api',
        key: 'k',
        raw: { type: 'track' } as const,
        event: shopEvent({ userId: 'u' }),
        profile,
        products: new Int32Array(0),
      }
      expect(await store.events.append([write, write])).toEqual({ added: 1, known: 1 })
    })

    test('a live key is known again 32 days later, and a history key for ever', async () => {
      const store = it.store()
      const later = NOON + 32 * 86_400_000
      const muchLater = NOON + 400 * 86_400_000
      const event = purchase('u', ['mug'])
      await appendAll(store, 'k', [event])
      await appendAll(store, 'k', [event], { source: 'csv' })
      for (let day = 1; day < 32; day++) {
        await appendAll(store, `filler${day}-`, [purchase('u', ['mug'], NOON + day * 86_400_000)])
      }
      expect(await appendAll(store, 'k', [{ ...event, receivedAt: later }])).toMatchObject({ added: 0, known: 1 })
      const late = { ...event, receivedAt: muchLater }
      expect(await appendAll(store, 'k', [late], { source: 'csv' })).toMatchObject({ added: 0, known: 1 })
    })

    test('states are written with the events, in one transaction', async () => {
      const store = it.store()
      const profile = await profileRow(store, 'u')
      const state = Uint8Array.of(1, 2, 3)
      await appendAll(store, 'k', [shopEvent({ userId: 'u' })], { states: [{ profile, version: 7, state }] })
      expect(await store.profiles.states([profile, 99_999])).toEqual(new Map([[profile, { version: 7, state }]]))
      const gone = { profile: 99_999, version: 1, state }
      const failed = appendAll(store, 'bad', [shopEvent({ userId: 'u' })], { states: [gone] })
      await expect(failed).rejects.toMatchObject({ code: 'PROFILE_NOT_FOUND' })
      expect(await store.events.count()).toBe(1)
      expect([...(await store.events.known('api', ['bad0']))]).toEqual([0])
    })

    test('writes that run at the same time are all kept, and a failing one fails alone', async () => {
      const store = it.store()
      const good = Array.from({ length: 40 }, (_, i) => appendAll(store, `w${i}-`, [purchase(`u${i % 7}`, ['mug'])]))
      const bad = store.profiles.writeStates([{ profile: 99_999, version: 1, state: new Uint8Array(1) }])
      await expect(bad).rejects.toMatchObject({ code: 'PROFILE_NOT_FOUND' })
      const outcomes = await Promise.all(good)
      expect(outcomes.every(({ added }) => added === 1)).toBe(true)
      expect(await store.events.count()).toBe(40)
    })

    test('events of linked profiles come in the order in which they happened', async () => {
      const store = it.store()
      const one = await appendAll(store, 'a', [purchase('u', ['x'], NOON + 3), purchase('u', ['y'], NOON + 1)])
      const two = await appendAll(store, 'b', [shopEvent({ anonymousId: 'd', at: NOON + 2 })])
      await store.profiles.link(two.profiles[0] ?? -1, one.profiles[0] ?? -1, 'login', NOON)
      const events = await collect(store.events.ofProfile(two.profiles[0] ?? -1))
      expect(events.map(({ event }) => event.at - NOON)).toEqual([1, 2, 3])
    })

    test('an event without a shopper is kept', async () => {
      const store = it.store()
      await appendAll(store, 'k', [shopEvent({ kind: 'order_completed', lines: [{ productId: 'x', quantity: 1 }] })])
      expect(await store.events.count()).toBe(1)
    })
  })
}
