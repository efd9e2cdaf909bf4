import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { SegmentMessage } from '../../contracts/event.ts'
import { createStore, openStore } from '../../storage/store.ts'
import type { Store } from '../ports.ts'
import { gate } from './consent.ts'
import { brandAffinity, categoryAffinity, priceBandAffinity } from './features/affinities.ts'
import { history } from './features/history.ts'
import { frequency, monetary, recency } from './features/purchases.ts'
import { createIngest } from './ingest.ts'
import { createLiveStates, type LiveStates } from './live-states.ts'

const NOW = Date.UTC(2026, 2, 1)
const DAY = 86_400_000

let directory: string
let store: Store
let runs = 0

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'live-states-'))
  let seed = 5
  const randomBytes = (bytes: Uint8Array): void => {
    for (let i = 0; i < bytes.length; i++) {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
      bytes[i] = seed >>> 24
    }
  }
  const options = { directory, clock: () => NOW, randomBytes }
  await createStore(options)
  store = await openStore(options)
  const offers = [{ market: 'default', priceMicros: 9_000_000, currency: 'EUR', availability: 'in_stock' as const }]
  await store.catalog.upsert(
    ['mug', 'lamp', 'pan'].map((id) => ({
      id,
      title: id,
      brand: id,
      categories: ['Home', id],
      attributes: {},
      offers,
    })),
    'test',
  )
})
afterAll(async () => {
  await store.close()
  await rm(directory, { recursive: true, force: true })
})

const WHO = ['customer', 'other', 'phone', 'laptop'] as const
type Who = (typeof WHO)[number]
const who = fc.constantFrom(...WHO)

/** An event: by whom, of which of a few keys (so that some come twice), when, and what. */
const message = fc.record({
  who,
  key: fc.integer({ min: 0, max: 24 }),
  daysAgo: fc.integer({ min: -1, max: 90 }),
  product: fc.constantFrom('mug', 'lamp', 'pan', 'unheard-of'),
  what: fc.constantFrom('view', 'add', 'order', 'refund', 'page', 'identify', 'alias', 'bot'),
})
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      batch: fc.array(message, { minLength: 1, maxLength: 6 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('mark' as const, 'unmark' as const, 'unlink' as const), who }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('read' as const), who }) },
  // A process that is killed, one that writes its states, and one that ends in good order.
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('kill' as const, 'flush' as const, 'restart' as const), who }),
  },
)

function toSegment(
  { who, daysAgo, product, what }: typeof message extends fc.Arbitrary<infer M> ? M : never,
  name: (who: Who) => string,
): SegmentMessage {
  const named = who === 'phone' || who === 'laptop' ? { anonymousId: name(who) } : { userId: name(who) }
  const timestamp = new Date(NOW - daysAgo * DAY).toISOString()
  const track = (event: string, properties: object): SegmentMessage => ({
    type: 'track',
    event,
    timestamp,
    ...named,
    properties: { ...properties },
  })
  const line = { product_id: product, quantity: 2, price: 5 + daysAgo / 7, currency: 'EUR' }
  switch (what) {
    case 'view':
      return track('Product Viewed', { product_id: product })
    case 'add':
      return track('Product Added', line)
    case 'order':
      return track('Order Completed', { order_id: `${name(who)}-${daysAgo}`, products: [line] })
    case 'refund':
      return track('Order Refunded', { order_id: `${name(who)}-${daysAgo}`, products: [line] })
    case 'bot':
      return { ...track('Product Viewed', { product_id: product }), context: { userAgent: 'Googlebot/2.1' } }
    case 'page':
      return { type: 'page', timestamp, ...named }
    case 'identify':
      return { type: 'identify', timestamp, userId: name('customer'), anonymousId: name('phone') }
    default:
      return { type: 'alias', timestamp, userId: name('customer'), previousId: name('laptop') }
  }
}

/** All that a decision could know of a shopper; decayed weights rounded, since sums in another order differ in the last digits. */
async function told({ profiles }: LiveStates, id: string): Promise<unknown> {
  const found = await profiles.find(id)
  if (found === undefined) return 'nobody'
  const states = await profiles.states(await profiles.members(found.row))
  // Also what is not shown of a program: its state must be right when the mark is taken away.
  const view = gate({
    ...found,
    profile: found.row,
    bot: false,
    states: [...states.values()].map(({ state }) => state),
    statements: [],
    purpose: 'personalisation',
    optedOut: false,
    now: NOW,
  })
  if (view.basis === 'contextual') return view.cause
  const affinities = [categoryAffinity, brandAffinity, priceBandAffinity].map((feature) => {
    const affinity = view.value(feature)
    const shares = [...(affinity?.shares ?? [])].map(([key, share]) => `${key} ${share.toPrecision(8)}`)
    return [affinity?.evidence.toPrecision(8), shares.sort()]
  })
  return [found.bot, view.value(history), view.value(recency), view.value(frequency), view.value(monetary), affinities]
}

it('what is known of a shopper is at every moment what a rebuild from the log says', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 12 }),
      fc.constantFrom(1, 3, 100),
      async (steps, capacity) => {
        const run = ++runs
        const name = (one: Who) => `${one}-${run}`
        let live = createLiveStates(store, capacity)
        for (const one of steps) {
          if (one.do === 'kill') live = createLiveStates(store, capacity)
          else if (one.do === 'flush') await live.flush()
          else if (one.do === 'restart') {
            await live.flush()
            live = createLiveStates(store, capacity)
          } else if (one.do === 'read') await told(live, name(one.who))
          else if (one.do === 'send') await send(live, one.batch, name, run)
          else {
            const found = await live.profiles.find(name(one.who))
            for (const row of found === undefined ? [] : await live.profiles.members(found.row)) {
              if (one.do !== 'unlink') await live.profiles.markBot(row, one.do === 'mark')
              else for (const { from, to } of await live.profiles.links(row)) await live.profiles.unlink(from, to, NOW)
            }
          }
          for (const each of WHO) {
            const fresh = createLiveStates({ ...store, profiles: withoutStates(store) })
            expect(await told(live, name(each)), `${each} after ${one.do}`).toEqual(await told(fresh, name(each)))
          }
        }
      },
    ),
    { seed: 23, numRuns: 60 },
  )
}, 120_000)

/** As if no state had ever been written. */
function withoutStates({ profiles }: Store): Store['profiles'] {
  return {
    ...profiles,
    states: async (rows) =>
      new Map([...(await profiles.states(rows))].map(([row, stored]) => [row, { ...stored, version: 0, through: 0 }])),
    writeStates: async () => undefined,
  }
}

async function send(
  live: LiveStates,
  batch: readonly (typeof message extends fc.Arbitrary<infer M> ? M : never)[],
  name: (who: Who) => string,
  run: number,
): Promise<void> {
  const { ingest } = createIngest({ events: live.events, defaultCurrency: 'EUR' })
  const items = batch.map((one) => ({
    source: 'api',
    key: `${run}-${one.key}`,
    message: toSegment(one, name),
    basis: 'contract' as const,
    receivedAt: NOW,
  }))
  // Requests at once, some of which repeat a part of another, and decisions that read meanwhile.
  const reads = () => WHO.map((one) => told(live, name(one)))
  const repeated = ingest(items.slice(0, 2)).then(reads)
  await Promise.all([ingest(items.slice(0, 3)), ...reads(), repeated, ingest(items), ...reads()])
}
