import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'

export interface Received {
  readonly id: string
  readonly attempt: number
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  readonly message: {
    readonly type: string
    readonly timestamp: string
    readonly data: Readonly<Record<string, unknown>>
  }
}

/** A system that listens to webhooks and verifies each with the library of Standard Webhooks. */
export interface Receiver {
  readonly url: string
  /** Everything that came and could be verified, in order. */
  readonly received: readonly Received[]
  /** What could not be verified. */
  readonly forged: readonly string[]
  trust(secret: string): void
  /** The status for the next message; 200 where it was never said. `undefined`: it never answers. */
  answer: (received: Received) => number | undefined
  /** Resolves once what was received fulfils this. */
  until(fulfilled: (received: readonly Received[]) => boolean): Promise<void>
  close(): Promise<void>
}

export async function openReceiver(port = 0): Promise<Receiver> {
  const received: Received[] = []
  const forged: string[] = []
  const waiting = new Set<() => void>()
  let verifier: Webhook | undefined
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => {
      body += chunk
    })
    request.on('end', () => {
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
      try {
        const message = verifier?.verify(body, headers) as Received['message']
        const id = headers['webhook-id'] ?? ''
        const one = { id, attempt: received.filter((each) => each.id === id).length + 1, body, headers, message }
        received.push(one)
        const status = receiver.answer(one)
        if (status !== undefined) response.writeHead(status).end()
      } catch (error) {
        forged.push(String(error))
        response.writeHead(400).end()
      }
      for (const look of waiting) look()
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/in`,
    received,
    forged,
    trust: (secret) => {
      verifier = new Webhook(secret)
    },
    answer: () => 200,
    until: (fulfilled) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (!fulfilled(received)) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
  return receiver
}
