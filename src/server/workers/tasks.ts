import { REHEARSAL_TASK, type RehearsalParams, rehearseRebuild } from '../../core/outcomes/rehearse.ts'
import { EXPERIMENT_TASK, type FiguresParams, measureExperiment } from '../../core/outcomes/reports/figures.ts'
import type { JobRun, StoreReader } from '../../core/ports.ts'
import { RECOMMENDATION_TASKS } from '../../recommendations/jobs.ts'

/** What a worker does, with a reader of the store that is its own. */
export type Task = (reader: StoreReader, params: unknown, run: JobRun) => Promise<unknown>

/** Everything that a worker can be asked to do, of all capabilities. */
export const TASKS: ReadonlyMap<string, Task> = new Map<string, Task>([
  ...RECOMMENDATION_TASKS,
  // Their parameters come from open-outcomes, whose types match.
  [EXPERIMENT_TASK, (reader, params) => measureExperiment(reader, params as FiguresParams)],
  [REHEARSAL_TASK, (reader, params, run) => rehearseRebuild(reader, params as RehearsalParams, run)],
])
