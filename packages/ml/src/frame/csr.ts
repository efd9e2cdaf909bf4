import { MlError } from './errors.ts'
import type { Interactions } from './interactions.ts'

/** A sparse matrix by rows; within a row columns ascend and none repeats. */
export interface Csr {
  readonly rows: number
  readonly columns: number
  /** [rows + 1] */
  readonly offsets: Int32Array
  /** [entries] column of each entry. */
  readonly indices: Int32Array
  /** [entries] */
  readonly values: Float32Array
}

/**
 * Users × items, repeats of a pair summed.
 *
 * @param weightOf the value an entry adds; by default its weight. It sees the entry's position in `interactions`.
 * @cost O(entries) plus sorting each user's items
 */
export function csrFromInteractions(interactions: Interactions, weightOf?: (entry: number) => number): Csr {
  const { users, items, offsets, item, weight } = interactions
  const outOffsets = new Int32Array(users + 1)
  const indices = new Int32Array(item.length)
  const values = new Float32Array(item.length)
  // Sums are kept in doubles per column of the row at hand, so that a long row does not lose small weights.
  const sums = new Float64Array(items)
  const seen = new Uint8Array(items)
  let end = 0
  for (let u = 0; u < users; u++) {
    const start = end
    for (let e = offsets[u]!; e < offsets[u + 1]!; e++) {
      const i = item[e]!
      if (seen[i] === 0) {
        seen[i] = 1
        indices[end++] = i
      }
      sums[i]! += weightOf ? weightOf(e) : weight[e]!
    }
    indices.subarray(start, end).sort()
    for (let e = start; e < end; e++) {
      const i = indices[e]!
      values[e] = sums[i]!
      sums[i] = 0
      seen[i] = 0
    }
    outOffsets[u + 1] = end
  }
  return {
    rows: users,
    columns: items,
    offsets: outOffsets,
    indices: indices.slice(0, end),
    values: values.slice(0, end),
  }
}

/** From (row, column, value) entries in any order; repeats summed. @throws MlError `index_out_of_range`, `length_mismatch` */
export function csrFromEntries(
  rows: number,
  columns: number,
  row: Int32Array,
  column: Int32Array,
  value: Float32Array,
): Csr {
  if (row.length !== column.length || row.length !== value.length) {
    throw new MlError('length_mismatch', 'row, column and value')
  }
  for (let e = 0; e < row.length; e++) {
    if (row[e]! < 0 || row[e]! >= rows) throw new MlError('index_out_of_range', `row ${row[e]} of ${rows}`)
    if (column[e]! < 0 || column[e]! >= columns)
      throw new MlError('index_out_of_range', `column ${column[e]} of ${columns}`)
  }
  // Two transposing passes sort by row and then column in O(entries + rows + columns).
  const byColumn = scatter(columns, rows, column, row, value)
  return mergeRepeats(transpose(byColumn))
}

/** Bytes that `transpose` takes, its result included. */
export function transposeBytes(columns: number, entries: number): number {
  return 12 * entries + 8 * (columns + 1)
}

/** columns × rows. @cost O(entries + columns) */
export function transpose(matrix: Csr): Csr {
  const { rows, columns, offsets, indices, values } = matrix
  const row = new Int32Array(indices.length)
  for (let r = 0; r < rows; r++) row.fill(r, offsets[r], offsets[r + 1])
  return scatter(columns, rows, indices, row, values)
}

/** Euclidean norm of each row: Float64 [rows]. */
export function rowNorms(matrix: Csr): Float64Array {
  const norms = new Float64Array(matrix.rows)
  for (let r = 0; r < matrix.rows; r++) {
    let sum = 0
    for (let e = matrix.offsets[r]!; e < matrix.offsets[r + 1]!; e++) sum += matrix.values[e]! * matrix.values[e]!
    norms[r] = Math.sqrt(sum)
  }
  return norms
}

/** A stable counting sort of entries into rows. */
function scatter(rows: number, columns: number, row: Int32Array, column: Int32Array, value: Float32Array): Csr {
  const offsets = new Int32Array(rows + 1)
  for (let e = 0; e < row.length; e++) offsets[row[e]! + 1]!++
  for (let r = 0; r < rows; r++) offsets[r + 1]! += offsets[r]!
  const next = offsets.slice(0, rows)
  const indices = new Int32Array(row.length)
  const values = new Float32Array(row.length)
  for (let e = 0; e < row.length; e++) {
    const at = next[row[e]!]!++
    indices[at] = column[e]!
    values[at] = value[e]!
  }
  return { rows, columns, offsets, indices, values }
}

/** Sums neighbouring entries of one column; columns must ascend within rows. */
function mergeRepeats(matrix: Csr): Csr {
  const { rows, columns, offsets, indices, values } = matrix
  const outOffsets = new Int32Array(rows + 1)
  let end = 0
  for (let r = 0; r < rows; r++) {
    const start = end
    for (let e = offsets[r]!; e < offsets[r + 1]!; e++) {
      if (end > start && indices[end - 1] === indices[e]) {
        values[end - 1]! += values[e]!
      } else {
        indices[end] = indices[e]!
        values[end++] = values[e]!
      }
    }
    outOffsets[r + 1] = end
  }
  return { rows, columns, offsets: outOffsets, indices: indices.slice(0, end), values: values.slice(0, end) }
}
