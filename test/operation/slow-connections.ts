import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { expect } from 'vitest'
import { temporaryFolder } from '../../testkit/stores/temporary-folder.ts'
import { openShop } from '../bad-input/shop-under-test.ts'
import { serveProcess } from './served-process.ts'

export interface SlowOutcome {
  /** Answers that others got while the slow ones hung. */
  readonly answers: number
  readonly slowestMillis: number
  /** Slow connections that the server ended. */
  readonly cut: number
}

/** More than that at once would wait for the kernel and not for the server. */
const AT_ONCE = 250

/**
 * Opens so many connections that begin a request and never finish it, to a server in a process of its own, and sends
 * events beside them until the server has cut every one. Each of those must be answered 200.
 */
export async function slowConnections(count: number): Promise<SlowOutcome> {
  const { path: root, remove } = temporaryFolder()
  const store = join(root, 'store')
  const shop = await openShop({ directory: store })
  const { secret } = await shop.client.createKey({ name: 'site', scopes: ['write'] })
  await shop.close()
  const served = serveProcess(store, '--set', 'server.headersTimeout=3', '--set', 'server.requestTimeout=3')
  try {
    const url = new URL(await served.listening(1))
    const beginnings = ['', 'GET /readyz HTTP/1.1\r\nhost: x\r\n', `POST /v1/track HTTP/1.1\r\nhost: x\r\n`]
    let cut = 0
    let opened = 0
    const ends: Promise<void>[] = []
    /** Resolves when it is connected. */
    const hang = (i: number) =>
      new Promise<void>((connected) => {
        const socket = connect(Number(url.port), url.hostname, () => {
          opened++
          socket.write(beginnings[i % beginnings.length] ?? '')
          connected()
        })
        socket.on('data', () => undefined)
        socket.on('error', () => connected())
        ends.push(
          new Promise((resolve) => {
            socket.on('close', () => {
              cut++
              resolve()
            })
          }),
        )
      })
    const agent = new Agent({ keepAlive: true })
    const statuses = new Map<number | string, number>()
    let slowestMillis = 0
    let done = false
    const others = (async () => {
      for (let n = 0; !done; n++) {
        const began = performance.now()
        const status = await sendEvent(url, agent, secret, `m-${n}`)
        slowestMillis = Math.max(slowestMillis, performance.now() - began)
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
      }
    })()
    for (let i = 0; i < count; i += AT_ONCE) {
      await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - i) }, (_, n) => hang(i + n)))
    }
    await Promise.all(ends)
    done = true
    await others
    agent.destroy()
    expect([opened, cut]).toEqual([count, count])
    expect([...statuses.keys()]).toEqual([200])
    return { answers: statuses.get(200) ?? 0, slowestMillis, cut }
  } finally {
    served.child.kill('SIGTERM')
    await served.ended
    remove()
  }
}

function sendEvent(url: URL, agent: Agent, key: string, messageId: string): Promise<number | string> {
  const body = JSON.stringify({ messageId, event: 'Product Viewed', userId: 'u', properties: { product_id: 'p1' } })
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'content-length': body.length }
  return new Promise((resolve) => {
    request({ host: url.hostname, port: url.port, agent, method: 'POST', path: '/v1/track', headers }, (response) =>
      response.resume().once('end', () => resolve(response.statusCode ?? 0)),
    )
      .once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      .end(body)
  })
}
