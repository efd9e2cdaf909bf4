import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { isPublic } from './addresses.ts'
import { createWebhookSender, type SenderOptions } from './sender.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

async function receiver(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

function sender(options: Partial<SenderOptions> = {}) {
  return createWebhookSender({ allowPrivate: false, timeout: 5000, userAgent: 'Storemind/test', ...options })
}

const quiet = () => new AbortController().signal
const message = { headers: { 'webhook-id': 'msg_1' }, body: '{"ü":1}' }

test.each([
  ['8.8.8.8', true],
  ['192.0.1.1', true],
  ['2606:4700:4700::1111', true],
  ['127.0.0.1', false],
  ['127.255.1.2', false],
  ['0.0.0.0', false],
  ['10.1.2.3', false],
  ['172.16.0.1', false],
  ['172.31.255.255', false],
  ['192.168.1.1', false],
  ['169.254.169.254', false],
  ['100.64.0.1', false],
  ['198.18.0.1', false],
  ['224.0.0.1', false],
  ['255.255.255.255', false],
  ['::1', false],
  ['::', false],
  ['fe80::1', false],
  ['fe80::1%eth0', false],
  ['fc00::1', false],
  ['ff02::1', false],
  ['::ffff:127.0.0.1', false],
  ['::ffff:8.8.8.8', false],
  ['64:ff9b::7f00:1', false],
  ['2002:7f00:1::', false],
  ['2001:db8::1', false],
  ['', false],
  ['example.org', false],
])('%s is public: %s', (address, expected) => expect(isPublic(address)).toBe(expected))

test.each([
  ['https://hooks.example/in?a=1', undefined],
  ['http://hooks.example/', 'it is not https'],
  ['ftp://hooks.example/', 'it is not https'],
  ['file:///etc/passwd', 'it is not https'],
  ['nonsense', 'it is not a URL'],
  ['https://user:word@hooks.example/', 'it carries a user name or a password'],
  ['https://127.0.0.1/', 'its host is inside this machine or network'],
  ['https://2130706433/', 'its host is inside this machine or network'],
  ['https://0x7f.1/', 'its host is inside this machine or network'],
  ['https://[::1]:8443/', 'its host is inside this machine or network'],
  ['https://[::ffff:7f00:1]/', 'its host is inside this machine or network'],
  ['https://169.254.169.254/latest/meta-data', 'its host is inside this machine or network'],
  ['https://localhost:7654/', 'its host is inside this machine or network'],
  ['https://db.internal/', 'its host is inside this machine or network'],
])('%s: %s', (url, problem) => expect(sender().refusal(url)).toBe(problem))

test('a name that leads inside is not connected to, also when it led outside a moment before', async () => {
  let asked = 0
  let reached = 0
  const port = await receiver((_request, response) => {
    reached++
    response.end()
  })
  const answers = [['93.184.215.14'], ['127.0.0.1'], ['93.184.215.14', '127.0.0.1'], ['::ffff:127.0.0.1']]
  const lookup = ((_name: string, _options: object, done: (...given: unknown[]) => void) => {
    const addresses = answers[asked++ % answers.length] ?? []
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )
  }) as unknown as NonNullable<SenderOptions['lookup']>
  asked = 1
  for (let i = 0; i < 3; i++) {
    const outcome = await sender({ lookup }).send({ ...message, url: `https://rebind.example:${port}/` }, quiet())
    expect(outcome).toEqual({ problem: 'its host is inside this machine or network' })
  }
  expect([asked, reached]).toEqual([4, 0])
})

test('sends the bytes as they are, follows no redirect, and reads no answer', async () => {
  const seen: { path: string | undefined; headers: IncomingMessage['headers']; body: string }[] = []
  const port = await receiver((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      seen.push({ path: request.url, headers: request.headers, body })
      if (request.url === '/moved') response.writeHead(302, { location: '/else' }).end()
      else if (request.url === '/busy') response.writeHead(503, { 'retry-after': '7' }).end()
      else if (request.url === '/endless') {
        response.writeHead(200)
        const write = () => {
          while (response.write('x'.repeat(65_536)));
        }
        response.on('drain', write)
        response.on('error', () => undefined)
        write()
      } else response.writeHead(204).end()
    })
  })
  const inside = sender({ allowPrivate: true })
  const send = (path: string) => inside.send({ ...message, url: `http://localhost:${port}${path}` }, quiet())
  expect(await send('/in?a=1')).toEqual({ status: 204 })
  expect(seen[0]).toMatchObject({
    path: '/in?a=1',
    body: '{"ü":1}',
    headers: { 'webhook-id': 'msg_1', 'user-agent': 'Storemind/test', 'content-length': '8' },
  })
  expect(await send('/moved')).toEqual({ status: 302, problem: 'it answered 302' })
  expect(await send('/busy')).toEqual({ status: 503, problem: 'it answered 503', retryAfter: 7 })
  expect(await send('/endless')).toEqual({ status: 200 })
  expect(seen.map(({ path }) => path)).toEqual(['/in?a=1', '/moved', '/busy', '/endless'])
})

test('what does not answer, breaks off or is broken off is a problem, and nothing is thrown', async () => {
  const asked: (() => void)[] = []
  const port = await receiver((request) => {
    if (request.url === '/hangup') request.socket.destroy()
    for (const resolve of asked.splice(0)) resolve()
  })
  const url = (path: string) => `http://127.0.0.1:${port}${path}`
  const hurried = sender({ allowPrivate: true, timeout: 50 })
  expect(await hurried.send({ ...message, url: url('/') }, quiet())).toEqual({ problem: 'it did not answer in time' })
  const patient = sender({ allowPrivate: true })
  expect(await patient.send({ ...message, url: url('/hangup') }, quiet())).toEqual({
    problem: 'the connection failed (ECONNRESET)',
  })
  const controller = new AbortController()
  const arrived = new Promise<void>((resolve) => asked.push(resolve))
  const sent = patient.send({ ...message, url: url('/') }, controller.signal)
  await arrived
  controller.abort()
  expect(await sent).toEqual({ problem: 'it was broken off, since the server ends' })
  expect((await sender().send({ ...message, url: url('/') }, quiet())).problem).toBe('it is not https')
})
