import { Worker } from 'node:worker_threads'
import { MlError } from '../frame/errors.ts'
import type { FitRun } from '../frame/model.ts'
import { pause } from '../frame/run.ts'
import { type LearnedShare, learnShare, type SearchTask } from './learn-share.ts'
import type { SearchCases } from './search-cases.ts'
import { ENDED, take } from './take-share.ts'

/** What a thread of the search is given; long arrays lie in shared memory. */
export interface ThreadTask extends SearchTask {
  /** [1] the next share that nobody has taken. */
  readonly next: Int32Array
}

/** What a thread sends back for each share that it took. */
export interface ThreadFound {
  readonly share: number
  readonly learned: LearnedShare
}

/** Features of contenders below which a search is done before a thread has begun. */
const LEAST_WORK = 200_000

/** How many threads pay for so many searches. */
export function searchThreads(cases: SearchCases, shares: number, threads: number): number {
  return cases.contenders.features.length < LEAST_WORK ? 1 : Math.max(1, Math.min(threads, shares))
}

/**
 * What is learned from every share, by the calling thread's and `threads − 1` others' work. Which thread does what does not change
 * what is found.
 *
 * @throws MlError `cancelled`, `thread_failed`
 */
export async function searchAll(
  task: SearchTask,
  threads: number,
  run: Pick<FitRun, 'signal' | 'onEpoch'>,
): Promise<LearnedShare[]> {
  const { shares } = task
  const next = new Int32Array(new SharedArrayBuffer(4))
  const found: LearnedShare[] = []
  const others = Array.from({ length: threads - 1 }, () =>
    inThread({ ...task, next }, ({ share, learned }) => {
      found[share] = learned
    }),
  )
  try {
    for (let share = take(next, shares); share >= 0; share = take(next, shares)) {
      await pause(run, share / shares.length)
      found[share] = learnShare(task, shares[share]!)
    }
  } finally {
    // What nobody has taken is not begun any more when this thread has failed.
    Atomics.store(next, 0, shares.length)
    await Promise.allSettled(others)
  }
  await Promise.all(others)
  return found
}

/** Threads that have nothing to do. A new one would be slow until its code is compiled, so they are kept for the next. */
const idle: Worker[] = []

/** Has a thread take shares of a task until there is none left. */
async function inThread(task: ThreadTask, onFound: (found: ThreadFound) => void): Promise<void> {
  const worker = idle.pop() ?? begin()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const onMessage = (found: ThreadFound | typeof ENDED): void => {
    if (found === ENDED) resolve()
    else onFound(found)
  }
  const onError = (error: unknown): void => reject(new MlError('thread_failed', String(error)))
  const onExit = (code: number): void => onError(`it ended with code ${code}`)
  worker.on('message', onMessage).on('error', onError).on('exit', onExit)
  // At work it keeps the process alive, idle it does not.
  worker.ref()
  worker.postMessage(task)
  try {
    await promise
  } finally {
    worker.off('message', onMessage).off('error', onError).off('exit', onExit)
  }
  worker.unref()
  idle.push(worker)
}

function begin(): Worker {
  // The flags of the process (`--eval` and the like) are not a worker's.
  const worker = new Worker(new URL('./search-worker.ts', import.meta.url), { execArgv: [] })
  worker.on('exit', () => {
    const at = idle.indexOf(worker)
    if (at >= 0) idle.splice(at, 1)
  })
  // Whoever waits for it hears of it; nobody does while it is idle.
  return worker.on('error', () => {})
}
