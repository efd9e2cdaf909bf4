import { spawn } from 'node:child_process'
import { type Agent, request } from 'node:http'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { type Client, createClient, httpTransport } from '@storemind/client'
import { readLock } from '../../src/storage/store.ts'

/** `storemind serve` as a process of its own, to be killed. */
export interface RunningServer {
  readonly url: string
  readonly client: Client
  readonly child: ReturnType<typeof spawn>
  readonly ended: Promise<void>
}

/** @throws Error where it ends before it listens */
export async function serve(directory: string): Promise<RunningServer> {
  const flags = ['--conditions=storemind-source', '--disable-warning=ExperimentalWarning']
  const main = join(import.meta.dirname, '../../src/cli/main.ts')
  const child = spawn(process.execPath, [...flags, main, 'serve', '--store', directory, '--port', '0', '--json'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /"url":\s*"([^"]+)"/.exec(line)?.[1]
    if (url === undefined) continue
    const token = readLock(directory)?.token
    const client = createClient({ transport: httpTransport({ url, key: token ?? '' }) })
    await client.ready()
    return { url, client, child, ended }
  }
  throw new Error('the server ended before it listened')
}

/** False where no answer came. @throws Error where another one than 200 did */
export function post(agent: Agent, url: string, key: string, body: string): Promise<boolean> {
  const headers = {
    'content-type': 'application/json',
    authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}`,
  }
  return new Promise((resolve, reject) => {
    const call = request(url, { agent, method: 'POST', headers }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('error', () => resolve(false))
      response.on('end', () =>
        response.statusCode === 200 ? resolve(true) : reject(new Error(`${response.statusCode} ${text}`)),
      )
    })
    call.on('error', () => resolve(false))
    call.end(body)
  })
}
