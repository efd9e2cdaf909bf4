import type { Experiment } from '../../contracts/experiment.ts'
import type { ProfileRow } from './rows.ts'

export interface StoredExperiment {
  readonly row: number
  /** Random text that makes one experiment's split independent of another's. */
  readonly salt: string
  readonly experiment: Experiment
}

/** In which arm a visitor stands from a moment on. */
export interface Assignment {
  /** The experiment's row. */
  readonly experiment: number
  /** The row that was seen first, as named: links change whom it belongs to, never the assignment. */
  readonly profile: ProfileRow
  readonly arm: number
  readonly at: number
}

export interface ExperimentRepository {
  all(): Promise<StoredExperiment[]>
  add(experiment: Experiment, salt: string): Promise<number>
  update(row: number, experiment: Experiment): Promise<void>
  remove(row: number): Promise<void>
  /** The earliest that one of these rows has: of linked rows that were assigned apart, it holds for all. */
  assignment(experiment: number, members: readonly ProfileRow[]): Promise<Assignment | undefined>
  /** All of one canonical profile, for export. */
  assignmentsOf(profile: ProfileRow): Promise<Assignment[]>
}
