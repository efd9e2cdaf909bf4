import type { Decision } from '@storemind/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NOW, openShop, type ShopUnderTest } from '../bad-input/shop-under-test.ts'

const MINUTE = 60_000
const VISITORS = 300
const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'

let shop: ShopUnderTest
let now = NOW
let keys = 0

beforeAll(async () => {
  shop = await openShop({ clock: () => now, settings: { 'ingest.basis': 'contract' } })
  const products = Array.from({ length: 30 }, (_, i) => `p${i},Product ${i},${i + 1}.50,Things,in_stock`)
  await shop.imported('csv-products', 'products.csv', `id,title,price,category,availability\n${products.join('\n')}\n`)
  const orders = Array.from({ length: 600 }, (_, i) => {
    const day = new Date(NOW - (1 + (i % 120)) * 86_400_000).toISOString()
    return `o${i},${day},c${i % 40},p${(i * 7 + (i % 3)) % 30},1,2.50`
  })
  const head = 'order_id,time,customer,product_id,quantity,price'
  await shop.imported('csv-orders', 'orders.csv', `${head}\n${orders.join('\n')}\n`)
  await shop.train()
  await shop.client.promoteModel({ version: 1 }, { force: true })
  await send(Array.from({ length: VISITORS }, (_, i) => ({ type: 'identify', anonymousId: `v${i}` })))
}, 120_000)
afterAll(() => shop.close())

async function send(messages: readonly object[]): Promise<void> {
  for (let i = 0; i < messages.length; i += 200) {
    const batch = messages.slice(i, i + 200).map((message) => ({ messageId: `m${++keys}`, ...message }))
    const answer = await shop.engine.app.inject({
      method: 'POST',
      url: '/v1/batch',
      headers: { authorization: `Bearer ${shop.engine.localToken}` },
      payload: { batch },
    })
    expect(answer.json()).toEqual({ success: true })
  }
}

const track = (event: string, anonymousId: string, properties: object, at = now) => ({
  type: 'track',
  event,
  anonymousId,
  timestamp: new Date(at).toISOString(),
  properties,
})

/** As a page does it when it is left: no key, and JSON that is called text. */
function beacon(body: unknown, headers: Record<string, string> = {}) {
  return shop.engine.app.inject({
    method: 'POST',
    url: '/v1/outcomes',
    headers: { 'content-type': 'text/plain;charset=UTF-8', 'user-agent': BROWSER, ...headers },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

async function decide(profiles: readonly string[], placement = 'home'): Promise<Decision[]> {
  const decisions: Decision[] = []
  for (let i = 0; i < profiles.length; i += 100) {
    const requests = profiles.slice(i, i + 100).map((profile) => ({ profile, placement, limit: 5 }))
    decisions.push(...(await shop.client.recommend({ requests })).decisions)
  }
  return decisions
}

describe('a beacon with decision tokens', () => {
  it('counts an impression and a click of an item once, and says so', async () => {
    const [decision] = await decide(['v0'], 'email_block')
    const [first, second] = decision?.items ?? []
    const body = { impressions: [decision?.token], clicks: [first?.token], anonymousId: 'v0' }
    expect((await beacon(body)).json()).toEqual({ accepted: 2, duplicates: 0, refused: [] })
    expect((await beacon(body)).json()).toEqual({ accepted: 0, duplicates: 2, refused: [] })
    // The other way round, as the same item in an event: known to the follower.
    await shop.client.outcomeReport()
    expect((await beacon({ impressions: [second?.token], clicks: [second?.token] })).json()).toEqual({
      accepted: 1,
      duplicates: 1,
      refused: [],
    })
    const { placements, duplicates } = await shop.client.outcomeReport()
    expect(placements.find(({ placement }) => placement === 'email_block')).toMatchObject({
      decisions: 1,
      impressions: decision?.items.length,
      clicks: 2,
      clickThroughRate: 2 / (decision?.items.length ?? 0),
    })
    expect(duplicates).toBe(1)
  })

  it('refuses each token that is not sound by itself, and counts and leaks nothing', async () => {
    const [decision] = await decide(['v1'], 'cart')
    const token = decision?.token ?? ''
    const bad = [`${token}x`, token.slice(1), `${token}.99`, 'x'.repeat(128), '', '../../etc/passwd', '__proto__']
    const answer = await beacon({ impressions: bad, clicks: [token], anonymousId: 'v1' })
    expect(answer.statusCode).toBe(200)
    const { accepted, duplicates, refused } = answer.json()
    expect([accepted, duplicates, refused.length]).toEqual([0, 0, bad.length + 1])
    expect(new Set(refused.map(({ error }: { error: { code: string } }) => error.code))).toEqual(
      new Set(['TOKEN_INVALID']),
    )
    for (const text of [token.slice(0, 20), 'passwd', 'v1']) expect(answer.body).not.toContain(text)
    const before = now
    now += 31 * 86_400_000
    const late = await beacon({ impressions: [token] })
    now = before
    expect(late.json().refused).toMatchObject([{ error: { code: 'TOKEN_EXPIRED' } }])
    expect((await shop.client.outcomeReport()).placements.find(({ placement }) => placement === 'cart')).toMatchObject({
      impressions: 0,
      clicks: 0,
    })
  })

  it.each<[string, unknown, string]>([
    ['no JSON', '{"impressions":', 'MALFORMED_JSON'],
    ['another shape', { impressions: 'x' }, 'BAD_REQUEST'],
    ['too many tokens', { clicks: Array.from({ length: 501 }, () => 'x') }, 'BAD_REQUEST'],
    ['an id that is none', { anonymousId: '\u0000' }, 'BAD_REQUEST'],
    ['a prototype key', '{"__proto__":{"impressions":[]}}', 'MALFORMED_JSON'],
  ])('answers %s with a code', async (_, body, code) => {
    const answer = await beacon(body)
    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({ error: { code } })
  })

  it('of a program is kept and not counted', async () => {
    const [decision] = await decide(['v2'], 'cart')
    const answer = await beacon({ impressions: [decision?.token] }, { 'user-agent': 'Googlebot/2.1 (+http://x)' })
    expect(answer.json()).toEqual({ accepted: 1, duplicates: 0, refused: [] })
    expect((await shop.client.outcomeReport()).placements.find(({ placement }) => placement === 'cart')).toMatchObject({
      impressions: 0,
    })
  })
})

describe('an experiment', () => {
  it('reports what its visitors bought, and each figure is the sum of the events that it came from', async () => {
    const draft = {
      name: 'worth it?',
      placements: ['home'],
      arms: [
        { name: 'store', share: 1, holdout: true },
        { name: 'storemind', share: 2 },
      ],
    }
    const { id } = await shop.client.createExperiment(draft)
    expect((await shop.client.experimentReport({ id })).words).toEqual(['The experiment has not begun.'])
    await shop.client.startExperiment({ id })
    now += MINUTE
    const decisions = await decide(Array.from({ length: VISITORS }, (_, i) => `v${i}`))
    const armOf = decisions.map(({ experiment }) => experiment?.arm ?? '')
    expect(new Set(armOf)).toEqual(new Set(['store', 'storemind']))
    now += MINUTE

    // What happens, and by hand what it must come to.
    const expected = new Map(['store', 'storemind'].map((arm) => [arm, { orders: 0, micros: 0, refunded: 0 }]))
    const attributed = { orders: 0, micros: 0, refunded: 0 }
    let impressions = 0
    let clicks = 0
    const messages: object[] = []
    for (const [i, decision] of decisions.entries()) {
      const who = `v${i}`
      const [item] = decision.items
      if (decision.token !== undefined) {
        messages.push(track('Product List Viewed', who, { decision_token: decision.token }))
        impressions += 5
      }
      const clicked = item !== undefined && i % 3 === 0
      if (clicked) {
        messages.push(track('Product Clicked', who, { product_id: item.productId, decision_token: item.token }))
        clicks++
      }
      if (i % 4 !== 0) continue
      const product = item?.productId ?? 'p0'
      const lines = [
        { product_id: product, quantity: 2, price: 3.25 },
        { product_id: 'not-shown', quantity: 1, price: 1 },
      ]
      messages.push(track('Order Completed', who, { order_id: `x${i}`, currency: 'EUR', products: lines }, now + 1000))
      const arm = expected.get(armOf[i] ?? '')
      if (arm === undefined) throw new Error('every visitor has an arm')
      arm.orders++
      arm.micros += 7_500_000
      // An impression of the whole list stands before each purchase of what was shown.
      if (item !== undefined) {
        attributed.orders++
        attributed.micros += 6_500_000
      }
      if (i % 8 !== 0) continue
      const back = { order_id: `x${i}`, products: [{ product_id: product, quantity: 1 }] }
      messages.push({ type: 'track', event: 'Order Refunded', userId: 'office', properties: back })
      arm.refunded += 3_250_000
      if (item !== undefined) attributed.refunded += 3_250_000
    }
    now += MINUTE
    await send(messages)
    const report = await shop.client.experimentReport({ id })
    expect(report.sampleRatio.sound).toBe(true)
    expect(report.arms.map(({ arm, visitors }) => [arm, visitors])).toEqual(
      draft.arms.map(({ name }) => [name, armOf.filter((arm) => arm === name).length]),
    )
    for (const { arm, orders, buyers, revenue, decisions: made, held } of report.arms) {
      const sums = expected.get(arm)
      expect({ orders, buyers }).toEqual({ orders: sums?.orders, buyers: sums?.orders })
      expect(revenue).toEqual([
        { currency: 'EUR', micros: String(sums?.micros), refundedMicros: String(sums?.refunded) },
      ])
      expect(made).toBe(armOf.filter((one) => one === arm).length)
      expect(held).toBe(arm === 'store' ? made : 0)
    }
    const treated = report.arms[1]
    expect(treated).toMatchObject({
      impressions,
      clicks,
      attributedOrders: attributed.orders,
      attributedRevenue: [
        { currency: 'EUR', micros: String(attributed.micros), refundedMicros: String(attributed.refunded) },
      ],
    })
    expect(report.arms[0]).toMatchObject({ impressions: 0, clicks: 0, attributedOrders: 0, attributedRevenue: [] })

    // The estimate is the difference of the means, and the sentence does not say more than the interval.
    const [store, storemind] = report.arms.map(({ arm, visitors }) => {
      const { micros = 0, refunded = 0 } = expected.get(arm) ?? {}
      return (micros - refunded) / visitors
    })
    const [lift] = report.lift ?? []
    expect(lift).toMatchObject({ arm: 'storemind', baseline: 'store', currency: 'EUR', interval: 'every_look' })
    expect(lift?.perVisitor).toBeCloseTo((storemind ?? 0) - (store ?? 0), 3)
    expect(lift?.low).toBeLessThan(0)
    expect(lift?.high).toBeGreaterThan(0)
    expect(lift?.verdict).toBe('not_proven')
    expect(report.words.join(' ')).toContain('Not proven yet')
    const chinese = await shop.client.experimentReport({ id, language: 'zh' })
    expect(chinese.words.join('')).toContain('尚未证实')

    const { placements } = await shop.client.outcomeReport()
    expect(placements.find(({ placement }) => placement === 'home')).toMatchObject({
      decisions: VISITORS,
      impressions,
      clicks,
      attributedOrders: attributed.orders,
    })

    // A visitor who is erased is in no figure any more; a bot is not compared.
    const who = decisions.findIndex((_, i) => armOf[i] === 'store' && i % 4 === 0)
    const exported = await shop.client.exportProfile({ profile: `v${who}` })
    expect(exported['assignments']).toMatchObject([{ arm: 0 }])
    await shop.client.eraseProfile({ profile: `v${who}` })
    const robot = decisions.findIndex((_, i) => armOf[i] === 'storemind')
    await shop.client.markBot({ profile: `v${robot}`, bot: true })
    const after = await shop.client.experimentReport({ id })
    expect(after.arms.map(({ visitors }) => visitors)).toEqual(report.arms.map(({ visitors }) => visitors - 1))
    expect(after.arms[0]?.orders).toBe((report.arms[0]?.orders ?? 0) - 1)
    expect(after.leftOut).toMatchObject({ bots: 1, withheld: 0 })
    expect(after.arms[1]?.impressions).toBe(impressions - 5)
  }, 180_000)

  it('is counted again on request: what would change is told first, and nothing else changes', async () => {
    const rebuild = async (dryRun: boolean) => {
      const job = await shop.ended(await shop.client.rebuildOutcomes({ dryRun }))
      expect(job).toMatchObject({ kind: 'outcomes', status: 'succeeded', result: { dryRun } })
      return job.result
    }
    const report = () => shop.client.outcomeReport()
    const before = await report()
    const none = { added: 0, removed: 0, changed: 0 }
    expect(await rebuild(true)).toMatchObject({
      differences: { touches: none, attributions: none, refusedTokens: none },
    })
    await rebuild(false)
    expect(await report()).toEqual(before)

    // Two products become variants of each other: who clicked one and bought the other is attributed from now on.
    const [decision] = await decide(['fan'])
    const [item, other] = decision?.items ?? []
    const click = await beacon({ anonymousId: 'fan', clicks: [item?.token] })
    expect(click.json()).toMatchObject({ accepted: 1 })
    const products = [{ product_id: other?.productId, quantity: 1, price: 30 }]
    await send([track('Order Completed', 'fan', { order_id: 'variants', currency: 'USD', products })])
    now += MINUTE
    const apart = await report()
    const described = await Promise.all(
      [item, other].map((each) => shop.client.getProduct({ productId: each?.productId ?? '' })),
    )
    const variants = described.map(({ id, title, categories, attributes, offers }) => {
      return { id, title, categories, attributes, offers, groupId: 'variants' }
    })
    await shop.client.putProducts({ products: variants })
    expect(await report()).toEqual(apart)
    expect(await rebuild(true)).toMatchObject({
      differences: {
        touches: none,
        attributions: { added: 1, removed: 0 },
        revenue: expect.arrayContaining([expect.objectContaining({ currency: 'USD', afterMicros: '30000000' })]),
      },
    })
    expect(await report()).toEqual(apart)
    await rebuild(false)
    const home = ({ placements }: Awaited<ReturnType<typeof report>>) =>
      placements.find(({ placement }) => placement === 'home')?.attributedOrders ?? 0
    expect(home(await report())).toBe(home(apart) + 1)
    expect(await rebuild(true)).toMatchObject({ differences: { attributions: none } })
  }, 60_000)

  it('says of visitors who may not be analysed that they were left out, and shows them the list as ever', async () => {
    const draft = {
      name: 'left out',
      placements: ['product_page'],
      arms: [
        { name: 'store', share: 1, holdout: true },
        { name: 'storemind', share: 1 },
      ],
    }
    const { id } = await shop.client.createExperiment(draft)
    await shop.client.startExperiment({ id })
    const no = { context: { consent: { categoryPreferences: { analytics: false } } } }
    await send([{ type: 'identify', anonymousId: 'shy', ...no }])
    const requests = [
      { placement: 'product_page', productId: 'p1' },
      { placement: 'product_page', productId: 'p1', profile: 'shy' },
    ]
    const { decisions } = await shop.client.recommend({ requests })
    for (const decision of decisions) {
      expect(decision.items.length).toBeGreaterThan(0)
      expect(decision.experiment).toEqual({ id, name: 'left out' })
      expect(decision.holdout).toBeUndefined()
    }
    now += MINUTE
    const { leftOut, arms, words } = await shop.client.experimentReport({ id })
    expect(leftOut.decisions).toEqual({ no_id: 1, objection: 1 })
    expect(arms.map(({ visitors }) => visitors)).toEqual([0, 0])
    expect(words[0]).toContain('No visitor')
  }, 60_000)
})
