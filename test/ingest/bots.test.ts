import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NOW, openShop, type ShopUnderTest } from '../bad-input/shop-under-test.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

let shop: ShopUnderTest
let names = 0
beforeAll(async () => {
  shop = await openShop({ settings: { 'ingest.basis': 'contract' } })
})
afterAll(() => shop.close())

interface Look {
  readonly who: object
  readonly at: number
  readonly event?: string
  readonly more?: object
}

async function send(looks: readonly Look[]): Promise<void> {
  const batch = looks.map(({ who, at, event = 'Product Viewed', more = {} }) => ({
    type: 'track',
    messageId: `m${++names}`,
    ...who,
    event,
    timestamp: new Date(at).toISOString(),
    properties: { product_id: `p${names % 7}`, ...more },
  }))
  for (let i = 0; i < batch.length; i += 500) {
    const answer = await shop.engine.app.inject({
      method: 'POST',
      url: '/v1/batch',
      headers: { authorization: `Bearer ${shop.engine.localToken}` },
      payload: { batch: batch.slice(i, i + 500) },
    })
    expect(answer.body).toBe('{"success":true}')
  }
}

const looks = (who: object, count: number, every: number, from = NOW - 2 * HOUR): Look[] =>
  Array.from({ length: count }, (_, i) => ({ who, at: from + i * every }))

/** What counts of a shopper: the lines that train, the events that are marked, and the length of the history. */
async function counted(id: string) {
  const { store } = shop.engine
  const found = await store.profiles.find(id)
  const rows = new Set(await store.profiles.members(found?.row ?? -1))
  const reader = await store.reader()
  let lines = 0
  for await (const chunk of reader.interactions({
    from: 0,
    to: NOW + 1,
    kinds: ['product_viewed', 'order_completed'],
  })) {
    for (let i = 0; i < chunk.length; i++) if (rows.has(chunk.profile[i] ?? -1)) lines++
  }
  await reader.close()
  let marked = 0
  for await (const { event } of store.events.ofProfile(found?.row ?? -1)) if (event.bot) marked++
  const states = await store.profiles.states([...rows])
  return { lines, marked, states: [...states.values()].map(({ state }) => Buffer.from(state).toString('hex')) }
}

describe('a mark', () => {
  it('takes all that a shopper did out of what trains and counts, and gives it back when it is taken away', async () => {
    await send([
      { who: { userId: 'crawler' }, at: NOW - HOUR },
      { who: { anonymousId: 'crawler-browser' }, at: NOW - HOUR },
      { who: { userId: 'crawler', anonymousId: 'crawler-browser' }, at: NOW - HOUR },
      { who: { userId: 'crawler', context: { userAgent: 'curl/8' } }, at: NOW - HOUR },
      { who: { userId: 'person' }, at: NOW - HOUR },
    ])
    const before = await counted('crawler')
    expect(before).toMatchObject({ lines: 3, marked: 1 })
    const person = await counted('person')
    expect(await shop.client.markBot({ profile: 'crawler-browser', bot: true })).toEqual({ events: 4 })
    expect(await counted('crawler')).toMatchObject({ lines: 0, marked: 4 })
    expect(await shop.client.markBot({ profile: 'crawler', bot: true })).toEqual({ events: 0 })
    // What comes from now on is marked as it comes, by whatever of its names.
    await send([
      { who: { anonymousId: 'crawler-browser' }, at: NOW },
      { who: { userId: 'crawler' }, at: NOW },
    ])
    expect(await counted('crawler')).toMatchObject({ lines: 0, marked: 6 })
    const emptied = (await counted('crawler')).states
    expect(new Set(emptied).size).toBe(1)
    expect(emptied[0]?.length).toBeLessThan(before.states[0]?.length ?? 0)
    await shop.reopen()
    expect(await counted('crawler')).toMatchObject({ lines: 0, marked: 6, states: emptied })

    expect(await shop.client.markBot({ profile: 'crawler', bot: false })).toEqual({ events: 6 })
    expect(await counted('crawler')).toMatchObject({ lines: 5, marked: 1 })
    expect((await counted('crawler')).states[0]?.length).toBeGreaterThan(before.states[0]?.length ?? 0)
    expect(await counted('person')).toEqual(person)
    await expect(shop.client.markBot({ profile: 'nobody', bot: true })).rejects.toMatchObject({
      code: 'PROFILE_NOT_FOUND',
    })
  })
})

describe('the search', () => {
  it('finds who looks faster than a person can, or never sleeps, and spares who buys', async () => {
    const buyer: Look = {
      who: { userId: 'keen' },
      at: NOW - HOUR,
      event: 'Order Completed',
      more: { order_id: 'o1', products: [{ product_id: 'p1', price: 5 }] },
    }
    const midnight = NOW - (NOW % (24 * HOUR)) - 24 * HOUR
    await send([
      ...looks({ anonymousId: 'fast' }, 320, 1500, NOW - (NOW % (10 * MINUTE)) - 10 * MINUTE),
      ...looks({ anonymousId: 'slower' }, 290, 1500, NOW - (NOW % (10 * MINUTE)) - 10 * MINUTE),
      ...looks({ userId: 'keen' }, 320, 1500, NOW - (NOW % (10 * MINUTE)) - 10 * MINUTE),
      buyer,
      ...looks({ anonymousId: 'sleepless' }, 20 * 12, 5 * MINUTE, midnight),
      ...looks({ anonymousId: 'awake' }, 18 * 12, 5 * MINUTE, midnight),
    ])
    const job = await shop.ended(await shop.client.findBots())
    expect(job).toMatchObject({ status: 'succeeded', result: { profiles: 2, events: 560 } })
    for (const [who, lines] of [
      ['fast', 0],
      ['slower', 290],
      ['keen', 321],
      ['sleepless', 0],
      ['awake', 216],
    ] as const) {
      expect([who, (await counted(who)).lines]).toEqual([who, lines])
    }
    expect((await shop.ended(await shop.client.findBots())).result).toEqual({ profiles: 0, events: 0 })
  })
})
