import { describe, expect, test } from 'vitest'
import type { ShopEvent } from '../../src/contracts/event.ts'
import type { Identity } from '../../src/core/ports.ts'
import { appendAll, collect, NOON, purchase, shopEvent } from './sample-events.ts'
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
      const raw = '{"type":"track","__proto__":{"x":1},"text":"\\ud800","constructor":[1e300,{}]}'
      const store = it.store()
      const event = shopEvent({ userId: 'u' })
      const { profiles } = await store.events.take([{ source: 'api', key: 'k', raw, event, basis: 'contract' }])
      const [stored] = await collect(store.events.ofProfile(profiles[0] ?? -1))
      expect(JSON.stringify(stored?.raw)).toBe(JSON.stringify(JSON.parse(raw)))
    })

    test('an event is stored once per source and key', async () => {
      const store = it.store()
      expect(await appendAll(store, 'k', [RICH, RICH])).toMatchObject({ added: 2, known: 0 })
      expect(await appendAll(store, 'k', [RICH, RICH, RICH])).toMatchObject({ added: 1, known: 2 })
      expect(await appendAll(store, 'k', [RICH], { source: 'csv' })).toMatchObject({ added: 1, known: 0 })
      expect(await store.events.count()).toBe(4)
      expect(await store.events.lastArrival()).toBe(NOON)
      expect([...(await store.events.known('api', ['k0', 'k2', 'k3', 'toString']))]).toEqual([1, 1, 0, 0])
      expect([...(await store.events.known('csv', ['k0', 'k1']))]).toEqual([1, 0])
    })

    test('the same key twice in one call is stored once, and what is known changes nothing', async () => {
      const store = it.store()
      const arrival = { source: 'api', key: 'k', raw: '{}', event: purchase('u', ['mug']), basis: 'contract' } as const
      const taken = await store.events.take([arrival, arrival])
      expect([taken.rows[0]! > 0, taken.rows[1], taken.profiles[1], taken.products.length]).toEqual([true, 0, -1, 2])
      const other = { ...arrival, event: { ...purchase('v', ['pan']), anonymousId: 'device' } }
      expect(await store.events.take([other])).toMatchObject({ rows: new Float64Array(1), linked: new Int32Array(0) })
      expect(await store.profiles.count()).toBe(1)
      expect(await store.catalog.byId('pan')).toBeUndefined()
    })

    test('taking tells the rows of profiles and products, and the event before', async () => {
      const store = it.store()
      await store.catalog.resolve(['plate', 'mug'])
      const events = [purchase('u', ['mug', 'pan']), purchase('v', ['plate']), purchase('u', ['pan'])]
      const arrivals = events.map((event, i) => ({
        source: 'api',
        key: `k${i}`,
        raw: '{}',
        event,
        basis: 'contract' as const,
      }))
      const { rows, previous, profiles, products } = await store.events.take(arrivals)
      expect([...rows].every((row, i) => i === 0 || row > (rows[i - 1] ?? row))).toBe(true)
      expect([...previous]).toEqual([0, 0, rows[0]])
      expect([...profiles]).toEqual([
        ...(await store.profiles.resolve(['u', 'v', 'u'].map((userId) => named({ userId })))),
      ])
      expect([...products]).toEqual([...(await store.catalog.resolve(['mug', 'pan', 'plate', 'pan']))])
      const later = await store.events.take([{ ...arrivals[0]!, key: 'later' }])
      expect(later.previous[0]).toBe(rows[2])
      const logged = await collect(store.events.since(profiles[0] ?? -1, rows[0] ?? -1, rows[2] ?? -1))
      expect(logged).toEqual([{ row: rows[2], key: 'k2', event: events[2], products: products.subarray(3) }])
      expect(await collect(store.events.since(profiles[0] ?? -1, 0, rows[1] ?? -1))).toHaveLength(1)
    })

    test('what an event says of a shopper is stored with it: names, links, consent, traits', async () => {
      const store = it.store()
      const browsing = shopEvent({ anonymousId: 'device' })
      const told = { userId: 'u', anonymousId: 'device', traits: { name: 'Ada' } }
      const login = shopEvent({ kind: 'identified', ...told, consents: [{ purpose: 'analytics', granted: true }] })
      const left = shopEvent({ kind: 'aliased', userId: 'u', previousId: 'old' })
      const taken = await store.events.take(
        [browsing, login, left].map((event, i) => ({
          source: 'api',
          key: `k${i}`,
          raw: '{}',
          event,
          basis: 'consent' as const,
        })),
      )
      const found = await store.profiles.find('device')
      expect(found).toMatchObject({ row: taken.profiles[1], basis: 'consent' })
      expect(await store.profiles.find('old')).toEqual(found)
      expect([...taken.linked]).toEqual([
        taken.profiles[0],
        (await store.profiles.resolve([named({ anonymousId: 'old' })]))[0],
      ])
      const row = found?.row ?? -1
      expect(await store.profiles.traits(row)).toEqual({ name: 'Ada' })
      expect(await store.profiles.consents(row)).toEqual([
        { purpose: 'analytics', granted: true, at: NOON, source: 'api' },
      ])
      // A link that somebody has undone is not made again by the next event.
      expect(await store.profiles.unlink(taken.profiles[0] ?? -1, row, NOON)).toBe(true)
      const again = { ...login, at: NOON + 1 }
      const next = await store.events.take([{ source: 'api', key: 'again', raw: '{}', event: again, basis: 'consent' }])
      expect(next.linked.length).toBe(0)
      const reopened = await it.reopen()
      await reopened.events.take([{ source: 'api', key: 'again2', raw: '{}', event: again, basis: 'consent' }])
      expect((await reopened.profiles.find('device'))?.row).toBe(taken.profiles[0])
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

    test('states come back with the event that they have taken in, and that which was the last', async () => {
      const store = it.store()
      const { profiles } = await appendAll(store, 'k', [shopEvent({ userId: 'u' }), shopEvent({ userId: 'u' })])
      const [profile = -1] = profiles
      const [, last = -1] = (await collect(store.events.since(profile, 0, Number.MAX_SAFE_INTEGER))).map(
        ({ row }) => row,
      )
      const none = { version: 0, state: new Uint8Array(0), through: 0, lastEvent: last }
      expect(await store.profiles.states([profile, 99_999])).toEqual(new Map([[profile, none]]))
      const written = { version: 7, state: Uint8Array.of(1, 2, 3), through: last - 1 }
      const gone = { profile: 99_999, ...written }
      await store.profiles.writeStates([gone, { profile, ...written }])
      expect(await store.profiles.states([profile, 99_999])).toEqual(
        new Map([[profile, { ...written, lastEvent: last }]]),
      )
    })

    test('writes that run at the same time are all kept, and a failing one fails alone', async () => {
      const store = it.store()
      const good = Array.from({ length: 40 }, (_, i) => appendAll(store, `w${i}-`, [purchase(`u${i % 7}`, ['mug'])]))
      const bad = store.profiles.writeConsents(99_999, [{ purpose: 'analytics', granted: true, at: NOON, source: 's' }])
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

function named(id: { readonly userId: string } | { readonly anonymousId: string }): Identity {
  return { ...id, at: NOON, basis: 'contract' }
}
