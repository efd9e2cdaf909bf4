import { stat } from 'node:fs/promises'
import type { Importer, ImportSource } from '../../connectors/kit/importer.ts'
import type { Configuration } from '../../contracts/configuration.ts'
import { CodedError } from '../../contracts/errors.ts'
import { uuidv7 } from '../../contracts/ids.ts'
import type { ImportRequest } from '../../contracts/import.ts'
import type { Job } from '../../contracts/job.ts'
import type { Catalog } from '../../core/catalog/catalog.ts'
import type { JobRun, RandomBytes, Store } from '../../core/ports.ts'
import type { Ingest } from '../../core/profiles/ingest.ts'
import type { JobRunner } from '../jobs/runner.ts'
import { runImport } from './run-import.ts'
import { dryRunSink, storeSink } from './sink.ts'

export interface ImportParts {
  readonly importers: readonly Importer[]
  readonly store: Store
  readonly ingest: Ingest
  readonly catalog: Catalog
  readonly runner: JobRunner
  readonly configuration: Configuration
  readonly randomBytes: RandomBytes
}

/**
 * Starts an import as a job. What can be refused at once is refused here; the rest shows as the job's error.
 * @throws CodedError IMPORTER_UNKNOWN, BASIS_REQUIRED, OPTION_UNKNOWN, CURRENCY_UNKNOWN, FILE_NOT_FOUND, JOB_RUNNING
 */
export async function startImport(parts: ImportParts, request: ImportRequest): Promise<Job> {
  const importer = parts.importers.find(({ info }) => info.id === request.importer)
  if (importer === undefined) {
    const known = parts.importers.map(({ info }) => info.id).join(', ')
    throw new CodedError('IMPORTER_UNKNOWN', { importer: request.importer, known })
  }
  const source = sourceOf(importer, request, parts.configuration)
  await refuseMissing(request.path)
  return parts.runner.start('import', { ...request }, (run) => importAll(parts, importer, source, request, run))
}

async function importAll(
  { store, ingest, catalog, configuration, randomBytes }: ImportParts,
  importer: Importer,
  source: ImportSource,
  { dryRun = false }: ImportRequest,
  run: JobRun,
) {
  run.progress({ phase: 'looking at the files', done: 0, total: 0, unit: 'bytes' })
  const files = await importer.plan(source)
  run.signal.throwIfAborted()
  const { id } = importer.info
  const startedAt = run.clock()
  const sink = dryRun
    ? dryRunSink(store, id, uuidv7(startedAt, randomBytes), configuration['store.currency'])
    : storeSink(
        store,
        ingest,
        id,
        await store.imports.begin({ importer: id, path: source.path, basis: source.basis, startedAt }),
      )
  try {
    return await runImport({ importer: id, source, files, sink, dryRun }, run)
  } finally {
    // Also after a failure: what was stored serves.
    if (!dryRun) await catalog.refresh()
  }
}

function sourceOf(importer: Importer, request: ImportRequest, configuration: Configuration): ImportSource {
  const { info } = importer
  const basis = request.basis ?? importer.defaultBasis
  if (basis === undefined) throw new CodedError('BASIS_REQUIRED')
  const options = request.options ?? {}
  for (const option of Object.keys(options)) {
    if (!info.options.some(({ name }) => name === option)) {
      throw new CodedError('OPTION_UNKNOWN', { importer: info.id, option })
    }
  }
  return {
    path: request.path,
    map: request.map ?? {},
    options,
    basis,
    currency: configuration['store.currency'],
    timezone: configuration['store.timezone'],
  }
}

async function refuseMissing(path: string): Promise<void> {
  try {
    await stat(path)
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    throw new CodedError('FILE_NOT_FOUND', { path, problem: missing ? 'it does not exist' : 'it may not be read' })
  }
}
