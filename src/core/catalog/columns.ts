/*
 * Columns of a snapshot while they are made. A snapshot's own columns never change, so the next one begins with copies
 * of them; a copy of 100,000 rows costs some microseconds.
 */

type Numbers = Int32Array | Float64Array | Uint8Array

/** A copy with at least `length` rows; new ones hold `empty`. */
export function grown<Column extends Numbers>(column: Column, length: number, empty: number): Column {
  if (length <= column.length) return column
  const make = column.constructor as new (length: number) => Column
  const longer = new make(Math.max(length, Math.ceil(1.5 * column.length), 64))
  longer.fill(empty, column.length)
  longer.set(column)
  return longer
}
