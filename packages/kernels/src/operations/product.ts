import { KernelError } from '../errors.ts'
import type { Task } from '../exports.ts'
import type { Kernels } from '../kernels.ts'
import { type Matrix, part, pointer, transposed } from '../matrix.ts'
import type { RunOptions } from '../pool.ts'
import { checkHome } from './home.ts'

export interface ProductOptions extends RunOptions {
  /** @default 1 */
  readonly alpha?: number
  /** Zero overwrites C whatever stood there. @default 0 */
  readonly beta?: number
}

/** Below this many operations waking another thread costs more than it saves. */
const WORTH_A_THREAD = 200_000

/** Sides of the parts into which a large product is cut: whole panels of the kernel, some 10 ms of work. */
const PART_ROWS = 512
const PART_COLUMNS = 1024

export async function product(
  k: Kernels,
  c: Matrix,
  a: Matrix,
  b: Matrix,
  options: ProductOptions = {},
): Promise<void> {
  checkHome(k, { c, a, b })
  if (a.rows !== c.rows || b.columns !== c.columns || a.columns !== b.rows || c.columnStride !== 1) {
    throw new KernelError('bad_argument', `${shape(c)} of ${shape(a)} and ${shape(b)}`)
  }
  if (c.rows === 0 || c.columns === 0) return
  const tasks: Task[] = []
  const [height, width] = partSides(c.rows, c.columns, a.columns, k.threads)
  for (let i = 0; i < c.rows; i += height) {
    const down = Math.min(i + height, c.rows)
    for (let j = 0; j < c.columns; j += width) {
      const right = Math.min(j + width, c.columns)
      const to = part(c, i, down, j, right)
      tasks.push(gemmTask(to, part(a, i, down), part(b, 0, b.rows, j, right), options.alpha ?? 1, options.beta ?? 0))
    }
  }
  await k.run(tasks, options)
}

/** One call of the kernel; the shapes have been checked. */
export function gemmTask(c: Matrix, a: Matrix, b: Matrix, alpha: number, beta: number): Task {
  const left = [alpha, pointer(a), a.rowStride, a.columnStride]
  const right = [pointer(b), b.rowStride, b.columnStride]
  return ['gemm', c.rows, c.columns, a.columns, ...left, ...right, beta, pointer(c), c.rowStride]
}

export async function symmetricProduct(k: Kernels, c: Matrix, a: Matrix, options: ProductOptions = {}): Promise<void> {
  checkHome(k, { c, a })
  if (a.rows !== c.rows || c.rows !== c.columns || c.columnStride !== 1) {
    throw new KernelError('bad_argument', `${shape(c)} of ${shape(a)} and its transpose`)
  }
  const n = c.rows
  const side = Math.min(PART_ROWS, Math.max(64, roundUp(n / (2 * k.threads), 64)))
  const tasks: Task[] = []
  for (let i = 0; i < n; i += side) {
    const down = Math.min(i + side, n)
    for (let j = 0; j <= i; j += side) {
      const right = Math.min(j + side, n)
      const to = part(c, i, down, j, right)
      tasks.push(gemmTask(to, part(a, i, down), transposed(part(a, j, right)), options.alpha ?? 1, options.beta ?? 0))
    }
  }
  await k.run(tasks, options)
  mirror(c, side)
}

/** Copies the blocks below the diagonal above it, so that each is read and written in small squares. */
function mirror({ data, offset, rows, rowStride }: Matrix, side: number): void {
  for (let i = 0; i < rows; i += side) {
    for (let j = 0; j < i; j += side) {
      for (let p = i; p < Math.min(i + side, rows); p++) {
        for (let q = j; q < j + side; q++) data[offset + q * rowStride + p] = data[offset + p * rowStride + q]!
      }
    }
  }
}

/** Parts of C that keep every thread busy without being smaller than a thread is worth. */
function partSides(rows: number, columns: number, depth: number, threads: number): [number, number] {
  const operations = 2 * rows * columns * depth
  if (threads === 1 || operations < 2 * WORTH_A_THREAD) return [PART_ROWS * 4, PART_COLUMNS * 4]
  const parts = Math.min(threads, Math.floor(operations / WORTH_A_THREAD))
  // The longer side is divided, in whole tiles.
  if (rows >= columns) return [Math.min(PART_ROWS, roundUp(rows / parts, 4)), Math.max(columns, 1)]
  return [rows, Math.min(PART_COLUMNS, roundUp(columns / parts, 8))]
}

function roundUp(value: number, to: number): number {
  return Math.ceil(value / to) * to
}

export function shape({ rows, columns }: Matrix): string {
  return `${rows} × ${columns}`
}
