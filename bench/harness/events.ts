import { Worker } from 'node:worker_threads'
import type { VisitorsOptions } from './visitors.ts'

/** Batches over several connections; each sends the next one when the last was acknowledged. */
export interface EventPlan extends VisitorsOptions {
  readonly url: string
  /** A write key. */
  readonly key: string
  readonly events: number
  readonly batch: number
  readonly connections: number
  /** When the events happen, UTC milliseconds. */
  readonly now: number
}

export interface EventReport {
  readonly seconds: number
  /** Batches that were asked to come again, and did. */
  readonly refused: number
  readonly slowestMs: number
}

/** Sends events from a thread of its own, which makes them before the measurement begins. */
export function sendEvents(plan: EventPlan): Promise<EventReport> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./event-sender.ts', import.meta.url), { workerData: plan })
    worker.on('message', (message: 'ready' | EventReport) => {
      if (message === 'ready') worker.postMessage('go')
      else {
        resolve(message)
        void worker.terminate()
      }
    })
    worker.once('error', reject)
  })
}
