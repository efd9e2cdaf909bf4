import type { ErrorCode, ErrorDetails } from '../../contracts/errors.ts'
import type { JobProgress } from '../../contracts/job.ts'

/** What a worker is given when it starts. */
export interface WorkerTask {
  readonly task: string
  readonly params: unknown
  /** The store that the task reads. */
  readonly directory: string
  readonly masterKey: string
}

/** From the worker to the server. A result's shared arrays cross by reference, everything else as a copy. */
export type WorkerMessage =
  | { readonly kind: 'progress'; readonly progress: JobProgress }
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'refusal'; readonly code: ErrorCode; readonly details: ErrorDetails }
  | { readonly kind: 'fault'; readonly problem: string }

/** From the server to the worker: stop at the next safe point. */
export const CANCEL = 'cancel'
