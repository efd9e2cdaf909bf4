import { KernelError } from '../errors.ts'
import type { KernelName, Task } from '../exports.ts'
import type { Kernels } from '../kernels.ts'
import { type Matrix, pointer } from '../matrix.ts'
import type { RunOptions } from '../pool.ts'
import { checkHome } from './home.ts'
import { shape } from './product.ts'
import { dense, shares } from './shares.ts'

/** A causal convolution of a batch of sequences, each `time` steps that follow one another. All matrices are dense. */
export interface Convolution {
  readonly time: number
  /** Steps between the taps. @default 1 */
  readonly dilation?: number
  /** [batch·time × inputs] */
  readonly x: Matrix
  /** [taps·inputs × outputs]: tap 0, which is the step itself, comes first. */
  readonly w: Matrix
  /** [batch·time × outputs] */
  readonly y: Matrix
}

export interface ConvolutionOptions extends RunOptions {
  /** What is written ← beta times itself + the result; zero overwrites whatever stood there. @default 0 */
  readonly beta?: number
}

/** y from x and w. @throws KernelError `bad_argument` */
export async function convolution(k: Kernels, problem: Convolution, options: ConvolutionOptions = {}): Promise<void> {
  const { x, w, y } = problem
  await k.run(overBatch(k, 'convolve', problem, x, w, y, options.beta ?? 0), options)
}

/** The gradient of the inputs, in x, from that of the outputs, in y, and w. @throws KernelError `bad_argument` */
export async function convolutionInputs(k: Kernels, problem: Convolution, options: ConvolutionOptions = {}) {
  const { x, w, y } = problem
  await k.run(overBatch(k, 'convolveBackward', problem, y, w, x, options.beta ?? 0), options)
}

/** The gradient of the weights, in w, from x and the gradient of the outputs, in y. @throws KernelError `bad_argument` */
export async function convolutionWeights(k: Kernels, problem: Convolution, options: ConvolutionOptions = {}) {
  const { x, w, y } = problem
  checkHome(k, { x, w, y })
  const [batch, time, inputs, outputs, taps, dilation] = sizes(problem)
  const tasks = shares(outputs, k.threads, 8).map(([left, right]): Task => {
    const whole = [batch, time, inputs, right - left, outputs, taps, dilation]
    return ['convolveWeights', ...whole, pointer(x), pointer(y) + 4 * left, options.beta ?? 0, pointer(w) + 4 * left]
  })
  await k.run(tasks, options)
}

function overBatch(
  k: Kernels,
  kernel: KernelName & ('convolve' | 'convolveBackward'),
  problem: Convolution,
  from: Matrix,
  w: Matrix,
  to: Matrix,
  beta: number,
): Task[] {
  checkHome(k, { x: problem.x, w, y: problem.y })
  const [batch, time, ...rest] = sizes(problem)
  return shares(batch, k.threads, 1).map(([first, end]): Task => {
    const read = pointer(from) + 4 * first * time * from.columns
    const written = pointer(to) + 4 * first * time * to.columns
    return [kernel, end - first, time, ...rest, read, pointer(w), beta, written]
  })
}

/** Batch, time, inputs, outputs, taps, dilation. */
function sizes({ time, dilation = 1, x, w, y }: Convolution): [number, number, number, number, number, number] {
  const [batch, taps] = [x.rows / time, w.rows / x.columns]
  const whole = [batch, taps, time, dilation].every((n) => Number.isInteger(n) && n >= 1)
  const fits = dense(x, x.rows, x.columns) && dense(y, x.rows, y.columns) && dense(w, w.rows, y.columns)
  if (!whole || !fits) {
    const given = `${shape(x)} in sequences of ${time}, by ${shape(w)}, to ${shape(y)}, dilated by ${dilation}`
    throw new KernelError('bad_argument', given)
  }
  return [batch, time, x.columns, y.columns, taps, dilation]
}
