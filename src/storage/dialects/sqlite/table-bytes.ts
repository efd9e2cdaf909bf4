import type { Connection } from './connection.ts'
import { integer, scalar, text } from './row.ts'

/** Bytes of each table with its indexes, from SQLite's own page statistics. */
export function tableBytes(connection: Connection): { name: string; bytes: number }[] {
  return connection
    .statement(
      `SELECT s.tbl_name AS name, sum(d.pgsize) AS bytes FROM dbstat d JOIN sqlite_schema s ON s.name = d.name
       WHERE d.aggregate = TRUE AND s.tbl_name NOT LIKE 'sqlite_%' GROUP BY 1 ORDER BY 2 DESC, 1`,
    )
    .all()
    .map((row) => ({ name: text(row, 'name'), bytes: integer(row, 'bytes') }))
}

export function databaseBytes(connection: Connection): number {
  const pages = scalar(connection.statement('PRAGMA page_count').get(), 'page_count')
  return pages * scalar(connection.statement('PRAGMA page_size').get(), 'page_size')
}

/** Problems that SQLite finds in the file; none when it is sound. */
export function checkDatabase(connection: Connection): string[] {
  return connection
    .statement('PRAGMA quick_check(100)')
    .all()
    .map((row) => text(row, 'quick_check'))
    .filter((line) => line !== 'ok')
}
