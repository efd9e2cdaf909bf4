import { Agent, request } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { drainOnClose } from './drain.ts'

interface Answered {
  readonly status: number | undefined
  readonly connection: string | undefined
}

async function open(patience: number) {
  const app = Fastify({ return503OnClosing: false })
  let release = () => {}
  app.get('/quick', async () => 'done')
  app.get('/slow', () => new Promise<string>((resolve) => (release = () => resolve('done'))))
  drainOnClose(app, () => patience)
  await app.listen({ host: '127.0.0.1', port: 0 })
  const sockets: Socket[] = []
  const { port } = app.server.address() as AddressInfo
  const get = (agent: Agent, path: string) =>
    new Promise<Answered | string>((resolve) => {
      request({ host: '127.0.0.1', port, path, agent }, (response) => {
        sockets.push(response.socket)
        const { statusCode: status, headers } = response
        response.resume().once('end', () => resolve({ status, connection: headers.connection }))
      })
        .once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
        .end()
    })
  return { app, get, sockets, release: () => release() }
}

test('an idle connection may still ask once while the server closes; a new one may not', async () => {
  const { app, get } = await open(60_000)
  const [kept, late] = [new Agent({ keepAlive: true }), new Agent()]
  expect(await get(kept, '/quick')).toEqual({ status: 200, connection: 'keep-alive' })
  const closed = app.close()
  await new Promise((resolve) => setImmediate(resolve))
  expect(await get(late, '/quick')).toBe('ECONNREFUSED')
  expect(await get(kept, '/quick')).toEqual({ status: 200, connection: 'close' })
  // Nobody is connected any more: long before its patience ends, it is closed.
  await closed
})

test('idle connections are closed when the patience ends, and what is being answered is finished', async () => {
  const { app, get, sockets, release } = await open(50)
  const [idle, busy] = [new Agent({ keepAlive: true }), new Agent({ keepAlive: true })]
  await get(idle, '/quick')
  const asked = new Promise((resolve) => app.server.once('request', resolve))
  const slow = get(busy, '/slow')
  await asked
  const gone = new Promise((resolve) => sockets[0]?.once('close', resolve))
  const closed = app.close()
  await gone
  release()
  expect(await slow).toMatchObject({ status: 200 })
  await closed
})
