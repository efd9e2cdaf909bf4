import type { RuleLimit } from '../../contracts/rule.ts'
import type { BudgetRepository, Reservation } from '../ports.ts'
import type { PlannedRule } from './rules/rule-set.ts'
import { dayOf } from './rules/wall-time.ts'

const MINUTE = 60_000
/** An answer that is not logged by then was never given: its process died in between. */
const HELD_FOR_ANSWER = MINUTE
const HELD_MINUTES = 30
/** A limit that was reached is believed so long, so that not every request asks the store in vain. */
const BELIEVED = 10_000

/** What a list spends of a rule's limit: the products on it that the rule put there. */
export interface Spend {
  readonly rule: PlannedRule
  /** Above zero. */
  readonly amount: number
}

/** Limits of rules, spent by decisions. */
export interface Reservations {
  /** Rows of rules whose limit is known to be reached. */
  resting(rules: readonly PlannedRule[], now: number): ReadonlySet<number>
  /**
   * Holds what a list spends, all of it or nothing.
   * @returns rows of the rules whose limits do not allow it; empty when all is held
   */
  reserve(decision: string, spends: readonly Spend[], now: number): Promise<ReadonlySet<number>>
  /** The page says that it was seen: what was held for impressions is spent. */
  seen(decisions: readonly string[], now: number): Promise<number>
  /** What is spent or held of a rule's limit today. */
  usedToday(rule: string, now: number): Promise<number>
}

export interface ReservationParts {
  readonly budgets: BudgetRepository
  /** IANA zone of the store: limits begin anew with its day. */
  readonly timezone: string
}

export function createReservations({ budgets, timezone }: ReservationParts): Reservations {
  /** By the rule's row: until when it rests. */
  const reached = new Map<number, { readonly from: number; readonly until: number; readonly period: string }>()
  const isResting = (row: number, now: number): boolean => {
    const known = reached.get(row)
    if (known === undefined) return false
    if (now >= known.from && now < known.until && dayOf(now, timezone) === known.period) return true
    reached.delete(row)
    return false
  }
  return {
    resting(rules, now) {
      if (reached.size === 0) return NOTHING
      return new Set(rules.filter(({ row }) => isResting(row, now)).map(({ row }) => row))
    },
    async reserve(decision, spends, now) {
      const period = dayOf(now, timezone)
      const wanted = spends.map(({ rule, amount }) => reservationOf(rule, amount, period, now))
      const refused = await budgets.reserve(decision, wanted, now)
      const rows = refused.flatMap((i) => spends[i]?.rule.row ?? [])
      for (const row of rows) reached.set(row, { from: now, until: now + BELIEVED, period })
      return new Set(rows)
    },
    seen: (decisions, now) => budgets.settle(decisions, now),
    async usedToday(rule, now) {
      const { spent, held } = await budgets.use(budgetOf(rule), dayOf(now, timezone), now)
      return spent + held
    },
  }
}

const NOTHING: ReadonlySet<number> = new Set()

function reservationOf(
  { rule: { name, effect } }: PlannedRule,
  amount: number,
  period: string,
  now: number,
): Reservation {
  const limit: RuleLimit = effect.limit ?? { perDay: 0 }
  const onAnswer = limit.counts !== 'impressions'
  const held = onAnswer ? HELD_FOR_ANSWER : (limit.holdMinutes ?? HELD_MINUTES) * MINUTE
  return { budget: budgetOf(name), period, amount, limit: limit.perDay, onAnswer, expiresAt: now + held }
}

/** By the rule's name: a limit goes on when the rule is changed during the day. */
function budgetOf(rule: string): string {
  return `rule:${rule}`
}
