import { randomFillSync } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { type Client, createClient, type ImportReport, type Job } from '@storemind/client'
import { injectTransport } from '../../src/cli/connect.ts'
import { resolveConfiguration } from '../../src/contracts/configuration.ts'
import { type Engine, startEngine } from '../../src/server/engine.ts'
import { createLogger } from '../../src/server/logging.ts'
import { createStore } from '../../src/storage/store.ts'
import { temporaryFolder } from '../../testkit/stores/temporary-folder.ts'

/** The orders of these tests end a little before; a clock that stands still makes every run the same. */
export const NOW = Date.UTC(2026, 2, 1)

export interface ShopOptions {
  /** An existing folder that holds the store; left out: a new one, removed at the end. */
  readonly directory?: string
  readonly clock?: () => number
  /** Milliseconds that really passed; left out: the machine's own. */
  readonly elapsed?: () => number
  /** Left out: the machine's own. A seeded one lets a test of chance be run again. */
  readonly randomBytes?: (bytes: Uint8Array) => void
  /** Settings beside the defaults. */
  readonly settings?: Readonly<Record<string, unknown>>
}

/** A whole engine on a real store, spoken to through its routes; every answer is checked against its contract. */
export interface ShopUnderTest {
  readonly directory: string
  readonly engine: Engine
  readonly client: Client
  /** Every line that was logged. */
  readonly log: readonly string[]
  /** Writes a file beside the store. @returns its path */
  write(name: string, content: string | Uint8Array): string
  /** Runs an import to its end, whatever that is. `content` is a path, or what stands in a file of this name. */
  import(
    importer: string,
    file: string,
    content?: string | Uint8Array,
    options?: Readonly<Record<string, string>>,
  ): Promise<Job>
  /** Runs an import that must succeed. */
  imported(importer: string, file: string, content?: string | Uint8Array): Promise<ImportReport>
  train(options?: { readonly promote?: boolean; readonly seed?: number }): Promise<Job>
  /** Waits for a job's end. */
  ended(job: Job): Promise<Job>
  /** Closes the engine and opens it again on the same store. */
  reopen(): Promise<void>
  close(): Promise<void>
}

export async function openShop(given: ShopOptions = {}): Promise<ShopUnderTest> {
  const folder = given.directory === undefined ? temporaryFolder() : undefined
  const directory = given.directory ?? join(folder?.path ?? '', 'store')
  const files = folder?.path ?? `${directory}-files`
  const clock = given.clock ?? (() => NOW)
  const randomBytes = given.randomBytes ?? ((bytes: Uint8Array) => void randomFillSync(bytes))
  if (!existsSync(join(directory, 'store.db'))) await createStore({ directory, clock, randomBytes })
  mkdirSync(files, { recursive: true })
  const log: string[] = []
  const { values: configuration } = resolveConfiguration({
    file: { 'training.validationDays': 10, 'training.dailyAt': 'never', ...given.settings },
  })
  const start = () =>
    startEngine({
      directory,
      configuration,
      clock,
      ...(given.elapsed === undefined ? {} : { elapsed: given.elapsed }),
      randomBytes,
      logger: createLogger({ level: 'trace', destination: { write: (line) => void log.push(line) } }),
      checkAnswers: true,
    })
  let engine = await start()
  let client = createClient({ transport: injectTransport(engine) })

  const ended = async (job: Job): Promise<Job> => {
    let now = job
    while (now.endedAt === undefined) {
      // The job runs in this process: give it the floor, then ask again.
      await new Promise((resolve) => setTimeout(resolve, 2))
      now = await client.getJob({ id: job.id })
    }
    return now
  }
  const write = (name: string, content: string | Uint8Array): string => {
    const path = join(files, name)
    writeFileSync(path, content)
    return path
  }
  const runImport: ShopUnderTest['import'] = async (importer, file, content, options = {}) => {
    const path = content === undefined ? (isAbsolute(file) ? file : join(files, file)) : write(file, content)
    return ended(await client.startImport({ importer, path, basis: 'contract', options }))
  }
  return {
    directory,
    log,
    get engine() {
      return engine
    },
    get client() {
      return client
    },
    write,
    import: runImport,
    async imported(importer, file, content) {
      const job = await runImport(importer, file, content)
      if (job.status !== 'succeeded') throw new Error(`the import ended as ${job.status}: ${JSON.stringify(job.error)}`)
      // The engine checked it against the contract of jobs; what an import's result holds stands in ImportReport.
      return job.result as ImportReport
    },
    train: async (options = {}) => ended(await client.train(options)),
    ended,
    async reopen() {
      await engine.close()
      engine = await start()
      client = createClient({ transport: injectTransport(engine) })
    },
    async close() {
      await engine.close()
      folder?.remove()
    },
  }
}
