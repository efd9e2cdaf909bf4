import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type Client, createClient, httpTransport, type ImportRequest, type Job } from '@storemind/client'
import { readLock } from '../../src/storage/store.ts'

const COMMAND = join(import.meta.dirname, '../../bin/storemind')

/** Runs one command of the command line. @returns what it printed @throws Error with its words where it failed */
export async function storemind(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [COMMAND, ...args], { maxBuffer: 2 ** 28 })
  return stdout
}

export interface Server {
  readonly url: string
  /** Seconds from starting the process to its first answer. */
  readonly startSeconds: number
  readonly pid: number
  readonly token: string
  readonly client: Client
  stop(): Promise<void>
}

/** Starts a server of its own process on a free port, and waits for its first answer. @throws Error where it ends before */
export async function serve(store: string, options: { readonly timeoutSeconds?: number } = {}): Promise<Server> {
  const began = performance.now()
  const child = spawn(process.execPath, [COMMAND, 'serve', '--store', store, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = gather(child)
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    await ended
  }
  const until = began + 1000 * (options.timeoutSeconds ?? 60)
  while (performance.now() < until && child.exitCode === null) {
    // The lock says where the holder answers as soon as it does; asking it takes no part in the answer.
    const holder = readLock(store)
    if (holder?.alive && holder.url && holder.token && (await answers(holder.url))) {
      const startSeconds = (performance.now() - began) / 1000
      const client = createClient({ transport: httpTransport({ url: holder.url, key: holder.token }) })
      return { url: holder.url, token: holder.token, startSeconds, pid: holder.pid, client, stop }
    }
    await wait(5)
  }
  await stop()
  throw new Error(`The server of ${store} did not answer:\n${said()}`)
}

async function answers(url: string): Promise<boolean> {
  const response = await fetch(`${url}/readyz`).catch(() => undefined)
  await response?.body?.cancel()
  return response?.ok === true
}

/** Keeps the last of what a process says, for when it fails. */
function gather(child: ChildProcess): () => string {
  let text = ''
  const add = (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-4000)
  }
  child.stdout?.on('data', add)
  child.stderr?.on('data', add)
  return () => text
}

/** Waits for a job and returns its result. @throws Error with the job's own words where it did not succeed */
export async function finish(client: Client, started: Job, say: (text: string) => void): Promise<unknown> {
  let job = started
  let phase = ''
  while (job.status === 'queued' || job.status === 'running') {
    await wait(500)
    job = await client.getJob({ id: job.id })
    if (job.progress.phase !== phase) say(`  ${job.kind}: ${job.progress.phase}`)
    phase = job.progress.phase
  }
  if (job.status === 'succeeded') return job.result
  throw new Error(`The job ${job.kind} ${job.status}: ${job.error?.what ?? 'no reason given'} ${job.error?.why ?? ''}`)
}

export async function importInto(
  server: Server,
  request: ImportRequest,
  say: (text: string) => void,
): Promise<unknown> {
  return finish(server.client, await server.client.startImport(request), say)
}
