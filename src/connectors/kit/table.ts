import { createHash } from 'node:crypto'
import { CodedError } from '../../contracts/errors.ts'
import { type CsvRow, CsvScanner } from './csv-scanner.ts'
import type { Importer, SourceLine } from './importer.ts'
import { controlCharacter, type ProblemItem, problem, quoted, refuse } from './problem.ts'
import type { Settings } from './settings.ts'
import { inspectFile, type ReadOptions, readText, type SourceFile } from './source-file.ts'

/** A field that a format reads, and the headers under which files are known to carry it. */
export interface FieldSpec {
  readonly name: string
  /** Tried in this order; compared without regard to case. A mapping overrules them. */
  readonly columns: readonly string[]
  readonly required: boolean
  readonly meaning: string
}

/** One row, as the file has it. */
export interface TableRow {
  readonly kind: 'row'
  readonly at: SourceLine
  readonly cells: readonly string[]
}

/** A file of rows under a header. Fields are found by our name; the columns may stand in any order. */
export interface Table {
  readonly file: SourceFile
  readonly fingerprint: string
  readonly header: readonly string[]
  /** Column of a field, −1 where the file has none. */
  column(field: string): number
  /** Trimmed text of a field, '' where the row or the file has none. */
  text(row: TableRow, field: string): string
  /** Rows and the problems of rows that are not sound; streams. */
  rows(options: ReadOptions): AsyncGenerator<TableRow | ProblemItem>
}

export function fieldsInfo(fields: readonly FieldSpec[]): Importer['info']['fields'] {
  return fields.map(({ name, required, meaning, columns }) => ({
    name,
    required,
    meaning: `${meaning} Column ${columns.map((column) => `“${column}”`).join(' or ')}.`,
  }))
}

/**
 * Looks at the whole file once (hash, encoding) and at its header.
 * @throws CodedError FILE_NOT_FOUND, FILE_EMPTY, FILE_ENCODING, FILE_MISSING_COLUMN, FILE_DUPLICATE_COLUMN
 */
export async function openTable(path: string, fields: readonly FieldSpec[], settings: Settings): Promise<Table> {
  const file = await inspectFile(path, settings.encoding)
  const header = await readHeader(file, settings.delimiter)
  const columns = new Map<string, number>()
  for (const field of fields) columns.set(field.name, findColumn(file, header, field, settings.map.get(field.name)))
  const column = (field: string) => columns.get(field) ?? -1
  return {
    file,
    fingerprint: fingerprintOf(file, settings),
    header,
    column,
    text: (row, field) => row.cells[column(field)]?.trim() ?? '',
    rows: (options) => rowsOf(file, header, settings.delimiter, options),
  }
}

/** Equal for equal content that is read the same way. */
export function fingerprintOf(file: SourceFile, settings: Settings): string {
  const way = createHash('sha256').update(settings.signature).digest('hex').slice(0, 16)
  return `${file.bytes}-${file.hash}-${way}`
}

async function readHeader(file: SourceFile, delimiter: string): Promise<readonly string[]> {
  const scanner = new CsvScanner(delimiter)
  for await (const chunk of readText(file, { signal: new AbortController().signal, onBytes: () => {} })) {
    const first = scanner.push(chunk)[0]
    if (first) return headerOf(first)
  }
  const only = scanner.end()
  if (only === undefined) throw new CodedError('FILE_EMPTY', { path: file.path })
  return headerOf(only)
}

function headerOf(row: CsvRow): readonly string[] {
  return row.fields.map((name) => name.trim())
}

function findColumn(file: SourceFile, header: readonly string[], field: FieldSpec, mapped: string | undefined): number {
  for (const wanted of mapped === undefined ? field.columns : [mapped]) {
    let found = positions(header, (name) => name === wanted)
    if (found.length === 0) found = positions(header, (name) => name.toLowerCase() === wanted.toLowerCase())
    if (found.length > 1) {
      throw new CodedError('FILE_DUPLICATE_COLUMN', { path: file.path, column: wanted, field: field.name })
    }
    if (found[0] !== undefined) return found[0]
  }
  if (field.required || mapped !== undefined) {
    const column = mapped ?? field.columns[0] ?? field.name
    throw new CodedError('FILE_MISSING_COLUMN', {
      path: file.path,
      column,
      columns: quotedHeader(header),
      field: field.name,
    })
  }
  return -1
}

/** What else may stand between columns where a header has but one. */
const DELIMITERS = [
  { character: ';', name: ';' },
  { character: '\t', name: 'tab' },
  { character: '|', name: '|' },
  { character: ',', name: ',' },
] as const

function positions(header: readonly string[], matches: (name: string) => boolean): number[] {
  return header.flatMap((name, index) => (matches(name) ? [index] : []))
}

function quotedHeader(header: readonly string[]): string {
  const [only = ''] = header
  const delimiter = header.length === 1 ? DELIMITERS.find(({ character }) => only.includes(character)) : undefined
  if (delimiter) return `${quoted(only)} as a single column; --option delimiter='${delimiter.name}' parts it`
  const shown = header.slice(0, 40).map(quoted).join(', ')
  return header.length > 40 ? `${shown}, … (${header.length})` : shown
}

async function* rowsOf(
  file: SourceFile,
  header: readonly string[],
  delimiter: string,
  options: ReadOptions,
): AsyncGenerator<TableRow | ProblemItem> {
  const scanner = new CsvScanner(delimiter)
  let headerSeen = false
  for await (const chunk of readText(file, options)) {
    for (const row of scanner.push(chunk)) {
      if (options.signal.aborted) return
      if (headerSeen) yield soundRow(file, header, row)
      headerSeen = true
    }
  }
  if (options.signal.aborted) return
  const last = scanner.end()
  if (last && headerSeen) yield soundRow(file, header, last)
}

function soundRow(file: SourceFile, header: readonly string[], row: CsvRow): TableRow | ProblemItem {
  const at = { file: file.path, line: row.line }
  if (row.tooLong) {
    const { column, size, limit } = row.tooLong
    const field = column < 0 ? 'The row' : (header[column] ?? `column ${column + 1}`)
    return problem(at, refuse('ROW_FIELD_TOO_LONG', { field: quoted(field), size, limit }))
  }
  const cut = row.end === 'in quotes' || (row.end === 'no line end' && row.columns < header.length)
  const halfCharacter = row.end !== undefined && row.fields.at(-1)?.endsWith('\ufffd') === true
  if (cut || halfCharacter) return problem(at, refuse('FILE_TRUNCATED', { path: file.path, line: row.line }))
  if (row.columns !== header.length) {
    return problem(at, refuse('ROW_COLUMNS', { found: row.columns, expected: header.length }))
  }
  if (row.control !== undefined) {
    const field = quoted(header[row.control] ?? `column ${row.control + 1}`)
    const character = controlCharacter(row.fields[row.control] ?? '') ?? 'a control character'
    return problem(at, refuse('ROW_CONTROL_CHARACTER', { field, character }))
  }
  return { kind: 'row', at, cells: row.fields }
}
