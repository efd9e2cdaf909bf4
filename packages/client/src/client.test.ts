import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { createClient, httpTransport, StoremindError, type TransportRequest } from './index.ts'

function recording(status: number, body: unknown) {
  const sent: TransportRequest[] = []
  const client = createClient({
    transport: {
      url: 'test:',
      send: async (request) => {
        sent.push(request)
        return { status, body }
      },
    },
  })
  return { client, sent }
}

test('path, query and body each go where the contract says', async () => {
  const { client, sent } = recording(200, { ok: true })
  await client.promoteModel({ version: 3 }, { force: true })
  await client.listImportProblems({ id: 'a/b?c', limit: 5 })
  await client.recommend({ requests: [{ profile: '1' }] }, { globalPrivacyControl: true })
  await client.listProducts()
  expect(sent.map(({ method, path, body }) => [method, path, body])).toEqual([
    ['POST', '/v1/models/3/promote', { force: true }],
    ['GET', '/v1/imports/a%2Fb%3Fc/problems?limit=5', undefined],
    ['POST', '/v1/recommendations', { requests: [{ profile: '1' }] }],
    ['GET', '/v1/products', undefined],
  ])
  expect(sent[2]?.headers['sec-gpc']).toBe('1')
})

test('an error answer is thrown with its code and words, whatever its status', async () => {
  const error = { code: 'NO_MODEL', what: 'a', why: 'b', todo: 'c' }
  const { client } = recording(409, { error })
  await expect(client.storeSummary()).rejects.toMatchObject({ status: 409, ...error })
})

test('an answer that is not Storemind’s is said to be so', async () => {
  for (const [status, body] of [
    [502, undefined],
    [200, undefined],
    [404, { error: 'nope' }],
  ] as const) {
    await expect(recording(status, body).client.health()).rejects.toMatchObject({ code: 'ANSWER_INVALID' })
  }
})

test('over HTTP the key travels as a bearer, and a closed port is a coded error', async () => {
  const heard: (string | undefined)[] = []
  const server = createServer((request, response) => {
    heard.push(request.headers.authorization)
    response.end('{"ok":true}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const client = createClient({ transport: httpTransport({ url: `${url}/`, key: 'secret' }) })
  expect(await client.health()).toEqual({ ok: true })
  expect(heard).toEqual(['Bearer secret'])
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  const refused = await client.health().catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(StoremindError)
  expect(refused).toMatchObject({ code: 'CONNECTION_REFUSED', what: `Nothing answers at ${url}.` })
})
