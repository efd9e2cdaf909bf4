import { parentPort, workerData } from 'node:worker_threads'
import { BUSY, Control, DONE, JOB } from './control.ts'
import { instantiate } from './engine.ts'
import { execute } from './exports.ts'

/** What a worker is given. */
export interface WorkerStart {
  readonly module: WebAssembly.Module | undefined
  readonly memory: WebAssembly.Memory
  readonly control: SharedArrayBuffer
  /** 0, 1, …: its word of BUSY. */
  readonly worker: number
  readonly scratch: number
  /** The last job that was given out before it began. */
  readonly job: number
}

/** Looks at JOB before it sleeps: the steps of one algorithm follow each other within microseconds. */
const LOOKS = 2000

const start: WorkerStart = workerData
const control = new Control(start.control)
const { words } = control
const kernels = instantiate(start.module, start.memory)
const busy = BUSY + start.worker
let job = start.job
parentPort?.postMessage('ready')

for (;;) {
  for (let look = 0; look < LOOKS && Atomics.load(words, JOB) === job; look++);
  Atomics.wait(words, JOB, job)
  job = Atomics.load(words, JOB)
  for (;;) {
    Atomics.store(words, busy, 1)
    const index = control.claim(job)
    if (index < 0) break
    try {
      const [kernel, ...args] = control.read(index)
      execute(kernels, kernel, args, start.scratch)
    } catch (error) {
      control.fail(job, index, error)
    }
    Atomics.store(words, busy, 0)
    Atomics.add(words, DONE, 1)
    Atomics.notify(words, DONE)
  }
  Atomics.store(words, busy, 0)
}
