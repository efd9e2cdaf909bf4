import type { KernelName, Task } from '@storemind/kernels'
import type { Room } from './kernel-room.ts'

/** What one kernel is measured by: tasks of one size, each on arrays of its own where it writes. */
export interface Work {
  readonly unit: 'Gflops' | 'GbPerSecond'
  /** Operations, or bytes read and written, of one task, in thousands of millions. */
  readonly amount: number
  readonly count: number
  task(room: Room): Task
}

function flops(amount: number, count: number, task: Work['task']): Work {
  return { unit: 'Gflops', amount: amount / 1e9, count, task }
}

function bytes(amount: number, count: number, task: Work['task']): Work {
  return { unit: 'GbPerSecond', amount: amount / 1e9, count, task }
}

/** Vectors of 4,000 floats stay in the first cache. */
const N = 4000
/** Width, rows of a batch, steps, items: those of the step that is measured below them. */
const [D, BATCH, TIME, ITEMS] = [100, 64, 20, 40_000]
const ROWS = BATCH * TIME
const NEGATIVES = 1024

function square(n: number, count: number, transposed = false): Work {
  const strides = transposed ? [1, n] : [n, 1]
  return flops(2 * n ** 3, count, (room) => {
    const [a, b, c] = [room.floats(n * n), room.floats(n * n), room.floats(n * n)] as const
    return ['gemm', n, n, n, 1, a, n, 1, b, ...strides, 0, c, n]
  })
}

function convolution(kernel: KernelName & ('convolve' | 'convolveBackward')): Work {
  return flops(2 * ROWS * 3 * D * D, 10, (room) => {
    const arrays = [room.floats(ROWS * D), room.floats(3 * D * D)]
    return [kernel, BATCH, TIME, D, D, 3, 2, ...arrays, 0, room.floats(ROWS * D)]
  })
}

function recurrence(kernel: KernelName & ('gruForward' | 'gruBackward')): Work {
  return flops(2 * ROWS * 3 * D * D, 10, (room) => {
    const [gates, memory, states] = [
      room.floats(ROWS * 3 * D),
      room.floats(ROWS * 3 * D),
      room.floats((ROWS + BATCH) * D),
    ]
    const [weights, last] = [room.floats(3 * D * D), room.floats((ROWS + BATCH) * D)]
    return [kernel, TIME, BATCH, D, BATCH, gates!, memory!, states!, weights!, last!]
  })
}

/** A line for each kernel; `topkOffer` and `topkFinish` are parts of `topkProducts`. */
export const WORKS: Readonly<Record<Exclude<KernelName, 'topkOffer' | 'topkFinish' | 'gemm'>, Work>> &
  Record<string, Work> = {
  gemm64: square(64, 400),
  gemm512: square(512, 10),
  gemm512Transposed: square(512, 10, true),
  dot: flops(2 * N, 4000, (room) => ['dot', N, room.floats(N), room.floats(N)]),
  axpy: flops(2 * N, 4000, (room) => ['axpy', N, 1e-3, room.floats(N), room.floats(N)]),
  scale: bytes(8 * N, 4000, (room) => ['scale', N, 1, room.floats(N)]),
  cholesky: flops(256 ** 3 / 3, 20, (room) => ['cholesky', 256, room.identity(256), 256]),
  solveLower: flops(128 * 128 * 256, 100, (room) => [
    ...(['solveLower', 128, 256, room.identity(128), 128, 0, room.floats(128 * 256), 256] as const),
  ]),
  sparseDense: flops(2 * 2000 * 20 * 64, 20, (room) => {
    const rows = [room.offsets(2000, 20), room.ids(40_000, 5000), room.floats(40_000)]
    return ['sparseDense', 2000, 64, ...rows, room.floats(5000 * 64), 64, room.floats(2000 * 64), 64]
  }),
  // Per row: the block's matrix of 20 entries, its gradient and its solution.
  factorRows: flops(200 * (20 * 64 * 66 + 2 * 64 * 64 + 64 ** 3 / 3), 10, (room) => {
    const [offsets, ids, others] = [room.offsets(200, 20), room.ids(4000, 5000), room.floats(5000 * 64)]
    const own = [room.floats(200 * 64), room.identity(64), room.ones(200), room.floats(4000), room.zeros(1)]
    return ['factorRows', 200, 64, 64, offsets, ids, 0, others, ...own]
  }),
  factorLanes: flops(200 * (20 * 64 * 12 + 2 * 64 * 64), 10, (room) => {
    const [order, offsets, ids] = [room.offsets(199, 1), room.offsets(200, 20), room.ids(4000, 5000)]
    const [others, own] = [room.floats(5000 * 64), room.floats(200 * 64)]
    const rest = [room.identity(64), room.ones(200), room.floats(4000), room.zeros(1)]
    return ['factorLanes', 200, 64, order, offsets, ids, 0, others, own, ...rest]
  }),
  subtractBlocks: flops(2 * 64 ** 3, 40, (room) => {
    const [a, b] = [room.doubles(64 * 64), room.doubles(64 * 64)]
    return ['subtractBlocks', 1, a, b, room.doubles(64 * 64)]
  }),
  topkProducts: flops(2 * 256 * 8192 * 64, 8, (room) => {
    const [users, items] = [room.floats(256 * 64), room.floats(8192 * 64)]
    const [ids, values] = [room.zeros(256 * 20), room.floats(256 * 20)]
    return ['topkProducts', 256, 8192, 64, users, 64, items, 64, 0, 0, 0, 0, 20, ids, values]
  }),
  sigmoid: bytes(8 * N, 1000, (room) => ['sigmoid', N, room.floats(N)]),
  tanh: bytes(8 * N, 1000, (room) => ['tanh', N, room.floats(N)]),
  relu: bytes(8 * N, 4000, (room) => ['relu', N, room.floats(N)]),
  reluBackward: bytes(12 * N, 4000, (room) => ['reluBackward', N, room.floats(N), room.floats(N)]),
  dropout: bytes(8 * N, 1000, (room) => ['dropout', N, 7, 0, 0.75, room.floats(N)]),
  gatherRows: bytes(8 * ROWS * D, 20, (room) => [
    ...(['gatherRows', ROWS, D, room.ids(ROWS, 9000), room.floats(9000 * D), room.floats(ROWS * D)] as const),
  ]),
  scatterAddRows: bytes(12 * ROWS * D, 20, (room) => [
    ...(['scatterAddRows', ROWS, D, room.ids(ROWS, 9000), room.floats(ROWS * D), room.floats(9000 * D), D] as const),
  ]),
  addBias: bytes(8 * ROWS * D, 20, (room) => ['addBias', ROWS, D, room.floats(D), room.floats(ROWS * D)]),
  sumRows: bytes(4 * ROWS * D, 20, (room) => ['sumRows', ROWS, D, room.floats(ROWS * D), D, room.floats(D)]),
  dotRows: bytes(8 * ROWS * D, 20, (room) => [
    ...(['dotRows', ROWS, D, room.floats(ROWS * D), room.floats(ROWS * D), room.floats(ROWS)] as const),
  ]),
  axpyRows: bytes(12 * ROWS * D, 20, (room) => [
    ...(['axpyRows', ROWS, D, room.floats(ROWS), room.floats(ROWS * D), room.floats(ROWS * D)] as const),
  ]),
  softmaxRows: bytes(8 * BATCH * NEGATIVES, 40, (room) => {
    const [z, targets] = [room.floats(BATCH * NEGATIVES), room.ids(BATCH, NEGATIVES)]
    return ['softmaxRows', BATCH, NEGATIVES, z, NEGATIVES, targets, 1, room.floats(BATCH)]
  }),
  sampledSoftmaxRows: bytes(8 * BATCH * NEGATIVES, 40, (room) => {
    const [z, own] = [room.floats(BATCH * NEGATIVES), room.floats(BATCH)]
    const ids = [room.ids(BATCH, ITEMS), room.ids(NEGATIVES, ITEMS), room.floats(NEGATIVES), room.floats(BATCH)]
    return ['sampledSoftmaxRows', BATCH, NEGATIVES, z, NEGATIVES, own, ...ids, 1, room.floats(BATCH)]
  }),
  gruForward: recurrence('gruForward'),
  gruBackward: recurrence('gruBackward'),
  convolve: convolution('convolve'),
  convolveBackward: convolution('convolveBackward'),
  convolveWeights: flops(2 * ROWS * 3 * D * D, 10, (room) => {
    const [x, y] = [room.floats(ROWS * D), room.floats(ROWS * D)]
    return ['convolveWeights', BATCH, TIME, D, D, D, 3, 2, x, y, 0, room.floats(3 * D * D)]
  }),
  adagradRows: bytes(20 * ROWS * D, 20, (room) => {
    const [ids, gradients] = [room.ids(ROWS, ROWS), room.floats(ROWS * D)]
    return ['adagradRows', ROWS, D, ids, gradients, 0.05, 1e-6, room.floats(ROWS * D), room.ones(ROWS * D)]
  }),
  adamRows: bytes(28 * ROWS * D, 20, (room) => {
    const [ids, gradients, table] = [room.ids(ROWS, ROWS), room.floats(ROWS * D), room.floats(ROWS * D)]
    const moments = [room.floats(ROWS * D), room.ones(ROWS * D), room.zeros(ROWS)]
    return ['adamRows', ROWS, D, ids, gradients, 0.001, 0.9, 0.999, 1e-8, table, ...moments]
  }),
}
