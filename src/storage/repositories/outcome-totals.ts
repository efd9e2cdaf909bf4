import { firstUuidOf } from '../../contracts/uuid.ts'
import type { ArmKey, OutcomeTotals, OutcomeWindow, TouchKind } from '../../core/ports.ts'
import { TOUCH_KINDS } from '../../core/ports.ts'
import type { Connection } from '../dialects/sqlite/connection.ts'
import { integer, type Row, scalar, text } from '../dialects/sqlite/row.ts'

const DAY = 86_400_000

/**
 * What is counted in a time, all from one state of the database. What retention has folded into days counts for the
 * days that lie in the time as a whole.
 */
export function readOutcomeTotals(connection: Connection, window: OutcomeWindow): OutcomeTotals {
  return connection.snapshot(() => ({
    decisions: readDecisions(connection, window),
    touches: readTouches(connection, window),
    orders: readOrders(connection, window),
    revenue: readRevenue(connection, window),
    refusedTokens: readRefused(connection, window),
    duplicates: readDuplicates(connection, window),
  }))
}

/** Times, first and last whole day, and the experiment or null. */
function bounds({ from, to, experiment }: OutcomeWindow): (number | null)[] {
  return [from, to, Math.ceil(from / DAY), Math.floor(to / DAY), experiment ?? null]
}

function readDecisions(connection: Connection, window: OutcomeWindow): OutcomeTotals['decisions'] {
  return connection
    .statement(
      `SELECT placement, experiment, arm, sum(n) AS n FROM (
         SELECT placement, coalesce(experiment, 0) AS experiment, coalesce(arm, 0) AS arm, count(*) AS n FROM decisions
         WHERE id >= ?6 AND id < ?7 AND (?5 IS NULL OR experiment = ?5) GROUP BY 1, 2, 3
         UNION ALL
         SELECT placement, experiment, arm, sum(decisions) FROM decision_days
         WHERE day >= ?3 AND day < ?4 AND (?5 IS NULL OR experiment = ?5) GROUP BY 1, 2, 3)
       GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
    )
    .all(...bounds(window), firstUuidOf(window.from), firstUuidOf(window.to))
    .map((row) => ({ ...keyOf(row), count: integer(row, 'n') }))
}

function readTouches(connection: Connection, window: OutcomeWindow): OutcomeTotals['touches'] {
  return connection
    .statement(
      `SELECT placement, experiment, arm, kind, position, sum(n) AS n FROM (
         SELECT placement, coalesce(experiment, 0) AS experiment, coalesce(arm, 0) AS arm, kind, position, count(*) AS n
         FROM touches JOIN touched_decisions d ON d.row = touches.decision
         WHERE counted = 1 AND touches.at >= ?1 AND touches.at < ?2 AND (?5 IS NULL OR experiment = ?5)
         GROUP BY 1, 2, 3, 4, 5
         UNION ALL
         SELECT placement, experiment, arm, kind, position, sum(touches) FROM outcome_days
         WHERE day >= ?3 AND day < ?4 AND (?5 IS NULL OR experiment = ?5) GROUP BY 1, 2, 3, 4, 5)
       GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5`,
    )
    .all(...bounds(window))
    .map((row) => ({
      ...keyOf(row),
      kind: kindOf(integer(row, 'kind')),
      position: integer(row, 'position'),
      count: integer(row, 'n'),
    }))
}

/** Attributions of a time are those of the orders of that time. */
const ATTRIBUTED = `FROM attributions a JOIN touched_decisions d ON d.row = a.decision
  WHERE a.at >= ?1 AND a.at < ?2 AND (?3 IS NULL OR d.experiment = ?3)`

function readOrders(connection: Connection, { from, to, experiment }: OutcomeWindow): OutcomeTotals['orders'] {
  return connection
    .statement(
      `SELECT placement, coalesce(d.experiment, 0) AS experiment, coalesce(d.arm, 0) AS arm,
         count(DISTINCT a."order") AS n ${ATTRIBUTED} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
    )
    .all(from, to, experiment ?? null)
    .map((row) => ({ ...keyOf(row), count: integer(row, 'n') }))
}

function readRevenue(connection: Connection, { from, to, experiment }: OutcomeWindow): OutcomeTotals['revenue'] {
  return connection
    .statement(
      `SELECT placement, coalesce(d.experiment, 0) AS experiment, coalesce(d.arm, 0) AS arm, currency,
         CAST(sum(micros) AS TEXT) AS micros, CAST(sum(refunded_micros) AS TEXT) AS refunded
       ${ATTRIBUTED} AND currency IS NOT NULL GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`,
    )
    .all(from, to, experiment ?? null)
    .map((row) => ({
      ...keyOf(row),
      currency: text(row, 'currency'),
      micros: BigInt(text(row, 'micros')),
      refundedMicros: BigInt(text(row, 'refunded')),
    }))
}

function readRefused(connection: Connection, { from, to }: OutcomeWindow): Record<string, number> {
  const rows = connection
    .statement(
      `SELECT code, count(*) AS n FROM refused_tokens JOIN events ON events.row = refused_tokens.event
       WHERE received_at >= ? AND received_at < ? GROUP BY 1 ORDER BY 1`,
    )
    .all(from, to)
  return Object.fromEntries(rows.map((row) => [text(row, 'code'), integer(row, 'n')]))
}

function readDuplicates(connection: Connection, { from, to, experiment }: OutcomeWindow): number {
  const row = connection
    .statement(
      `SELECT count(*) AS n FROM touches JOIN touched_decisions d ON d.row = touches.decision
       WHERE duplicate = 1 AND touches.at >= ? AND touches.at < ? AND (?3 IS NULL OR experiment = ?3)`,
    )
    .get(from, to, experiment ?? null)
  return scalar(row, 'n')
}

function keyOf(row: Row): ArmKey {
  return { placement: text(row, 'placement'), experiment: integer(row, 'experiment'), arm: integer(row, 'arm') }
}

function kindOf(number: number): TouchKind {
  return number === TOUCH_KINDS.click ? 'click' : 'impression'
}
