import { parentPort, workerData } from 'node:worker_threads'
import { learnShare } from './learn-share.ts'
import type { ThreadFound, ThreadTask } from './search-threads.ts'
import { take } from './take-share.ts'

/** A thread of the search: it takes one share after the other and sends back what it learned. */
const task: ThreadTask = workerData
for (let share = take(task.next, task.shares); share >= 0; share = take(task.next, task.shares)) {
  parentPort?.postMessage({ share, learned: learnShare(task, task.shares[share]!) } satisfies ThreadFound)
}
