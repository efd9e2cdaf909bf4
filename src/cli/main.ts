/** The process of the `storemind` command: real terminal, clock and random bytes; signals and exit code. */
import { randomFillSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { relative } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline/promises'
import { fileURLToPath } from 'node:url'
import type { Context } from './context.ts'

// Modules compiled once are not compiled again; what comes next is therefore imported after this.
enableCompileCache()
const { runCommand } = await import('./program.ts')

const controller = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // A second Ctrl-C goes at once; the store stands that. Not a second SIGTERM: service managers send it to all of their
    // processes, and those that started this one pass it on.
    if (controller.signal.aborted && signal === 'SIGINT') process.exit(130)
    controller.abort()
  })
}
const restarts: (() => void)[] = []
if (process.platform !== 'win32') {
  process.on('SIGUSR2', () => {
    for (const listener of restarts) listener()
  })
}
// bin/storemind keeps a channel open; when it is killed, this process stops as well.
process.on('disconnect', () => controller.abort())
process.channel?.unref()
// A reader that went away (`storemind … | head`) is no fault: there is nobody left to answer. A server has its callers
// and events to keep, whatever became of what read its log; only what it says is lost from then on.
let outlivesReaders = false
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    if (!outlivesReaders && stream === process.stdout) process.exit(0)
  })
}

const context: Context = {
  terminal: {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    errIsTTY: process.stderr.isTTY === true,
    inIsTTY: process.stdin.isTTY === true,
    async ask(question) {
      const lines = createInterface({ input: process.stdin, output: process.stderr })
      try {
        return await lines.question(question, { signal: controller.signal })
      } finally {
        lines.close()
      }
    },
  },
  program: program(),
  clock: () => Date.now(),
  randomBytes: (bytes) => {
    randomFillSync(bytes)
  },
  environment: process.env,
  workingDirectory: process.cwd(),
  signal: controller.signal,
  onRestart: (listener) => restarts.push(listener),
  outliveReaders: () => {
    outlivesReaders = true
  },
  wait: (millis) => new Promise((resolve) => setTimeout(resolve, millis)),
}

process.exitCode = await runCommand(context, version(), process.argv.slice(2))

/** An installed package has its command in the path; a checkout is called by the file in it. */
function program(): string {
  if (!import.meta.url.endsWith('.ts')) return 'storemind'
  return relative(process.cwd(), fileURLToPath(new URL('../../bin/storemind', import.meta.url)))
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : ''
}
