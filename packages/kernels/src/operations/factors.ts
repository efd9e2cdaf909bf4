import { KernelError } from '../errors.ts'
import type { Task } from '../exports.ts'
import type { Kernels } from '../kernels.ts'
import { type Matrix, matrix, part, pointer, transposed } from '../matrix.ts'
import type { RunOptions } from '../pool.ts'
import { checkHome } from './home.ts'
import { gemmTask, shape } from './product.ts'
import { rowRanges, type SparseMatrix } from './sparse.ts'

/** One side of a factorisation, to be improved while the other is held. */
export interface FactorProblem {
  /** [rows × d], d a multiple of 8: is improved. */
  readonly own: Matrix
  /** [columns × d] */
  readonly others: Matrix
  /** Entries of each row; what their values weigh, or nothing where all weigh 1. */
  readonly entries: Omit<SparseMatrix, 'values'> & { readonly values?: Float32Array<SharedArrayBuffer> | undefined }
  /** [d × d], symmetric: what all pairs add. */
  readonly gram: Matrix
  /** [rows]: λ of each row. */
  readonly ridge: Float32Array<SharedArrayBuffer>
  /** [entries]: room that the kernels use. */
  readonly predictions: Float32Array<SharedArrayBuffer>
  /** Coordinates solved together: 4, which is the fastest, or 8, 16, … 64. */
  readonly block: number
  /** [rows]: the order in which they are taken, as `byLength` gives it; needed for blocks of 4, which no other takes. */
  readonly order?: Int32Array<SharedArrayBuffer> | undefined
}

/** The most coordinates that blocks of 4 can take. */
const MOST_IN_LANES = 4096

/**
 * One pass of subspace optimisation over all rows (the kernel `factorRows` says what it solves).
 * @throws KernelError `not_positive_definite`, `bad_argument`
 */
export async function improveFactors(k: Kernels, problem: FactorProblem, options: RunOptions = {}): Promise<void> {
  const { own, others, entries, gram, ridge, predictions, block, order } = problem
  const { offsets, indices, values } = entries
  const inside = { 'entries.offsets': offsets, 'entries.indices': indices, 'entries.values': values }
  checkHome(k, { own, others, ...inside, gram, ridge, predictions, order })
  const d = own.columns
  const fits = own.rows === entries.rows && others.rows === entries.columns && others.columns === d
  const dense = [own, others, gram].every((one) => one.columnStride === 1 && one.rowStride === d)
  const lanes = block === 4 && d <= MOST_IN_LANES && order?.length === own.rows
  const whole = block % 8 === 0 && block >= 8 && block <= 64
  if (!fits || !dense || d % 8 !== 0 || gram.rows !== d || !(lanes || whole)) {
    throw new KernelError('bad_argument', `factors of ${shape(own)} by ${shape(others)} in blocks of ${block}`)
  }
  const mark = k.arena.mark()
  const failures = k.arena.i32(1)
  const tasks = lanes ? laneTasks(k, problem, failures) : rowTasks(k, problem, failures)
  await k.run(tasks, options)
  const failed = failures[0]!
  k.arena.release(mark)
  if (failed > 0) throw new KernelError('not_positive_definite', `${failed} blocks of rows of ${own.rows}`)
}

/** Rows that are sorted together: rows close by often share entries, whose factors are then near. */
const WINDOW = 256

/**
 * Rows by falling number of entries within each window of 256, so that four in a row have about as many.
 * @param offsets [rows + 1]
 * @param order [rows], is filled
 */
export function byLength(offsets: Int32Array, order: Int32Array): void {
  const length = (r: number) => offsets[r + 1]! - offsets[r]!
  for (let r = 0; r < order.length; r++) order[r] = r
  for (let from = 0; from < order.length; from += WINDOW) {
    order.subarray(from, from + WINDOW).sort((a, b) => length(b) - length(a) || a - b)
  }
}

function laneTasks(k: Kernels, problem: FactorProblem, failures: Int32Array): Task[] {
  const { own, others, entries, gram, ridge, predictions, order } = problem
  const { offsets, indices, values } = entries
  const tasks: Task[] = []
  // Each entry costs about what the share of a row does that does not depend on its entries.
  const share = Math.max(1, (offsets[own.rows]! + own.rows) / (16 * k.threads))
  for (let from = 0; from < own.rows; ) {
    let to = from
    for (let cost = 0; to < own.rows && cost < share; to++) {
      cost += 1 + offsets[order![to]! + 1]! - offsets[order![to]!]!
    }
    to = Math.min(own.rows, from + Math.ceil((to - from) / 4) * 4)
    const given = [offsets.byteOffset, indices.byteOffset, values?.byteOffset ?? 0, pointer(others), pointer(own)]
    const rest = [pointer(gram), ridge.byteOffset, predictions.byteOffset, failures.byteOffset]
    tasks.push(['factorLanes', to - from, own.columns, order!.byteOffset + 4 * from, ...given, ...rest])
    from = to
  }
  return tasks
}

function rowTasks(k: Kernels, problem: FactorProblem, failures: Int32Array): Task[] {
  const { own, others, entries, gram, ridge, predictions, block } = problem
  const d = own.columns
  return rowRanges(entries.offsets, entries.rows, k.threads, 16).map(([from, to]): Task => {
    const offsets = entries.offsets.byteOffset + 4 * from
    const given = [offsets, entries.indices.byteOffset, entries.values?.byteOffset ?? 0, pointer(others)]
    const rows = [pointer(own) + 4 * from * d, pointer(gram), ridge.byteOffset + 4 * from]
    return ['factorRows', to - from, d, block, ...given, ...rows, predictions.byteOffset, failures.byteOffset]
  })
}

/** Rows that one task of a Gram matrix sums. The result depends on it, and must not on the number of threads. */
export const GRAM_ROWS = 4096

/** Strips that a Gram matrix is cut into: with 4 of them five eighths of it are computed. */
const STRIPS = 4

export interface GramOptions extends RunOptions {
  /** @default 1 */
  readonly alpha?: number
  /**
   * [d × d]: what rows before A's have summed to, for matrices that come in blocks; A's are added. Where every block but
   * the last has a multiple of `GRAM_ROWS` rows, the end is bit for bit that of all rows at once.
   */
  readonly sums?: Float64Array
}

/** C ← alpha·Aᵀ·A, and what `sums` held, for an A [n × d] with many more rows than columns. */
export async function gramProduct(k: Kernels, c: Matrix, a: Matrix, options: GramOptions = {}) {
  checkHome(k, { c, a })
  const d = a.columns
  const { sums = new Float64Array(d * d) } = options
  if (c.rows !== d || c.columns !== d || c.columnStride !== 1 || c.rowStride !== d || sums.length !== d * d) {
    throw new KernelError('bad_argument', `${shape(c)} of ${shape(a)} and its transpose`)
  }
  const mark = k.arena.mark()
  const count = Math.max(1, Math.ceil(a.rows / GRAM_ROWS))
  const parts = Array.from({ length: count }, () => matrix(k.arena.f32(d * d), d, d))
  // Only what lies on the diagonal or below it is summed, by strips of columns; the rest is the same.
  const strip = Math.max(32, Math.ceil(d / STRIPS / 8) * 8)
  const tasks = parts.flatMap((to, p) => {
    const rows = part(a, Math.min(p * GRAM_ROWS, a.rows), Math.min((p + 1) * GRAM_ROWS, a.rows))
    return Array.from({ length: Math.ceil(d / strip) }, (_, s) => {
      const [left, right] = [s * strip, Math.min((s + 1) * strip, d)]
      const below = transposed(part(rows, 0, rows.rows, left, d))
      return gemmTask(
        part(to, left, d, left, right),
        below,
        part(rows, 0, rows.rows, left, right),
        options.alpha ?? 1,
        0,
      )
    })
  })
  await k.run(tasks, options)
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = sums[i * d + j]!
      for (const { data, offset } of parts) sum += data[offset + i * d + j]!
      sums[i * d + j] = sum
      c.data[c.offset + i * d + j] = sum
      c.data[c.offset + j * d + i] = sum
    }
  }
  k.arena.release(mark)
}
