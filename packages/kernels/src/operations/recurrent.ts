import { KernelError } from '../errors.ts'
import type { Task } from '../exports.ts'
import type { Kernels } from '../kernels.ts'
import { type Matrix, pointer } from '../matrix.ts'
import type { RunOptions } from '../pool.ts'
import { checkHome } from './home.ts'
import { shape } from './product.ts'
import { dense, shares } from './shares.ts'

/** A batch of sequences under a gated recurrent unit of width d; time comes first. All matrices are dense. */
export interface Recurrence {
  readonly time: number
  readonly batch: number
  /** [time·batch × 3d]: the product of the inputs with their weights; becomes the activations, then their gradients. */
  readonly gates: Matrix
  /** [time·batch × 3d]: room; after the way back, gradients of the product of states and weights. */
  readonly memory: Matrix
  /** [(time + 1)·batch × d]: the first `batch` rows are given. */
  readonly states: Matrix
  /** [d × 3d] */
  readonly weights: Matrix
  /** [4d] */
  readonly bias: Float32Array<SharedArrayBuffer>
}

/** All states from the first; the kernel `gruForward` says what it computes. @throws KernelError `bad_argument` */
export async function gruStates(k: Kernels, problem: Recurrence, options: RunOptions = {}): Promise<void> {
  checkArrays(k, problem)
  const end = problem.bias.byteOffset
  await k.run(tasks(k, 'gruForward', problem, end), options)
}

/**
 * The way back: `gradients` [(time + 1)·batch × d] holds the loss's gradient of each state and gets what reaches it through
 * later ones. What is left to do is a product for each matrix of weights; the kernel `gruBackward` names them.
 * @throws KernelError `bad_argument`
 */
export async function gruGradients(
  k: Kernels,
  problem: Recurrence,
  gradients: Matrix,
  options: RunOptions = {},
): Promise<void> {
  checkArrays(k, problem)
  checkHome(k, { gradients })
  const { states } = problem
  if (!dense(gradients, states.rows, states.columns)) {
    throw new KernelError('bad_argument', `gradients of ${shape(gradients)} for states of ${shape(states)}`)
  }
  await k.run(tasks(k, 'gruBackward', problem, pointer(gradients)), options)
}

function checkArrays(k: Kernels, { gates, memory, states, weights, bias }: Recurrence): void {
  checkHome(k, { gates, memory, states, weights, bias })
}

function tasks(k: Kernels, kernel: 'gruForward' | 'gruBackward', problem: Recurrence, last: number): Task[] {
  const { time, batch, gates, memory, states, weights, bias } = problem
  const d = states.columns
  const fits =
    dense(gates, time * batch, 3 * d) &&
    dense(memory, time * batch, 3 * d) &&
    dense(states, (time + 1) * batch, d) &&
    dense(weights, d, 3 * d) &&
    bias.length === 4 * d
  if (!fits) {
    throw new KernelError('bad_argument', `${time} steps of ${batch} rows, states of ${shape(states)}, ${shape(gates)}`)
  }
  return shares(batch, k.threads, 4).map(([from, to]): Task => {
    const wide = [pointer(gates) + 12 * d * from, pointer(memory) + 12 * d * from]
    const row = 4 * d * from
    // The last is the bias on the way there, which all rows share, and gradients on the way back.
    const own = kernel === 'gruForward' ? last : last + row
    return [kernel, time, to - from, d, batch, ...wide, pointer(states) + row, pointer(weights), own]
  })
}
