import { KernelError } from '../errors.ts'
import type { Task } from '../exports.ts'
import type { Kernels } from '../kernels.ts'
import { type Matrix, pointer } from '../matrix.ts'
import type { RunOptions } from '../pool.ts'
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

/** @cost 2·m·n·d operations; 1 MB of scratch a thread */
export async function topk(k: Kernels, question: TopkQuestion, options: RunOptions = {}): Promise<void> {
  const { users, items, ids, scores, excluded } = question
  if (users.columns !== items.columns || users.columnStride !== 1 || items.columnStride !== 1) {
    throw new KernelError('bad_argument', `users of ${shape(users)} and items of ${shape(items)}`)
  }
  const needed = users.rows * question.k
  if (!Number.isInteger(question.k) || question.k < 0 || ids.length < needed || scores.length < needed) {
    throw new KernelError('bad_argument', `k ${question.k} with room for ${ids.length} ids, ${scores.length} scores`)
  }
  const size = Math.min(USERS, Math.max(32, Math.ceil(users.rows / k.threads / 32) * 32))
  const tasks: Task[] = []
  for (let from = 0; from < users.rows; from += size) {
    const count = Math.min(size, users.rows - from)
    const left = [pointer(users) + 4 * from * users.rowStride, users.rowStride]
    const right = [pointer(items), items.rowStride]
    const without = excluded ? [excluded.offsets.byteOffset + 4 * from, excluded.items.byteOffset] : [0, 0]
    const at = 4 * from * question.k
    const out = [question.k, ids.byteOffset + at, scores.byteOffset + at]
    tasks.push(['topkProducts', count, items.rows, users.columns, ...left, ...right, ...without, ...out])
  }
  await k.run(tasks, options)
}
