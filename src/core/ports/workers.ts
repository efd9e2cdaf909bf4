import type { JobProgress } from '../../contracts/job.ts'
import type { Clock } from './rows.ts'

/** What a running job is given. */
export interface JobRun {
  readonly signal: AbortSignal
  readonly clock: Clock
  progress(progress: JobProgress): void
}

/** Runs a named task in a worker of its own; what the task may be named stands in the server's task table. */
export interface Workers {
  run<Result>(task: string, params: unknown, run: JobRun): Promise<Result>
}
