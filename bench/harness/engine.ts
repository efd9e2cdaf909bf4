import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type Client, createClient, httpTransport, type ImportRequest, type Job } from '@storemind/client'
import { readLock } from '../../src/storage/store.ts'
import { UsageError } from './benchmark.ts'

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
export async function serve(store: string): Promise<Server> {
  const began = performance.now()
  const child = spawn(process.execPath, [COMMAND, 'serve', '--store', store, '--port', '0', '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // What is measured is not to be joined by a training that nobody asked for.
    env: { ...process.env, STOREMIND_TRAINING_DAILY_AT: 'never' },
  })
  const said = gather(child)
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    await ended
  }
  const url = await announcement(child)
  const answer = url === undefined ? undefined : await fetch(`${url}/readyz`)
  await answer?.body?.cancel()
  const startSeconds = (performance.now() - began) / 1000
  // Only the holder's file has the token for this machine.
  const token = readLock(store)?.token
  if (url === undefined || token === undefined || answer?.ok !== true || child.pid === undefined) {
    await stop()
    throw new Error(`The server of ${store} did not answer:\n${said()}`)
  }
  const client = createClient({ transport: httpTransport({ url, key: token }) })
  return { url, token, startSeconds, pid: child.pid, client, stop }
}

/** The address that a server prints when it listens; undefined when it ends without. */
function announcement(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = ''
    child.once('exit', () => resolve(undefined))
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      const url = /"url":\s*"([^"]+)"/.exec(text)?.[1]
      if (url !== undefined) resolve(url)
    })
  })
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

/**
 * Waits for a job and returns its result.
 * @throws Error with the job's own words where it did not succeed; UsageError where it missed a file that was named
 */
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
  const told = `The job ${job.kind} ${job.status}: ${job.error?.what ?? 'no reason given'} ${job.error?.why ?? ''}`
  throw job.error?.code === 'FILE_NOT_FOUND' ? new UsageError(told) : new Error(told)
}

export async function importInto(
  server: Server,
  request: ImportRequest,
  say: (text: string) => void,
): Promise<unknown> {
  return finish(server.client, await server.client.startImport(request), say)
}
