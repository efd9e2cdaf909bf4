import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { all, type FollowedStore, followedStore, NOW, PRODUCTS, track } from '../../../test/outcomes/followed-store.ts'
import type { SegmentMessage } from '../../contracts/event.ts'
import type { StoredAttribution, StoredTouch } from '../ports.ts'
import { createDecisionTokens, itemToken } from './tokens.ts'

const DAY = 86_400_000
const HOUR = 3_600_000

let shop: FollowedStore
let store: FollowedStore['store']
let tokens: FollowedStore['tokens']
let rows: FollowedStore['rows']
let follower: FollowedStore['follower']
let decided: FollowedStore['decided']
let send: FollowedStore['send']
let seen: FollowedStore['seen']
let clicked: FollowedStore['clicked']
let bought: FollowedStore['bought']
let refunded: FollowedStore['refunded']
let names = 0
let keys = 0

beforeAll(async () => {
  shop = await followedStore()
  ;({ store, tokens, rows, follower, decided, send, seen, clicked, bought, refunded } = shop)
})
afterAll(() => shop.dispose())

const fresh = (word: string) => `${word}-${++names}`

async function touchesOf(id: string): Promise<StoredTouch[]> {
  await follower.catchUp()
  return (await all(store.outcomes.touches())).filter(({ decision }) => decision === id)
}

async function attributionsOf(id: string): Promise<StoredAttribution[]> {
  await follower.catchUp()
  return (await all(store.outcomes.attributions())).filter(({ decision }) => decision === id)
}

/** What the store holds now, and what a rebuild from the log makes of it. */
async function bothWays() {
  await follower.catchUp()
  const sorted = async () => ({
    touches: (await all(store.outcomes.touches())).map((touch) => JSON.stringify(touch)).sort(),
    attributions: (await all(store.outcomes.attributions())).map((line) => JSON.stringify(line)).sort(),
  })
  const followed = await sorted()
  await follower.rebuild()
  return [followed, await sorted()]
}

describe('tokens in events', () => {
  it('of a list stand for every item, of an item for that one, each once', async () => {
    const who = { anonymousId: fresh('a') }
    const { id, token } = await decided()
    await seen(who, token, NOW - DAY)
    await clicked(who, token, 3, NOW - DAY)
    await clicked(who, token, 3, NOW - DAY + 1)
    const touches = await touchesOf(id)
    expect(touches.filter(({ kind }) => kind === 'impression').map(({ position }) => position)).toEqual([1, 2, 3, 4, 5])
    expect(
      touches.filter(({ kind }) => kind === 'click').map(({ duplicate, counted }) => [duplicate, counted]),
    ).toEqual([
      [false, true],
      [true, false],
    ])
    expect(touches.every(({ product, position }) => product === rows[position - 1])).toBe(true)
  })

  it('of a list stand for the products that the event names', async () => {
    const { id, token } = await decided()
    const products = [{ product_id: 'rug' }, { product_id: 'not-in-the-list' }]
    await send(track('Product List Viewed', { anonymousId: fresh('a') }, NOW, { decision_token: token, products }))
    expect((await touchesOf(id)).map(({ position }) => position)).toEqual([4])
    const other = await decided()
    await send(
      track('Product Clicked', { anonymousId: fresh('a') }, NOW, { decision_token: other.token, product_id: 'vase' }),
    )
    expect(await touchesOf(other.id)).toMatchObject([{ kind: 'click', position: 5 }])
  })

  it('that are forged, cut, foreign, late or without a decision count for nothing', async () => {
    const who = { anonymousId: fresh('a') }
    const { id, token } = await decided()
    const foreign = createDecisionTokens(new Uint8Array(32).fill(4), 30).issue(id, 5, NOW)
    const late = tokens.issue(id, 5, NOW - 31 * DAY)
    const gone = tokens.issue('019e5c6e-6800-7000-8000-000000000000', 5, NOW)
    const before = (await all(store.outcomes.touches())).length
    for (const bad of [token.slice(1), `${token}.6`, foreign, late, gone, 'x', '', '__proto__'])
      await seen(who, bad, NOW)
    for (const bad of [5, null, {}, [token], 'x'.repeat(1e5), '\ud800', '令牌']) {
      await send(track('Product List Viewed', who, NOW, { decision_token: bad, products: [] }))
    }
    expect(await touchesOf(id)).toEqual([])
    expect((await all(store.outcomes.touches())).length).toBe(before)
  })

  it('are nothing before they were decided, whatever the sender’s clock says', async () => {
    const { id, token } = await decided(NOW - DAY)
    await clicked({ anonymousId: fresh('a') }, token, 1, NOW - 900 * DAY)
    expect((await touchesOf(id))[0]?.at).toBe(NOW - DAY)
  })
})

describe('a purchase', () => {
  it('belongs to the last click on the product within the window, else to the last impression, else to nothing', async () => {
    const who = { userId: fresh('u') }
    const [first, second, third] = [await decided(), await decided(), await decided()]
    await clicked(who, first.token, 3, NOW - 6 * DAY)
    await clicked(who, second.token, 3, NOW - 5 * DAY)
    await seen(who, third.token, NOW - HOUR)
    await bought(who, fresh('o'), NOW, ['lamp', 'rug'])
    expect(await attributionsOf(first.id)).toEqual([])
    expect(await attributionsOf(second.id)).toMatchObject([{ kind: 'click', position: 3, micros: 10_000_000 }])
    expect(await attributionsOf(third.id)).toMatchObject([{ kind: 'impression', position: 4, micros: 10_000_000 }])
  })

  it('before the touch, or after its window, belongs to nothing', async () => {
    const who = { userId: fresh('u') }
    const { id, token } = await decided()
    await clicked(who, token, 3, NOW - 10 * DAY)
    await bought(who, fresh('o'), NOW - 11 * DAY, ['lamp'])
    await bought(who, fresh('o'), NOW - 2 * DAY, ['lamp'])
    expect(await attributionsOf(id)).toEqual([])
    await bought(who, fresh('o'), NOW - 3 * DAY, ['lamp'])
    expect(await attributionsOf(id)).toHaveLength(1)
  })

  it('of another variant belongs to the touch; of another product it does not', async () => {
    const who = { userId: fresh('u') }
    const { id, token } = await decided()
    await clicked(who, token, 1, NOW - DAY)
    await bought(who, fresh('o'), NOW, ['mug-red', 'rug'])
    expect(await attributionsOf(id)).toMatchObject([{ product: rows[1], position: 1 }])
  })

  it('on another device belongs to the touch once the two are known to be one shopper, also afterwards', async () => {
    const [phone, laptop, user] = [fresh('phone'), fresh('laptop'), fresh('u')]
    const { id, token } = await decided()
    await clicked({ anonymousId: phone }, token, 3, NOW - DAY)
    await bought({ anonymousId: laptop }, fresh('o'), NOW, ['lamp'])
    expect(await attributionsOf(id)).toEqual([])
    for (const anonymousId of [phone, laptop]) await send({ type: 'identify', userId: user, anonymousId })
    expect(await attributionsOf(id)).toHaveLength(1)
    const link = (await store.profiles.links((await store.profiles.find(laptop))?.row ?? -1))[0]
    await store.profiles.unlink(link?.from ?? -1, link?.to ?? -1, NOW)
    expect(await attributionsOf(id)).toEqual([])
  })

  it('is counted once, however often its order is sent', async () => {
    const who = { userId: fresh('u') }
    const { id, token } = await decided()
    const order = fresh('o')
    await clicked(who, token, 3, NOW - DAY)
    for (let i = 0; i < 3; i++) await bought(who, order, NOW, ['lamp'])
    expect(await attributionsOf(id)).toHaveLength(1)
  })

  it.each<[string, Record<string, unknown>, number]>([
    ['as a whole', {}, 10_000_000],
    ['by piece', { products: [{ product_id: 'lamp', quantity: 1 }] }, 5_000_000],
    ['by piece at another price', { products: [{ product_id: 'lamp', quantity: 1, price: 2 }] }, 2_000_000],
    ['more pieces than were bought', { products: [{ product_id: 'lamp', quantity: 9 }] }, 10_000_000],
    ['of another product', { products: [{ product_id: 'rug', quantity: 1 }] }, 0],
    ['by a sum, over the whole order', { total: 6, currency: 'EUR' }, 3_000_000],
    ['by a sum with a minus', { value: -20, currency: 'EUR' }, 10_000_000],
    ['by a sum of another currency', { total: 6, currency: 'USD' }, 0],
  ])('is taken back %s', async (_, properties, micros) => {
    const who = { userId: fresh('u') }
    const { id, token } = await decided()
    const order = fresh('o')
    await clicked(who, token, 3, NOW - DAY)
    await bought(who, order, NOW, ['lamp', 'rug'])
    expect(await attributionsOf(id)).toMatchObject([{ micros: 10_000_000, refundedMicros: 0 }])
    await refunded(order, properties)
    expect(await attributionsOf(id)).toMatchObject([{ micros: 10_000_000, refundedMicros: micros }])
  })

  it('is taken back by a refund that came before it, and by a cancellation', async () => {
    const who = { userId: fresh('u') }
    const { id, token } = await decided()
    const [early, cancelled] = [fresh('o'), fresh('o')]
    await clicked(who, token, 3, NOW - DAY)
    await refunded(early)
    await bought(who, early, NOW, ['lamp'])
    await bought(who, cancelled, NOW, ['lamp'])
    await send(track('Order Cancelled', who, NOW, { order_id: cancelled }))
    expect((await attributionsOf(id)).map(({ refundedMicros }) => refundedMicros)).toEqual([10_000_000, 10_000_000])
  })

  it('of a bot, or of who says no to analytics, belongs to nothing from then on, and again after a yes', async () => {
    const who = { userId: fresh('u') }
    const { id, token } = await decided()
    await clicked(who, token, 3, NOW - DAY)
    await bought(who, fresh('o'), NOW, ['lamp'])
    expect(await attributionsOf(id)).toHaveLength(1)
    const say = (analytics: boolean, at: number) =>
      send({
        type: 'identify',
        ...who,
        timestamp: new Date(at).toISOString(),
        context: { consent: { categoryPreferences: { analytics } } },
      })
    await say(false, NOW - 2)
    expect(await attributionsOf(id)).toEqual([])
    expect((await touchesOf(id)).map(({ counted }) => counted)).toEqual([true])
    await say(true, NOW - 1)
    expect(await attributionsOf(id)).toHaveLength(1)
    const row = (await store.profiles.find(who.userId))?.row ?? -1
    await store.profiles.markBot(row, true)
    expect(await attributionsOf(id)).toEqual([])
    expect((await touchesOf(id)).map(({ counted }) => counted)).toEqual([false])
    await store.profiles.markBot(row, false)
    expect(await attributionsOf(id)).toHaveLength(1)
  })

  it('of a shopper who is erased is forgotten with the touches', async () => {
    const who = { userId: fresh('u') }
    const { id, token } = await decided()
    await seen(who, token, NOW - DAY)
    await bought(who, fresh('o'), NOW, ['lamp'])
    expect(await attributionsOf(id)).toHaveLength(1)
    const erased = await store.profiles.erase((await store.profiles.find(who.userId))?.row ?? -1)
    expect(erased).toMatchObject({ touches: 5, attributions: 1, event_tokens: 1 })
    expect(await attributionsOf(id)).toEqual([])
    expect(await touchesOf(id)).toEqual([])
  })
})

describe('following the log, step by step', () => {
  const person = fc.nat({ max: 3 })
  const when = fc.integer({ min: 0, max: 12 * 24 }).map((hours) => NOW - hours * HOUR)
  const step = fc.oneof(
    fc.record({ do: fc.constant('decide' as const) }),
    fc.record({ do: fc.constant('see' as const), person, decision: fc.nat(), when, bot: fc.boolean() }),
    fc.record({
      do: fc.constant('click' as const),
      person,
      decision: fc.nat(),
      when,
      position: fc.integer({ min: 1, max: 5 }),
    }),
    fc.record({
      do: fc.constant('click' as const),
      person,
      decision: fc.nat(),
      when,
      position: fc.integer({ min: 1, max: 5 }),
    }),
    fc.record({
      do: fc.constant('buy' as const),
      person,
      order: fc.nat({ max: 5 }),
      when,
      product: fc.nat({ max: 4 }),
    }),
    fc.record({
      do: fc.constant('buy' as const),
      person,
      order: fc.nat({ max: 5 }),
      when,
      product: fc.nat({ max: 4 }),
    }),
    fc.record({
      do: fc.constant('refund' as const),
      order: fc.nat({ max: 5 }),
      pieces: fc.integer({ min: 0, max: 3 }),
      product: fc.nat({ max: 4 }),
    }),
    fc.record({ do: fc.constant('again' as const), message: fc.nat() }),
    fc.record({ do: fc.constant('merge' as const), person, user: fc.nat({ max: 1 }) }),
    fc.record({ do: fc.constant('part' as const), person }),
    fc.record({ do: fc.constant('mark' as const), person, bot: fc.boolean() }),
    fc.record({ do: fc.constant('consent' as const), person, yes: fc.boolean(), when }),
    fc.record({ do: fc.constant('erase' as const), person }),
    fc.record({ do: fc.constant('follow' as const), steps: fc.integer({ min: 1, max: 4 }) }),
  )

  it('comes to what a rebuild from the beginning comes to: duplicates, disorder, refunds, marks, merges and erasures', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 45 }), async (steps) => {
        const people = Array.from({ length: 4 }, () => fresh('p'))
        const users = Array.from({ length: 2 }, () => fresh('u'))
        const orders = Array.from({ length: 6 }, () => fresh('o'))
        const decisions = [await decided()]
        const sent: [SegmentMessage, string][] = []
        const tell = async (message: SegmentMessage) => {
          const key = `k${++keys}`
          sent.push([message, key])
          await send(message, key)
        }
        const who = (index: number) => ({ anonymousId: people[index] ?? '' })
        const tokenOf = (index: number) => decisions[index % decisions.length]?.token ?? ''
        for (const one of steps) {
          switch (one.do) {
            case 'decide':
              decisions.push(await decided())
              break
            case 'see': {
              const message = track('Product List Viewed', who(one.person), one.when, {
                decision_token: tokenOf(one.decision),
              })
              await tell(one.bot ? { ...message, context: { userAgent: 'Googlebot/2.1' } } : message)
              break
            }
            case 'click':
              await tell(
                track('Product Clicked', who(one.person), one.when, {
                  product_id: PRODUCTS[one.position - 1],
                  decision_token: itemToken(tokenOf(one.decision), one.position),
                }),
              )
              break
            case 'buy':
              await tell(
                track('Order Completed', who(one.person), one.when, {
                  order_id: orders[one.order],
                  products: [{ product_id: PRODUCTS[one.product], quantity: 2, price: 5 }],
                }),
              )
              break
            case 'refund':
              await tell(
                track('Order Refunded', { userId: 'back-office' }, NOW, {
                  order_id: orders[one.order],
                  ...(one.pieces === 0
                    ? {}
                    : { products: [{ product_id: PRODUCTS[one.product], quantity: one.pieces }] }),
                }),
              )
              break
            case 'again': {
              const [message, key] = sent[one.message % Math.max(1, sent.length)] ?? []
              if (message !== undefined) await send(message, key)
              break
            }
            case 'merge':
              await tell({ type: 'identify', ...who(one.person), userId: users[one.user] ?? '' })
              break
            default:
              await operate(one, people)
          }
        }
        const [followed, rebuilt] = await bothWays()
        expect(followed).toEqual(rebuilt)
      }),
      { numRuns: 10, seed: 20260525, endOnFailure: true },
    )
  }, 180_000)

  async function operate(
    one: Exclude<
      typeof step extends fc.Arbitrary<infer T> ? T : never,
      { do: 'decide' | 'see' | 'click' | 'buy' | 'refund' | 'again' | 'merge' }
    >,
    people: readonly string[],
  ): Promise<void> {
    if (one.do === 'follow') {
      for (let i = 0; i < one.steps; i++) await follower.step()
      return
    }
    const found = await store.profiles.find(people[one.person] ?? '')
    if (found === undefined) return
    if (one.do === 'mark') await store.profiles.markBot(found.row, one.bot)
    else if (one.do === 'erase') await store.profiles.erase(found.row)
    else if (one.do === 'consent') {
      const consents = [{ purpose: 'analytics' as const, granted: one.yes, at: one.when, source: 'test' }]
      await store.profiles.writeConsents(found.row, consents)
    } else {
      const link = (await store.profiles.links(found.row)).find(({ undoneAt }) => undoneAt === undefined)
      if (link !== undefined) await store.profiles.unlink(link.from, link.to, NOW)
    }
  }
})
