import { CodedError } from '../../contracts/errors.ts'
import { uuidv7 } from '../../contracts/ids.ts'
import type { Assignment, DecisionRepository, DecisionWindow, ProfileRow, RandomBytes } from '../ports.ts'
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
  /** Where something was reserved for it before it was logged. */
  readonly id?: string
  /** Lists that were given up, since a limit did not allow them. */
  readonly attempts?: readonly DecisionRecord[]
  /** What it spends is held for its id. */
  readonly reserved?: boolean
  /** What it was made from, encoded. */
  readonly inputs?: Uint8Array
}

export interface LoggedDecision extends Omit<MadeDecision, 'assignment'> {
  readonly id: string
  readonly record: DecodedRecord
  readonly attempts?: readonly DecodedRecord[]
}

export interface DecisionLog {
  /** Keeps them durably and gives each its id, in the same order. */
  append(decisions: readonly MadeDecision[]): Promise<string[]>
  /** @throws CodedError DECISION_NOT_FOUND */
  get(id: string): Promise<LoggedDecision>
  /** What a decision was made from; undefined where it was not captured, or is gone. */
  inputs(id: string): Promise<Uint8Array | undefined>
  /** At most `most` decisions of a time, of some placements or of all, spread evenly, oldest first. */
  sample(window: DecisionWindow, most: number): Promise<LoggedDecision[]>
}

export interface DecisionLogParts {
  readonly decisions: Pick<DecisionRepository, 'append' | 'get' | 'attempts' | 'inputs' | 'sample'>
  readonly randomBytes: RandomBytes
}

export function createDecisionLog({ decisions, randomBytes }: DecisionLogParts): DecisionLog {
  return {
    async append(made) {
      const writes = made.map(({ record, id, attempts, ...decision }) => ({
        id: id ?? uuidv7(decision.at, randomBytes),
        ...decision,
        record: encodeRecord(record),
        ...(record.experiment === undefined ? {} : { experiment: record.experiment }),
        ...(attempts === undefined || attempts.length === 0 ? {} : { attempts: attempts.map(encodeRecord) }),
      }))
      await decisions.append(writes)
      return writes.map(({ id }) => id)
    },
    async get(id) {
      const found = await decisions.get(id)
      if (found === undefined) throw new CodedError('DECISION_NOT_FOUND', { decision: id })
      const { experiment: _, assignment: __, ...decision } = found
      const attempts = (await decisions.attempts(id)).map(decodeRecord)
      return { ...decision, record: decodeRecord(found.record), ...(attempts.length === 0 ? {} : { attempts }) }
    },
    inputs: (id) => decisions.inputs(id),
    async sample(window, most) {
      const found = await decisions.sample(window, most)
      return found.map(({ experiment: _, assignment: __, ...decision }) => ({
        ...decision,
        record: decodeRecord(decision.record),
      }))
    },
  }
}
