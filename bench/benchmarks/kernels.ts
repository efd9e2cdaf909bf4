import { type KernelName, type Kernels, openKernels, type Task } from '@storemind/kernels'
import { rng } from '@storemind/ml'
import type { Benchmark, Figures } from '../harness/benchmark.ts'
import { interleave } from '../harness/interleave.ts'

/** One measurement: tasks that may run on several threads, and the operations they take together. */
interface Work {
  readonly name: string
  readonly operations: number
  tasks(k: Kernels): Task[]
}

const ROUNDS = 5

/** The arithmetic rate of each kernel, beside the same kernel in plain TypeScript. */
export const kernels: Benchmark = {
  name: 'kernels',
  about: 'GFLOP/s of each kernel on one thread and on all, beside its oracle',
  async run({ seed, threads, say }) {
    const metrics: Record<string, number> = {}
    const oracle: Record<string, number> = {}
    const sides = [
      { name: 'one', k: await openKernels({ threads: 1, bytes: 64e6 }), scale: 1 },
      { name: 'all', k: await openKernels({ threads: Math.max(2, threads), bytes: 64e6 }), scale: 1 },
      { name: 'oracle', k: await openKernels({ threads: 1, bytes: 64e6, engine: 'typescript' }), scale: 0.05 },
    ] as const
    for (const { k } of sides) {
      const random = rng(seed)
      const data = k.arena.f32(12e6)
      for (let i = 0; i < data.length; i++) data[i] = random.next() - 0.5
    }
    for (const work of WORKS) {
      const seconds = await interleave(
        sides.map(({ name, k, scale }) => {
          const tasks = work.tasks(k)
          const share = tasks.slice(0, Math.max(1, Math.ceil(tasks.length * scale)))
          return {
            name,
            async run() {
              const began = performance.now()
              await k.run(share)
              return (performance.now() - began) / 1000 / share.length
            },
          }
        }),
        ROUNDS,
      )
      const count = work.tasks(sides[0].k).length
      const rate = (name: (typeof sides)[number]['name']) => work.operations / count / seconds[name] / 1e9
      metrics[`${work.name}Gflops`] = rate('one')
      metrics[`${work.name}GflopsAllThreads`] = rate('all')
      oracle[`${work.name}Gflops`] = rate('oracle')
      say(`${work.name}: ${rate('one').toFixed(1)}`)
    }
    await Promise.all(sides.map(({ k }) => k.close()))
    const peers: Record<string, Figures> = { oracle }
    return {
      metrics,
      peers,
      notes: ['Operations are multiplications and additions; the oracle does a part of the work.'],
    }
  },
}

/** Matrices of numbers that stand in the arena already; what they hold does not matter to the clock. */
function area(k: Kernels): number {
  return k.arena.buffer.byteLength - 48e6 - 16e6 + 64 * 1024
}

function repeated(count: number, task: (t: number) => Task): Task[] {
  return Array.from({ length: count }, (_, t) => task(t))
}

function square(name: string, n: number, count: number, transposed: boolean): Work {
  const [bRow, bColumn] = transposed ? [1, n] : [n, 1]
  return {
    name,
    operations: 2 * n ** 3 * count,
    tasks: (k) =>
      repeated(count, (t) => {
        const [a, c] = [area(k), area(k) + 8 * n * n + (t % 2) * 4 * n * n]
        return ['gemm', n, n, n, 1, a, n, 1, a + 4 * n * n, bRow, bColumn, 0, c, n]
      }),
  }
}

function vector(name: KernelName & ('dot' | 'axpy'), n: number, count: number): Work {
  return {
    name,
    operations: 2 * n * count,
    tasks: (k) =>
      repeated(count, (t) => {
        const x = area(k) + (t % 2) * 8 * n
        return name === 'dot' ? ['dot', n, x, x + 4 * n] : ['axpy', n, 1e-9, x, x + 4 * n]
      }),
  }
}

const WORKS: readonly Work[] = [
  square('gemm64', 64, 400, false),
  square('gemm512', 512, 20, false),
  square('gemm512Transposed', 512, 20, true),
  vector('dot', 2000, 4000),
  vector('axpy', 2000, 4000),
  {
    name: 'solveLower',
    operations: 128 * 128 * 256 * 100,
    tasks: (k) =>
      repeated(100, (t) => {
        const l = area(k)
        return ['solveLower', 128, 256, l, 128, 0, l + 4 * 128 * 128 + (t % 2) * 4 * 128 * 256, 256]
      }),
  },
  {
    name: 'topk',
    operations: 2 * 256 * 8192 * 64 * 20,
    tasks: (k) =>
      repeated(20, (t) => {
        const users = area(k)
        const items = users + 4 * 256 * 64
        const ids = items + 4 * 8192 * 64 + (t % 2) * 8 * 256 * 20
        return ['topkProducts', 256, 8192, 64, users, 64, items, 64, 0, 0, 0, 0, 20, ids, ids + 4 * 256 * 20]
      }),
  },
]
