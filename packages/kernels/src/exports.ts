import { KernelError } from './errors.ts'
import type { LearningExports } from './learning-exports.ts'

/**
 * What both engines export. All arguments are numbers; pointers are byte offsets into the shared memory. Shapes and
 * sources stand at each kernel in `assembly/`.
 */
export interface KernelExports extends LearningExports {
  dot(n: number, x: number, y: number): number
  axpy(n: number, alpha: number, x: number, y: number): void
  scale(n: number, alpha: number, x: number): void
  gemm(
    m: number,
    n: number,
    k: number,
    alpha: number,
    a: number,
    aRow: number,
    aColumn: number,
    b: number,
    bRow: number,
    bColumn: number,
    beta: number,
    c: number,
    cRow: number,
    scratch: number,
  ): void
  cholesky(n: number, a: number, row: number): number
  solveLower(n: number, m: number, l: number, row: number, transposed: number, x: number, xRow: number): void
  sparseDense(
    rows: number,
    columns: number,
    offsets: number,
    indices: number,
    values: number,
    x: number,
    xRow: number,
    y: number,
    yRow: number,
  ): void
  factorRows(
    rows: number,
    d: number,
    width: number,
    offsets: number,
    indices: number,
    weights: number,
    others: number,
    own: number,
    gram: number,
    ridge: number,
    predictions: number,
    failures: number,
    scratch: number,
  ): void
  factorLanes(
    rows: number,
    d: number,
    order: number,
    offsets: number,
    indices: number,
    weights: number,
    others: number,
    own: number,
    gram: number,
    ridge: number,
    residuals: number,
    failures: number,
    scratch: number,
  ): void
  subtractBlocks(count: number, a: number, b: number, c: number): void
  topkOffer(
    n: number,
    scores: number,
    mask: number,
    first: number,
    k: number,
    ids: number,
    values: number,
    count: number,
  ): number
  topkFinish(k: number, ids: number, values: number, count: number): void
  topkProducts(
    m: number,
    n: number,
    d: number,
    users: number,
    userRow: number,
    items: number,
    itemRow: number,
    norms: number,
    labels: number,
    offsets: number,
    excluded: number,
    k: number,
    ids: number,
    values: number,
    scratch: number,
  ): void
}

export type KernelName = keyof KernelExports

/** Arguments of a kernel without the scratch that the executing thread adds as the last one. */
export const ARGUMENTS: Readonly<Record<KernelName, { readonly count: number; readonly scratch: boolean }>> = {
  dot: { count: 3, scratch: false },
  axpy: { count: 4, scratch: false },
  scale: { count: 3, scratch: false },
  gemm: { count: 13, scratch: true },
  cholesky: { count: 3, scratch: false },
  solveLower: { count: 7, scratch: false },
  sparseDense: { count: 9, scratch: false },
  factorRows: { count: 12, scratch: true },
  factorLanes: { count: 12, scratch: true },
  subtractBlocks: { count: 4, scratch: false },
  sigmoid: { count: 2, scratch: false },
  tanh: { count: 2, scratch: false },
  relu: { count: 2, scratch: false },
  reluBackward: { count: 3, scratch: false },
  gatherRows: { count: 5, scratch: false },
  scatterAddRows: { count: 6, scratch: false },
  addBias: { count: 4, scratch: false },
  sumRows: { count: 5, scratch: false },
  dotRows: { count: 5, scratch: false },
  axpyRows: { count: 5, scratch: false },
  dropout: { count: 5, scratch: false },
  softmaxRows: { count: 7, scratch: false },
  sampledSoftmaxRows: { count: 11, scratch: false },
  gruForward: { count: 9, scratch: true },
  gruBackward: { count: 9, scratch: true },
  convolve: { count: 10, scratch: true },
  convolveBackward: { count: 10, scratch: true },
  convolveWeights: { count: 11, scratch: true },
  adagradRows: { count: 8, scratch: false },
  adamRows: { count: 12, scratch: false },
  topkOffer: { count: 8, scratch: false },
  topkFinish: { count: 4, scratch: false },
  topkProducts: { count: 14, scratch: true },
}

/** The kernels in the order by which threads name them. */
export const KERNELS: readonly KernelName[] = Object.keys(ARGUMENTS).filter((name): name is KernelName =>
  Object.hasOwn(ARGUMENTS, name),
)

/** Bytes of scratch each thread has: what the greediest kernel (`topkProducts`) takes, rounded up to pages. */
export const SCRATCH_BYTES = 19 * 65_536

/** One call of a kernel: its name and its arguments, without scratch. */
export type Task = readonly [kernel: KernelName, ...args: number[]]

/** @throws KernelError `bad_argument` where a task is not the name of a kernel and as many numbers as it takes */
export function checkTasks(tasks: readonly Task[]): void {
  if (!Array.isArray(tasks)) throw new KernelError('bad_argument', 'tasks come as a list of [kernel, ...numbers]')
  for (let t = 0; t < tasks.length; t++) checkTask(tasks[t], t)
}

function checkTask(task: unknown, t: number): void {
  if (!Array.isArray(task)) throw new KernelError('bad_argument', `task ${t} is not [kernel, ...numbers]`)
  const kernel: unknown = task[0]
  if (typeof kernel !== 'string' || !Object.hasOwn(ARGUMENTS, kernel)) {
    throw new KernelError('bad_argument', `task ${t} asks for "${String(kernel)}", which is no kernel`)
  }
  const { count } = ARGUMENTS[kernel as KernelName]
  if (task.length - 1 !== count) {
    throw new KernelError('bad_argument', `task ${t}: ${kernel} takes ${count} numbers, not ${task.length - 1}`)
  }
  for (let a = 1; a <= count; a++) {
    if (typeof task[a] === 'number') continue
    throw new KernelError(
      'bad_argument',
      `task ${t}: argument ${a} of ${kernel} is of type ${typeof task[a]}, not a number`,
    )
  }
}

/** Runs a task on this thread and returns what the kernel returns, 0 for nothing. */
export function execute(kernels: KernelExports, kernel: KernelName, args: readonly number[], scratch: number): number {
  // Kernels take numbers and nothing else, so that one call serves all of them.
  const call = kernels[kernel] as (...numbers: number[]) => number | undefined
  return (ARGUMENTS[kernel].scratch ? call(...args, scratch) : call(...args)) ?? 0
}
