import type { Placement } from '../../contracts/placement.ts'
import type { Assignment } from './experiments.ts'
import type { ProfileRow } from './rows.ts'

/** A decision as it is kept: under 300 bytes, rows instead of names. See core/decisions for the encoding. */
export interface DecisionWrite {
  readonly id: string
  readonly at: number
  readonly profile?: ProfileRow
  readonly placement: string
  readonly record: Uint8Array
  /** The experiment's row and the arm, as in the record: here they can be counted. */
  readonly experiment?: { readonly experiment: number; readonly arm: number }
  /** Kept with the decision, unless the profile has one already; it does not come back with it. */
  readonly assignment?: Assignment
}

export interface DecisionRepository {
  /** Durable when it resolves. */
  append(decisions: readonly DecisionWrite[]): Promise<void>
  get(id: string): Promise<DecisionWrite | undefined>
  ofProfile(profile: ProfileRow): AsyncIterable<DecisionWrite>
  count(): Promise<number>
}

export interface PlacementRepository {
  all(): Promise<Placement[]>
  put(placement: Placement): Promise<void>
}
