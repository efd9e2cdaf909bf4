import type { Csr } from '../frame/csr.ts'
import type { Interactions } from '../frame/interactions.ts'
import { latest } from '../frame/time.ts'
import { History, type HistoryRule } from './history.ts'

/**
 * Users × items with one value > 0 per distinct pair: every user's entries read by the rule, ages measured from the
 * latest entry of all.
 *
 * @cost O(entries) plus sorting each user's items
 */
export function preferencesOf(data: Interactions, rule: HistoryRule): Csr {
  const history = new History(data.items, rule)
  const now = latest(data.at)
  return rowsRead(data, history, (from, to) => history.readEntries(data, from, to, now))
}

/** Bytes that reading all users takes, the result included: the rows at full length, and as long as they came to be. */
export function preferencesBytes({ users, items, item }: Interactions): number {
  return 16 * item.length + 4 * (users + 1) + 17 * items
}

/** What a reader holds after it has read one user: distinct items, each with a value. */
export interface ReadItems {
  readonly count: number
  /** [count] at least */
  readonly items: Int32Array
  valueOf(item: number): number
}

/** One row a user, of what `read` leaves in the reader for the user's entries; items ascending. */
export function rowsRead(data: Interactions, reader: ReadItems, read: (from: number, to: number) => void): Csr {
  const offsets = new Int32Array(data.users + 1)
  const indices = new Int32Array(data.item.length)
  const values = new Float32Array(data.item.length)
  let end = 0
  for (let u = 0; u < data.users; u++) {
    read(data.offsets[u]!, data.offsets[u + 1]!)
    const row = indices.subarray(end, end + reader.count)
    row.set(reader.items.subarray(0, reader.count))
    // Sorting costs more than all else, and most data come in the order of items already.
    if (!isAscending(row)) row.sort()
    for (const item of row) values[end++] = reader.valueOf(item)
    offsets[u + 1] = end
  }
  return {
    rows: data.users,
    columns: data.items,
    offsets,
    indices: indices.slice(0, end),
    values: values.slice(0, end),
  }
}

function isAscending(row: Int32Array): boolean {
  for (let e = 1; e < row.length; e++) if (row[e]! < row[e - 1]!) return false
  return true
}
