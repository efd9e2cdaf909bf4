import { ROUTES } from '@storemind/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openShop, type ShopUnderTest } from '../bad-input/shop-under-test.ts'

/** Planted wherever a caller can put something; none of it may be found in the log. */
const PLANTED = ['zq-anna', 'zq@example.org', '203.0.113.77', 'zq-secret', 'zq-cookie', 'zq-agent', 'zq-phone']

let shop: ShopUnderTest
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

const headers = (authorization: string) => ({
  authorization,
  'content-type': 'application/json',
  cookie: 'session=zq-cookie',
  'user-agent': 'zq-agent',
  referer: 'https://shop.example/zq-anna',
  origin: 'https://zq-anna.example',
  'x-forwarded-for': '203.0.113.77',
})

const person = { email: 'zq@example.org', name: 'zq-anna', phone: 'zq-phone' }

/** Bodies that routes take, and some that none takes. */
const bodies = [
  { userId: 'zq-anna', anonymousId: 'zq-anna', messageId: 'zq-anna-1', event: 'Order Completed', type: 'track' },
  { userId: 'zq-anna', traits: person, context: { ip: '203.0.113.77', userAgent: 'zq-agent' } },
  { batch: [{ type: 'identify', userId: 'zq-anna', traits: person }, { type: 'track' }, 'zq-anna'] },
  { profile: 'zq-anna' },
  { requests: [{ profile: 'zq-anna', placement: 'zq-anna', productId: 'zq-anna' }] },
  { name: 'zq-anna', scopes: ['read'] },
  { importer: 'zq-anna', path: '/zq-anna/zq@example.org', basis: 'contract' },
  { url: 'https://zq-secret.example/?token=zq-secret' },
  person,
]

test('no route logs what a caller sent, whoever calls and whatever becomes of it', async () => {
  const statuses = new Set<number>()
  const send = async (method: string, url: string, authorization: string, payload?: string) => {
    const answered = await shop.engine.app.inject({
      method: method as 'POST',
      url,
      headers: headers(authorization),
      remoteAddress: '203.0.113.77',
      ...(payload === undefined ? {} : { payload }),
    })
    statuses.add(answered.statusCode)
    // A key whose name is planted would be found by its secret.
    return answered.body
  }
  const keys = [`Bearer ${shop.engine.localToken}`, 'Bearer zq-secret', 'Basic enEtc2VjcmV0Og==', 'zq-secret']
  for (const { method, path, body } of Object.values<{ method: string; path: string; body: boolean }>(ROUTES)) {
    const url = `${path.replace(/:\w+/g, 'zq-anna')}?email=zq@example.org&limit=zq-anna`
    for (const authorization of keys) {
      await send(method, url, authorization)
      await send(method, path.replace(/:\w+/g, 'zq-anna'), authorization)
      if (!body) continue
      for (const each of bodies) {
        await send(method, path.replace(/:\w+/g, 'zq-anna'), authorization, JSON.stringify(each))
        await send(method, path.replace(/:\w+/g, 'zq-anna'), authorization, `${JSON.stringify(each)}zq-anna`)
      }
    }
  }
  for (const url of ['/zq-anna', '/docs/zq-anna', '/demo/zq-anna', '/metrics?zq-anna', '/?email=zq@example.org']) {
    await send('GET', url, 'Bearer zq-secret')
  }
  expect([200, 400, 401, 404].every((status) => statuses.has(status))).toBe(true)
  const log = shop.log.join('\n')
  expect(shop.log.length).toBeGreaterThan(500)
  for (const word of [...PLANTED, shop.engine.localToken]) expect([word, log.includes(word)]).toEqual([word, false])
  for (const line of shop.log) expect(() => JSON.parse(line)).not.toThrow()
})
