import { KernelError } from './errors.ts'

/**
 * A view on a matrix in the arena: element (i, j) is `data[offset + i·rowStride + j·columnStride]`. Transposes and parts
 * are views too; nothing is copied.
 */
export interface Matrix {
  readonly data: Float32Array<SharedArrayBuffer>
  readonly offset: number
  readonly rows: number
  readonly columns: number
  readonly rowStride: number
  readonly columnStride: number
}

/**
 * Row-major data as a matrix.
 * @param stride floats between rows, the columns when absent
 * @throws KernelError `bad_argument` where the data is too short or does not lie in shared memory
 */
export function matrix(
  data: Float32Array<SharedArrayBuffer>,
  rows: number,
  columns: number,
  stride: number = columns,
): Matrix {
  const needed = rows === 0 ? 0 : (rows - 1) * stride + columns
  if (![rows, columns, stride].every((n) => Number.isInteger(n) && n >= 0) || stride < columns) {
    throw new KernelError('bad_argument', `a matrix of ${rows} × ${columns} with rows ${stride} apart`)
  }
  if (data.length < needed) throw new KernelError('bad_argument', `${data.length} floats for ${rows} × ${columns}`)
  return { data, offset: 0, rows, columns, rowStride: stride, columnStride: 1 }
}

export function transposed({ data, offset, rows, columns, rowStride, columnStride }: Matrix): Matrix {
  return { data, offset, rows: columns, columns: rows, rowStride: columnStride, columnStride: rowStride }
}

/** Rows [from, to) and columns [left, right) of a matrix. @throws KernelError `bad_argument` */
export function part(of: Matrix, from: number, to: number, left = 0, right: number = of.columns): Matrix {
  if (!(from >= 0 && from <= to && to <= of.rows && left >= 0 && left <= right && right <= of.columns)) {
    throw new KernelError('bad_argument', `rows ${from}–${to}, columns ${left}–${right} of ${of.rows} × ${of.columns}`)
  }
  const offset = of.offset + from * of.rowStride + left * of.columnStride
  return { ...of, offset, rows: to - from, columns: right - left }
}

/** Byte offset of a matrix's first element in the shared memory. */
export function pointer({ data, offset }: Matrix): number {
  return data.byteOffset + 4 * offset
}
