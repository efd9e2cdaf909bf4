import { KernelError } from '../errors.ts'
import type { Task } from '../exports.ts'
import type { Kernels } from '../kernels.ts'
import { type Matrix, part, pointer, transposed } from '../matrix.ts'
import type { RunOptions } from '../pool.ts'
import { checkHome } from './home.ts'
import { gemmTask, shape } from './product.ts'

/** Columns eliminated at a time: the part that does not run in `gemm` is n²·BLOCK of n³/3 operations. */
const BLOCK = 64

/** Rows, and sides of the parts of the trailing matrix, that one task takes. */
const ROWS = 256

/**
 * Source   Golub and Van Loan, Matrix Computations, 4th ed., §4.2.9, algorithm 4.2.4 (block outer product)
 * Differs  the panel is multiplied with the inverse of the diagonal block's factor instead of being solved with it
 */
export async function choleskyFactor(k: Kernels, a: Matrix, options: RunOptions = {}): Promise<void> {
  checkHome(k, { a })
  checkSquare(a)
  const n = a.rows
  const mark = k.arena.mark()
  try {
    const inverse: Matrix = square(k, BLOCK)
    const panel: Matrix = { ...square(k, 0), data: k.arena.f32(n * BLOCK), rows: n, columns: BLOCK, rowStride: BLOCK }
    for (let j = 0; j < n; j += BLOCK) {
      const end = Math.min(j + BLOCK, n)
      const diagonal = part(a, j, end, j, end)
      const failed = k.direct.cholesky(end - j, pointer(diagonal), a.rowStride)
      if (failed !== 0) throw new KernelError('not_positive_definite', `pivot ${j + failed - 1} of ${n} is not above 0`)
      if (end === n) return
      invertLower(k, diagonal, inverse)
      await eliminate(k, a, j, end, inverse, panel, options)
    }
  } finally {
    k.arena.release(mark)
  }
}

/** The panel below the diagonal block becomes its part of L, and the trailing matrix loses its share. */
async function eliminate(
  k: Kernels,
  a: Matrix,
  j: number,
  end: number,
  inverse: Matrix,
  panel: Matrix,
  options: RunOptions,
): Promise<void> {
  const n = a.rows
  const scale: Task[] = []
  const update: Task[] = []
  for (let i = end; i < n; i += ROWS) {
    const down = Math.min(i + ROWS, n)
    const source = part(a, i, down, j, end)
    const target = part(panel, i, down, 0, end - j)
    scale.push(gemmTask(target, source, transposed(inverse), 1, 0))
    for (let l = end; l <= i; l += ROWS) {
      const right = Math.min(l + ROWS, n)
      const other = part(panel, l, right, 0, end - j)
      update.push(gemmTask(part(a, i, down, l, right), target, transposed(other), -1, 1))
    }
  }
  await k.run(scale, options)
  for (let i = end; i < n; i++) {
    const row = a.offset + i * a.rowStride + j
    a.data.set(panel.data.subarray(i * BLOCK, i * BLOCK + end - j), row)
  }
  await k.run(update, options)
}

/** inverse ← L⁻¹, zeros above the diagonal. */
function invertLower(k: Kernels, l: Matrix, inverse: Matrix): void {
  inverse.data.fill(0)
  for (let i = 0; i < BLOCK; i++) inverse.data[i * BLOCK + i] = 1
  k.direct.solveLower(l.rows, BLOCK, pointer(l), l.rowStride, 0, pointer(inverse), BLOCK)
}

/** L·Y = B, then Lᵀ·X = Y, block row by block row: within a block by substitution, between blocks by products. */
export async function solveFactored(k: Kernels, l: Matrix, x: Matrix, options: RunOptions = {}): Promise<void> {
  checkHome(k, { l, x })
  checkSquare(l)
  if (x.rows !== l.rows || x.columnStride !== 1) throw new KernelError('bad_argument', `${shape(l)} and ${shape(x)}`)
  const n = l.rows
  const strips = stripsOf(x, k.threads)
  for (let i = 0; i < n; i += BLOCK) {
    const end = Math.min(i + BLOCK, n)
    await solveBlock(k, part(l, i, end, 0, i), part(l, i, end, i, end), 0, strips, [0, i], [i, end], options)
  }
  for (let i = Math.floor((n - 1) / BLOCK) * BLOCK; i >= 0; i -= BLOCK) {
    const end = Math.min(i + BLOCK, n)
    const below = transposed(part(l, end, n, i, end))
    await solveBlock(k, below, part(l, i, end, i, end), 1, strips, [end, n], [i, end], options)
  }
}

/** Columns of X are independent of one another: each thread takes some. */
function stripsOf(x: Matrix, threads: number): Matrix[] {
  const width = Math.min(512, Math.max(16, Math.ceil(x.columns / threads / 16) * 16))
  const strips: Matrix[] = []
  for (let j = 0; j < x.columns; j += width) strips.push(part(x, 0, x.rows, j, Math.min(j + width, x.columns)))
  return strips
}

async function solveBlock(
  k: Kernels,
  beside: Matrix,
  diagonal: Matrix,
  transpose: 0 | 1,
  strips: readonly Matrix[],
  known: readonly [number, number],
  rows: readonly [number, number],
  options: RunOptions,
): Promise<void> {
  const targets = strips.map((strip) => part(strip, ...rows))
  if (known[0] < known[1]) {
    const tasks = strips.map((strip, s) => gemmTask(targets[s]!, beside, part(strip, ...known), -1, 1))
    await k.run(tasks, options)
  }
  const solve = (x: Matrix): Task => {
    const factor = [pointer(diagonal), diagonal.rowStride, transpose]
    return ['solveLower', diagonal.rows, x.columns, ...factor, pointer(x), x.rowStride]
  }
  await k.run(targets.map(solve), options)
}

function checkSquare(a: Matrix): void {
  if (a.rows !== a.columns || a.columnStride !== 1) throw new KernelError('bad_argument', `${shape(a)} is not square`)
}

function square(k: Kernels, side: number): Matrix {
  const data = k.arena.f32(side * side)
  return { data, offset: 0, rows: side, columns: side, rowStride: side, columnStride: 1 }
}
