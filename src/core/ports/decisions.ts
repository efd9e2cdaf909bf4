import type { Placement } from '../../contracts/placement.ts'
import type { Rule } from '../../contracts/rule.ts'
import type { Assignment } from './experiments.ts'
import type { ProfileRow } from './rows.ts'

/** A decision as it is kept: under 320 bytes, rows instead of names. See core/decisions for the encoding. */
export interface DecisionWrite {
  /** UUIDv7 of `at`: decisions of a time are found by their ids. */
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

/** A decision on its way to disk, with what is kept beside it in the same transaction. */
export interface DecisionEntry extends DecisionWrite {
  /** Records of lists that were given up before this one, in their order. */
  readonly attempts?: readonly Uint8Array[]
  /** Something was reserved for it: what counts when it is answered becomes spent. */
  readonly reserved?: boolean
  /** What it was made from; sealed with the key of its shopper. */
  readonly inputs?: Uint8Array
}

export interface DecisionRepository {
  /** Durable when it resolves. */
  append(decisions: readonly DecisionEntry[]): Promise<void>
  get(id: string): Promise<DecisionWrite | undefined>
  /** Records of the lists that a decision gave up, in their order. */
  attempts(id: string): Promise<Uint8Array[]>
  /** Undefined where they were not captured, or their shopper was erased. */
  inputs(id: string): Promise<Uint8Array | undefined>
  /** At most `most` decisions of a time and of some placements, spread evenly over them, oldest first. */
  sample(window: DecisionWindow, most: number): Promise<DecisionWrite[]>
  ofProfile(profile: ProfileRow): AsyncIterable<DecisionWrite>
  count(): Promise<number>
}

export interface DecisionWindow {
  readonly from: number
  /** Exclusive. */
  readonly to: number
  /** Left out: all of them. */
  readonly placements?: readonly string[]
}

/** So much of a budget for one decision, until it is spent or expires. */
export interface Reservation {
  readonly budget: string
  /** Budgets begin anew with each period, for example a day. */
  readonly period: string
  /** Above zero. */
  readonly amount: number
  readonly limit: number
  /** True: spent when the decision is appended. False: when it is settled. */
  readonly onAnswer: boolean
  /** From then on it is given back. */
  readonly expiresAt: number
}

export interface BudgetUse {
  readonly spent: number
  readonly held: number
}

export interface BudgetRepository {
  /**
   * All of them or none, whatever other writers do. Durable when it resolves.
   * @returns indices of those that their budgets do not allow; empty when all are held
   */
  reserve(decision: string, reservations: readonly Reservation[], now: number): Promise<number[]>
  /** What is held for these decisions and not yet spent becomes spent; returns how many reservations that were. */
  settle(decisions: readonly string[], now: number): Promise<number>
  use(budget: string, period: string, now: number): Promise<BudgetUse>
}

export interface PlacementRepository {
  all(): Promise<Placement[]>
  put(placement: Placement): Promise<void>
}

/** One version of a rule. */
export interface StoredRule {
  /** Names this version, also after it was changed or removed: decisions keep it. */
  readonly row: number
  readonly rule: Rule
  readonly changedAt: number
}

export interface RuleRepository {
  /** Those in use, by name. */
  all(): Promise<StoredRule[]>
  /** A new version, unless it is equal to the one in use. Durable when it resolves. */
  put(rule: Rule): Promise<StoredRule>
  /** False where there is none of that name. */
  remove(name: string): Promise<boolean>
  /** Versions by their rows, also of rules that were changed or removed. */
  byRows(rows: readonly number[]): Promise<StoredRule[]>
}
