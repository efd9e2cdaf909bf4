import { KernelError } from '../errors.ts'
import type { Task } from '../exports.ts'
import type { Kernels } from '../kernels.ts'
import { type Matrix, pointer } from '../matrix.ts'
import type { RunOptions } from '../pool.ts'
import { checkHome } from './home.ts'
import { shape } from './product.ts'

/** A sparse matrix by rows (CSR), in the arena. */
export interface SparseMatrix {
  readonly rows: number
  readonly columns: number
  /** [rows + 1] */
  readonly offsets: Int32Array<SharedArrayBuffer>
  readonly indices: Int32Array<SharedArrayBuffer>
  readonly values: Float32Array<SharedArrayBuffer>
}

export async function sparseProduct(
  k: Kernels,
  y: Matrix,
  s: SparseMatrix,
  x: Matrix,
  options: RunOptions = {},
): Promise<void> {
  checkHome(k, { y, x, 's.offsets': s.offsets, 's.indices': s.indices, 's.values': s.values })
  const fits = y.rows === s.rows && x.rows === s.columns && y.columns === x.columns
  if (!fits || y.columnStride !== 1 || x.columnStride !== 1) {
    throw new KernelError('bad_argument', `${shape(y)} of ${s.rows} × ${s.columns} and ${shape(x)}`)
  }
  const tasks = rowRanges(s.offsets, s.rows, k.threads).map(([from, to]): Task => {
    const matrix = [s.offsets.byteOffset + 4 * from, s.indices.byteOffset, s.values.byteOffset]
    const target = pointer(y) + 4 * from * y.rowStride
    return ['sparseDense', to - from, x.columns, ...matrix, pointer(x), x.rowStride, target, y.rowStride]
  })
  await k.run(tasks, options)
}

/** Ranges of rows with about as many entries each, so that one long row does not keep all others waiting. */
export function rowRanges(offsets: Int32Array, rows: number, threads: number, perThread = 8): [number, number][] {
  const parts = perThread * threads
  const share = Math.max(1, (offsets[rows]! + rows) / parts)
  const ranges: [number, number][] = []
  for (let from = 0; from < rows; ) {
    let to = from + 1
    while (to < rows && offsets[to]! - offsets[from]! + (to - from) < share) to++
    ranges.push([from, to])
    from = to
  }
  return ranges
}
