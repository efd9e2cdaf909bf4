/**
 * A process that works on a store until it is killed. It says on stdout what it does, a line each time:
 * `at STEP N` before and after each step that touches the disk, N counting the steps of that name; `stored N` when the
 * store said that N events are durable; `serves V` when it said that version V serves; `done` at the end.
 *
 * Arguments: TASK (import, train or promote), the store, the folder of its files, and, left out where the kill shall
 * come while it goes on, the `STEP N` at which its main thread holds still until the kill comes.
 */
import { randomFillSync } from 'node:crypto'
import { writeSync } from 'node:fs'
import promises from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import process from 'node:process'

const [task, directory = '', files = '', holdAt = ''] = process.argv.slice(2)
const steps = new Map<string, number>()

/** At once, so that nothing that was said is lost by the kill. */
function say(line: string): void {
  const bytes = Buffer.from(`${line}\n`)
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(1, bytes, at)
    } catch (error) {
      // Nobody has read what was said before: say it again.
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error
    }
  }
}

function mark(step: string): void {
  const count = (steps.get(step) ?? 0) + 1
  steps.set(step, count)
  say(`at ${step} ${count}`)
  if (`${step} ${count}` === holdAt) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}

/** Marks each step of writing model files, also the middle of a file. Before the engine takes these functions. */
async function watchFiles(): Promise<void> {
  for (const name of ['mkdir', 'rename', 'rm'] as const) {
    const original: (...given: never[]) => Promise<unknown> = promises[name]
    Object.assign(promises, {
      [name]: async (...given: never[]) => {
        mark(name)
        return original(...given)
      },
    })
  }
  const probe = await promises.open('/dev/null')
  const handle: Pick<promises.FileHandle, 'sync' | 'writeFile'> = Object.getPrototypeOf(probe)
  await probe.close()
  const { sync } = handle
  handle.sync = async function (this: promises.FileHandle) {
    mark('sync')
    return sync.call(this)
  }
  handle.writeFile = async function (this: promises.FileHandle, content: unknown) {
    if (!(content instanceof Uint8Array)) throw new TypeError('model files are bytes')
    const half = content.length >> 1
    for (const part of [content.subarray(0, half), content.subarray(half)]) {
      mark('write')
      for (let at = 0; at < part.length; ) at += (await this.write(part, at)).bytesWritten
    }
  }
  syncBuiltinESMExports()
}

await watchFiles()
const { createClient } = await import('@storemind/client')
const { injectTransport } = await import('../../src/cli/connect.ts')
const { resolveConfiguration } = await import('../../src/contracts/configuration.ts')
const { startEngine } = await import('../../src/server/engine.ts')
const { createLogger } = await import('../../src/server/logging.ts')

const engine = await startEngine({
  directory,
  configuration: resolveConfiguration({ file: { 'training.validationDays': 10, 'training.dailyAt': 'never' } }).values,
  clock: () => Date.now(),
  randomBytes: (bytes) => void randomFillSync(bytes),
  logger: createLogger({ level: 'error', destination: { write: (line) => void writeSync(2, line) } }),
})
const { store } = engine
const client = createClient({ transport: injectTransport(engine) })

/** Marks before and after each call of a repository's method. */
function watch<Room extends object>(room: Room, names: readonly (keyof Room & string)[]): void {
  for (const name of names) {
    const original: unknown = room[name]
    if (typeof original !== 'function') throw new TypeError(`there is no method ${name}`)
    Object.assign(room, {
      [name]: async (...given: unknown[]) => {
        mark(`before ${name}`)
        const answer: unknown = await original.apply(room, given)
        if (name === 'take') say(`stored ${[...rowsOf(answer)].filter((row) => row > 0).length}`)
        if (name === 'promote' || name === 'rollBack') say(`serves ${Reflect.get(Object(answer), 'version')}`)
        mark(`after ${name}`)
        return answer
      },
    })
  }
}

watch(store.events, ['take'])
watch(store.catalog, ['upsert'])
watch(store.imports, ['begin', 'finishFile', 'problems', 'update'])
watch(store.models, ['reserveVersion', 'add', 'promote', 'rollBack'])

function rowsOf(taken: unknown): Float64Array {
  const rows: unknown = Reflect.get(Object(taken), 'rows')
  if (!(rows instanceof Float64Array)) throw new TypeError('take answers with rows')
  return rows
}

async function finish(job: { readonly id: string }): Promise<void> {
  let phase = ''
  for (;;) {
    const { endedAt, status, error, progress } = await client.getJob({ id: job.id })
    if (endedAt !== undefined) {
      if (status !== 'succeeded') throw new Error(`${status} ${JSON.stringify(error)}`)
      return
    }
    const now = `${progress.phase} ${progress.done}`
    if (now !== phase) mark(progress.phase)
    phase = now
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

switch (task) {
  case 'import':
    await finish(
      await client.startImport({ importer: 'google-merchant', path: join(files, 'products.tsv'), basis: 'contract' }),
    )
    await finish(
      await client.startImport({ importer: 'segment-jsonl', path: join(files, 'events.jsonl'), basis: 'contract' }),
    )
    break
  case 'train':
    await finish(await client.train({ seed: 7 }))
    break
  case 'promote':
    for (let round = 0; round < 5; round++) {
      await client.promoteModel({ version: 2 }, { force: true })
      await client.rollBackModel({})
      await client.promoteModel({ version: 2 }, { force: true })
      await client.promoteModel({ version: 1 }, { force: true })
    }
    break
  default:
    throw new TypeError(`no task ${task}`)
}
await engine.close()
say('done')
