import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LegalBasis } from '../../contracts/consent.ts'
import type { SegmentMessage } from '../../contracts/event.ts'
import type { Product } from '../../contracts/product.ts'
import { createStore, openStore } from '../../storage/store.ts'
import type { Store } from '../ports.ts'
import type { PersonalView } from './consent.ts'
import { categoryAffinity } from './features/affinities.ts'
import { FEATURES_VERSION } from './features/declared.ts'
import { history } from './features/history.ts'
import { frequency, monetary, recency } from './features/purchases.ts'
import { createIngest, type IngestItem } from './ingest.ts'
import { createLiveStates } from './live-states.ts'
import { createProfileReader } from './reader.ts'
import { consentedInteractions } from './training-data.ts'

const NOW = Date.UTC(2024, 5, 1)
const DAY = 86_400_000

let directory: string
let store: Store
let names = 0

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ingest-'))
  let seed = 1
  const randomBytes = (bytes: Uint8Array): void => {
    for (let i = 0; i < bytes.length; i++) {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
      bytes[i] = seed >>> 24
    }
  }
  const options = { directory, clock: () => NOW, randomBytes }
  await createStore(options)
  store = await openStore(options)
  await store.catalog.upsert([product('mug', ['Home', 'Mugs']), product('lamp', ['Home', 'Light'])], 'test')
})

afterAll(async () => {
  await store.close()
  await rm(directory, { recursive: true, force: true })
})

function product(id: string, categories: string[]): Product {
  const offers = [{ market: 'default', priceMicros: 9_000_000, currency: 'EUR', availability: 'in_stock' as const }]
  return { id, title: id, categories, attributes: {}, offers }
}

/** A name that no other test uses: they share one store. */
function fresh(word: string): string {
  return `${word}-${++names}`
}

function item(message: SegmentMessage, key = fresh('key'), basis: LegalBasis = 'contract'): IngestItem {
  return { source: 'test', key, message, basis, receivedAt: NOW }
}

function viewed(
  shopper: { userId?: string; anonymousId?: string },
  productId: string,
  daysAgo: number,
): SegmentMessage {
  const timestamp = new Date(NOW - daysAgo * DAY).toISOString()
  return { type: 'track', event: 'Product Viewed', ...shopper, timestamp, properties: { product_id: productId } }
}

function ordered(userId: string, orderId: string, productId: string, daysAgo: number): SegmentMessage {
  const timestamp = new Date(NOW - daysAgo * DAY).toISOString()
  const products = [{ product_id: productId, quantity: 2, price: 5 }]
  return {
    type: 'track',
    event: 'Order Completed',
    userId,
    timestamp,
    properties: { order_id: orderId, currency: 'EUR', products },
  }
}

/** As in a process of its own: nothing of what others have in memory. */
function ingesting(over: Partial<Store> = {}) {
  const live = createLiveStates({ ...store, ...over })
  return { ...live, ...createIngest({ events: live.events, defaultCurrency: 'EUR' }) }
}

async function look(id: string, { profiles, rebuild } = ingesting()) {
  const reader = createProfileReader({ profiles, rebuild })
  return reader.read(id, { purpose: 'personalisation', optedOut: false, now: NOW })
}

async function personal(id: string): Promise<PersonalView> {
  const view = await look(id)
  if (view.basis !== 'personalised') throw new Error(`${id} is ${view.cause}`)
  return view
}

/** Everything that a view tells, with decayed weights rounded. */
function told(view: PersonalView) {
  const lines = view.value(history)
  return {
    history: lines && [...lines.products].map((row, i) => [row, lines.kinds[i], lines.at[i], lines.baskets[i]]),
    recency: view.value(recency),
    frequency: view.value(frequency),
    monetary: view.value(monetary),
    categories: [...(view.value(categoryAffinity)?.shares ?? [])]
      .map(([key, share]) => `${key} ${share.toFixed(6)}`)
      .sort(),
  }
}

describe('taking events in', () => {
  it('remembers what a shopper did, durably', async () => {
    const ada = fresh('ada')
    const result = await ingesting().ingest([
      item(viewed({ userId: ada }, 'mug', 3)),
      item(ordered(ada, fresh('order'), 'lamp', 2)),
    ])
    expect(result).toEqual({ added: 2, known: 0, refused: [] })
    const view = await personal(ada)
    expect(view.value(frequency)).toBe(1)
    expect(view.value(recency)).toBe(2 * DAY)
    expect(view.value(monetary)).toEqual(new Map([['EUR', 10_000_000]]))
    const [mug, lamp] = await store.catalog.resolve(['mug', 'lamp'])
    expect([...(view.value(history)?.products ?? [])]).toEqual([mug, lamp])
    expect(view.value(categoryAffinity)?.shares.get('Home > Light')).toBeCloseTo(8 / 18, 1)
  })

  it('changes nothing when the same events come again, in the same batch or a later one', async () => {
    const ada = fresh('ada')
    const once = item(ordered(ada, fresh('order'), 'mug', 1))
    const ingest = ingesting()
    expect(await ingest.ingest([once, once])).toEqual({ added: 1, known: 1, refused: [] })
    expect(await ingest.ingest([once])).toEqual({ added: 0, known: 1, refused: [] })
    expect(await ingesting().ingest([once])).toEqual({ added: 0, known: 1, refused: [] })
    const view = await personal(ada)
    expect([view.value(frequency), view.value(history)?.length]).toEqual([1, 1])
  })

  it('keeps the good ones of a batch and says what is wrong with the others', async () => {
    const ada = fresh('ada')
    const { added, refused } = await ingesting().ingest([
      item({ type: 'track', event: 'Product Viewed', properties: { product_id: 'mug' } }),
      item(viewed({ userId: ada }, 'mug', 1)),
      item({ type: 'track', userId: ada }),
    ])
    expect(added).toBe(1)
    expect(refused.map(({ index, code }) => [index, code])).toEqual([
      [0, 'EVENT_INVALID'],
      [2, 'EVENT_INVALID'],
    ])
  })

  it('leaves the same profile whatever the order and the batches, and when it is rebuilt from the log', async () => {
    const shoppers = [fresh('ada'), fresh('ada'), fresh('ada')]
    const orders = [fresh('order'), fresh('order')]
    const storyOf = (userId: string) => [
      ordered(userId, `${orders[0]} `, 'mug', 50),
      viewed({ userId }, 'lamp', 40),
      viewed({ userId }, 'mug', 30),
      ordered(userId, `${orders[1]} `, 'lamp', 20),
      ordered(userId, `${orders[1]} `, 'mug', 20),
      viewed({ userId }, 'lamp', 10),
    ]
    const [first = '', second = '', third = ''] = shoppers
    // Keys are the same in each telling, so that baskets of single events are too.
    const tell = (userId: string, places: number[]) =>
      places.map((place) => {
        const message = storyOf(userId)[place]
        if (message === undefined) throw new Error('no such part of the story')
        return { ...item(message, `story-${place}`), source: userId }
      })
    await ingesting().ingest(tell(first, [0, 1, 2, 3, 4, 5]))
    const ingest = ingesting()
    for (const place of [5, 3, 0, 4, 2, 1]) await ingest.ingest(tell(second, [place]))
    for (const places of [[4, 0], [5, 1, 3], [2]]) await ingesting().ingest(tell(third, places))

    const expected = told(await personal(first))
    expect(expected.frequency).toBe(2)
    expect(told(await personal(second))).toEqual(expected)
    expect(told(await personal(third))).toEqual(expected)
    await ingest.rebuild((await personal(second)).profile)
    expect(told(await personal(second))).toEqual(expected)
  })

  it('rebuilds what an older version of the features wrote, when it is read or written to', async () => {
    const [ada, bob] = [fresh('ada'), fresh('bob')]
    const ingest = ingesting()
    await ingest.ingest([ada, bob].map((userId) => item(ordered(userId, fresh('order'), 'mug', 5))))
    for (const userId of [ada, bob]) {
      const found = await store.profiles.find(userId)
      const old = { profile: found?.row ?? -1, version: FEATURES_VERSION - 1, state: Uint8Array.of(0), through: 1e9 }
      await store.profiles.writeStates([old])
    }
    expect((await personal(ada)).value(frequency)).toBe(1)
    await ingesting().ingest([item(ordered(bob, fresh('order'), 'mug', 1))])
    expect((await personal(bob)).value(frequency)).toBe(2)
  })

  it('does not fold what bots did', async () => {
    const ada = fresh('ada')
    const bot: SegmentMessage = { ...viewed({ userId: ada }, 'mug', 1), context: { userAgent: 'Googlebot/2.1' } }
    await ingesting().ingest([item(bot), item(viewed({ userId: ada }, 'lamp', 1))])
    expect((await personal(ada)).value(history)?.length).toBe(1)
  })

  it('carries out batches that come at once one after the other', async () => {
    const ada = fresh('ada')
    const ingest = ingesting()
    const batches = Array.from({ length: 20 }, () => [item(ordered(ada, fresh('order'), 'mug', 1))])
    await Promise.all(batches.map((batch) => ingest.ingest(batch)))
    expect((await personal(ada)).value(frequency)).toBe(20)
  })

  it('goes on rightly after a batch that could not be stored', async () => {
    const ada = fresh('ada')
    let broken = false
    const take: Store['events']['take'] = (arrivals) =>
      broken ? Promise.reject(new Error('no')) : store.events.take(arrivals)
    const ingest = ingesting({ events: { ...store.events, take } })
    await ingest.ingest([item(ordered(ada, fresh('order'), 'mug', 3))])
    const late = item(ordered(ada, fresh('order'), 'mug', 2))
    broken = true
    await expect(ingest.ingest([late])).rejects.toThrow('no')
    broken = false
    await ingest.ingest([late])
    const view = await personal(ada)
    expect([view.value(frequency), view.value(history)?.length]).toEqual([2, 2])
  })
})

describe('linked profiles', () => {
  it('are read as one shopper from the event on that names both, and apart again when the link is undone', async () => {
    const [ada, browser] = [fresh('ada'), fresh('browser')]
    const ingest = ingesting()
    await ingest.ingest([
      item(viewed({ anonymousId: browser }, 'mug', 9)),
      item({ type: 'identify', userId: ada, anonymousId: browser }),
      item(viewed({ userId: ada }, 'lamp', 1)),
    ])
    expect((await personal(ada)).value(history)?.length).toBe(2)
    expect((await personal(browser)).profile).toBe((await personal(ada)).profile)
    const [from = -1, to = -1] = await store.profiles.resolve([
      { anonymousId: browser, at: NOW, basis: 'contract' },
      { userId: ada, at: NOW, basis: 'contract' },
    ])
    expect(await store.profiles.unlink(from, to, NOW)).toBe(true)
    expect((await personal(ada)).value(history)?.length).toBe(1)
    await ingesting().ingest([item({ type: 'identify', userId: ada, anonymousId: browser })])
    expect((await personal(browser)).value(history)?.length).toBe(1)
  })

  it('never make one shopper of two customers who share a browser', async () => {
    const [ada, bob, browser] = [fresh('ada'), fresh('bob'), fresh('browser')]
    await ingesting().ingest([
      item({ type: 'identify', userId: ada, anonymousId: browser }),
      item({ type: 'identify', userId: bob, anonymousId: browser }),
      item(viewed({ userId: bob }, 'mug', 1)),
    ])
    expect((await personal(ada)).profile).not.toBe((await personal(bob)).profile)
    expect((await personal(ada)).value(history)?.length).toBe(0)
  })
})

describe('consent', () => {
  it('is read from events, decides what is seen, and what trains', async () => {
    const [yes, no, silent] = [fresh('yes'), fresh('no'), fresh('silent')]
    const says = (userId: string, granted: boolean) =>
      item(
        { type: 'identify', userId, context: { consent: { categoryPreferences: { personalisation: granted } } } },
        fresh('key'),
        'consent',
      )
    await ingesting().ingest([
      says(yes, true),
      says(no, false),
      ...[yes, no, silent].map((userId) => item(viewed({ userId }, 'mug', 1), fresh('key'), 'consent')),
    ])
    expect((await look(yes)).basis).toBe('personalised')
    expect(await look(no)).toEqual({ basis: 'contextual', cause: 'objection' })
    expect(await look(silent)).toEqual({ basis: 'contextual', cause: 'no_consent' })

    const reader = await store.reader()
    try {
      const window = { from: 0, to: NOW, kinds: ['product_viewed'] } as const
      const { profiles } = await consentedInteractions(reader, window, 'personalisation')
      const rows = await Promise.all([yes, no, silent].map((userId) => store.profiles.find(userId)))
      expect(rows.map((found) => profiles.includes(found?.row ?? -2))).toEqual([true, false, false])
    } finally {
      await reader.close()
    }
  })

  it('takes somebody nobody named for a first visit, as who has no id, and keeps no row of the id', async () => {
    const nobody = fresh('nobody')
    expect(await look(nobody)).toEqual({ basis: 'contextual', cause: 'first_visit' })
    expect(await store.profiles.find(nobody)).toBeUndefined()
    const reader = createProfileReader(ingesting())
    const options = { purpose: 'personalisation', optedOut: false, now: NOW } as const
    expect(await reader.read(undefined, options)).toEqual({ basis: 'contextual', cause: 'first_visit' })
  })
})
