import { parseUuid } from '../../contracts/uuid.ts'
import type { BudgetRepository, BudgetUse, Reservation } from '../../core/ports.ts'
import type { Connection } from '../dialects/sqlite/connection.ts'
import { integer, scalar } from '../dialects/sqlite/row.ts'
import type { WriterClient } from '../dialects/sqlite/writer.ts'
import type { WriteContext } from './writing.ts'

const USE = 'SELECT spent, held FROM budgets WHERE name = ? AND period = ?'

/**
 * Holds all of the amounts, or none: what has expired is given back first, so that a process that died blocks nothing.
 * The rows are read and written in one transaction that began as a writer, so that two of them cannot both take the
 * last of a budget.
 * @returns indices of the reservations that their budgets do not allow
 */
export function reserveBudgets(
  { connection }: WriteContext,
  { decision, reservations, now }: { decision: string; reservations: readonly Reservation[]; now: number },
): number[] {
  for (const { budget, period } of reservations) giveBackExpired(connection, budget, period, now)
  const refused = reservations.flatMap(({ budget, period, amount, limit }, i) => {
    const { spent, held } = useOf(connection, budget, period)
    return spent + held + amount > limit ? [i] : []
  })
  if (refused.length > 0) return refused
  const add = connection.statement(
    'INSERT INTO reservations (budget, period, decision, amount, on_answer, expires_at) VALUES (?, ?, ?, ?, ?, ?)',
  )
  for (const { budget, period, amount, onAnswer, expiresAt } of reservations) {
    add.run(budget, period, uuidOf(decision), amount, onAnswer ? 1 : 0, expiresAt)
    change(connection, budget, period, { spent: 0, held: amount }, now)
  }
  return []
}

/** What is held for decisions is spent; what expired and was given back stays so. Returns how many reservations. */
export function settleReservations(
  { connection }: Pick<WriteContext, 'connection'>,
  { decisions, onAnswer, now }: { decisions: readonly string[]; onAnswer: boolean; now: number },
): number {
  const find = connection.statement(
    'SELECT row, budget, period, amount FROM reservations WHERE decision = ? AND on_answer = ?',
  )
  const remove = connection.statement('DELETE FROM reservations WHERE row = ?')
  let settled = 0
  for (const decision of decisions) {
    for (const row of find.all(uuidOf(decision), onAnswer ? 1 : 0)) {
      const amount = integer(row, 'amount')
      change(connection, String(row['budget']), String(row['period']), { spent: amount, held: -amount }, now)
      remove.run(integer(row, 'row'))
      settled++
    }
  }
  return settled
}

export function createBudgetRepository(connection: Connection, writer: WriterClient): BudgetRepository {
  return {
    reserve: (decision, reservations, now) => writer.call('reserveBudgets', { decision, reservations, now }),
    settle: (decisions, now) => writer.call('settleReservations', { decisions, onAnswer: false, now }),
    async use(budget, period, now) {
      const { spent, held } = useOf(connection, budget, period)
      const expired = connection
        .statement(
          `SELECT coalesce(sum(amount), 0) AS n FROM reservations
           WHERE budget = ? AND period = ? AND expires_at <= ?`,
        )
        .get(budget, period, now)
      return { spent, held: held - scalar(expired, 'n') }
    },
  }
}

function giveBackExpired(connection: Connection, budget: string, period: string, now: number): void {
  const gone = connection
    .statement('DELETE FROM reservations WHERE budget = ? AND period = ? AND expires_at <= ? RETURNING amount')
    .all(budget, period, now)
  if (gone.length === 0) return
  const amount = gone.reduce((sum, row) => sum + integer(row, 'amount'), 0)
  change(connection, budget, period, { spent: 0, held: -amount }, now)
}

function useOf(connection: Connection, budget: string, period: string): BudgetUse {
  const row = connection.statement(USE).get(budget, period)
  return row === undefined ? { spent: 0, held: 0 } : { spent: integer(row, 'spent'), held: integer(row, 'held') }
}

function change(connection: Connection, budget: string, period: string, by: BudgetUse, now: number): void {
  connection
    .statement(
      `INSERT INTO budgets (name, period, spent, held, changed_at) VALUES (?1, ?2, ?3, ?4, ?5)
       ON CONFLICT (name, period) DO UPDATE SET
         spent = spent + excluded.spent, held = held + excluded.held, changed_at = excluded.changed_at`,
    )
    .run(budget, period, by.spent, by.held, now)
}

function uuidOf(id: string): Uint8Array {
  const uuid = parseUuid(id)
  if (uuid === undefined) throw new TypeError(`${id} is not a UUID`)
  return uuid
}
