import { execFile } from 'node:child_process'
import process from 'node:process'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, test } from 'vitest'
import { arenaBytes } from './arena.ts'
import { JOB } from './control.ts'
import { compiledKernels, instantiate } from './engine.ts'
import type { Task } from './exports.ts'
import { type Kernels, openKernels } from './kernels.ts'
import { matrix } from './matrix.ts'
import { beginWorker, Pool } from './pool.ts'
import type { WorkerStart } from './worker.ts'

const opened: Kernels[] = []
afterEach(() => Promise.all(opened.splice(0).map((k) => k.close())))

async function open(threads: number, bytes = 1 << 20): Promise<Kernels> {
  const k = await openKernels({ threads, bytes })
  opened.push(k)
  return k
}

test.each([1, 2, 3])('every task is done exactly once, by %d threads and over many jobs', async (threads) => {
  const k = await open(threads)
  const [one, sums] = [k.arena.f32(1).fill(1), k.arena.f32(6000)]
  for (let job = 1; job <= 60; job++) {
    const count = job % 10 === 0 ? 6000 : job
    const before = sums.slice()
    // Each task adds 1 to its own number.
    await k.run(Array.from({ length: count }, (_, t): Task => ['axpy', 1, 1, one.byteOffset, sums.byteOffset + 4 * t]))
    for (let t = 0; t < 6000; t++) if (sums[t] !== before[t]! + (t < count ? 1 : 0)) expect([job, t]).toEqual([])
  }
})

test('calls that are not awaited run one after the other', async () => {
  const k = await open(2)
  const x = k.arena.f32(1).fill(1)
  const double: Task = ['scale', 1, 2, x.byteOffset]
  await Promise.all(Array.from({ length: 10 }, () => k.run([double])))
  expect(x[0]).toBe(1024)
})

test('a kernel that reaches beyond the memory ends the work with kernel_fault, and the next work runs', async () => {
  for (const threads of [1, 2]) {
    const k = await open(threads)
    const x = k.arena.f32(8).fill(1)
    const good: Task = ['scale', 8, 2, x.byteOffset]
    const bad: Task = ['dot', 1000, 0xffff_fff0, 0xffff_fff0]
    for (let round = 0; round < 5; round++) {
      await expect(k.run([bad, bad, bad])).rejects.toMatchObject({
        code: 'kernel_fault',
        detail: expect.stringMatching(/^dot: .*memory/),
      })
    }
    await k.run([good])
    expect([...x]).toEqual(new Array(8).fill(2))
  }
})

test.each([
  ['a task that is no list', [{ kernel: 'scale' }], /^task 1 is not/],
  ['a list that is none', 'scale', /^tasks come as a list/],
  ['a kernel that there is not', [['nope', 1]], /^task 1 asks for "nope"/],
  ['a name that every object has', [['toString']], /^task 1 asks for "toString"/],
  ['no name', [[]], /^task 1 asks for "undefined"/],
  ['too few numbers', [['scale', 1, 2]], /^task 1: scale takes 3 numbers, not 2/],
  ['too many numbers', [['scale', 1, 2, 64, 64]], /^task 1: scale takes 3 numbers, not 4/],
  ['what is no number', [['scale', 1, 2, new Float32Array(1)]], /^task 1: argument 3 of scale is of type object/],
])('%s is refused before any task begins', async (_, wrong, detail) => {
  for (const threads of [1, 2]) {
    const k = await open(threads)
    const x = k.arena.f32(1).fill(1)
    const good = ['scale', 1, 2, x.byteOffset]
    // What a caller without types may give.
    const tasks = (typeof wrong === 'string' ? wrong : [good, ...wrong]) as unknown as Task[]
    await expect(k.run(tasks)).rejects.toMatchObject({ code: 'bad_argument', detail: expect.stringMatching(detail) })
    expect(x[0]).toBe(1)
  }
})

test('a signal stops the work between tasks', async () => {
  for (const threads of [1, 2]) {
    const k = await open(threads, 1 << 24)
    const n = 1 << 21
    const x = k.arena.f32(n)
    const controller = new AbortController()
    const tasks = Array.from({ length: 4000 }, (): Task => ['axpy', n, 1, x.byteOffset, x.byteOffset])
    const running = k.run(tasks, { signal: controller.signal })
    setImmediate(() => controller.abort())
    await expect(running).rejects.toMatchObject({ code: 'cancelled' })
    await expect(k.run(tasks, { signal: controller.signal })).rejects.toMatchObject({ code: 'cancelled' })
    x.fill(1)
    await k.run([['scale', 1, 3, x.byteOffset]])
    expect(x[0]).toBe(3)
  }
})

test('the death of a worker at work ends the work with worker_died, and the next work has another', async () => {
  const module = await compiledKernels()
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 64, shared: true })
  const kernels = instantiate(module, memory)
  const view = new Float32Array(memory.buffer).fill(1)
  const scratch = (thread: number) => (1 + thread) << 20
  const workers: Worker[] = []
  const begin = (data: WorkerStart) => {
    const worker = beginWorker(data)
    workers.push(worker)
    return worker
  }
  // The caller's own part only waits until the worker has begun to pack into its scratch.
  const waiting = {
    ...kernels,
    gemm() {
      while (Atomics.load(new Int32Array(memory.buffer), (scratch(1) + 512) >> 2) === 0);
    },
  }
  new Int32Array(memory.buffer).fill(0, scratch(1) >> 2, (scratch(1) >> 2) + 1024)
  // The clock stands still, so that the caller takes its task before anybody else has a turn.
  const pool = new Pool(2, { module, memory, kernels: waiting, scratch, begin }, () => 0)
  await pool.start()
  // Strides of zero: a product that takes hours and touches little.
  const endless: Task = ['gemm', 1e5, 1e5, 1e5, 1, 64, 0, 0, 64, 0, 0, 0, 3 << 20, 0]
  const running = pool.run([endless, endless])
  const refused = expect(running).rejects.toMatchObject({ code: 'worker_died' })
  await new Promise((resolve) => setImmediate(resolve))
  await workers[0]?.terminate()
  await refused
  expect(workers.length).toBe(1)
  await pool.run(Array.from({ length: 100 }, (_, t): Task => ['scale', 1, 2, 64 + 4 * t]))
  expect(workers.length).toBe(2)
  expect([...view.subarray(16, 117)]).toEqual([...new Array(100).fill(2), 1])
  await pool.close()
})

/** A pool, of two threads unless it is said, whose worker is in the test's hands. */
async function watchedPool(broken = false, now?: () => number, threads = 2) {
  const module = await compiledKernels()
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 64, shared: true })
  const begun: { readonly worker: Worker; readonly data: WorkerStart }[] = []
  const team = {
    module,
    memory,
    kernels: instantiate(module, memory),
    scratch: (thread: number) => (1 + thread) << 20,
    begin(data: WorkerStart) {
      const worker = broken ? new Worker('throw new Error("no room here")', { eval: true }) : beginWorker(data)
      begun.push({ worker, data })
      return worker
    },
  }
  const pool = new Pool(threads, team, now)
  return { pool, begun, view: new Float32Array(memory.buffer).fill(1) }
}

const doubled = (count: number) => Array.from({ length: count }, (_, t): Task => ['scale', 1, 2, 64 + 4 * t])

describe.each([1, 2])('small calls in a row, each awaited, by %d threads', (threads) => {
  const one: Task[] = [['scale', 1, 1, 64]]

  test('let others have their turn every 10 ms', async () => {
    let time = 0
    const { pool } = await watchedPool(false, () => time, threads)
    let turns = 0
    const count = () => {
      turns++
      next = setImmediate(count)
    }
    let next = setImmediate(count)
    // A call takes 1 ms by this clock.
    for (; time < 105; time++) await pool.run(one)
    clearImmediate(next)
    expect(turns).toBe(10)
    await pool.close()
  })

  test('cost no turn before that', async () => {
    let time = 0
    const { pool } = await watchedPool(false, () => time, threads)
    let turned = false
    setImmediate(() => {
      turned = true
    })
    time = 9.9
    for (let calls = 0; calls < 1000; calls++) await pool.run(one)
    expect(turned).toBe(false)
    await pool.close()
  })

  test('hear a signal that fires meanwhile', async () => {
    let time = 0
    const { pool } = await watchedPool(false, () => time, threads)
    const controller = new AbortController()
    setImmediate(() => controller.abort())
    let calls = 0
    const all = async () => {
      for (; calls < 1000; calls++, time++) await pool.run(one, controller)
    }
    await expect(all()).rejects.toMatchObject({ code: 'cancelled' })
    expect(calls).toBe(10)
    await pool.close()
  })
})

test('the event loop turns within a call of many tasks as well, with a signal or without', async () => {
  for (const options of [{}, { signal: new AbortController().signal }]) {
    let time = 0
    // Each look at the clock takes 1 ms.
    const { pool } = await watchedPool(false, () => time++, 1)
    let turned = false
    setImmediate(() => {
      turned = true
    })
    await pool.run(doubled(12), options)
    expect(turned).toBe(true)
    await pool.close()
  }
})

test('an idle worker sleeps: it lies in a wait that a notice ends, before the first job and after each', async () => {
  const { pool, begun } = await watchedPool()
  await pool.start()
  const words = new Int32Array(begun[0]!.data.control)
  for (let job = 0; job < 3; job++) {
    // A thread that never lay down would never be among those that are woken, and the test would not end.
    while (Atomics.notify(words, JOB) === 0) await new Promise((resolve) => setImmediate(resolve))
    await pool.run(doubled(50))
  }
  while (Atomics.notify(words, JOB) === 0) await new Promise((resolve) => setImmediate(resolve))
  expect(begun.length).toBe(1)
  await pool.close()
})

test('a worker that dies while it sleeps is replaced, and the work does not notice', async () => {
  const { pool, begun, view } = await watchedPool()
  await pool.start()
  await begun[0]!.worker.terminate()
  await pool.run(doubled(100))
  expect(begun.length).toBe(2)
  expect([...view.subarray(16, 117)]).toEqual([...new Array(100).fill(2), 1])
  await pool.close()
})

test('a worker that cannot start says why, with worker_died', async () => {
  const { pool } = await watchedPool(true)
  await expect(pool.start()).rejects.toMatchObject({ code: 'worker_died', detail: 'no room here' })
})

test('work whose signal fires while it waits for its turn does not begin', async () => {
  const k = await open(2)
  const x = k.arena.f32(2).fill(1)
  const controller = new AbortController()
  const first = k.run([['scale', 1, 3, x.byteOffset]])
  const second = k.run([['scale', 1, 3, x.byteOffset + 4]], { signal: controller.signal })
  controller.abort()
  await expect(second).rejects.toMatchObject({ code: 'cancelled' })
  await first
  expect([...x]).toEqual([3, 1])
})

test('closed kernels say so', async () => {
  const k = await open(2)
  await k.close()
  await expect(k.run([['dot', 0, 64, 64]])).rejects.toMatchObject({ code: 'closed' })
})

test('too little memory is known before anything starts', async () => {
  await expect(openKernels({ bytes: 5e9 })).rejects.toMatchObject({ code: 'too_little_memory' })
  await expect(openKernels({ bytes: Number.NaN })).rejects.toMatchObject({ code: 'bad_argument' })
  await expect(openKernels({ bytes: 1, threads: 0 })).rejects.toMatchObject({ code: 'bad_argument' })
  const k = await open(1, arenaBytes(4000, 4))
  k.arena.f32(1000)
  expect(() => k.arena.f32(20_000)).toThrow(expect.objectContaining({ code: 'too_little_memory' }))
  expect(() => k.arena.f32(-1)).toThrow(expect.objectContaining({ code: 'bad_argument' }))
})

test('what is released is given out again, as zeros', async () => {
  const { arena } = await open(1)
  const kept = arena.f32(3).fill(7)
  const mark = arena.mark()
  const first = arena.f32(100).fill(5)
  arena.release(mark)
  const second = arena.f32(150)
  expect(second.byteOffset).toBe(first.byteOffset)
  expect(second.byteOffset % 64).toBe(0)
  expect([...second].every((value) => value === 0)).toBe(true)
  expect([...kept]).toEqual([7, 7, 7])
  expect(() => arena.release(mark + 1e9)).toThrow(expect.objectContaining({ code: 'bad_argument' }))
})

test('arrays above 2 GiB are reached', async () => {
  const k = await open(2, 2 ** 31 + 2 ** 20)
  k.arena.u8(2 ** 31)
  const data = k.arena.f32(64).fill(1)
  expect(data.byteOffset).toBeGreaterThan(2 ** 31)
  const [a, c] = [matrix(data, 8, 4), matrix(data.subarray(32), 4, 8)]
  await k.run([
    ['scale', 16, 3, data.byteOffset],
    ['scale', 16, 5, data.byteOffset + 64],
  ])
  await k.gemm({ ...c, data: k.arena.f32(64), columns: 4 }, { ...a, rows: 4 }, { ...c, columns: 4 })
  expect([data[0], data[16], data[32]]).toEqual([3, 5, 1])
})

test('kernels that are open but idle do not keep a process alive', async () => {
  const program = `
    import { openKernels } from ${JSON.stringify(new URL('./kernels.ts', import.meta.url).href)}
    const k = await openKernels({ threads: 2, bytes: 1 << 20 })
    const x = k.arena.f32(1 << 18)
    const tasks = Array.from({ length: 50 }, () => ['dot', 1 << 18, x.byteOffset, x.byteOffset])
    await k.run(tasks)
    console.log('worked')`
  // By --eval, whose flag a worker must not inherit.
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program])
  expect(stdout).toBe('worked\n')
})
