import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Rule } from '../../src/contracts/rule.ts'
import { PLANTED_START, plantedShop } from '../../testkit/recommendations/planted-shop.ts'
import { openShop, type ShopUnderTest } from '../bad-input/shop-under-test.ts'

const DAY = 86_400_000
const { products, lines } = plantedShop()

let shop: ShopUnderTest
let now = PLANTED_START + 20 * 7 * DAY
const keys = { read: '', write: '' }

beforeAll(async () => {
  shop = await openShop({ clock: () => now, settings: { 'ingest.basis': 'contract', 'decisions.captureShare': 0 } })
  await shop.imported('csv-products', 'products.csv', productsFile())
  await shop.imported('csv-orders', 'orders.csv', ordersFile())
  const job = await shop.train()
  expect(job.error).toBeUndefined()
  keys.read = (await shop.client.createKey({ name: 'page', scopes: ['read'] })).secret
  keys.write = (await shop.client.createKey({ name: 'events', scopes: ['write'] })).secret
}, 120_000)
afterAll(() => shop.close())

/** The planted shop as a store would export it: ten kettles p0 to p9, ten lanterns, ten scarves. */
function productsFile(availability = 'in_stock'): string {
  const rows = products.map(({ product: { id, title, categories } }) =>
    [id, title, '5.50', `Things > ${categories[0]}`, availability].join(','),
  )
  return ['id,title,price,category,availability', ...rows, ''].join('\n')
}

function ordersFile(): string {
  const rows = lines.map(({ basket, at, product, profile }) =>
    [`o${basket}`, new Date(at).toISOString(), `p${product}`, `c${profile}`, 1, '5.50'].join(','),
  )
  return ['order_id,time,product_id,customer,quantity,price', ...rows, ''].join('\n')
}

async function call(method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, key: string, body?: unknown) {
  const response = await shop.engine.app.inject({
    method,
    url,
    headers: {
      authorization: key.startsWith('Basic') ? key : `Bearer ${key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  })
  return { status: response.statusCode, body: response.json() }
}

async function recommended(request: Record<string, unknown>) {
  const { decisions } = (await call('POST', '/v1/recommendations', keys.read, { requests: [request] })).body
  return decisions[0] as { id: string; basis: string; items: { productId: string }[] }
}
const idsOf = ({ items }: { readonly items: readonly { readonly productId: string }[] }) =>
  items.map(({ productId }) => productId)
/** How many are of a taste: 0 kettles, 1 lanterns, 2 scarves. */
const ofTaste = (taste: number, { items }: { readonly items: readonly { readonly productId: string }[] }) =>
  items.filter(({ productId }) => Math.floor(Number(productId.slice(1)) / 10) === taste).length

async function track(userId: string, event: string, productId: string) {
  const { status, body } = await call(
    'POST',
    '/v1/track',
    `Basic ${Buffer.from(`${keys.write}:`).toString('base64')}`,
    {
      messageId: `${userId} ${event} ${productId} ${now}`,
      userId,
      event,
      properties: { product_id: productId, order_id: `${userId} ${productId}` },
      timestamp: new Date(now).toISOString(),
    },
  )
  expect([status, JSON.stringify(body)]).toEqual([200, expect.stringContaining('true')])
}

describe('an event', () => {
  it('changes the next answer, without a training', async () => {
    const before = await recommended({ profile: 'c0', limit: 6, seed: 1 })
    const stranger = await recommended({ limit: 6, seed: 1 })
    // What a first visit is shown least of, so that what the events did cannot be chance.
    const [least = 0, next = 0] = [0, 1, 2].toSorted((a, b) => ofTaste(a, stranger) - ofTaste(b, stranger))
    for (const product of [2, 4]) await track('newcomer', 'Order Completed', `p${10 * least + product}`)
    const first = await recommended({ profile: 'newcomer', limit: 6, seed: 1 })
    expect([stranger.basis, first.basis]).toEqual(['contextual', 'personalised'])
    expect(ofTaste(least, first)).toBeGreaterThan(ofTaste(least, stranger))
    now += 1000
    for (const product of [2, 4, 6]) await track('newcomer', 'Order Completed', `p${10 * next + product}`)
    const second = await recommended({ profile: 'newcomer', limit: 6, seed: 1 })
    expect(ofTaste(next, second)).toBeGreaterThan(ofTaste(next, first))
    expect(idsOf(await recommended({ profile: 'c0', limit: 6, seed: 1 }))).toEqual(idsOf(before))
    expect((await shop.client.storeSummary()).servingModel).toBe(1)
  })
})

describe('rules over HTTP', () => {
  const rule: Rule = { name: 'lead', when: { productIds: ['p29'] }, effect: { do: 'pin', position: 1 } }

  it('are tried, put, listed, followed at once and removed', async () => {
    const trial = await shop.client.tryRule({ rule, days: 1 })
    expect(trial.decisions).toBeGreaterThan(0)
    expect(trial.changed).toBe(trial.decisions)
    expect(idsOf(await recommended({ profile: 'c0' }))[0]).not.toBe('p29')
    expect(await shop.client.putRule(rule)).toMatchObject({ rule, state: 'active', products: 1 })
    expect(idsOf(await recommended({ profile: 'c0' }))[0]).toBe('p29')
    expect(idsOf(await recommended({}))[0]).toBe('p29')
    await shop.reopen()
    expect((await shop.client.listRules()).rules.map((entry) => entry.rule)).toEqual([rule])
    expect(idsOf(await recommended({ profile: 'c0' }))[0]).toBe('p29')
    await shop.client.removeRule({ name: 'lead' })
    expect(idsOf(await recommended({ profile: 'c0' }))[0]).not.toBe('p29')
    expect((await call('DELETE', '/v1/rules/lead', shop.engine.localToken)).body.error.code).toBe('RULE_NOT_FOUND')
  })

  it('are nobody’s business who only reads, and are refused with what is wrong', async () => {
    for (const [method, url] of [
      ['GET', '/v1/rules'],
      ['PUT', '/v1/rules'],
      ['DELETE', '/v1/rules/lead'],
      ['POST', '/v1/rules/trial'],
    ] as const)
      expect((await call(method, url, keys.read, method === 'GET' ? undefined : {})).status).toBe(403)
    const put = (body: unknown) => call('PUT', '/v1/rules', shop.engine.localToken, body)
    expect((await put({ ...rule, effect: { do: 'pin' } })).body.error).toMatchObject({ code: 'RULE_INVALID' })
    expect((await put({ ...rule, placements: ['attic'] })).body.error.what).toContain('no placement attic')
    for (const wrong of [{ when: {} }, { name: '__proto__' }, { effect: { do: 'explode' } }, { surprise: 1 }])
      expect((await put({ ...rule, ...wrong })).body.error.code).toBe('BAD_REQUEST')
    expect((await shop.client.listRules()).rules).toEqual([])
  })
})

describe('pages over HTTP', () => {
  it('rank a category, and a list of which nothing is lost', async () => {
    const category = await recommended({ placement: 'category', category: 'Things > lantern', profile: 'c1' })
    expect(idsOf(category)).toHaveLength(10)
    expect(ofTaste(1, category)).toBe(10)
    const list = ['p4', 'p9', '<script>', 'p1', '﷽\u0000', 'p0']
    expect(idsOf(await recommended({ placement: 'search', list, profile: 'c1' })).toSorted()).toEqual(list.toSorted())
    expect(idsOf(await recommended({ placement: 'search', list })).toSorted()).toEqual(list.toSorted())
    const twice = { requests: [{ placement: 'search', list: ['p1', 'p1'] }] }
    expect((await call('POST', '/v1/recommendations', keys.read, twice)).body.error.code).toBe('BAD_REQUEST')
  })
})

describe('a decision of an hour ago', () => {
  it('explains and replays, though the world went on', async () => {
    const [first] = (await shop.client.recommend({ requests: [{ profile: 'c2', limit: 8, capture: true }] })).decisions
    const [other] = (await shop.client.recommend({ requests: [{ profile: 'c2', limit: 8 }] })).decisions
    if (!first || !other) throw new Error('there is no decision')
    now += 3_600_000
    await track('c2', 'Order Completed', 'p0')
    await shop.imported('csv-products', 'fewer.csv', productsFile('out_of_stock'))
    await shop.reopen()
    const replay = await shop.client.replayDecision({ id: first.id })
    expect([replay.outcome, replay.again.map(({ productId }) => productId)]).toEqual(['identical', idsOf(first)])
    expect((await shop.client.explainDecision({ id: first.id })).replayable).toBe(true)
    expect(await shop.client.replayDecision({ id: other.id })).toMatchObject({
      outcome: 'not_replayable',
      obstacle: 'not_captured',
    })
    expect((await shop.client.explainDecision({ id: other.id })).replayable).toBe(false)
    await shop.imported('csv-products', 'again.csv', productsFile())
  })
})

describe('a placement in the shadow', () => {
  it('gives the store’s own list back, and reports beside it', async () => {
    const { placements } = await shop.client.listPlacements()
    const home = placements.find(({ name }) => name === 'home')
    if (!home) throw new Error('there is no placement')
    await shop.client.putPlacement({ ...home, name: 'beside', mode: 'shadow' })
    const shown = ['p11', 'p12', 'somewhere']
    const decision = await recommended({ placement: 'beside', profile: 'c3', shown })
    expect(idsOf(decision)).toEqual(shown)
    const report = await shop.client.shadowReport({ name: 'beside', days: 1 })
    expect(report).toMatchObject({ placement: 'beside', decisions: 1, to: now + 1, from: now + 1 - DAY })
    expect(report.unknown).toBeCloseTo(1 / 3, 12)
    expect(report.outcomes.followed).toBe(0)
    expect(report.summary.join(' ')).toContain('nothing is proven yet')
    const missing = await call('GET', '/v1/placements/nowhere/shadow-report', shop.engine.localToken)
    expect(missing.body.error.code).toBe('PLACEMENT_NOT_FOUND')
  })
})
