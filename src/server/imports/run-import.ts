import { createHash } from 'node:crypto'
import type { ImportFile, ImportItem, ImportSource, SourceLine } from '../../connectors/kit/importer.ts'
import type { ImportReport, RowProblem } from '../../contracts/import.ts'
import type { Product } from '../../contracts/product.ts'
import type { JobRun } from '../../core/ports.ts'
import type { IngestItem } from '../../core/profiles/ingest.ts'
import type { ImportSink } from './sink.ts'
import { ImportTally } from './tally.ts'

/** Large enough that a commit's fsync weighs little, small enough that requests in between do not wait long. */
const BATCH = 1000

export interface ImportJob {
  readonly importer: string
  readonly source: ImportSource
  readonly files: readonly ImportFile[]
  readonly sink: ImportSink
  readonly dryRun: boolean
}

interface Batch {
  readonly products: Product[]
  readonly events: IngestItem[]
  /** Where each event came from. */
  readonly lines: SourceLine[]
  readonly problems: RowProblem[]
}

/**
 * Reads the files into the sink, batch after batch: while one batch is being stored, the next is read, understood and
 * handed over, so that the writer never waits; they are stored in order. What was stored stays whatever happens
 * afterwards; the keys of events make a second run skip it.
 *
 * @throws CodedError of the importer (FILE_TRUNCATED and others) after storing what came before it; the run's abort
 */
export async function runImport(
  { importer, source, files, sink, dryRun }: ImportJob,
  run: JobRun,
): Promise<ImportReport> {
  const startedAt = run.clock()
  const tally = new ImportTally()
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
  let done = 0
  try {
    for (const file of files) {
      const progress = (bytes: number) => run.progress({ phase: 'importing', done: done + bytes, total, unit: 'bytes' })
      await importFile(file, { importer, source, sink, tally, run, progress })
      done += file.bytes
      progress(0)
      await sink.update(tally)
    }
    await sink.update(tally, { at: run.clock(), complete: tally.complete })
  } catch (error) {
    await sink.update(tally, { at: run.clock(), complete: false })
    throw error
  }
  const endedAt = run.clock()
  return {
    id: sink.id,
    importer,
    path: source.path,
    basis: source.basis,
    dryRun,
    startedAt,
    endedAt,
    complete: tally.complete,
    counts: tally.counts,
    problemsByCode: tally.problemsByCode,
    problems: tally.firstProblems,
    seconds: (endedAt - startedAt) / 1000,
  }
}

interface FileRun {
  readonly importer: string
  readonly source: ImportSource
  readonly sink: ImportSink
  readonly tally: ImportTally
  readonly run: JobRun
  readonly progress: (bytes: number) => void
}

async function importFile(file: ImportFile, { importer, source, sink, tally, run, progress }: FileRun): Promise<void> {
  const fingerprint = readingOf(file, source)
  if (await sink.isFinished(fingerprint)) return
  let batch = emptyBatch()
  let size = 0
  let sawProducts = false
  let wasCut = false
  // Two at most are under way: that of which the store's answer is awaited, and that which follows it.
  let before: Promise<void> = Promise.resolve()
  let last: Promise<void> = Promise.resolve()
  const flush = async () => {
    await before
    before = last
    const asked = Promise.withResolvers<void>()
    last = store(batch, sink, tally, asked.resolve)
    // Whoever awaits it next hears of a failure; without this one Node would call it unhandled in between.
    last.catch(() => undefined)
    batch = emptyBatch()
    size = 0
    await Promise.race([asked.promise, last])
  }
  try {
    for await (const item of file.read({ signal: run.signal, onBytes: progress })) {
      run.signal.throwIfAborted()
      sawProducts ||= item.kind === 'product'
      wasCut ||= item.kind === 'problem' && item.code === 'FILE_TRUNCATED'
      add(batch, item, importer, source, run.clock(), tally)
      if (++size >= BATCH) await flush()
    }
    run.signal.throwIfAborted()
  } finally {
    try {
      await flush()
    } finally {
      // Nothing goes on behind the back of whoever is told of a failure.
      await Promise.allSettled([before, last])
    }
    await before
    await last
  }
  // A feed's older version may come back on purpose, so files with products are always compared record by record.
  // A file that was cut off is read again, and says so again.
  if (!sawProducts && !wasCut) await sink.finish(fingerprint)
}

function add(
  batch: Batch,
  item: ImportItem,
  importer: string,
  { basis }: ImportSource,
  receivedAt: number,
  tally: ImportTally,
): void {
  tally.counts.rows++
  switch (item.kind) {
    case 'product':
      batch.products.push(item.product)
      break
    case 'event':
      batch.events.push({ source: importer, key: item.key, message: item.message, basis, receivedAt })
      batch.lines.push(item.line)
      break
    case 'problem':
      batch.problems.push(tally.problem(item.line, item.code, item.details))
  }
}

/** @param onAsked told when what follows may be handed over, and will be stored after this; products must be in first */
async function store(
  { products, events, lines, problems }: Batch,
  sink: ImportSink,
  tally: ImportTally,
  onAsked: () => void,
): Promise<void> {
  const { counts } = tally
  if (products.length > 0) {
    const { changed, unchanged } = await sink.products(products)
    counts.products += changed
    counts.productsUnchanged += unchanged
  }
  const refusals: RowProblem[] = []
  if (events.length > 0) {
    const { added, known, refused } = await sink.events(events, onAsked)
    counts.events += added
    counts.eventsKnown += known
    for (const { index, code, details } of refused) {
      const line = lines[index]
      if (line !== undefined) refusals.push(tally.problem(line, code, details))
    }
  }
  if (problems.length + refusals.length > 0) await sink.problems([...problems, ...refusals])
}

/** A file is finished as it was read: under another mapping it says other things. */
function readingOf({ fingerprint }: ImportFile, { map, options, basis }: ImportSource): string {
  const sorted = (given: Readonly<Record<string, string>>) => Object.entries(given).sort(([a], [b]) => (a < b ? -1 : 1))
  const reading = JSON.stringify([sorted(map), sorted(options), basis])
  return `${fingerprint}-${createHash('sha256').update(reading).digest('hex').slice(0, 16)}`
}

function emptyBatch(): Batch {
  return { products: [], events: [], lines: [], problems: [] }
}
