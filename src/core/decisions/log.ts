import { CodedError } from '../../contracts/errors.ts'
import { uuidv7 } from '../../contracts/ids.ts'
import type { Assignment, Clock, DecisionRepository, ProfileRow, RandomBytes } from '../ports.ts'
import { type DecisionRecord, type DecodedRecord, decodeRecord, encodeRecord } from './record.ts'

/** A decision that was made and is to be kept. */
export interface MadeDecision {
  readonly at: number
  readonly placement: string
  /** Only of a personalised decision: a contextual one does not know whose it is. */
  readonly profile?: ProfileRow
  readonly record: DecisionRecord
  /** Of a visitor whom an experiment meets for the first time. */
  readonly assignment?: Assignment
}

export interface LoggedDecision extends Omit<MadeDecision, 'assignment'> {
  readonly id: string
  readonly record: DecodedRecord
}

export interface DecisionLog {
  /** Keeps them durably and gives each its id, in the same order. */
  append(decisions: readonly MadeDecision[]): Promise<string[]>
  /** @throws CodedError DECISION_NOT_FOUND */
  get(id: string): Promise<LoggedDecision>
}

export interface DecisionLogParts {
  readonly decisions: Pick<DecisionRepository, 'append' | 'get'>
  readonly clock: Clock
  readonly randomBytes: RandomBytes
}

export function createDecisionLog({ decisions, clock, randomBytes }: DecisionLogParts): DecisionLog {
  return {
    async append(made) {
      const writes = made.map(({ record, ...decision }) => ({
        id: uuidv7(clock(), randomBytes),
        ...decision,
        record: encodeRecord(record),
        ...(record.experiment === undefined ? {} : { experiment: record.experiment }),
      }))
      await decisions.append(writes)
      return writes.map(({ id }) => id)
    },
    async get(id) {
      const found = await decisions.get(id)
      if (found === undefined) throw new CodedError('DECISION_NOT_FOUND', { decision: id })
      const { experiment: _, assignment: __, ...decision } = found
      return { ...decision, record: decodeRecord(found.record) }
    },
  }
}
