import { request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import Type from 'typebox'
import { afterEach, expect, test } from 'vitest'
import { CodedError } from '../../contracts/errors.ts'
import { handle, type RouteHandler, route, type Scope } from '../../contracts/route.ts'
import type { KeyGrant } from '../../core/ports.ts'
import { createAuthenticator, newSecret } from '../auth.ts'
import { createLogger } from '../logging.ts'
import { createAdmission } from './admission.ts'
import { type ConnectionLimits, createHttpApp } from './app.ts'
import { createRateLimit } from './rate-limit.ts'

const MARKER = 'anna-marker@example.org'

const echo = route({
  name: 'echo',
  method: 'POST',
  path: '/v1/echo/:id',
  scope: 'write',
  browser: true,
  tag: 'operation',
  summary: 'For tests.',
  params: Type.Object({ id: Type.Integer() }),
  querystring: Type.Object({ deep: Type.Optional(Type.Boolean()), size: Type.Integer({ default: 7 }) }),
  body: Type.Object({ n: Type.Integer(), text: Type.Optional(Type.String()) }, { additionalProperties: false }),
  response: Type.Object({
    id: Type.Integer(),
    size: Type.Integer(),
    n: Type.Integer({ minimum: 0 }),
    gpc: Type.Boolean(),
  }),
  errors: ['PROFILE_NOT_FOUND'],
})
const broken = route({
  name: 'broken',
  method: 'GET',
  path: '/v1/broken/:how',
  scope: 'read',
  tag: 'operation',
  summary: 'For tests.',
  params: Type.Object({ how: Type.String() }),
  response: Type.Object({ ok: Type.Literal(true) }),
  errors: [],
})

const HANDLERS: RouteHandler[] = [
  handle(echo, async ({ params, query, body, globalPrivacyControl }) => ({
    id: params.id,
    size: query.size,
    n: body.n,
    gpc: globalPrivacyControl,
  })),
  handle(broken, async ({ params }) => {
    if (params.how === 'coded') throw new CodedError('PROFILE_NOT_FOUND', { profile: MARKER })
    throw new TypeError(`cannot read ${MARKER}`)
  }),
]

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

interface OpenOptions {
  readonly level?: string
  readonly ready?: () => boolean
  readonly clock?: () => number
  readonly perAddress?: number
  readonly perKey?: number
  readonly corsOrigins?: readonly string[]
  readonly connections?: Partial<ConnectionLimits>
}

function open(options: OpenOptions = {}) {
  const log: string[] = []
  const keys = new Map<string, KeyGrant>()
  const used: [id: string, at: number][] = []
  let references = 0
  const clock = options.clock ?? (() => 0)
  const authenticator = createAuthenticator({
    keys: {
      byHash: async (hash) => keys.get(Buffer.from(hash).toString('hex')),
      used: async (id, at) => void used.push([id, at]),
    },
    own: [{ id: 'local', secret: 'local', scopes: ['admin'] }],
    clock,
  })
  const addKey = (scope: Scope, origins: readonly string[] = []) => {
    const { secret, hash } = newSecret((bytes) => bytes.fill(keys.size + 1))
    const id = `key-${keys.size + 1}`
    keys.set(Buffer.from(hash).toString('hex'), { id, scopes: [scope], origins })
    return { id, secret, remove: () => keys.delete(Buffer.from(hash).toString('hex')) }
  }
  const app = createHttpApp({
    handlers: HANDLERS,
    admission: createAdmission({
      authenticator,
      perAddress: createRateLimit(options.perAddress ?? 0, clock),
      perKey: createRateLimit(options.perKey ?? 0, clock),
    }),
    corsOrigins: options.corsOrigins ?? [],
    connections: {
      headersTimeout: 1000,
      requestTimeout: 2000,
      keepAliveTimeout: 5000,
      maxConnections: 1000,
      trustedProxies: [],
      ...options.connections,
    },
    logger: createLogger({ level: options.level ?? 'trace', destination: { write: (line) => log.push(line) } }),
    bodyLimit: 1024,
    isReady: options.ready ?? (() => true),
    checkAnswers: true,
    reference: () => `ref-${++references}`,
  })
  closing.push(() => app.close())
  const post = (payload: string | Buffer, { url = '/v1/echo/3', secret = 'local', headers = {} } = {}) =>
    app.inject({
      method: 'POST',
      url,
      payload,
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json', ...headers },
    })
  return { app, log, addKey, post, authenticator, used }
}

test('numbers are read from path and query, and never guessed in a body', async () => {
  const { post } = open()
  const answered = await post('{"n":5}', { headers: { 'sec-gpc': '1' } })
  expect([answered.statusCode, answered.json()]).toEqual([200, { id: 3, size: 7, n: 5, gpc: true }])
  expect((await post('{"n":5}', { url: '/v1/echo/3?size=9&deep=true' })).json()).toMatchObject({ size: 9 })
  for (const [payload, problem] of [
    ['{"n":"5"}', 'body/n must be integer'],
    ['{"n":5,"m":1}', 'body/m is not a part of this request'],
    ['{"n":null}', 'body/n must be integer'],
    ['[]', 'body must be object'],
  ] as const) {
    const refused = await post(payload)
    expect(refused.statusCode).toBe(400)
    expect(refused.json().error).toMatchObject({ code: 'BAD_REQUEST', what: `The request is not valid: ${problem}.` })
  }
  expect((await post('{"n":5}', { url: '/v1/echo/three' })).json().error.what).toContain('params/id must be integer')
})

test.each([
  ['{"n":', 'it ends too early'],
  ['{"n":1x}', 'it breaks off at position 6'],
  ['', 'it is empty'],
  ['{"n":1,"__proto__":{"x":1}}', 'it has a key that reaches for an object’s prototype'],
  ['{"n":1,"constructor":{"prototype":{}}}', 'it has a key that reaches for an object’s prototype'],
  [Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), 'it is not UTF-8'],
])('the body %s is refused as JSON', async (payload, problem) => {
  const refused = await open().post(payload)
  expect(refused.statusCode).toBe(400)
  expect(refused.json().error).toMatchObject({
    code: 'MALFORMED_JSON',
    what: `The request body is not JSON: ${problem}.`,
  })
})

test('other content, too much of it, and unknown addresses have their codes', async () => {
  const { app, post } = open()
  expect(
    (await post('n=5', { headers: { 'content-type': 'application/x-www-form-urlencoded' } })).json().error.code,
  ).toBe('MALFORMED_JSON')
  const large = await post(JSON.stringify({ n: 1, text: 'x'.repeat(2000) }))
  expect([large.statusCode, large.json().error.what]).toEqual([413, 'The request body is larger than 1024 bytes.'])
  const missing = await app.inject({ url: '/v1/nothing?profile=1' })
  expect([missing.statusCode, missing.json().error.what]).toEqual([404, 'There is no route GET /v1/nothing.'])
  expect((await app.inject({ url: '/v1/broken/%ff' })).json().error.code).toBe('BAD_REQUEST')
})

test('keys open what their scopes say, and a removed one nothing', async () => {
  const { app, post, addKey, authenticator } = open()
  for (const authorization of [undefined, 'Bearer wrong', 'Basic bG9jYWw=', 'Bearer', 'Bearer local local']) {
    const refused = await app.inject({ url: '/v1/broken/x', headers: authorization ? { authorization } : {} })
    expect([refused.statusCode, refused.json().error.code]).toEqual([401, 'UNAUTHORIZED'])
  }
  const reader = addKey('read')
  const forbidden = await post('{"n":1}', { secret: reader.secret })
  expect([forbidden.statusCode, forbidden.json().error.what]).toEqual([
    403,
    'The key may not do this: it lacks the scope write.',
  ])
  const writer = addKey('write')
  expect((await post('{"n":1}', { secret: writer.secret })).statusCode).toBe(200)
  expect((await post('{"n":1}', { secret: addKey('admin').secret })).statusCode).toBe(200)
  writer.remove()
  authenticator.forget()
  expect((await post('{"n":1}', { secret: writer.secret })).statusCode).toBe(401)
})

test('a key is for its origins alone, and its last use is noted once a minute', async () => {
  let now = 1000
  const { post, addKey, used } = open({ clock: () => now })
  const page = addKey('write', ['https://shop.example'])
  const from = (origin?: string) => post('{"n":1}', { secret: page.secret, headers: origin ? { origin } : {} })
  expect((await from('https://shop.example')).statusCode).toBe(200)
  for (const origin of ['https://shop.example.evil', 'http://shop.example', 'null', undefined]) {
    const refused = await from(origin)
    expect([origin, refused.statusCode, refused.json().error.code]).toEqual([origin, 403, 'ORIGIN_REFUSED'])
  }
  const anywhere = addKey('write')
  for (const at of [1000, 1000, 60_999, 61_000, 61_001]) {
    now = at
    expect((await post('{"n":1}', { secret: anywhere.secret })).statusCode).toBe(200)
  }
  expect(used).toEqual([
    [page.id, 1000],
    [anywhere.id, 1000],
    [anywhere.id, 61_000],
  ])
})

test('more than a caller may send is refused with the time to wait, and nobody else is', async () => {
  let now = 5000
  const { app, post, addKey } = open({ clock: () => now, perAddress: 2, perKey: 3 })
  const [one, other, ops] = [addKey('write'), addKey('write'), addKey('admin')]
  const statuses = async (secret: string, address: string, count: number) => {
    const answers = []
    for (let i = 0; i < count; i++) {
      const { statusCode } = await app.inject({
        method: 'POST',
        url: '/v1/echo/3',
        payload: { n: 1 },
        remoteAddress: address,
        headers: { authorization: `Bearer ${secret}` },
      })
      answers.push(statusCode)
    }
    return answers
  }
  expect(await statuses(one.secret, '10.0.0.1', 5)).toEqual([200, 200, 200, 200, 429])
  expect(await statuses(other.secret, '10.0.0.1', 1)).toEqual([429])
  expect(await statuses(one.secret, '10.0.0.2', 3)).toEqual([200, 200, 429])
  expect(await statuses(other.secret, '10.0.0.3', 1)).toEqual([200])
  expect(await statuses(ops.secret, '10.0.0.1', 7)).toEqual([200, 200, 200, 200, 200, 200, 429])
  expect(await statuses('local', '10.0.0.1', 20)).toEqual(Array.from({ length: 20 }, () => 200))
  const keyless = async () => app.inject({ url: '/v1/nothing', remoteAddress: '2001:db8::1' })
  const wrong = async () =>
    app.inject({ url: '/v1/broken/x', remoteAddress: '2001:db8:0:0:9::2', headers: { authorization: 'Bearer wrong' } })
  expect([(await keyless()).statusCode, (await keyless()).statusCode]).toEqual([404, 404])
  expect([(await wrong()).statusCode, (await wrong()).statusCode, (await wrong()).statusCode]).toEqual([401, 401, 429])
  const refused = await keyless()
  expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, '1'])
  expect(refused.json().error).toMatchObject({
    code: 'RATE_LIMITED',
    what: 'Too many requests: one address may send 2 a second.',
  })
  now += 500
  expect([(await keyless()).statusCode, (await keyless()).statusCode]).toEqual([404, 429])
  expect((await post('{"n":1}', { secret: addKey('write').secret })).statusCode).toBe(200)
})

test('pages of allowed origins may call what is for browsers, and nothing else', async () => {
  const { app, post, addKey } = open({ corsOrigins: ['https://shop.example', 'http://localhost:3000'] })
  const preflight = (url: string, origin: string) =>
    app.inject({ method: 'OPTIONS', url, headers: { origin, 'access-control-request-method': 'POST' } })
  const allowed = await preflight('/v1/echo/3', 'https://shop.example')
  expect(allowed.statusCode).toBe(204)
  expect(allowed.headers).toMatchObject({
    'access-control-allow-origin': 'https://shop.example',
    'access-control-allow-headers': 'authorization, content-type, x-retry-count',
    vary: 'Origin',
  })
  const foreign = await preflight('/v1/echo/3', 'https://evil.example')
  expect(foreign.headers).not.toHaveProperty('access-control-allow-origin')
  const closed = await preflight('/v1/broken/x', 'https://shop.example')
  expect(closed.statusCode).toBe(404)
  expect(closed.headers).not.toHaveProperty('access-control-allow-origin')
  const { secret } = addKey('write')
  const called = await post('{"n":1}', { secret, headers: { origin: 'http://localhost:3000' } })
  expect(called.headers).toMatchObject({ 'access-control-allow-origin': 'http://localhost:3000' })
  expect(called.headers).not.toHaveProperty('access-control-allow-credentials')
  // A page that calls with a wrong key should be able to read why nothing came.
  const refused = await post('{"n":1}', { secret: 'wrong', headers: { origin: 'http://localhost:3000' } })
  expect([refused.statusCode, refused.headers['access-control-allow-origin']]).toEqual([401, 'http://localhost:3000'])
  const none = open()
  expect((await none.post('{"n":1}', { headers: { origin: 'https://shop.example' } })).headers).not.toHaveProperty(
    'access-control-allow-origin',
  )
})

test('what nobody foresaw answers a reference that is found in the log, and nothing from inside', async () => {
  const { app, log } = open({ level: 'info' })
  const failed = await app.inject({ url: '/v1/broken/other', headers: { authorization: 'Bearer local' } })
  expect(failed.statusCode).toBe(500)
  expect(failed.json().error.what).toBe('Storemind could not finish the request (reference ref-1).')
  expect(failed.body).not.toMatch(/TypeError|at .*\.ts|marker/)
  expect(log.join('')).toMatch(/"reference":"ref-1".*"type":"TypeError".*app\.test\.ts/)
})

test('no address, body, header, secret or error message reaches the log', async () => {
  const { app, log, post } = open({ level: 'info' })
  await post(JSON.stringify({ n: 1, text: MARKER }))
  await post(`{"n":"${MARKER}"}`)
  await post(`{"${MARKER}`)
  await app.inject({
    url: `/v1/broken/coded?email=${MARKER}`,
    headers: { authorization: 'Bearer local', cookie: MARKER },
  })
  await app.inject({ url: `/v1/broken/${MARKER}`, headers: { authorization: 'Bearer local' } })
  await app.inject({ url: `/v1/nothing/${MARKER}`, headers: { authorization: `Bearer ${MARKER}` } })
  app.log.warn(
    { authorization: 'Bearer sm_secret', req: { url: MARKER }, err: new Error(MARKER), secret: 'sm_secret' },
    'x',
  )
  expect(log.length).toBeGreaterThan(0)
  expect(log.join('')).not.toMatch(/marker|sm_secret|Bearer/)
})

test('while it is not ready only the sign of life answers', async () => {
  let ready = false
  const { app } = open({ ready: () => ready })
  const early = await app.inject({ url: '/v1/broken/x' })
  expect([early.statusCode, early.json().error.code]).toEqual([503, 'NOT_READY'])
  ready = true
  expect((await app.inject({ url: '/v1/broken/x' })).statusCode).toBe(401)
})

test('an answer that breaks its contract is a fault', async () => {
  const { post } = open()
  // The request's contract allows it, the answer's does not.
  expect((await post('{"n":-1}')).statusCode).toBe(500)
})

test('what is not HTTP is answered in the same form', async () => {
  const { app } = open()
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const answered = await new Promise<string>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('NONSENSE\r\n\r\n'))
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('end', () => resolve(text))
    socket.on('error', reject)
  })
  expect(answered).toMatch(/^HTTP\/1\.1 400 /)
  expect(answered).toContain('"code":"BAD_REQUEST"')
})

test('connections that send slowly or nothing are cut, and others are answered meanwhile', async () => {
  const { app } = open({ connections: { headersTimeout: 400, requestTimeout: 400 } })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const half = 'host: x\r\nauthorization: Bearer local\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{'
  const beginnings = ['', 'GET /v1/broken/x HTTP/1.1\r\nhost: x\r\n', `POST /v1/echo/3 HTTP/1.1\r\n${half}`]
  const opened = await Promise.all(
    Array.from({ length: 300 }, (_, i) => {
      const socket = connect(port, '127.0.0.1')
      const text: string[] = []
      socket.on('data', (chunk) => text.push(String(chunk)))
      socket.on('error', () => undefined)
      const ended = new Promise<string>((resolve) => socket.on('close', () => resolve(text.join(''))))
      return new Promise<{ ended: Promise<string> }>((resolve) => {
        socket.on('connect', () => {
          socket.write(beginnings[i % 3] ?? '')
          resolve({ ended })
        })
      })
    }),
  )
  const status = await new Promise((resolve, reject) => {
    httpRequest({ port, host: '127.0.0.1', path: '/v1/broken/x', agent: false }, (response) =>
      resolve(response.resume().statusCode),
    )
      .on('error', reject)
      .end()
  })
  expect(status).toBe(401)
  const texts = await Promise.all(opened.map(({ ended }) => ended))
  expect(texts.map((text) => text.slice(0, 12))).toEqual(texts.map(() => 'HTTP/1.1 408'))
  expect(texts.every((text) => text.includes('\r\nretry-after: 1\r\n'))).toBe(true)
})

test('a request in flight is finished before closing ends', async () => {
  const { app } = open()
  let release = () => {}
  app.get('/slow', async () => {
    await new Promise<void>((resolve) => {
      release = resolve
    })
    return { ok: true }
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const status = new Promise<number | undefined>((resolve, reject) => {
    httpRequest({ port, host: '127.0.0.1', path: '/slow', agent: false }, (response) =>
      resolve(response.resume().statusCode),
    )
      .on('error', reject)
      .end()
  })
  await new Promise<void>((resolve) => app.server.once('request', () => resolve()))
  const closed = app.close()
  release()
  expect(await status).toBe(200)
  await closed
})
