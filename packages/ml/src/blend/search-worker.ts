import { parentPort } from 'node:worker_threads'
import { learnShare } from './learn-share.ts'
import type { ThreadFound, ThreadTask } from './search-threads.ts'
import { ENDED, take } from './take-share.ts'

/** A thread of the search: of each task it takes one share after the other and sends back what it learned. */
parentPort?.on('message', (task: ThreadTask) => {
  for (let share = take(task.next, task.shares); share >= 0; share = take(task.next, task.shares)) {
    parentPort?.postMessage({ share, learned: learnShare(task, task.shares[share]!) } satisfies ThreadFound)
  }
  parentPort?.postMessage(ENDED)
})
