import { request as httpRequest } from 'node:http'
import { ROUTES } from '@storemind/client'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ERRORS } from '../../src/contracts/errors.ts'
import { batch, browserSettings, SINGLE_ROUTES } from '../../src/contracts/routes/ingest.ts'
import { openShop, type ShopUnderTest } from './shop-under-test.ts'
import { soundOrders, soundProducts } from './sound-files.ts'

let shop: ShopUnderTest
beforeAll(async () => {
  shop = await openShop({ settings: { 'server.port': 0 } })
  await shop.imported('csv-products', 'products.csv', soundProducts())
  await shop.imported('csv-orders', 'orders.csv', soundOrders())
  expect((await shop.train()).status).toBe('succeeded')
})
afterAll(() => shop.close())

interface Call {
  readonly method?: string
  readonly url: string
  readonly body?: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

interface Answer {
  readonly status: number
  readonly code: string | undefined
  readonly text: string
}

/** Sends anything, and holds whatever comes back to the form of an answer. */
async function send({ method = 'POST', url, body, headers = {} }: Call): Promise<Answer> {
  const response = await shop.engine.app.inject({
    // Also methods that the types do not know.
    method: method as 'POST',
    url,
    headers: {
      authorization: `Bearer ${shop.engine.localToken}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : Buffer.from(body) }),
  })
  return held(response.statusCode, response.body)
}

function held(status: number, text: string): Answer {
  const parsed: unknown = text === '' ? undefined : JSON.parse(text)
  const error: unknown = Reflect.get(Object(parsed), 'error')
  const code: unknown = Reflect.get(Object(error), 'code')
  if (status >= 400) {
    expect(Object.keys(Object(error)).sort()).toEqual(['code', 'todo', 'what', 'why'])
    expect(String(code) in ERRORS).toBe(true)
    expect(text, 'nothing of the inside').not.toMatch(/\n {4}at |node_modules|\.ts:\d|FST_ERR|SQLITE|TypeError/)
  }
  return { status, code: typeof code === 'string' ? code : undefined, text }
}

const routes = Object.values<{
  method: string
  path: string
  params: readonly string[]
  query: readonly string[]
  body: boolean
}>(ROUTES)
const withBody = routes.filter(({ body }) => body).map(({ method, path }) => [method, path] as const)
/** Of one event, which is judged as an event and not by the contract's schema alone. */
const EVENT_PATHS: ReadonlySet<string> = new Set(Object.values(SINGLE_ROUTES).map(({ path }) => path))
/** Routes with keys of their own kind, tested in src/server/ingest. */
const takesWriteKey = (path: string) => EVENT_PATHS.has(path) || path === batch.path || path === browserSettings.path
/** Whoever holds a signed token may call them: the token is the key, tested in test/outcomes. */
const OPEN_PATHS: ReadonlySet<string> = new Set(['/v1/outcomes'])
const filled = (path: string, value = '1') => path.replace(/:\w+/g, value)

/** Bodies that no route takes. */
const HOSTILE: readonly (readonly [body: string | Uint8Array, code: string])[] = [
  ['', 'MALFORMED_JSON'],
  ['{', 'MALFORMED_JSON'],
  ['{"a":1}}', 'MALFORMED_JSON'],
  ["{'a':1}", 'MALFORMED_JSON'],
  ['{"a":NaN}', 'MALFORMED_JSON'],
  [Uint8Array.of(0x22, 0xff, 0xfe, 0x22), 'MALFORMED_JSON'],
  ['{"__proto__":{"admin":true}}', 'MALFORMED_JSON'],
  ['{"constructor":{"prototype":{"admin":true}}}', 'MALFORMED_JSON'],
  ['null', 'BAD_REQUEST'],
  ['[]', 'BAD_REQUEST'],
  ['"text"', 'BAD_REQUEST'],
  ['5', 'BAD_REQUEST'],
  ['{"nobodyKnowsThis":1}', 'BAD_REQUEST'],
  [`{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, 'BAD_REQUEST'],
  [`{"a":"${'x'.repeat(2_000_000)}"}`, 'BODY_TOO_LARGE'],
]

describe.each(withBody)('%s %s', (method, path) => {
  it('refuses what is no body of its own, and changes nothing', async () => {
    const before = await shop.client.storeSummary()
    for (const [body, code] of HOSTILE) {
      const answer = await send({ method, url: filled(path), body })
      const own = EVENT_PATHS.has(path) && code === 'BAD_REQUEST' && body.length > 6 && body !== '"text"'
      const expected = !own ? code : body.length > 40 ? 'EVENT_TOO_LARGE' : 'EVENT_INVALID'
      expect([body.slice(0, 40), answer.code]).toEqual([body.slice(0, 40), expected])
      expect(answer.status).toBe(code === 'BODY_TOO_LARGE' ? 413 : 400)
    }
    expect({ ...(await shop.client.storeSummary()), uptimeSeconds: 0 }).toEqual({ ...before, uptimeSeconds: 0 })
    expect(Reflect.get({}, 'admin')).toBeUndefined()
  })
})

describe('values in a body', () => {
  it.each([
    ['text for a number', { requests: [{ limit: '5' }] }],
    ['a number for text', { requests: [{ profile: 17850 }] }],
    ['too much', { requests: [{ limit: 1_000_000 }] }],
    ['too little', { requests: [{ limit: 0 }] }],
    ['a fraction', { requests: [{ limit: 1.5 }] }],
    ['nothing', { requests: [] }],
    ['too many', { requests: Array.from({ length: 101 }, () => ({})) }],
    ['a list for a text', { requests: [{ productId: ['p1'] }] }],
    ['null', { requests: [{ profile: null }] }],
    ['an empty id', { requests: [{ profile: '' }] }],
    ['a long id', { requests: [{ profile: 'x'.repeat(257) }] }],
    ['another language', { requests: [{ language: 'tlh' }] }],
    ['true for text', { requests: [{ placement: true }] }],
  ])('%s is refused', async (_, body) => {
    expect(await send({ url: '/v1/recommendations', body: JSON.stringify(body) })).toMatchObject({
      status: 400,
      code: 'BAD_REQUEST',
    })
  })

  it('that are no Unicode, or no id at all, name nobody', async () => {
    for (const id of [
      '\\ud83d',
      '\\u0000',
      '\\udc00x',
      '../../etc/passwd',
      "' OR 1=1 --",
      '#{7*7}',
      '%00',
      ' ',
      '\\u202e',
    ]) {
      for (const url of ['/v1/profiles/export', '/v1/profiles/erase']) {
        const answer = await send({ url, body: `{"profile":"${id}"}` })
        expect([id, [400, 404].includes(answer.status)]).toEqual([id, true])
      }
      const about = await send({ url: '/v1/recommendations', body: `{"requests":[{"productId":"${id}"}]}` })
      expect([id, [400, 404].includes(about.status)]).toEqual([id, true])
      // A page asks for whom it has never named before: that is a first visit, of nobody.
      const visit = await send({ url: '/v1/recommendations', body: `{"requests":[{"profile":"${id}"}]}` })
      const [decision] = visit.status === 200 ? JSON.parse(visit.text).decisions : []
      expect([id, visit.status, decision?.basis, decision?.cause]).toEqual(
        visit.status === 400 ? [id, 400, undefined, undefined] : [id, 200, 'contextual', 'first_visit'],
      )
    }
  })

  it('of any shape never come out as a fault', async () => {
    const names = [
      'placement',
      'profile',
      'productId',
      'cart',
      'limit',
      'market',
      'language',
      'exclude',
      'personalise',
      'seed',
    ]
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.integer(),
      fc.constantFrom('p1', 'c1', 'home', ['p1', 'p2']),
    )
    const requests = fc.array(fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 4 }), { maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(requests, async (given) => {
        const { status } = await send({ url: '/v1/recommendations', body: JSON.stringify({ requests: given }) })
        expect([200, 400, 404]).toContain(status)
      }),
      { numRuns: 300, seed: 3 },
    )
  })
})

describe('addresses', () => {
  const odd = [
    '..%2F..%2Fetc%2Fpasswd',
    '%2e%2e%2f',
    '%',
    '%zz',
    '%00',
    '%ED%A0%BD',
    '%FF',
    'a%0d%0aSet-Cookie:x',
    '__proto__',
    '%F0%9F%98%80',
    'x'.repeat(300),
    '1e3',
    '-1',
    '0',
    '99999999999999999999',
    "1'--",
  ]
  const taking = routes
    .filter(({ params, path }) => params.length > 0 && !takesWriteKey(path))
    .map(({ method, path, body }) => [method, path, body] as const)

  it.each(taking)('%s %s finds nothing by what is no name', async (method, path, body) => {
    for (const name of odd) {
      const answer = await send({ method, url: filled(path, name), ...(body ? { body: '{}' } : {}) })
      expect([name, [400, 404].includes(answer.status)]).toEqual([name, true])
    }
  })

  it('that nobody serves are told so, by whatever method', async () => {
    for (const url of ['/v2/recommendations', '/v1', '/v1/', '/v1//products', '/.env', '/docs/%2e%2e%2fpackage.json']) {
      const answer = await send({ method: 'GET', url })
      expect([url, answer.status, answer.code]).toEqual([url, 404, 'ROUTE_NOT_FOUND'])
    }
    for (const method of ['PATCH', 'PUT', 'DELETE', 'OPTIONS', 'TRACE']) {
      expect([method, (await send({ method, url: '/v1/recommendations' })).status]).toEqual([method, 404])
    }
  })

  it('take numbers in a query only where they are some', async () => {
    for (const query of [
      'limit=abc',
      'limit=-1',
      'limit=1e9',
      'limit=',
      'limit=5&limit=6',
      'after=%00',
      "after=1'",
      'nobody=1',
      '__proto__=1',
      'limit[$gt]=1',
    ]) {
      const answer = await send({ method: 'GET', url: `/v1/products?${query}` })
      expect([query, answer.status, answer.code]).toEqual([query, 400, 'BAD_REQUEST'])
    }
  })
})

describe('keys', () => {
  it('that are none open nothing', async () => {
    for (const authorization of [
      '',
      'Bearer',
      'Bearer ',
      'Bearer x',
      'Basic YTpi',
      'bearer\tx',
      `Bearer ${'x'.repeat(5000)}`,
      'Bearer sm_\u00e9',
      'Bearer null',
    ]) {
      for (const { method, path, body } of routes.filter(
        (route) => route.path.startsWith('/v1/') && !takesWriteKey(route.path) && !OPEN_PATHS.has(route.path),
      )) {
        const answer = await send({
          method,
          url: filled(path),
          headers: { authorization },
          ...(body ? { body: '{' } : {}),
        })
        expect([authorization, path, answer.status, answer.code]).toEqual([authorization, path, 401, 'UNAUTHORIZED'])
      }
    }
  })

  it('open what their scope says, and a removed one nothing more', async () => {
    const { key, secret } = await shop.client.createKey({ name: 'storefront', scopes: ['read'] })
    const headers = { authorization: `Bearer ${secret}` }
    expect((await send({ url: '/v1/recommendations', body: '{"requests":[{}]}', headers })).status).toBe(200)
    for (const url of [
      '/v1/training',
      '/v1/imports',
      '/v1/profiles/export',
      '/v1/keys',
      '/v1/backups',
      '/v1/models/rollback',
    ]) {
      expect(await send({ url, body: '{}', headers })).toMatchObject({ status: 403, code: 'FORBIDDEN' })
    }
    await shop.client.removeKey({ id: key.id })
    expect((await send({ url: '/v1/recommendations', body: '{"requests":[{}]}', headers })).code).toBe('UNAUTHORIZED')
    expect(shop.log.join('')).not.toContain(secret)
  })
})

it('a socket that sends half, too much, or nonsense is answered or closed, and the next one served', async () => {
  const url = new URL(await shop.engine.listen())
  const post = (headers: Record<string, string>, body: string, cutShort: boolean) =>
    new Promise<number>((resolve) => {
      const sent = httpRequest(
        { host: url.hostname, port: url.port, method: 'POST', path: '/v1/recommendations', headers },
        (response) => {
          response.resume().on('end', () => resolve(response.statusCode ?? 0))
        },
      )
      sent.on('error', () => resolve(0))
      if (cutShort) sent.write(body, () => sent.destroy())
      else sent.end(body)
    })
  const headers = { authorization: `Bearer ${shop.engine.localToken}`, 'content-type': 'application/json' }
  expect(await post({ ...headers, 'content-length': '1000' }, '{"requests":', true)).toBe(0)
  expect([413, 0]).toContain(await post({ ...headers, 'content-length': '99999999999' }, '{}', false))
  expect(await post({ ...headers, 'content-type': 'text/xml' }, '<a/>', false)).toBe(400)
  expect(await post({ ...headers, 'transfer-encoding': 'chunked' }, '{"requests":[{}]}', false)).toBe(200)
})

it('nothing personal, secret or sent by a caller stands in the log', async () => {
  await send({ url: '/v1/recommendations', body: '{"requests":[{"profile":"zq-shopper"}]}' })
  const log = shop.log.join('')
  expect(shop.log.length).toBeGreaterThan(100)
  for (const word of [
    shop.engine.localToken,
    'passwd',
    'nobodyKnowsThis',
    'OR 1=1',
    'zq-shopper',
    'admin":true',
    'Bearer',
  ]) {
    expect([word, log.includes(word)]).toEqual([word, false])
  }
  // A fault is logged at this level or above; nothing that was sent here may have been one.
  expect(shop.log.filter((line) => /"level":(50|60)/.test(line))).toEqual([])
})
