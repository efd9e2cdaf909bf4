import type { SQLOutputValue } from 'node:sqlite'

/*
 * Columns of a row with their types checked: a column of another type means that the file is not what this program
 * wrote, and is a fault.
 */

export type Row = Record<string, SQLOutputValue>

export function integer(row: Row, column: string): number {
  const value = row[column]
  if (typeof value === 'number') return value
  throw new TypeError(`column ${column} is not a number`)
}

export function optionalInteger(row: Row, column: string): number | undefined {
  return row[column] === null ? undefined : integer(row, column)
}

export function text(row: Row, column: string): string {
  const value = row[column]
  if (typeof value === 'string') return value
  throw new TypeError(`column ${column} is not text`)
}

export function optionalText(row: Row, column: string): string | undefined {
  return row[column] === null ? undefined : text(row, column)
}

export function bytes(row: Row, column: string): Uint8Array {
  const value = row[column]
  if (value instanceof Uint8Array) return value
  throw new TypeError(`column ${column} is not bytes`)
}

export function optionalBytes(row: Row, column: string): Uint8Array | undefined {
  return row[column] === null ? undefined : bytes(row, column)
}

/** The only number of a query that always gives one row. */
export function scalar(row: Row | undefined, column: string): number {
  if (row === undefined) throw new TypeError(`no row for ${column}`)
  return integer(row, column)
}
