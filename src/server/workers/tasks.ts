import type { JobRun, StoreReader } from '../../core/ports.ts'

/** What a worker can be asked to do. Each gets a reader of its own, and parameters that the caller has checked. */
export type Task = (reader: StoreReader, params: unknown, run: JobRun) => Promise<unknown>

export const TASKS: ReadonlyMap<string, Task> = new Map<string, Task>([])
