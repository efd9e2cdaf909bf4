import { integer } from '../dialects/sqlite/row.ts'
import type { WriteContext } from './writing.ts'

const DAY = 86_400_000
/** Rows per transaction, so that other writes wait for milliseconds only. */
const AT_ONCE = 2000
/** Counter: touches of decisions made before this time were folded. */
export const FOLDED_BEFORE = 'touches_folded_before'

/**
 * Old touches are counted by day, then deleted; those that an order is attributed to stay as long as the order does,
 * so that a late refund still finds what it takes back. A touch outlasts its decision, whatever time its event gave: while
 * the decision is there its tokens are spent. Returns how many were deleted.
 */
export function expireTouches({ connection }: WriteContext, { before }: { before: number }): number {
  const old = connection
    .statement(
      `SELECT decision, position, kind, event, t.at, counted FROM touches t
         JOIN touched_decisions d ON d.row = t.decision
       WHERE t.at < ?1 AND d.at < ?1 AND NOT EXISTS (
         SELECT 1 FROM attributions a
         WHERE a.decision = t.decision AND a.position = t.position AND a.kind = t.kind AND a.touch = t.event)
       ORDER BY t.at LIMIT ${AT_ONCE}`,
    )
    .all(before)
  const count = connection.statement(
    `INSERT INTO outcome_days (day, placement, experiment, arm, kind, position, touches)
     SELECT ?2, placement, coalesce(experiment, 0), coalesce(arm, 0), ?3, ?4, 1
     FROM touched_decisions WHERE row = ?1
     ON CONFLICT DO UPDATE SET touches = touches + 1`,
  )
  const remove = connection.statement(
    'DELETE FROM touches WHERE decision = ? AND position = ? AND kind = ? AND event = ?',
  )
  const forget = connection.statement(
    `DELETE FROM touched_decisions WHERE row = ?1
       AND NOT EXISTS (SELECT 1 FROM touches WHERE decision = ?1)
       AND NOT EXISTS (SELECT 1 FROM attributions WHERE decision = ?1)`,
  )
  // For good: what is made from the log again must not count these a second time.
  connection
    .statement(
      `INSERT INTO counters (name, value) VALUES ('${FOLDED_BEFORE}', ?)
       ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)`,
    )
    .run(before)
  const decisions = new Set<number>()
  for (const row of old) {
    const [decision, position, kind] = [integer(row, 'decision'), integer(row, 'position'), integer(row, 'kind')]
    if (integer(row, 'counted') === 1) count.run(decision, Math.floor(integer(row, 'at') / DAY), kind, position)
    remove.run(decision, position, kind, integer(row, 'event'))
    decisions.add(decision)
  }
  for (const decision of decisions) forget.run(decision)
  return old.length
}
