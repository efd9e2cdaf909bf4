import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createStore, openStore } from '../../storage/store.ts'
import type { Store } from '../ports.ts'
import { history } from './features/history.ts'
import { createIngest } from './ingest.ts'
import { createLiveStates } from './live-states.ts'
import { createProfileReader, type ProfileReader } from './reader.ts'
import { type Shopper, ShopperMemory } from './shopper-memory.ts'

const NOW = Date.UTC(2024, 5, 1)

let directory: string
let store: Store
let names = 0

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'shopper-memory-'))
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
})

afterAll(async () => {
  await store.close()
  await rm(directory, { recursive: true, force: true })
})

/** One customer and two browsers; whatever is done to them, the memory must say what the store says. */
const WHO = ['customer', 'phone', 'laptop'] as const
const who = fc.constantFrom(...WHO)
const step = fc.oneof(
  fc.record({ do: fc.constant('view' as const), who, product: fc.constantFrom('mug', 'lamp') }),
  fc.record({ do: fc.constant('consent' as const), who, granted: fc.boolean(), at: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ do: fc.constant('identify' as const), who: fc.constantFrom('phone' as const, 'laptop' as const) }),
  fc.record({ do: fc.constantFrom('unlink' as const, 'erase' as const, 'bot' as const, 'human' as const), who }),
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

it('says of every shopper what the store says, whatever is written in between', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), fc.constantFrom(1, 2, 100), async (steps, capacity) => {
      const memory = new ShopperMemory(capacity)
      const live = createLiveStates(store)
      const watched = { ...store, ...memory.watch(live) }
      const ingest = createIngest({ events: watched.events, defaultCurrency: 'EUR' })
      const parts = { profiles: watched.profiles, rebuild: live.rebuild }
      const remembering = createProfileReader({ ...parts, memory })
      const asking = createProfileReader(parts)
      const run = ++names
      const name = (one: (typeof WHO)[number]) => `${one}-${run}`
      for (const one of steps) {
        // Read while it is written: what was read before the write must not be remembered after it.
        await Promise.all([take(one, watched, ingest, name), ...WHO.map((each) => seen(remembering, name(each)))])
        for (const each of WHO) {
          expect(await seen(remembering, name(each)), JSON.stringify(one)).toEqual(await seen(asking, name(each)))
        }
      }
    }),
    { seed: 11, numRuns: 60 },
  )
})

it('does not keep what was read before a write and came after it', async () => {
  const memory = new ShopperMemory(10)
  const { profiles } = memory.watch(store)
  const [row = -1] = await profiles.resolve([{ userId: 'slow', at: NOW, basis: 'contract' }])
  const shopper: Shopper = {
    profile: row,
    basis: 'contract',
    bot: false,
    members: [row],
    states: new Map(),
    statements: [],
  }
  const slow = Promise.withResolvers<Shopper>()
  const reading = memory.find('slow', () => slow.promise)
  await profiles.markBot(row, true)
  slow.resolve(shopper)
  expect(await reading).toBe(shopper)
  const now = { ...shopper, bot: true }
  expect(await memory.find('slow', async () => now)).toBe(now)
  expect(await memory.find('slow', () => Promise.reject(new Error('it is remembered')))).toBe(now)
})

it('forgets who is remembered apart when one is read who is already linked', async () => {
  const memory = new ShopperMemory(10)
  const { profiles } = memory.watch(store)
  const [phone = -1, ada = -1] = await profiles.resolve([
    { anonymousId: 'linked-phone', at: NOW, basis: 'contract' },
    { userId: 'linked-ada', at: NOW, basis: 'contract' },
  ])
  const alone = { basis: 'contract' as const, bot: false, states: new Map(), statements: [] }
  await memory.find('phone', async () => ({ ...alone, profile: phone, members: [phone] }))
  await memory.find('ada', async () => ({ ...alone, profile: ada, members: [ada, phone] }))
  // The write that linked them tells of it last.
  await profiles.link(phone, ada, 'identified', NOW)
  const joined = { ...alone, profile: ada, members: [ada, phone] }
  expect(await memory.find('phone', async () => joined)).toBe(joined)
})

async function take(
  step: Step,
  { profiles }: Store,
  { ingest }: ReturnType<typeof createIngest>,
  name: (one: (typeof WHO)[number]) => string,
): Promise<void> {
  const named = (one: (typeof WHO)[number]) => (one === 'customer' ? { userId: name(one) } : { anonymousId: name(one) })
  const send = async (message: object) => {
    const key = `key-${++names}`
    await ingest([{ source: 'test', key, message: { type: 'track', ...message }, basis: 'contract', receivedAt: NOW }])
  }
  if (step.do === 'view')
    return send({ event: 'Product Viewed', ...named(step.who), properties: { product_id: step.product } })
  if (step.do === 'identify') return send({ type: 'identify', userId: name('customer'), anonymousId: name(step.who) })
  const found = await profiles.find(name(step.who))
  if (found === undefined) return
  if (step.do === 'consent') {
    const said = { purpose: 'personalisation' as const, granted: step.granted, at: step.at, source: 'test' }
    return profiles.writeConsents(found.row, [said])
  }
  if (step.do === 'erase') {
    await profiles.erase(found.row)
    return
  }
  if (step.do !== 'unlink') {
    await profiles.markBot(found.row, step.do === 'bot')
    return
  }
  for (const { from, to } of await profiles.links(found.row)) await profiles.unlink(from, to, NOW)
}

async function seen(reader: ProfileReader, id: string): Promise<unknown> {
  try {
    const view = await reader.read(id, { purpose: 'personalisation', optedOut: false, now: NOW })
    return view.basis === 'contextual' ? view : { profile: view.profile, history: view.value(history) }
  } catch (error) {
    return String(error)
  }
}
