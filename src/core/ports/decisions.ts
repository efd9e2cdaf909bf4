import type { Placement } from '../../contracts/placement.ts'
import type { ProfileRow } from './rows.ts'

/** A decision as it is kept: under 300 bytes, rows instead of names. See core/decisions for the encoding. */
export interface DecisionWrite {
  readonly id: string
  readonly at: number
  readonly profile?: ProfileRow
  readonly placement: string
  readonly record: Uint8Array
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
