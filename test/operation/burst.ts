import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as after } from 'node:timers/promises'
import { expect } from 'vitest'
import { temporaryFolder } from '../../testkit/stores/temporary-folder.ts'
import { openShop } from '../bad-input/shop-under-test.ts'
import { soundOrders, soundProducts } from '../bad-input/sound-files.ts'
import { type ServedProcess, serveProcess } from './served-process.ts'

/** Of five requests four send events, as in a shop's traffic; a request of either kind has so many of them. */
const EVENTS = 20
const DECISIONS = 5
const ITEMS = 4
const CONNECTIONS = 1500

/** What a load came to: answers by status. */
interface Load {
  readonly statuses: Map<number, number>
  /** Ids of events that the server said it has. */
  readonly acknowledged: string[]
  /** Ids of events that it refused. */
  readonly refused: string[]
}

interface Answer {
  readonly status: number
  readonly retryAfter: string | undefined
  readonly body: string
}

/** A server in a process of its own with a small trained store, and a shop that talks to it. */
export interface BurstShop {
  readonly served: ServedProcess
  /** Sends the nth request of the traffic, and checks that its answer is right or says when to come again. */
  send(n: number, load: Load): Promise<void>
  healthy(): Promise<void>
  /** Memory that the server's process holds now, and at most so far, in MiB. */
  memory(): { readonly now: number; readonly most: number }
  /** Ends the server and counts what the store has. @returns events by id that are known, and rows in all */
  close(ids: readonly string[]): Promise<{ readonly known: number; readonly rows: number }>
}

export const newLoad = (): Load => ({ statuses: new Map(), acknowledged: [], refused: [] })

export async function openBurstShop(...settings: string[]): Promise<BurstShop> {
  const { path: root, remove } = temporaryFolder()
  const store = join(root, 'store')
  const shop = await openShop({ directory: store, clock: Date.now })
  await shop.imported('csv-products', 'products.csv', soundProducts())
  await shop.imported('csv-orders', 'orders.csv', soundOrders())
  await shop.train()
  await shop.client.promoteModel({ version: 1 }, { force: true })
  const write = (await shop.client.createKey({ name: 'events', scopes: ['write'] })).secret
  const read = (await shop.client.createKey({ name: 'lists', scopes: ['read'] })).secret
  const { events: before } = await shop.client.storeSummary()
  await shop.close()
  const served = serveProcess(store, ...settings.flatMap((setting) => ['--set', setting]))
  const url = new URL(await served.listening(1))
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const call = (method: string, path: string, key?: string, body = ''): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const headers = {
        'content-length': Buffer.byteLength(body),
        ...(key === undefined ? {} : { authorization: `Bearer ${key}`, 'content-type': 'application/json' }),
      }
      // A look at the server's health is not to wait for a free socket of the traffic.
      const use = key === undefined ? {} : { agent }
      request({ host: url.hostname, port: url.port, method, path, headers, ...use }, (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          text += chunk
        })
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], body: text }),
        )
      })
        .once('error', reject)
        .end(body)
    })
  const judge = ({ status, retryAfter, body }: Answer, load: Load): boolean => {
    load.statuses.set(status, (load.statuses.get(status) ?? 0) + 1)
    if (status === 200) return true
    // 408: the server was too busy to read it in its time.
    expect([408, 429, 503], body).toContain(status)
    expect(Number(retryAfter)).toBeGreaterThanOrEqual(1)
    if (status !== 408) expect(['RATE_LIMITED', 'TOO_BUSY']).toContain(JSON.parse(body).error.code)
    return false
  }
  return {
    served,
    async send(n, load) {
      if (n % 5 === 4) {
        const requests = Array.from({ length: DECISIONS }, (_, i) => ({ profile: `s${(n + i) % 97}`, limit: ITEMS }))
        const answer = await call('POST', '/v1/recommendations', read, JSON.stringify({ requests }))
        if (!judge(answer, load)) return
        const { decisions } = JSON.parse(answer.body)
        expect(decisions.map(({ items }: { items: object[] }) => items.length)).toEqual(requests.map(() => ITEMS))
        return
      }
      const batch = Array.from({ length: EVENTS }, (_, i) => ({
        type: 'track',
        messageId: `${n}-${i}`,
        anonymousId: `s${(n + i) % 97}`,
        event: 'Product Viewed',
        properties: { product_id: `p${(n + i) % 20}` },
      }))
      const ids = batch.map(({ messageId }) => messageId)
      const answer = await call('POST', '/v1/batch', write, JSON.stringify({ batch }))
      if (!judge(answer, load)) load.refused.push(...ids)
      else {
        expect(answer.body).toBe('{"success":true}')
        load.acknowledged.push(...ids)
      }
    },
    async healthy() {
      expect((await call('GET', '/healthz')).status).toBe(200)
    },
    memory() {
      const status = readFileSync(`/proc/${served.child.pid}/status`, 'utf8')
      const mebibytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024
      return { now: mebibytes('VmRSS'), most: mebibytes('VmHWM') }
    },
    async close(ids) {
      agent.destroy()
      served.child.kill('SIGTERM')
      expect(await served.ended).toBe(0)
      const after = await openShop({ directory: store, clock: Date.now })
      const { events } = await after.client.storeSummary()
      const known = ids.length === 0 ? [] : await after.engine.store.events.known('api', ids)
      await after.close()
      remove()
      return { known: [...known].filter((each) => each === 1).length, rows: events - before }
    },
  }
}

export interface BurstOutcome {
  /** Requests a second that were answered before, of the burst's, and after. */
  readonly before: number
  readonly during: number
  readonly after: number
  /** Requests of the burst, by status. */
  readonly statuses: ReadonlyMap<number, number>
  readonly slowestHealthMillis: number
  /** MiB before the burst, at most, and after it. */
  readonly memory: readonly [number, number, number]
}

/** Ten times what the server takes, for so many seconds, however it answers. */
export async function tenfold(seconds: number, ...settings: string[]): Promise<BurstOutcome> {
  const shop = await openBurstShop(...settings)
  const all = newLoad()
  let n = 0
  const steady = async (millis: number): Promise<number> => {
    const [began, first] = [performance.now(), n]
    const one = async () => {
      while (performance.now() - began < millis) await shop.send(n++, all)
    }
    await Promise.all(Array.from({ length: 16 }, one))
    return (1000 * (n - first)) / (performance.now() - began)
  }
  await steady(3000)
  const before = await steady(5000)
  const calm = shop.memory().now
  const burst = newLoad()
  let slowestHealthMillis = 0
  let over = false
  const watching = (async () => {
    while (!over) {
      const began = performance.now()
      await shop.healthy()
      slowestHealthMillis = Math.max(slowestHealthMillis, performance.now() - began)
      await after(100)
    }
  })()
  const [began, first] = [performance.now(), n]
  const flowing: Promise<void>[] = []
  while (performance.now() - began < 1000 * seconds) {
    const due = first + (10 * before * (performance.now() - began)) / 1000
    while (n < due) flowing.push(shop.send(n++, burst))
    await after(10)
  }
  await Promise.all(flowing)
  const during = (1000 * (n - first)) / (performance.now() - began)
  over = true
  await watching
  const most = shop.memory().most
  const later = await steady(5000)
  const memory = [calm, most, shop.memory().now] as const
  const acknowledged = [...all.acknowledged, ...burst.acknowledged]
  const { known, rows } = await shop.close(acknowledged)
  expect([known, rows]).toEqual([acknowledged.length, acknowledged.length])
  return { before, during, after: later, statuses: burst.statuses, slowestHealthMillis, memory }
}
