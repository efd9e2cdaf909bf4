import type { JobRun, OutcomeDifferences, StoreReader } from '../ports.ts'
import type { AttributionWindows } from './attribute.ts'
import { createFollower } from './follow.ts'
import { createDecisionTokens } from './tokens.ts'

/** Name of the task that runs in a worker of its own. */
export const REHEARSAL_TASK = 'outcomes.rehearsal'

export interface RehearsalParams {
  readonly tokenKey: Uint8Array
  readonly tokenDays: number
  readonly windows: AttributionWindows
  /** By product row; below zero, and beyond the end, for none. */
  readonly groups: Int32Array
}

/** What a rebuild would come to, and in what it would differ from what is counted now. */
export interface Rehearsed {
  readonly events: number
  readonly shoppers: number
  readonly differences: OutcomeDifferences
}

/**
 * A rebuild that is not kept. First what the follower has not come to yet is taken in, so that only what a rebuild
 * changes counts as a difference.
 * @throws where the run is told to stop
 */
export async function rehearseRebuild(
  reader: Pick<StoreReader, 'rehearseOutcomes'>,
  { tokenKey, tokenDays, windows, groups }: RehearsalParams,
  run: JobRun,
): Promise<Rehearsed> {
  const rehearsal = reader.rehearseOutcomes()
  const follower = createFollower({
    outcomes: rehearsal.outcomes,
    decisions: { get: rehearsal.decision },
    tokens: createDecisionTokens(tokenKey, tokenDays),
    catalog: { current: { group: groups } },
    windows,
  })
  await follower.catchUp(run.signal)
  run.signal.throwIfAborted()
  rehearsal.remember()
  const made = await follower.rebuild(run)
  return { ...made, differences: rehearsal.differences() }
}
