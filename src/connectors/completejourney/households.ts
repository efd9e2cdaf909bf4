import type { ImportFile, ImportItem } from '../kit/importer.ts'
import { problem, refuse } from '../kit/problem.ts'
import type { FieldSpec, Table, TableRow } from '../kit/table.ts'

const TRAITS = ['age', 'income', 'home_ownership', 'marital_status', 'household_size', 'household_comp', 'kids_count']

export const HOUSEHOLD_FIELDS: readonly FieldSpec[] = [
  { name: 'household_id', columns: ['household_id'], required: true, meaning: 'The shopper (demographics.csv).' },
  ...TRAITS.map((name) => ({ name, columns: [name], required: false, meaning: 'Trait of the shopper.' })),
]

/** The survey names no day; it belongs to the year of the transactions. */
const SURVEYED_AT = '2017-01-01T05:00:00.000Z'

/** What some households said about themselves, as traits. */
export function householdsFile(table: Table): ImportFile {
  return {
    path: table.file.path,
    bytes: table.file.bytes,
    fingerprint: table.fingerprint,
    async *read(options): AsyncGenerator<ImportItem> {
      for await (const row of table.rows(options)) yield row.kind === 'problem' ? row : identify(table, row)
    },
  }
}

function identify(table: Table, row: TableRow): ImportItem {
  const userId = table.text(row, 'household_id')
  if (userId === '') return problem(row.at, refuse('ROW_FIELD_MISSING', { field: 'household_id' }))
  if (userId.length > 200) {
    return problem(row.at, refuse('ROW_FIELD_TOO_LONG', { field: 'household_id', size: userId.length, limit: 200 }))
  }
  const said = TRAITS.map((name) => [name, table.text(row, name)] as const)
  const traits = Object.fromEntries(said.filter(([, value]) => value !== '' && value !== 'NA'))
  return {
    kind: 'event',
    line: row.at,
    key: `household:${userId}`,
    message: { type: 'identify', userId, traits, timestamp: SURVEYED_AT },
  }
}
