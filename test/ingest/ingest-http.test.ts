import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NOW, openShop, type ShopUnderTest } from '../bad-input/shop-under-test.ts'

let shop: ShopUnderTest
let writeKey: string
let names = 0
beforeAll(async () => {
  shop = await openShop({ settings: { 'ingest.basis': 'contract' } })
  writeKey = (await shop.client.createKey({ name: 'shop', scopes: ['write'] })).secret
})
afterAll(() => shop.close())

interface Sent {
  readonly headers?: Readonly<Record<string, string>>
  /** False: no Authorization header. */
  readonly authorized?: boolean
}

async function post(path: string, body: unknown, { headers = {}, authorized = true }: Sent = {}) {
  const payload = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
  const response = await shop.engine.app.inject({
    method: 'POST',
    url: path,
    payload,
    headers: { ...(authorized && { authorization: basic(writeKey) }), 'content-type': 'application/json', ...headers },
  })
  return { status: response.statusCode, body: response.json(), headers: response.headers }
}

function basic(user: string, password = ''): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

const fresh = (word: string) => `${word}-${++names}`
const viewed = (more: object = {}) => ({
  type: 'track',
  messageId: fresh('message'),
  userId: fresh('shopper'),
  event: 'Product Viewed',
  properties: { product_id: 'mug' },
  ...more,
})
const events = async () => (await shop.client.storeSummary()).events
/** How many events a call adds. */
async function added(call: () => Promise<unknown>): Promise<number> {
  const before = await events()
  await call()
  return (await events()) - before
}
const stored = async (profile: string) => {
  const found = await shop.client.exportProfile({ profile })
  return found['events'] as { key: string; source: string; event: Record<string, unknown>; raw: object }[]
}

describe('the addresses', () => {
  it.each([
    ['track', 't', { event: 'Product Viewed', properties: { product_id: 'mug' } }, 'product_viewed'],
    ['identify', 'i', { traits: { name: 'Ada' } }, 'identified'],
    ['page', 'p', { properties: { path: '/' } }, 'page_viewed'],
    ['screen', 's', {}, 'page_viewed'],
    ['group', 'g', { groupId: 'g1' }, 'other'],
    ['alias', 'a', { previousId: 'somebody' }, 'aliased'],
  ])('%s and %s take one message, whose type the address says', async (long, short, body, kind) => {
    for (const [i, path] of [`/v1/${long}`, `/v1/${short}`].entries()) {
      const userId = fresh('shopper')
      const answer = await post(path, { ...body, userId, messageId: `${long}${i}` })
      expect(answer).toMatchObject({ status: 200, body: { success: true } })
      const [event] = await stored(userId)
      expect(event).toMatchObject({ source: 'api', key: `${long}${i}`, event: { kind, receivedAt: NOW } })
    }
  })

  it('take a batch of all types', async () => {
    const userId = fresh('shopper')
    const batch = [viewed({ userId }), { type: 'identify', userId, traits: { vip: true } }, { type: 'page', userId }]
    expect(await post('/v1/batch', { batch })).toMatchObject({ status: 200, body: { success: true } })
    expect(await post('/v1/b', { batch: [viewed({ userId })] })).toMatchObject({ status: 200 })
    expect((await stored(userId)).map(({ event }) => event['kind']).sort()).toEqual([
      'identified',
      'page_viewed',
      'product_viewed',
      'product_viewed',
    ])
  })

  it('take an empty batch for what it is', async () => {
    expect(await added(() => post('/v1/batch', { batch: [] }))).toBe(0)
    expect(await post('/v1/batch', { batch: [] })).toMatchObject({ status: 200, body: { success: true } })
  })

  it('tell the browser client where to send, and switch on nothing else', async () => {
    const url = `/v1/projects/${writeKey}/settings`
    const plain = (await shop.engine.app.inject({ url, headers: { host: 'mind.shop.test' } })).json()
    expect(Object.keys(plain.integrations)).toEqual(['Segment.io'])
    expect(plain.integrations['Segment.io']).toMatchObject({ apiHost: 'mind.shop.test/v1', protocol: 'http' })
    expect(plain.metrics).toEqual({ sampleRate: 0 })
    const headers = { host: 'inside:7654', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'mind.shop.test' }
    const behind = (await shop.engine.app.inject({ url, headers })).json()
    expect(behind.integrations['Segment.io']).toMatchObject({ apiHost: 'mind.shop.test/v1', protocol: 'https' })
    const refused = await shop.engine.app.inject('/v1/projects/nobody/settings')
    expect([refused.statusCode, refused.json().error.code]).toEqual([401, 'WRITE_KEY_INVALID'])
  })
})

describe('bodies', () => {
  it.each(['application/json; charset=utf-8', 'text/plain;charset=UTF-8', 'application/x-www-form-urlencoded', 'x/y'])(
    'are JSON, also under %s',
    async (type) => {
      expect(await added(() => post('/v1/track', viewed(), { headers: { 'content-type': type } }))).toBe(1)
    },
  )

  it('may be gzipped, and are not unfolded further than a request may go', async () => {
    const headers = { 'content-encoding': 'gzip' }
    expect(await added(() => post('/v1/track', gzipSync(JSON.stringify(viewed())), { headers }))).toBe(1)
    const bomb = gzipSync(Buffer.alloc(50_000_000, ' '))
    expect(await post('/v1/track', bomb, { headers })).toMatchObject({
      status: 413,
      body: { error: { code: 'BODY_TOO_LARGE' } },
    })
    expect(await post('/v1/track', '{}', { headers })).toMatchObject({
      status: 400,
      body: { error: { code: 'BAD_REQUEST' } },
    })
    expect(await post('/v1/track', '{}', { headers: { 'content-encoding': 'br' } })).toMatchObject({ status: 400 })
  })

  it('that were cut off are refused whole', async () => {
    const whole = JSON.stringify({ batch: [viewed(), viewed(), viewed()], sentAt: '2026-01-01T00:00:00Z' })
    for (let length = 0; length < whole.length; length += 7) {
      const call = async () => {
        const { status, body } = await post('/v1/batch', whole.slice(0, length))
        expect([length, status, body.error.code]).toEqual([length, 400, 'MALFORMED_JSON'])
      }
      expect(await added(call)).toBe(0)
    }
  })
})

describe('keys', () => {
  it.each([
    ['the user name of basic auth', { headers: () => ({ authorization: basic(writeKey) }) }],
    ['a bearer token', { headers: () => ({ authorization: `Bearer ${writeKey}` }) }],
  ])('pass as %s', async (_, { headers }) => {
    expect(await post('/v1/track', viewed(), { headers: headers() })).toMatchObject({ status: 200 })
  })

  it('pass as writeKey of the body, and are not stored with the event', async () => {
    const userId = fresh('shopper')
    for (const [path, body] of [
      ['/v1/track', { ...viewed({ userId }), writeKey }],
      ['/v1/batch', { batch: [viewed({ userId })], writeKey }],
    ] as const) {
      expect(await post(path, body, { authorized: false })).toMatchObject({ status: 200 })
    }
    const found = JSON.stringify(await shop.client.exportProfile({ profile: userId }))
    expect(found).toContain('mug')
    expect(found).not.toContain(writeKey)
    expect(shop.log.join('')).not.toContain(writeKey)
  })

  it('that are wrong, in a wrong place or of another scope open nothing', async () => {
    const readKey = (await shop.client.createKey({ name: 'read', scopes: ['read'] })).secret
    const unauthorized: [string, Record<string, string>, object][] = [
      ['none', {}, {}],
      ['empty', { authorization: '' }, {}],
      ['as the password', { authorization: basic('', writeKey) }, {}],
      ['with a password beside a wrong name', { authorization: basic('me', writeKey) }, {}],
      ['in another scheme', { authorization: `Digest ${writeKey}` }, {}],
      ['without a scheme', { authorization: writeKey }, {}],
      ['in an own header', { 'x-write-key': writeKey }, {}],
      ['not base64', { authorization: 'Basic %%%' }, {}],
      ['of nobody', { authorization: basic('sm_nobody') }, {}],
      ['not text', {}, { writeKey: { $ne: '' } }],
      ['of nobody in the body', {}, { writeKey: 'sm_nobody' }],
      ['in the properties', {}, { properties: { product_id: 'mug', writeKey } }],
    ]
    for (const [where, headers, more] of unauthorized) {
      const call = async () => {
        const { status, body } = await post('/v1/track', viewed(more), { headers, authorized: false })
        expect([where, status, body.error.code]).toEqual([where, 401, 'WRITE_KEY_INVALID'])
        const many = await post('/v1/batch', { batch: [viewed()], ...more }, { headers, authorized: false })
        expect([where, many.status]).toEqual([where, 401])
      }
      expect(await added(call)).toBe(0)
    }
    const said = async (path: string, headers: Record<string, string>) => {
      const { status, body } = await post(path, viewed(), { headers, authorized: false })
      return [status, body.error.what]
    }
    // Whoever put the key into a wrong place is told so; "no valid key" alone sends them looking for another key.
    expect(await said(`/v1/track?writeKey=${writeKey}`, {})).toEqual([401, expect.stringContaining('in the address')])
    expect(await said('/v1/track', { authorization: writeKey })).toEqual([401, expect.stringContaining('neither')])
    // A header that is wrong is not mended by a body that is right.
    const both = await post('/v1/track', viewed({ writeKey }), { headers: { authorization: basic('sm_nobody') } })
    expect(both.status).toBe(401)
    const reading = await post('/v1/track', viewed(), { headers: { authorization: basic(readKey) } })
    expect(reading).toMatchObject({ status: 403, body: { error: { code: 'FORBIDDEN' } } })
    const writing = await shop.engine.app.inject({
      url: '/v1/store',
      headers: { authorization: `Bearer ${writeKey}` },
    })
    expect(writing.statusCode).toBe(403)
  })
})

describe('limits', () => {
  it('count for the address also what is refused before a key was found', async () => {
    const strict = await openShop({ settings: { 'limits.addressPerSecond': 2 } })
    const senders: [string, Record<string, string>, string][] = [
      ['a malformed header', { authorization: 'Digest x' }, '{}'],
      ['no key and no JSON', {}, '{"type":'],
      ['no key and no gzip', { 'content-encoding': 'gzip' }, 'x'],
      ['a wrong key and an empty body', { authorization: basic('sm_nobody') }, ''],
      ['a key that is none', { authorization: basic('sm_nobody') }, '{}'],
    ]
    for (const [n, [what, headers, payload]] of senders.entries()) {
      const statuses = []
      for (let i = 0; i < 6; i++) {
        const url = i % 2 === 0 ? '/v1/track' : '/v1/batch'
        const remoteAddress = `192.0.2.${n}`
        const sent = {
          method: 'POST',
          url,
          payload,
          remoteAddress,
          headers: { 'content-type': 'text/plain', ...headers },
        } as const
        statuses.push((await strict.engine.app.inject(sent)).statusCode)
      }
      // Two a second, and what two seconds bring at once; the clock of this test stands still.
      expect([what, statuses.indexOf(429), statuses.slice(4)]).toEqual([what, 4, [429, 429]])
    }
    await strict.close()
  })

  it('hold one event to 32 KB, and let the others of its batch pass', async () => {
    const big = (bytes: number) => {
      const message = viewed({ properties: { product_id: 'mug', note: '' } })
      const room = bytes - Buffer.byteLength(JSON.stringify(message))
      return { ...message, properties: { product_id: 'mug', note: 'é'.repeat(room / 2) + 'x'.repeat(room % 2) } }
    }
    expect(await post('/v1/track', big(32_768))).toMatchObject({ status: 200 })
    expect(await post('/v1/track', big(32_769))).toMatchObject({
      status: 400,
      body: { error: { code: 'EVENT_TOO_LARGE' } },
    })
    const batch = [viewed(), big(32_769), big(32_768)]
    const call = async () => {
      const { status, body } = await post('/v1/batch', { batch })
      expect([status, body.success]).toEqual([200, true])
      expect(body.refused).toMatchObject([
        { index: 1, messageId: batch[1]?.messageId, error: { code: 'EVENT_TOO_LARGE' } },
      ])
    }
    expect(await added(call)).toBe(2)
  })

  it('hold a request to 500 KB and 2,500 events', async () => {
    const small = Array.from({ length: 2501 }, (_, i) => ({ type: 'page', userId: 'u', messageId: `n${names}-${i}` }))
    expect(await post('/v1/batch', { batch: small })).toMatchObject({
      status: 400,
      body: { error: { code: 'BATCH_TOO_LONG' } },
    })
    expect(await added(() => post('/v1/batch', { batch: small.slice(1) }))).toBe(2500)
    const large = JSON.stringify({ batch: [], padding: 'x'.repeat(512_000) })
    expect(await post('/v1/batch', large)).toMatchObject({ status: 413, body: { error: { code: 'BODY_TOO_LARGE' } } })
    expect(await post('/v1/batch', large.slice(0, 2) + large.slice(2).replace(/x{100}/, ''))).toMatchObject({
      status: 200,
    })
  })
})

describe('a batch that is partly bad', () => {
  it('keeps the good messages, and says of each other one what is wrong', async () => {
    const deep = JSON.parse('['.repeat(40) + ']'.repeat(40))
    const bad: [object | null | number | string, RegExp][] = [
      [{ type: 'track', userId: 'u' }, /names its event/],
      [{ type: 'buy', userId: 'u' }, /type must be one of track/],
      [{ ...viewed(), userId: undefined }, /neither userId nor anonymousId/],
      [viewed({ userId: 5 }), /userId/],
      [viewed({ userId: '\ud83d' }), /userId/],
      [viewed({ timestamp: 'yesterday' }), /timestamp is not a time/],
      [viewed({ messageId: 'x'.repeat(257) }), /messageId/],
      [viewed({ properties: [] }), /properties/],
      [viewed({ properties: { product_id: 'mug', deep } }), /deeper than 32/],
      [viewed({ properties: { product_id: 'mug', quantity: 0 } }), /quantity/],
      [viewed({ properties: {} }), /product_id/],
      [{ type: 'alias', userId: 'u' }, /previousId/],
      [null, /not an object/],
      [5, /not an object/],
      [[viewed()] as object, /not an object/],
      ['text', /not an object/],
    ]
    const batch = [viewed(), ...bad.map(([message]) => message), viewed()]
    const call = async () => {
      const { status, body } = await post('/v1/batch', { batch })
      expect([status, body.success]).toEqual([200, true])
      expect(body.refused.map((refused: { index: number }) => refused.index)).toEqual(bad.map((_, i) => i + 1))
      for (const [i, [, words]] of bad.entries()) {
        expect(body.refused[i].error).toMatchObject({ code: 'EVENT_INVALID', what: expect.stringMatching(words) })
      }
    }
    expect(await added(call)).toBe(2)
  })

  it('is refused where nothing of it is good, since sending it again would be of no use', async () => {
    const { status, body } = await post('/v1/batch', { batch: [{}, viewed({ userId: 7 })] })
    expect([status, body.error.code, body.refused.length]).toEqual([400, 'BATCH_REFUSED', 2])
  })

  it('refuses keys that reach for a prototype, and numbers that no machine holds where one is needed', async () => {
    const [good, proto, escaped, made, infinite] = [0, 1, 2, 3, 4].map((i) => fresh(`m${i}`))
    const message = (id: string | undefined, properties: string) =>
      `{"type":"track","messageId":"${id}","userId":"u1","event":"Product Viewed","properties":{"product_id":"mug"${properties}}}`
    const text = `{"batch":[${[
      message(good, ',"note":"__proto__ and constructor are only words here"'),
      message(proto, ',"a":{"__proto__":{"admin":true}}'),
      message(escaped, ',"a":[{"\\u005f_proto__":1}]'),
      message(made, ',"constructor":{"prototype":{"admin":true}}'),
      message(infinite, ',"quantity":1e999'),
    ].join()}]}`
    const { body } = await post('/v1/batch', text)
    expect(body.refused.map((refused: { index: number }) => refused.index)).toEqual([1, 2, 3, 4])
    expect(Reflect.get({}, 'admin')).toBeUndefined()
    expect(await post('/v1/batch', text.replace('1e999', 'NaN'))).toMatchObject({ status: 400 })
  })
})

describe('the same message again', () => {
  it('changes nothing, within a batch, in a later one, by any address', async () => {
    const userId = fresh('shopper')
    const once = viewed({ userId })
    const call = async () => {
      expect(await post('/v1/batch', { batch: [once, once] })).toMatchObject({ status: 200, body: { success: true } })
      expect(await post('/v1/track', once)).toMatchObject({ status: 200, body: { success: true } })
      await Promise.all(Array.from({ length: 10 }, () => post('/v1/batch', { batch: [once, { ...once, extra: 1 }] })))
    }
    expect(await added(call)).toBe(1)
  })
})

describe('times', () => {
  it('are corrected by what the sender’s clock says of now, and kept as they were said', async () => {
    const userId = fresh('shopper')
    const iso = (at: number) => new Date(at).toISOString()
    const YEAR = 365 * 86_400_000
    const cases = [
      [{ timestamp: iso(NOW - 7 * YEAR) }, NOW - 7 * YEAR],
      [{ timestamp: iso(NOW - 5 * YEAR - 1000), sentAt: iso(NOW - 5 * YEAR) }, NOW - 1000],
      [{ timestamp: iso(NOW + 3 * YEAR - 2000), sentAt: iso(NOW + 3 * YEAR) }, NOW - 2000],
      [{ originalTimestamp: iso(NOW + YEAR), timestamp: iso(NOW - 3000) }, NOW - 3000],
      [{ timestamp: iso(NOW + 30 * YEAR) }, NOW],
      [{ timestamp: '1970-01-01T00:00:00Z' }, Date.UTC(2000, 0, 1)],
    ] as const
    for (const [i, [times, at]] of cases.entries()) {
      const id = `${userId}-${i}`
      expect(await post('/v1/track', viewed({ userId: id, ...times }))).toMatchObject({ status: 200 })
      expect([i, (await stored(id))[0]?.event['at']]).toEqual([i, at])
    }
    // What a batch says of its sending holds for its messages.
    const id = `${userId}-batch`
    const message = viewed({ userId: id, timestamp: iso(NOW - YEAR - 500) })
    await post('/v1/batch', { batch: [message], sentAt: iso(NOW - YEAR) })
    expect((await stored(id))[0]?.event).toMatchObject({ at: NOW - 500, happenedAt: NOW - YEAR - 500 })
  })
})

describe('what the request says of the shopper', () => {
  it('Sec-GPC is recorded as an objection to personalisation and advertising', async () => {
    const userId = fresh('shopper')
    const granted = { context: { consent: { categoryPreferences: { personalisation: true, analytics: true } } } }
    await post('/v1/track', viewed({ userId, ...granted }), { headers: { 'sec-gpc': '1' } })
    const { consents } = await shop.client.exportProfile({ profile: userId })
    const said = (consents as { purpose: string; granted: boolean }[]).map(({ purpose, granted }) => [purpose, granted])
    expect(said.sort()).toEqual([
      ['advertising', false],
      ['analytics', true],
      ['personalisation', false],
    ])
  })

  it('the agent of a browser that sends by itself marks a program; that of a shop’s server does not', async () => {
    const userId = fresh('shopper')
    const headers = { 'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)' }
    await post('/v1/t', viewed({ userId, messageId: 'b1' }), { headers })
    await post('/v1/track', viewed({ userId, messageId: 'b2' }), { headers })
    await post('/v1/b', { batch: [viewed({ userId, messageId: 'b3', context: { userAgent: 'curl/8' } })] })
    await post('/v1/t', viewed({ userId, messageId: 'b4', context: { userAgent: 'Mozilla/5.0 Firefox/130.0' } }), {
      headers,
    })
    const marks = (await stored(userId)).map(({ key, event }) => [key, event['bot']])
    expect(marks.sort()).toEqual([
      ['b1', true],
      ['b2', false],
      ['b3', true],
      ['b4', false],
    ])
  })
})

describe('the raw message', () => {
  it('is kept as it came, with what the batch says for all', async () => {
    const userId = fresh('shopper')
    const message = viewed({ userId, extra: ['\ud83d', 1e300], timestamp: '2025-05-05T05:05:05Z' })
    const own = viewed({ userId, sentAt: '2026-02-01T00:00:00Z', context: { a: 1 }, timestamp: '2025-05-05T05:05:06Z' })
    const all = { sentAt: '2026-02-28T00:00:00Z', context: { library: { name: 'x' } } }
    await post('/v1/batch', { batch: [message, own], ...all })
    const raws = (await stored(userId)).map(({ raw }) => raw)
    expect(raws).toEqual([{ ...all, ...message }, own].sort((a, b) => (a.messageId < b.messageId ? -1 : 1)))
  })
})
