import { Worker } from 'node:worker_threads'

export interface LoadRequest {
  readonly path: string
  /** JSON. */
  readonly body: string
}

/** An open loop: requests leave at their times, whether or not earlier ones were answered. */
export interface LoadPlan {
  readonly url: string
  readonly token: string
  /** Sent one after another, from the start again when they are used up. */
  readonly requests: readonly LoadRequest[]
  readonly requestsPerSecond: number
  readonly seconds: number
}

export interface LoadReport {
  /** Milliseconds from the time at which a request was due to the last byte of its answer, in the order of sending. */
  readonly latencies: Float64Array
  /** Refused, cut off, or answered with another status than 200. */
  readonly failed: number
  readonly seconds: number
  /** The largest delay between a request's time and its leaving: large where the generator itself was held up. */
  readonly latestStartMs: number
}

/**
 * Sends the load from a thread of its own. Latency counts from the time a request was due, so that a server that stalls
 * is charged for everybody who would have waited (Tene 2015, "coordinated omission").
 */
export function sendLoad(plan: LoadPlan): Promise<LoadReport> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./load-sender.ts', import.meta.url), { workerData: plan })
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}
