import { describe, expect, test } from 'vitest'
import type { EventKind } from '../../src/contracts/event.ts'
import type { InteractionColumns, Store } from '../../src/core/ports.ts'
import { MUG } from './catalog-contract.ts'
import { anonymousRow, appendAll, collect, NOON, profileRow, purchase, shopEvent } from './sample-events.ts'
import type { CurrentStore } from './store-contract.ts'

const DAY = 86_400_000
const EVER = { from: Number.MIN_SAFE_INTEGER, to: Number.MAX_SAFE_INTEGER }

async function read(store: Store, kinds: readonly EventKind[], window = EVER): Promise<InteractionColumns[]> {
  const reader = await store.reader()
  try {
    return await collect(reader.interactions({ ...window, kinds }))
  } finally {
    await reader.close()
  }
}

export function readerContract(it: CurrentStore): void {
  describe('reader', () => {
    test('interactions are lines as columns, of canonical profiles, within the window and the kinds', async () => {
      const store = it.store()
      const user = await profileRow(store, 'u')
      const device = await anonymousRow(store, 'd')
      const [mug, plate] = await store.catalog.resolve(['mug', 'plate'])
      const view = shopEvent({ anonymousId: 'd', at: NOON + 1, lines: [{ productId: 'mug', quantity: 1 }] })
      await appendAll(store, 'a', [
        purchase('u', ['mug', 'plate'], NOON, 'o1'),
        view,
        purchase('u', ['mug'], NOON + DAY),
      ])
      await store.profiles.link(device, user, 'login', NOON)
      const [all] = await read(store, ['order_completed', 'product_viewed'])
      expect(all?.length).toBe(4)
      expect([...(all?.profile ?? [])]).toEqual([user, user, user, user])
      expect([...(all?.product ?? [])]).toEqual([mug, plate, mug, mug])
      expect([...(all?.kind ?? [])]).toEqual([11, 11, 5, 11])
      expect([...(all?.at ?? [])]).toEqual([NOON, NOON, NOON + 1, NOON + DAY])
      expect([...(all?.priceMicros ?? [])]).toEqual([2_500_000, 2_500_000, Number.NaN, 2_500_000])
      const baskets = [...(all?.basket ?? [])]
      expect(baskets[0]).toBe(baskets[1])
      expect(new Set(baskets).size).toBe(3)
      const [bought] = await read(store, ['order_completed'], { from: NOON, to: NOON + DAY })
      expect(bought?.length).toBe(2)
    })

    test('a refund of an order carries the basket of the order', async () => {
      const store = it.store()
      const refund = { ...purchase('u', ['mug'], NOON + DAY, 'o1'), kind: 'order_refunded' as const }
      await appendAll(store, 'a', [purchase('u', ['mug'], NOON, 'o1'), refund])
      const [lines] = await read(store, ['order_completed', 'order_refunded'])
      expect(lines?.basket[0]).toBe(lines?.basket[1])
    })

    test('bots are left out, also those that were marked later, and lines of nobody have profile −1', async () => {
      const store = it.store()
      const nobody = shopEvent({ kind: 'order_completed', lines: [{ productId: 'x', quantity: 3 }] })
      await appendAll(store, 'k', [purchase('good', ['x']), { ...purchase('good', ['x']), bot: true }, nobody])
      const { profiles } = await appendAll(store, 'b', [purchase('bad', ['x'])])
      expect((await read(store, ['order_completed']))[0]?.length).toBe(3)
      await store.profiles.markBot(profiles[0] ?? -1, true)
      const [lines] = await read(store, ['order_completed'])
      expect([...(lines?.profile ?? [])]).toEqual([await profileRow(store, 'good'), -1])
      expect([...(lines?.quantity ?? [])]).toEqual([1, 3])
    })

    test('withheld: no yes on the basis of consent, or a no on any basis', async () => {
      const store = it.store()
      const consenting = await profileRow(store, 'yes', 'consent')
      const silent = await profileRow(store, 'silent', 'consent')
      const customer = await profileRow(store, 'customer', 'contract')
      const refusing = await profileRow(store, 'refusing', 'contract')
      const returned = await profileRow(store, 'returned', 'sample')
      const device = await anonymousRow(store, 'device')
      const say = (granted: boolean, at: number) => ({ purpose: 'personalisation' as const, granted, at, source: 's' })
      await store.profiles.writeConsents(consenting, [say(true, NOON)])
      await store.profiles.writeConsents(refusing, [say(true, NOON), say(false, NOON + 1)])
      await store.profiles.writeConsents(returned, [say(false, NOON), say(true, NOON + 1)])
      await store.profiles.writeConsents(device, [say(false, NOON + 2)])
      const reader = await store.reader()
      expect(await reader.withheld('personalisation')).toEqual(new Set([silent, refusing, device]))
      expect(await reader.withheld('analytics')).toEqual(new Set([consenting, silent]))
      await store.profiles.link(device, customer, 'login', NOON)
      expect(await reader.withheld('personalisation')).toEqual(new Set([silent, refusing, customer]))
      await reader.close()
    })

    test('facts count what is there', async () => {
      const store = it.store()
      await store.catalog.upsert([MUG, { ...MUG, id: 'free', offers: [] }], 'feed')
      await store.catalog.upsert([{ ...MUG, id: 'old' }], 'feed')
      await store.catalog.delete(['old'])
      const refund = { ...purchase('u0', ['mug'], NOON + 5 * DAY, 'nowhere'), kind: 'order_refunded' as const }
      const buyers = Array.from({ length: 5 }, (_, i) => purchase(`u${i}`, ['mug', 'mug', 'unknown'], NOON, `o${i}`))
      await appendAll(store, 'a', buyers)
      await appendAll(store, 'b', [
        purchase('u0', ['mug'], NOON + 10),
        purchase('u1', ['free'], NOON + DAY),
        refund,
        { ...shopEvent({ userId: 'robot', bot: true }) },
        shopEvent({ kind: 'page_viewed', happenedAt: NOON + 2 * DAY }),
        shopEvent({ userId: 'u2', happenedAt: 5, at: NOON }),
      ])
      await store.profiles.markBot(await profileRow(store, 'u4'), true)
      const denied = { purpose: 'email_marketing' as const, granted: false, at: NOON, source: 's' }
      await store.profiles.writeConsents(await profileRow(store, 'u3'), [denied])
      const reader = await store.reader()
      expect(await reader.facts()).toEqual({
        products: 3,
        productsUndescribed: 1,
        productsWithoutPrice: 1,
        productsDeleted: 1,
        profiles: 6,
        profilesByBasis: { consent: 0, contract: 6, sample: 0 },
        profilesDenied: { personalisation: 0, analytics: 0, advertising: 0, email_marketing: 1, push_marketing: 0 },
        bots: 1,
        botEvents: 2,
        events: 11,
        eventsByKind: { order_completed: 7, order_refunded: 1, product_viewed: 2, page_viewed: 1 },
        eventsWithoutProfile: 1,
        interactions: 18,
        orders: 7,
        refunds: 1,
        refundsUnmatched: 1,
        from: NOON,
        to: NOON + 5 * DAY,
        eventsInFuture: 1,
        eventsTooOld: 1,
        likelyDuplicates: 1,
        returningProfiles: 2,
        productsWithSupport: 2,
        largestProfile: 3,
        profilesOver10k: 0,
      })
      await reader.close()
    })

    test('an empty store has facts, products and interactions too', async () => {
      const reader = await it.store().reader()
      expect(await reader.facts()).toMatchObject({ events: 0, from: null, to: null, largestProfile: 0 })
      expect(await collect(reader.products())).toEqual([])
      expect(await collect(reader.interactions({ ...EVER, kinds: ['order_completed'] }))).toEqual([])
      expect(await reader.placements()).toEqual([])
      await reader.close()
    })
  })
}
