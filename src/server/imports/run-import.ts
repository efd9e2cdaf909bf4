import { createHash } from 'node:crypto'
import type { ImportFile, ImportSource } from '../../connectors/kit/importer.ts'
import type { ImportReport } from '../../contracts/import.ts'
import type { JobRun } from '../../core/ports.ts'
import { Batches } from './batches.ts'
import type { ImportSink } from './sink.ts'
import { cutsShort, ImportTally } from './tally.ts'

export interface ImportJob {
  readonly importer: string
  readonly source: ImportSource
  readonly files: readonly ImportFile[]
  readonly sink: ImportSink
  readonly dryRun: boolean
}

/**
 * Reads the files into the sink, batch after batch. What was stored stays whatever happens afterwards; the keys of
 * events make a second run skip it.
 *
 * @throws CodedError of the importer (FILE_TRUNCATED and others) after storing what came before it; the run's abort
 */
export async function runImport(
  { importer, source, files, sink, dryRun }: ImportJob,
  run: JobRun,
): Promise<ImportReport> {
  const startedAt = run.clock()
  const tally = new ImportTally()
  const batches = new Batches(sink, tally)
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
  let done = 0
  try {
    try {
      for (const file of files) {
        const progress = (bytes: number) =>
          run.progress({ phase: 'importing', done: done + bytes, total, unit: 'bytes' })
        await readFile(file, { importer, source, sink, batches, run, progress })
        done += file.bytes
        progress(0)
      }
    } finally {
      await batches.end()
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
  readonly batches: Batches
  readonly run: JobRun
  readonly progress: (bytes: number) => void
}

async function readFile(file: ImportFile, { importer, source, sink, batches, run, progress }: FileRun): Promise<void> {
  const fingerprint = readingOf(file, source)
  if (await sink.isFinished(fingerprint)) return
  let sawProducts = false
  let wasCut = false
  let read = 0
  let refused = 0
  for await (const item of file.read({ signal: run.signal, onBytes: progress })) {
    run.signal.throwIfAborted()
    sawProducts ||= item.kind === 'product'
    read++
    if (item.kind === 'problem') refused++
    wasCut ||= item.kind === 'problem' && cutsShort(item.code)
    switch (item.kind) {
      case 'product':
        batches.addProduct(item.product)
        break
      case 'event': {
        const { key, message, line } = item
        batches.addEvent({ source: importer, key, message, basis: source.basis, receivedAt: run.clock() }, line)
        break
      }
      case 'problem':
        batches.addProblem(item)
    }
    if (batches.isFull) await batches.handOver()
  }
  run.signal.throwIfAborted()
  // A feed's older version may come back on purpose, so files with products are always compared record by record.
  // A file that was cut off, or of which no row could be taken, is read again, and says so again.
  const tookNothing = read > 0 && refused === read
  if (!sawProducts && !wasCut && !tookNothing) batches.endFile(fingerprint)
}

/** A file is finished as it was read: under another mapping it says other things. */
function readingOf({ fingerprint }: ImportFile, { map, options, basis }: ImportSource): string {
  const sorted = (given: Readonly<Record<string, string>>) => Object.entries(given).sort(([a], [b]) => (a < b ? -1 : 1))
  const reading = JSON.stringify([sorted(map), sorted(options), basis])
  return `${fingerprint}-${createHash('sha256').update(reading).digest('hex').slice(0, 16)}`
}
