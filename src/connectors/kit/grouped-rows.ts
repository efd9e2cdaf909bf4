import { Consecutive } from './consecutive.ts'
import type { ImportFile, ImportItem } from './importer.ts'
import { type ProblemItem, problem, type Refusal, refuse } from './problem.ts'
import type { Table, TableRow } from './table.ts'

/** Rows held while their group is open; an event may have as many lines. A group above it comes out in parts. */
export const GROUP_LIMIT = 5000

export interface RowGrouping<Line> {
  /** One row → the group it belongs to and what it adds, or why it cannot be used; undefined to pass over it. */
  line(row: TableRow): { readonly group: string; readonly line: Line } | Refusal | undefined
  /** A group of rows → what it means. `at` is where its first row stands. */
  group(name: string, lines: readonly Line[], at: ImportItem['line']): Iterable<ImportItem>
}

/**
 * An import file out of a table whose rows belong together in groups; rows of a group stand one after the other. Where
 * the file was cut off, the group that was open is reported with the row: half an order would be another order, and
 * would stand beside the whole one when the file comes again.
 */
export function groupedRows<Line>(table: Table, grouping: RowGrouping<Line>): ImportFile {
  return {
    path: table.file.path,
    bytes: table.file.bytes,
    fingerprint: table.fingerprint,
    async *read(options) {
      const groups = new Consecutive<{ at: ImportItem['line']; line: Line }>(GROUP_LIMIT)
      const made = (group: ReturnType<typeof groups.end>): Iterable<ImportItem> => {
        const first = group?.items[0]
        if (group === undefined || first === undefined) return []
        return grouping.group(
          group.name,
          group.items.map((item) => item.line),
          first.at,
        )
      }
      for await (const row of table.rows(options)) {
        if (row.kind === 'problem') {
          const open = row.code === 'FILE_TRUNCATED' ? groups.end()?.items[0]?.at : undefined
          if (open !== undefined)
            yield problem(open, refuse('FILE_TRUNCATED', { path: open.file, line: row.line.line }))
          yield row satisfies ProblemItem
          continue
        }
        const read = grouping.line(row)
        if (read === undefined) continue
        if ('code' in read) yield problem(row.at, read)
        else yield* made(groups.add(read.group, { at: row.at, line: read.line }))
      }
      if (!options.signal.aborted) yield* made(groups.end())
    },
  }
}
