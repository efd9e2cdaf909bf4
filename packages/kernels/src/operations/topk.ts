import { arenaBytes } from '../arena.ts'
import { KernelError } from '../errors.ts'
import type { Task } from '../exports.ts'
import type { Kernels } from '../kernels.ts'
import { type Matrix, pointer } from '../matrix.ts'
import type { RunOptions } from '../pool.ts'
import { checkHome } from './home.ts'
import { shape } from './product.ts'

export interface TopkQuestion {
  /** [m × d] */
  readonly users: Matrix
  /** [n × d] */
  readonly items: Matrix
  readonly k: number
  /** [m × k], best first; −1 where there are fewer. */
  readonly ids: Int32Array<SharedArrayBuffer>
  /** [m × k], NaN where there are fewer. */
  readonly scores: Float32Array<SharedArrayBuffer>
  /** Items that must not rank, by user: offsets [m + 1] and items, ascending within a user. */
  readonly excluded?: {
    readonly offsets: Int32Array<SharedArrayBuffer>
    readonly items: Int32Array<SharedArrayBuffer>
  }
}

/** Users in a task: whole batches of the kernel. */
const USERS = 256

/** From this many users on, sorting the items by their norms pays. */
const WORTH_SORTING = 64

/**
 * @cost at most 2·m·n·d operations. With room in the arena for a copy of the items they are sorted by norm, and most
 * products are never made
 */
export async function topk(k: Kernels, question: TopkQuestion, options: RunOptions = {}): Promise<void> {
  const { users, items, ids, scores, excluded } = question
  const exclusions = { 'excluded.offsets': excluded?.offsets, 'excluded.items': excluded?.items }
  checkHome(k, { users, items, ids, scores, ...exclusions })
  if (users.columns !== items.columns || users.columnStride !== 1 || items.columnStride !== 1) {
    throw new KernelError('bad_argument', `users of ${shape(users)} and items of ${shape(items)}`)
  }
  const needed = users.rows * question.k
  if (!Number.isInteger(question.k) || question.k < 0 || ids.length < needed || scores.length < needed) {
    throw new KernelError('bad_argument', `k ${question.k} with room for ${ids.length} ids, ${scores.length} scores`)
  }
  const mark = k.arena.mark()
  const sorted = users.rows >= WORTH_SORTING ? byNorm(k, items) : undefined
  const size = Math.min(USERS, Math.max(32, Math.ceil(users.rows / k.threads / 32) * 32))
  const tasks: Task[] = []
  for (let from = 0; from < users.rows; from += size) {
    const count = Math.min(size, users.rows - from)
    const left = [pointer(users) + 4 * from * users.rowStride, users.rowStride]
    const right = sorted ?? [pointer(items), items.rowStride, 0, 0]
    const without = excluded ? [excluded.offsets.byteOffset + 4 * from, excluded.items.byteOffset] : [0, 0]
    const at = 4 * from * question.k
    const out = [question.k, ids.byteOffset + at, scores.byteOffset + at]
    tasks.push(['topkProducts', count, items.rows, users.columns, ...left, ...right, ...without, ...out])
  }
  try {
    await k.run(tasks, options)
  } finally {
    k.arena.release(mark)
  }
}

/** Arguments for the items in order of their norms, the largest first; undefined where a copy finds no room. */
function byNorm(k: Kernels, items: Matrix): readonly number[] | undefined {
  const { rows: n, columns: d } = items
  if (k.arena.free < arenaBytes(4 * n * d, 4 * n, 4 * n)) return undefined
  const norms = new Float32Array(n)
  for (let i = 0; i < n; i++) {
    const row = pointer(items) + 4 * i * items.rowStride
    const norm = Math.sqrt(k.direct.dot(d, row, row))
    // An item with a NaN never ranks, wherever it stands.
    norms[i] = Number.isNaN(norm) ? 0 : norm
  }
  const labels = k.arena.i32(n)
  for (let i = 0; i < n; i++) labels[i] = i
  labels.sort((a, b) => norms[b]! - norms[a]! || a - b)
  const copy = k.arena.f32(n * d)
  const descending = k.arena.f32(n)
  for (let i = 0; i < n; i++) {
    const from = items.offset + labels[i]! * items.rowStride
    copy.set(items.data.subarray(from, from + d), i * d)
    descending[i] = norms[labels[i]!]!
  }
  return [copy.byteOffset, d, descending.byteOffset, labels.byteOffset]
}
