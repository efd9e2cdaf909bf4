import { KERNELS, type Task } from './exports.ts'

/*
 * What the threads share to divide a job: words and a table of tasks, apart from the kernels' memory.
 *
 * CLAIM holds the job's number in its upper bits and the next unclaimed task below. A thread takes a task by raising it
 * with compareExchange, so that a thread that wakes late and still has an older job in mind can never take a task of the
 * next one. To prepare a job, CLAIM is first closed under the new number, then the table is written, then it is opened.
 */

export const CLAIM = 0
export const TOTAL = 1
/** The job's number; threads sleep on it. */
export const JOB = 2
/** Tasks that are done; the caller sleeps on it. */
export const DONE = 3
/** 1 + the index of a task that failed, and the length of what it said. */
export const FAULT = 4
export const FAULT_LENGTH = 5
/** One word a worker: 1 while it may hold a task. */
export const BUSY = 16

/** Tasks in one job; longer lists run as several. */
export const CAPACITY = 4096
const INDEX_BITS = 13
const INDEX = (1 << INDEX_BITS) - 1
const JOBS = (1 << (32 - INDEX_BITS)) - 1

/** Numbers a task takes in the table: kernel, number of arguments, arguments. */
const WIDTH = 24
const TEXT_BYTES = 512

export class Control {
  readonly words: Int32Array<SharedArrayBuffer>
  readonly #table: Float64Array<SharedArrayBuffer>
  readonly #text: Uint8Array<SharedArrayBuffer>
  readonly buffer: SharedArrayBuffer

  constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer
    this.words = new Int32Array(buffer, 0, 256)
    this.#text = new Uint8Array(buffer, 1024, TEXT_BYTES)
    this.#table = new Float64Array(buffer, 1024 + TEXT_BYTES, CAPACITY * WIDTH)
  }

  static create(): Control {
    return new Control(new SharedArrayBuffer(1024 + TEXT_BYTES + CAPACITY * WIDTH * 8))
  }

  /** Lays out a job and opens it. The threads still sleep: notify on JOB. */
  open(tasks: readonly Task[]): number {
    const { words } = this
    const job = (Atomics.load(words, JOB) + 1) & JOBS
    Atomics.store(words, CLAIM, (job << INDEX_BITS) | INDEX)
    tasks.forEach(([kernel, ...args], t) => {
      const at = t * WIDTH
      this.#table[at] = KERNELS.indexOf(kernel)
      this.#table[at + 1] = args.length
      for (let a = 0; a < args.length; a++) this.#table[at + 2 + a] = args[a]!
    })
    Atomics.store(words, DONE, 0)
    Atomics.store(words, FAULT, 0)
    Atomics.store(words, TOTAL, tasks.length)
    Atomics.store(words, CLAIM, job << INDEX_BITS)
    Atomics.store(words, JOB, job)
    return job
  }

  /** No thread takes another task of the job. */
  close(job: number): void {
    Atomics.store(this.words, CLAIM, (job << INDEX_BITS) | INDEX)
  }

  /** The index of a task that is now this thread's, −1 when the job has none left. */
  claim(job: number): number {
    const { words } = this
    for (;;) {
      const claim = Atomics.load(words, CLAIM)
      const index = claim & INDEX
      if (claim >>> INDEX_BITS !== job || index >= Atomics.load(words, TOTAL)) return -1
      if (Atomics.compareExchange(words, CLAIM, claim, claim + 1) === claim) return index
    }
  }

  read(index: number): Task {
    const at = index * WIDTH
    const args = Array.from(this.#table.subarray(at + 2, at + 2 + this.#table[at + 1]!))
    return [KERNELS[this.#table[at]!]!, ...args]
  }

  /** The first fault of a job stands; its job takes no more tasks. */
  fail(job: number, index: number, error: unknown): void {
    if (Atomics.compareExchange(this.words, FAULT, 0, index + 1) === 0) {
      const text = new TextEncoder()
        .encode(error instanceof Error ? error.message : String(error))
        .subarray(0, TEXT_BYTES)
      this.#text.set(text)
      Atomics.store(this.words, FAULT_LENGTH, text.length)
    }
    this.close(job)
  }

  fault(): { readonly task: Task; readonly text: string } | undefined {
    const fault = Atomics.load(this.words, FAULT)
    if (fault === 0) return undefined
    const text = new TextDecoder().decode(this.#text.slice(0, Atomics.load(this.words, FAULT_LENGTH)))
    return { task: this.read(fault - 1), text }
  }
}
