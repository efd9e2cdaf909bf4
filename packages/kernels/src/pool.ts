import { Worker } from 'node:worker_threads'
import { BUSY, CAPACITY, Control, DONE, JOB } from './control.ts'
import { KernelError } from './errors.ts'
import { checkTasks, execute, type KernelExports, type Task } from './exports.ts'
import type { WorkerStart } from './worker.ts'

export interface RunOptions {
  /** Stops the work between two tasks; then the run ends with `cancelled`. */
  readonly signal?: AbortSignal | undefined
}

/** Looks at DONE before the caller gives up its turn: the others mostly end within microseconds of it. */
const LOOKS = 4000

/**
 * Milliseconds after which the event loop turns between two tasks, whether of one call or of many: a promise that is
 * kept at once lets no timer, request or signal through. Often enough for a server, too seldom to cost anything.
 */
const TURN_AFTER = 10

/** What each thread is given beside its number. */
export type Team = Pick<WorkerStart, 'module' | 'memory'> & {
  readonly kernels: KernelExports
  /** Pointer to the scratch of thread t; the caller is thread 0. */
  scratch(thread: number): number
  begin(data: WorkerStart): Worker
}

export function beginWorker(workerData: WorkerStart): Worker {
  // The flags of the process (`--eval` and the like) are not a worker's.
  return new Worker(new URL('./worker.ts', import.meta.url), { workerData, execArgv: [] })
}

/**
 * The calling thread and `threads − 1` workers, which share the tasks of one job at a time. Workers are started once and
 * sleep in between. A worker that dies ends the job with `worker_died`; the next job starts another in its place.
 */
export class Pool {
  readonly threads: number
  readonly #team: Team
  readonly #control = Control.create()
  readonly #workers: (Worker | undefined)[]
  /** Called when a worker has ended, while a job waits. */
  #onDeath: (() => void) | undefined
  #dead = 0
  #closed = false
  readonly #now: () => number
  /** When the event loop last turned, as far as the pool knows. */
  #turned: number
  /** Jobs run one after the other. */
  #last: Promise<unknown> = Promise.resolve()

  /** @param now milliseconds of a clock that only moves forward */
  constructor(threads: number, team: Team, now: () => number = () => performance.now()) {
    this.threads = threads
    this.#team = team
    this.#now = now
    this.#turned = now()
    this.#workers = new Array(threads - 1).fill(undefined)
  }

  /** Starts the workers that are missing. */
  async start(): Promise<void> {
    await Promise.all(this.#workers.map((worker, w) => worker ?? this.#startWorker(w)))
  }

  /**
   * Does all tasks, in any order and at the same time; they must not depend on one another.
   * @throws KernelError `bad_argument`, `kernel_fault`, `worker_died`, `cancelled`, `closed`
   */
  run(tasks: readonly Task[], options: RunOptions = {}): Promise<void> {
    const turn = this.#last.then(async () => {
      checkTasks(tasks)
      for (let from = 0; from < tasks.length; from += CAPACITY) {
        await this.#job(tasks.slice(from, from + CAPACITY), options.signal)
      }
    })
    this.#last = turn.catch(() => {})
    return turn
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(this.#workers.map((worker) => worker?.terminate()))
  }

  async #job(tasks: readonly Task[], signal: AbortSignal | undefined): Promise<void> {
    if (this.#closed) throw new KernelError('closed', 'open them anew')
    checkSignal(signal)
    if (this.threads === 1 || tasks.length === 1) return this.#alone(tasks, signal)
    if (this.#workers.includes(undefined)) await this.start()
    const control = this.#control
    this.#dead = 0
    const job = control.open(tasks)
    Atomics.notify(control.words, JOB)
    for (;;) {
      if (this.#isTurnDue()) {
        await this.#turn()
        if (signal?.aborted) await this.#drain(job)
        checkSignal(signal)
      }
      const index = control.claim(job)
      if (index < 0) break
      const [kernel, ...args] = tasks[index]!
      try {
        execute(this.#team.kernels, kernel, args, this.#team.scratch(0))
      } catch (error) {
        control.fail(job, index, error)
      }
      Atomics.add(control.words, DONE, 1)
    }
    await this.#join(job, tasks.length)
  }

  async #alone(tasks: readonly Task[], signal: AbortSignal | undefined): Promise<void> {
    for (const [kernel, ...args] of tasks) {
      if (this.#isTurnDue()) {
        await this.#turn()
        checkSignal(signal)
      }
      try {
        execute(this.#team.kernels, kernel, args, this.#team.scratch(0))
      } catch (error) {
        throw new KernelError('kernel_fault', `${kernel}: ${error instanceof Error ? error.message : error}`)
      }
    }
  }

  #isTurnDue(): boolean {
    return this.#now() - this.#turned >= TURN_AFTER
  }

  async #turn(): Promise<void> {
    await turn()
    this.#turned = this.#now()
  }

  /** Waits until the other threads have done what they took. */
  async #join(job: number, total: number): Promise<void> {
    const { words } = this.#control
    const ended = () => Atomics.load(words, DONE) === total
    for (let look = 0; look < LOOKS && !ended(); look++);
    if (!ended()) await this.#sleep(total)
    if (this.#dead > 0 && !ended()) {
      await this.#drain(job)
      throw new KernelError('worker_died', 'the next work starts another; what this work wrote is not complete')
    }
    const fault = this.#control.fault()
    if (fault) {
      await this.#drain(job)
      throw new KernelError('kernel_fault', `${fault.task[0]}: ${fault.text}`)
    }
  }

  /** Until all is done, a task has failed, or a worker has died. The event loop turns meanwhile. */
  async #sleep(total: number): Promise<void> {
    const { words } = this.#control
    const death = new Promise<void>((resolve) => {
      this.#onDeath = resolve
    })
    // A pending wait does not keep the process alive by itself; workers at work do.
    for (const worker of this.#workers) worker?.ref()
    try {
      for (;;) {
        const done = Atomics.load(words, DONE)
        if (done === total || this.#dead > 0 || this.#control.fault()) return
        const { async, value } = Atomics.waitAsync(words, DONE, done)
        if (async) await Promise.race([value, death])
      }
    } finally {
      this.#onDeath = undefined
      for (const worker of this.#workers) worker?.unref()
    }
  }

  /** Closes a job and waits until no living worker holds a task of it. */
  async #drain(job: number): Promise<void> {
    const { words } = this.#control
    this.#control.close(job)
    while (this.#workers.some((worker, w) => worker && Atomics.load(words, BUSY + w) !== 0)) await turn()
  }

  #startWorker(w: number): Promise<void> {
    const { module, memory, scratch } = this.#team
    const data: WorkerStart = {
      module,
      memory,
      control: this.#control.buffer,
      worker: w,
      scratch: scratch(w + 1),
      job: Atomics.load(this.#control.words, JOB),
    }
    Atomics.store(this.#control.words, BUSY + w, 0)
    const worker = this.#team.begin(data)
    this.#workers[w] = worker
    return new Promise((resolve, reject) => {
      let reason = 'it could not start'
      worker.once('message', () => {
        reason = 'it ended'
        worker.unref()
        resolve()
      })
      worker.on('error', (error) => {
        reason = error instanceof Error ? error.message : String(error)
      })
      worker.once('exit', () => {
        if (this.#workers[w] === worker) this.#workers[w] = undefined
        this.#dead++
        this.#onDeath?.()
        reject(new KernelError('worker_died', reason))
      })
    })
  }
}

/** @throws KernelError `cancelled` */
function checkSignal(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new KernelError('cancelled', 'its signal fired')
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
