import { existsSync, readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from '../../testkit/stores/temporary-folder.ts'
import { openShop } from '../bad-input/shop-under-test.ts'
import { type ServedProcess, serveProcess } from './served-process.ts'

const { path: root, remove } = temporaryFolder()
let key: string
let store: string
let served: ServedProcess | undefined
beforeAll(async () => {
  store = join(root, 'store')
  const shop = await openShop({ directory: store })
  key = (await shop.client.createKey({ name: 'site', scopes: ['write'] })).secret
  await shop.close()
})
afterAll(async () => {
  served?.child.kill('SIGTERM')
  await served?.ended
  remove()
})

const CLIENTS = 24

/** Sends one event over the agent's connections. @returns the status, or the code of the error */
function send(url: URL, agent: Agent, messageId: string): Promise<number | string> {
  const body = JSON.stringify({
    messageId,
    event: 'Product Viewed',
    userId: messageId,
    properties: { product_id: 'p1' },
  })
  return new Promise((resolve) => {
    const sent = request(
      {
        host: url.hostname,
        port: url.port,
        agent,
        method: 'POST',
        path: '/v1/track',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'content-length': body.length },
      },
      (response) => response.resume().once('end', () => resolve(response.statusCode ?? 0)),
    )
    sent.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    sent.end(body)
  })
}

test('restarts under load refuse nothing and lose nothing', async () => {
  served = serveProcess(store, '--keep-socket')
  const url = new URL(await served.listening(1))
  const outcomes = new Map<number | string, number>()
  let sending = true
  let sent = 0
  let acknowledged = 0
  // Half of the clients keep their connections, half open one for each request.
  const clients = Array.from({ length: CLIENTS }, async (_, client) => {
    const agent = new Agent({ keepAlive: client % 2 === 0, maxSockets: 1 })
    while (sending) {
      const outcome = await send(url, agent, `m-${client}-${sent++}`)
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      if (outcome === 200) acknowledged++
    }
    agent.destroy()
  })
  const more = async (count: number) => {
    const goal = acknowledged + count
    while (acknowledged < goal && outcomes.size === 1) await new Promise((resolve) => setImmediate(resolve))
  }
  for (const restart of [2, 3]) {
    while (outcomes.size === 0) await new Promise((resolve) => setImmediate(resolve))
    await more(200)
    served.child.kill('SIGUSR2')
    await served.listening(restart)
    await more(200)
  }
  sending = false
  await Promise.all(clients)
  expect(Object.fromEntries(outcomes)).toEqual({ 200: sent })
  served.child.kill('SIGTERM')
  expect(await served.ended).toBe(0)

  const shop = await openShop({ directory: store })
  expect(await shop.engine.store.events.count()).toBe(sent)
  await shop.close()
}, 120_000)

test('a server that was killed comes back on the same socket', async () => {
  served = serveProcess(store, '--keep-socket')
  const url = await served.listening(1)
  const { pid } = JSON.parse(readFileSync(join(store, 'lock'), 'utf8'))
  expect(pid).not.toBe(served.child.pid)
  process.kill(pid, 'SIGKILL')
  expect(await served.listening(2)).toBe(url)
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
  expect(served.said()).toContain('The server died (SIGKILL); it is started anew.')
  served.child.kill('SIGTERM')
  expect(await served.ended).toBe(0)
})

test('a server that is asked twice to end, as by a service manager, ends in good order', async () => {
  served = serveProcess(store, '--keep-socket')
  await served.listening(1)
  const { pid } = JSON.parse(readFileSync(join(store, 'lock'), 'utf8'))
  process.kill(pid, 'SIGTERM')
  served.child.kill('SIGTERM')
  expect(await served.ended).toBe(0)
  expect(existsSync(join(store, 'lock'))).toBe(false)
})

test('a server that cannot start ends the process that keeps its socket', async () => {
  const missing = serveProcess(join(root, 'nothing'), '--keep-socket')
  expect(await missing.ended).toBe(3)
  expect(missing.said()).toBe('')
})
