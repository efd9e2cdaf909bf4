import { request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import Type from 'typebox'
import { afterEach, expect, test } from 'vitest'
import { CodedError } from '../../contracts/errors.ts'
import { handle, type RouteHandler, route } from '../../contracts/route.ts'
import { createAuthenticator, newSecret } from '../auth.ts'
import { createLogger } from '../logging.ts'
import { createHttpApp } from './app.ts'

const MARKER = 'anna-marker@example.org'

const echo = route({
  name: 'echo',
  method: 'POST',
  path: '/v1/echo/:id',
  scope: 'write',
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

function open(options: { readonly level?: string; readonly ready?: () => boolean } = {}) {
  const log: string[] = []
  const keys = new Map<string, readonly ('read' | 'write' | 'admin')[]>()
  let references = 0
  const authenticator = createAuthenticator(
    {
      byHash: async (hash) => {
        const scopes = keys.get(Buffer.from(hash).toString('hex'))
        return scopes === undefined ? undefined : { id: 'some', scopes }
      },
    },
    [{ secret: 'local', scopes: ['admin'] }],
  )
  const addKey = (...scopes: ('read' | 'write' | 'admin')[]) => {
    const { secret, hash } = newSecret((bytes) => bytes.fill(keys.size + 1))
    keys.set(Buffer.from(hash).toString('hex'), scopes)
    return { secret, remove: () => keys.delete(Buffer.from(hash).toString('hex')) }
  }
  const app = createHttpApp({
    handlers: HANDLERS,
    authenticator,
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
  return { app, log, addKey, post, authenticator }
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
