import { CodedError } from '../../contracts/errors.ts'
import type { ImportCounts, ImportReport, RowProblem } from '../../contracts/import.ts'
import { LEGAL_BASES } from '../../contracts/vocabulary.ts'
import type { Clock, ImportRepository } from '../../core/ports.ts'
import type { Connection } from '../dialects/sqlite/connection.ts'
import { integer, optionalInteger, type Row, scalar, text } from '../dialects/sqlite/row.ts'
import type { WriterClient } from '../dialects/sqlite/writer.ts'
import { announce } from './announce.ts'
import { oneOf } from './jobs.ts'
import type { WriteContext } from './writing.ts'

const NOTHING_YET: ImportCounts = { rows: 0, products: 0, productsUnchanged: 0, events: 0, eventsKnown: 0, problems: 0 }
const PROBLEMS_IN_REPORT = 20

export type ImportStart = { readonly id: string } & Pick<ImportReport, 'importer' | 'path' | 'basis' | 'startedAt'>

export function beginImport({ connection }: WriteContext, { id, importer, path, basis, startedAt }: ImportStart): void {
  connection
    .statement(
      `INSERT INTO imports (id, importer, path, basis, started_at, complete, counts, problems_by_code)
       VALUES (?, ?, ?, ?, ?, 0, ?, '{}')`,
    )
    .run(id, importer, path, basis, startedAt, JSON.stringify(NOTHING_YET))
}

export function updateImport(
  context: WriteContext,
  { id, state }: { id: string; state: Parameters<ImportRepository['update']>[1] },
): void {
  const { counts, problemsByCode, endedAt, complete } = state
  const changed = context.connection
    .statement('UPDATE imports SET counts = ?, problems_by_code = ?, ended_at = ?, complete = ? WHERE id = ?')
    .run(JSON.stringify(counts), JSON.stringify(problemsByCode), endedAt ?? null, complete ? 1 : 0, id)
  if (Number(changed.changes) === 0) throw new CodedError('IMPORT_NOT_FOUND', { import: id })
  if (endedAt === undefined) return
  const row = context.connection.statement('SELECT importer FROM imports WHERE id = ?').get(id)
  const importer = row === undefined ? '' : text(row, 'importer')
  announce(context, endedAt, 'import.completed', { import: id, importer, complete, counts })
}

export function addImportProblems(
  { connection }: WriteContext,
  { id, problems }: { id: string; problems: readonly RowProblem[] },
): void {
  const last = connection
    .statement('SELECT coalesce(max(number), 0) AS n FROM import_problems WHERE import = ?')
    .get(id)
  const add = connection.statement(
    'INSERT INTO import_problems (import, number, file, line, code, message) VALUES (?, ?, ?, ?, ?, ?)',
  )
  let number = scalar(last, 'n')
  for (const { file, line, code, message } of problems) add.run(id, ++number, file, line, code, message)
}

export function finishFile(
  { connection }: WriteContext,
  { importer, fingerprint }: { importer: string; fingerprint: string },
): void {
  connection
    .statement('INSERT INTO finished_files (importer, fingerprint) VALUES (?, ?) ON CONFLICT DO NOTHING')
    .run(importer, fingerprint)
}

/** @param newId a fresh UUIDv7 for a moment */
export function createImportRepository(
  connection: Connection,
  writer: WriterClient,
  clock: Clock,
  newId: (at: number) => string,
): ImportRepository {
  const page = (id: string, after: number, limit: number): Row[] =>
    connection
      .statement('SELECT * FROM import_problems WHERE import = ? AND number > ? ORDER BY number LIMIT ?')
      .all(id, after, limit)
  return {
    async begin(entry) {
      const id = newId(entry.startedAt)
      await writer.call('beginImport', { ...entry, id })
      return id
    },
    async finishedFile(importer, fingerprint) {
      const find = connection.statement('SELECT 1 AS yes FROM finished_files WHERE importer = ? AND fingerprint = ?')
      return find.get(importer, fingerprint) !== undefined
    },
    finishFile: (importer, fingerprint) => writer.call('finishFile', { importer, fingerprint }),
    problems: (id, problems) => writer.call('addImportProblems', { id, problems }),
    update: (id, state) => writer.call('updateImport', { id, state }),
    async list() {
      const rows = connection.statement('SELECT * FROM imports ORDER BY started_at DESC, id DESC').all()
      return rows.map((row) => reportOf(row, page(text(row, 'id'), 0, PROBLEMS_IN_REPORT).map(problemOf), clock()))
    },
    async listProblems(id, limit, after) {
      if (connection.statement('SELECT 1 AS yes FROM imports WHERE id = ?').get(id) === undefined) return undefined
      const rows = page(id, after, limit + 1)
      const last = rows.at(limit - 1)
      const next = rows.length > limit && last !== undefined ? integer(last, 'number') : null
      return { problems: rows.slice(0, limit).map(problemOf), next }
    },
  }
}

function reportOf(row: Row, problems: RowProblem[], now: number): ImportReport {
  const endedAt = optionalInteger(row, 'ended_at')
  const startedAt = integer(row, 'started_at')
  return {
    id: text(row, 'id'),
    importer: text(row, 'importer'),
    path: text(row, 'path'),
    basis: oneOf(LEGAL_BASES, text(row, 'basis')),
    dryRun: false,
    startedAt,
    ...(endedAt === undefined ? {} : { endedAt }),
    complete: integer(row, 'complete') === 1,
    counts: JSON.parse(text(row, 'counts')),
    problemsByCode: JSON.parse(text(row, 'problems_by_code')),
    problems,
    seconds: ((endedAt ?? now) - startedAt) / 1000,
  }
}

function problemOf(row: Row): RowProblem {
  return {
    file: text(row, 'file'),
    line: integer(row, 'line'),
    code: text(row, 'code'),
    message: text(row, 'message'),
  }
}
