import { Agent, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createIngest } from '../../src/core/profiles/ingest.ts'
import { createLiveStates } from '../../src/core/profiles/live-states.ts'
import { openShop, type ShopUnderTest } from '../bad-input/shop-under-test.ts'

const QUEUE = 1_048_576

let shop: ShopUnderTest
let url: URL
let key: string
let now = Date.UTC(2026, 2, 1)
let names = 0

beforeAll(async () => {
  shop = await openShop({
    clock: () => now,
    settings: {
      'server.port': 0,
      'ingest.basis': 'contract',
      'ingest.queueBytes': QUEUE,
      'limits.addressPerSecond': 0,
      'limits.keyPerSecond': 0,
    },
  })
  url = new URL(await shop.engine.listen())
  key = (await shop.client.createKey({ name: 'shop', scopes: ['write'] })).secret
})
afterAll(() => shop.close())

interface Answer {
  readonly status: number
  readonly retryAfter: string | undefined
  readonly body: string
}

function post(agent: Agent, body: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` }
    const call = request(
      { agent, host: url.hostname, port: url.port, method: 'POST', path: '/v1/batch', headers },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          text += chunk
        })
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], body: text }),
        )
      },
    )
    call.on('error', reject)
    call.end(body)
  })
}

/** A batch of about this many bytes. */
function batchOf(bytes: number): { body: string; ids: string[] } {
  const messages: string[] = []
  const ids: string[] = []
  for (let size = 0; size < bytes; ) {
    const messageId = `m${++names}`
    const properties = { product_id: `p${names % 50}`, note: 'x'.repeat(2000) }
    const message = JSON.stringify({
      type: 'track',
      event: 'Product Viewed',
      userId: `u${names % 90}`,
      messageId,
      properties,
    })
    messages.push(message)
    ids.push(messageId)
    size += message.length
  }
  return { body: `{"batch":[${messages.join()}]}`, ids }
}

describe('a burst', () => {
  it('of ten times what may wait is answered with Retry-After, and what is sent again is all there, once', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 100 })
    const batches = Array.from({ length: 40 }, () => batchOf(400_000))
    const before = (await shop.client.storeSummary()).events
    let waiting = batches
    let refusals = 0
    for (let round = 0; waiting.length > 0; round++) {
      expect(round, 'it ends').toBeLessThan(100)
      const answers = await Promise.all(waiting.map(({ body }) => post(agent, body).catch(() => undefined)))
      for (const answer of answers) {
        if (answer === undefined || answer.status === 200) continue
        refusals++
        expect(answer.status).toBe(429)
        expect(JSON.parse(answer.body).error.code).toBe('TOO_BUSY')
        expect(Number(answer.retryAfter)).toBeGreaterThanOrEqual(1)
        expect(Number(answer.retryAfter)).toBeLessThanOrEqual(30)
      }
      // What was cut off or refused is sent again, as the clients do.
      waiting = waiting.filter((_, i) => answers[i]?.status !== 200)
    }
    agent.destroy()
    expect(refusals).toBeGreaterThan(0)
    const all = batches.flatMap(({ ids }) => ids)
    expect((await shop.client.storeSummary()).events - before).toBe(all.length)
    expect((await shop.engine.store.events.known('api', all)).every((one) => one === 1)).toBe(true)
  })
})

describe('slow connections', () => {
  it('that promise much and send little keep nobody out', async () => {
    const sockets: Socket[] = []
    const head = `POST /v1/batch HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 500000\r\n\r\n{"batch":[`
    for (let i = 0; i < 500; i++) {
      const socket = connect(Number(url.port), url.hostname)
      socket.on('error', () => undefined)
      await new Promise<void>((resolve) => socket.once('connect', () => socket.write(head, () => resolve())))
      sockets.push(socket)
    }
    const agent = new Agent()
    const { body } = batchOf(100_000)
    expect(await post(agent, body)).toMatchObject({ status: 200, body: '{"success":true}' })
    for (const socket of sockets) socket.destroy()
    // What they held is given back: the whole budget is there again.
    expect(await post(agent, batchOf(500_000).body)).toMatchObject({ status: 200 })
    expect(await post(agent, batchOf(500_000).body)).toMatchObject({ status: 200 })
    agent.destroy()
  })
})

describe('a clock', () => {
  it('that jumps years ahead and back doubles nothing and loses nothing', async () => {
    const agent = new Agent()
    const YEAR = 365 * 86_400_000
    const start = now
    const { body, ids } = batchOf(20_000)
    expect((await post(agent, body)).status).toBe(200)
    for (const jump of [10 * YEAR, -3 * YEAR, 0]) {
      now = start + jump
      const before = (await shop.client.storeSummary()).events
      const fresh = batchOf(5000)
      expect((await post(agent, fresh.body)).status).toBe(200)
      expect((await post(agent, body)).body).toBe('{"success":true}')
      expect((await post(agent, fresh.body)).body).toBe('{"success":true}')
      expect([jump, (await shop.client.storeSummary()).events - before]).toEqual([jump, fresh.ids.length])
    }
    expect((await shop.engine.store.events.known('api', ids)).every((one) => one === 1)).toBe(true)
    agent.destroy()
  })
})

describe('a store that cannot write', () => {
  it('refuses the whole request, and the next one after it is as if nothing had been', async () => {
    const { store } = shop.engine
    let full = true
    const events: typeof store.events = {
      ...store.events,
      take: (arrivals) => (full ? Promise.reject(new Error('no space')) : store.events.take(arrivals)),
    }
    const live = createLiveStates({ ...store, events })
    const { ingest } = createIngest({ events: live.events, defaultCurrency: 'EUR' })
    const message = {
      type: 'track',
      event: 'Product Viewed',
      userId: 'late',
      properties: { product_id: 'mug' },
    } as const
    const item = { source: 'api', key: 'late', message, basis: 'contract', receivedAt: now } as const
    await expect(ingest([item])).rejects.toThrow('no space')
    expect(await store.profiles.find('late')).toBeUndefined()
    full = false
    expect(await ingest([item])).toEqual({ added: 1, known: 0, refused: [] })
  })
})
