import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts')

/** A `storemind serve` in a process of its own. */
export interface ServedProcess {
  readonly child: ChildProcess
  /** Resolves with the address when a server says for the nth time that it listens. */
  listening(nth: number): Promise<string>
  /** The exit code. */
  readonly ended: Promise<number | null>
  /** What it said on standard error. */
  said(): string
}

export function serveProcess(store: string, ...args: string[]): ServedProcess {
  const flags = ['--conditions=storemind-source', '--disable-warning=ExperimentalWarning']
  const child = spawn(process.execPath, [...flags, MAIN, 'serve', '--store', store, '--port', '0', '--json', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const urls: string[] = []
  const waiting: (() => void)[] = []
  let out = ''
  let err = ''
  const wake = () => {
    for (const resolve of waiting.splice(0)) resolve()
  }
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
    urls.splice(0, urls.length, ...[...out.matchAll(/"url":"([^"]+)"/g)].map(([, url = '']) => url))
    wake()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString()
  })
  let gone = false
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      gone = true
      wake()
      resolve(code)
    })
  })
  return {
    child,
    ended,
    said: () => err,
    async listening(nth) {
      for (;;) {
        const url = urls[nth - 1]
        if (url !== undefined) return url
        if (gone) throw new Error(`the server ended before it listened: ${err}`)
        await new Promise<void>((resolve) => waiting.push(resolve))
      }
    },
  }
}
