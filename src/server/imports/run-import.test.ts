import { randomFillSync } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { ImportFile, ImportItem, ImportSource } from '../../connectors/kit/importer.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { Product } from '../../contracts/product.ts'
import type { JobRun, Store } from '../../core/ports.ts'
import { createIngest, type Ingest } from '../../core/profiles/ingest.ts'
import { createStore, openStore } from '../../storage/store.ts'
import { runImport } from './run-import.ts'
import { dryRunSink, storeSink } from './sink.ts'

const NOW = Date.UTC(2026, 0, 1)
const SOURCE: ImportSource = {
  path: '/data',
  map: {},
  options: {},
  basis: 'contract',
  currency: 'EUR',
  timezone: 'UTC',
}
let directory: string
let store: Store
let ingest: Ingest
const clock = () => NOW
const randomBytes = (bytes: Uint8Array) => {
  randomFillSync(bytes)
}
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'storemind-import-'))
})
let stores = 0
beforeEach(async () => {
  await store?.close()
  const folder = join(directory, String(stores++))
  await createStore({ directory: folder, clock, randomBytes })
  store = await openStore({ directory: folder, clock, randomBytes })
  ingest = createIngest({ events: store.events, defaultCurrency: 'EUR' })
})
afterAll(async () => {
  await store.close()
  rmSync(directory, { recursive: true })
})

function product(id: string): Product {
  const offers = [{ market: 'default', priceMicros: 1_000_000, currency: 'EUR', availability: 'in_stock' as const }]
  return { id, title: `Product ${id}`, categories: [], attributes: {}, offers }
}

function items(products: number, events: number): ImportItem[] {
  const line = (n: number) => ({ file: 'a.csv', line: n + 1 })
  return [
    ...Array.from(
      { length: products },
      (_, i): ImportItem => ({ kind: 'product', line: line(i), product: product(`p${i}`) }),
    ),
    ...Array.from(
      { length: events },
      (_, i): ImportItem => ({
        kind: 'event',
        line: line(products + i),
        key: `e${i}`,
        message: {
          type: 'track',
          event: 'Order Completed',
          userId: `u${i % 7}`,
          timestamp: '2025-06-01T10:00:00Z',
          properties: { order_id: `o${i}`, products: [{ product_id: `p${i % 5}`, quantity: 1, price: 1 }] },
        },
      }),
    ),
  ]
}

function file(name: string, content: readonly ImportItem[], end?: Error): ImportFile {
  return {
    path: name,
    bytes: content.length,
    fingerprint: `${name}-${content.length}`,
    async *read({ onBytes }) {
      for (const [i, item] of content.entries()) {
        yield item
        onBytes(i + 1)
      }
      if (end) throw end
    },
  }
}

async function importing(
  files: readonly ImportFile[],
  options: Partial<JobRun> & { dryRun?: boolean; source?: ImportSource } = {},
) {
  const source = options.source ?? SOURCE
  const { dryRun = false } = options
  const id = dryRun
    ? '01936b5e-7c1a-7000-8000-0123456789ab'
    : await store.imports.begin({ importer: 'test', path: '/data', basis: 'contract', startedAt: NOW })
  const sink = dryRun ? dryRunSink(store, 'test', id, 'EUR') : storeSink(store, ingest, 'test', id)
  return runImport(
    { importer: 'test', source, files, sink, dryRun },
    {
      signal: options.signal ?? new AbortController().signal,
      clock,
      progress: options.progress ?? (() => {}),
    },
  )
}

test('products and events land in the store, and a second time change nothing', async () => {
  const first = await importing([file('a.csv', items(3, 4500))])
  expect(first).toMatchObject({
    complete: true,
    counts: { rows: 4503, products: 3, events: 4500, eventsKnown: 0, problems: 0 },
  })
  const second = await importing([file('a.csv', items(3, 4500))])
  expect(second.counts).toMatchObject({ products: 0, productsUnchanged: 3, events: 0, eventsKnown: 4500 })
  expect(await store.events.count()).toBe(4500)
})

test('a file of events that was read to its end is not read again, unless it is read in another way', async () => {
  let reads = 0
  const inner = file('e.csv', items(0, 10))
  const watched: ImportFile = {
    ...inner,
    read(options) {
      reads++
      return inner.read(options)
    },
  }
  await importing([watched])
  await importing([watched])
  expect(reads).toBe(1)
  await importing([watched], { source: { ...SOURCE, map: { quantity: 'Anzahl' } } })
  expect(reads).toBe(2)
  expect(await store.events.count()).toBe(10)
})

test('a file that breaks off keeps what came before the cut, and is read again next time', async () => {
  const cut = new CodedError('FILE_TRUNCATED', { path: 'a.csv', line: 12 })
  await expect(importing([file('a.csv', items(0, 11), cut)])).rejects.toBe(cut)
  expect(await store.events.count()).toBe(11)
  expect((await store.imports.list())[0]).toMatchObject({ complete: false, counts: { events: 11 } })
  expect((await importing([file('a.csv', items(0, 11))])).counts).toMatchObject({ events: 0, eventsKnown: 11 })
})

test('batches are handed over while the one before is being stored, and are stored in the order of the file', async () => {
  const asked: string[] = []
  let under = 0
  let most = 0
  const take: Store['events']['take'] = async (arrivals) => {
    asked.push(...arrivals.map(({ key }) => key))
    most = Math.max(most, ++under)
    const taken = await store.events.take(arrivals)
    under--
    return taken
  }
  ingest = createIngest({ events: { take }, defaultCurrency: 'EUR' })
  // The last batch is the smallest, and would be the first to be ready.
  const content = items(0, 4001)
  expect((await importing([file('a.csv', content)])).counts).toMatchObject({ events: 4001, problems: 0 })
  expect(most).toBe(2)
  expect(asked).toEqual(content.map((_, i) => `e${i}`))
})

test.each([1, 3, 4])(
  'when batch %i cannot be stored the import says so, and nothing goes on behind it',
  async (bad) => {
    let asked = 0
    let under = 0
    const take: Store['events']['take'] = async (arrivals) => {
      const place = ++asked
      under++
      try {
        if (place === bad) throw new CodedError('DISK_FULL', { path: '/data' })
        return await store.events.take(arrivals)
      } finally {
        under--
      }
    }
    ingest = createIngest({ events: { take }, defaultCurrency: 'EUR' })
    const content = [file('a.csv', items(0, 3500))]
    await expect(importing(content)).rejects.toMatchObject({ code: 'DISK_FULL' })
    expect(under).toBe(0)
    const stored = await store.events.count()
    expect((await store.imports.list())[0]).toMatchObject({ complete: false, counts: { events: stored } })
    ingest = createIngest({ events: store.events, defaultCurrency: 'EUR' })
    const { counts } = await importing(content)
    expect([counts.events, counts.eventsKnown]).toEqual([3500 - stored, stored])
  },
)

test('small files share a batch, and each that was read to its end is finished', async () => {
  const sizes: number[] = []
  const take: Store['events']['take'] = (arrivals) => {
    sizes.push(arrivals.length)
    return store.events.take(arrivals)
  }
  ingest = createIngest({ events: { take }, defaultCurrency: 'EUR' })
  const all = items(0, 1500)
  const days = Array.from({ length: 30 }, (_, day) => file(`${day}.csv`, all.slice(50 * day, 50 * day + 50)))
  const broken = new CodedError('FILE_TRUNCATED', { path: '29.csv', line: 51 })
  await expect(importing([...days.slice(0, 29), file('29.csv', all.slice(1450), broken)])).rejects.toBe(broken)
  expect(sizes).toEqual([1000, 500])
  // Again only what broke off.
  expect((await importing(days)).counts).toMatchObject({ rows: 50, events: 0, eventsKnown: 50 })
})

test('a file is not finished when a batch of it failed and the next one did not', async () => {
  let asked = 0
  const failed = Promise.withResolvers<void>()
  const take: Store['events']['take'] = async (arrivals) => {
    if (++asked > 1) return store.events.take(arrivals)
    await failed.promise
    throw new CodedError('DISK_FULL', { path: '/data' })
  }
  ingest = createIngest({
    events: { take: (arrivals) => (asked === 1 ? stored(take(arrivals)) : take(arrivals)) },
    defaultCurrency: 'EUR',
  })
  /** The second batch is stored before it is known that the first one was not. */
  const stored = async <T>(taking: Promise<T>): Promise<T> => {
    const taken = await taking
    failed.resolve()
    return taken
  }
  await expect(importing([file('a.csv', items(0, 1500))])).rejects.toMatchObject({ code: 'DISK_FULL' })
  expect(await store.events.count()).toBe(500)
  ingest = createIngest({ events: store.events, defaultCurrency: 'EUR' })
  expect((await importing([file('a.csv', items(0, 1500))])).counts).toMatchObject({ events: 1000, eventsKnown: 500 })
})

test('cancelling stops between records, and the next run goes on', async () => {
  const controller = new AbortController()
  const progress = ({ done }: { readonly done: number }) => {
    if (done >= 3000) controller.abort(new Error('cancelled'))
  }
  await expect(importing([file('a.csv', items(0, 9000))], { signal: controller.signal, progress })).rejects.toThrow(
    'cancelled',
  )
  const stored = await store.events.count()
  expect(stored).toBeGreaterThanOrEqual(2000)
  expect(stored).toBeLessThan(9000)
  const resumed = await importing([file('a.csv', items(0, 9000))])
  expect(resumed.counts.events + stored).toBe(9000)
  expect(await store.events.count()).toBe(9000)
})

test('refused records are listed with their lines, and the others go on', async () => {
  const nobody: ImportItem = {
    kind: 'event',
    line: { file: 'a.csv', line: 9 },
    key: 'x',
    message: { type: 'track', event: 'Order Completed' },
  }
  const problem: ImportItem = {
    kind: 'problem',
    line: { file: 'a.csv', line: 4 },
    code: 'ROW_TIME_INVALID',
    details: { field: 'time', value: 'x' },
  }
  const report = await importing([file('a.csv', [problem, ...items(1, 2), nobody])])
  expect(report.counts).toMatchObject({ products: 1, events: 2, problems: 2 })
  const listed = await store.imports.listProblems(report.id, 10, 0)
  expect(listed?.problems.map(({ line }) => line).toSorted()).toEqual([4, 9])
  expect(Object.values(report.problemsByCode)).toEqual([1, 1])
})

test('a dry run says the same and writes nothing', async () => {
  const content = [file('a.csv', items(3, 20))]
  const dry = await importing(content, { dryRun: true })
  expect([await store.events.count(), await store.catalog.count(), await store.profiles.count()]).toEqual([0, 0, 0])
  expect(await store.imports.list()).toEqual([])
  expect(dry.counts).toEqual((await importing(content)).counts)
  expect((await importing(content, { dryRun: true })).counts).toMatchObject({
    products: 0,
    productsUnchanged: 3,
    events: 0,
    eventsKnown: 20,
  })
})
