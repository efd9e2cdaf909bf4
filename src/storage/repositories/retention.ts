import { firstUuidOf } from '../../contracts/uuid.ts'
import type { RetentionRule } from '../../core/ports.ts'
import { bytes, integer, optionalInteger } from '../dialects/sqlite/row.ts'
import type { WriterClient } from '../dialects/sqlite/writer.ts'
import { open, seal } from '../seal.ts'
import { decodePayload, encodePayload } from './event-encoding.ts'
import { NO_PROFILE } from './keyring.ts'
import type { WriteContext } from './writing.ts'

const DAY = 86_400_000
/** Rows per transaction, so that other writes wait for milliseconds only. */
const AT_ONCE = 2000

/** Applies the rule in small transactions; 0 days keeps for ever. Returns how many rows each part took. */
export async function applyRetention(
  writer: WriterClient,
  rule: RetentionRule,
  now: number,
): Promise<Record<string, number>> {
  const before = (days: number) => (days === 0 ? Number.NEGATIVE_INFINITY : now - days * DAY)
  const all = async (step: () => Promise<number>) => {
    let total = 0
    for (;;) {
      const done = await step()
      total += done
      if (done < AT_ONCE) return total
    }
  }
  const decisions = before(rule.decisionDays)
  const raw = before(rule.rawEventDays)
  const jobs = before(rule.jobDays)
  // Touches first: they are counted by what their decisions say.
  const touches = Number.isFinite(decisions) ? await all(() => writer.call('expireTouches', { before: decisions })) : 0
  return {
    touches,
    decisions: Number.isFinite(decisions) ? await all(() => writer.call('expireDecisions', { before: decisions })) : 0,
    raw_messages: Number.isFinite(raw) ? await all(() => writer.call('expireRawMessages', { before: raw, now })) : 0,
    jobs: Number.isFinite(jobs) ? await writer.call('expireJobs', { before: jobs }) : 0,
    webhook_deliveries: Number.isFinite(jobs) ? await writer.call('expireDeliveries', { before: jobs }) : 0,
  }
}

/**
 * Old decisions are counted by day, placement, experiment and arm, then deleted with all that was kept beside them.
 * Returns how many.
 */
export function expireDecisions({ connection }: WriteContext, { before }: { before: number }): number {
  const old = `SELECT id FROM decisions WHERE id < ?1 ORDER BY id LIMIT ${AT_ONCE}`
  const first = firstUuidOf(before)
  connection
    .statement(
      `INSERT INTO decision_days (day, placement, experiment, arm, decisions)
       SELECT at / ${DAY}, placement, coalesce(experiment, 0), coalesce(arm, 0), count(*)
       FROM decisions WHERE id IN (${old}) GROUP BY 1, 2, 3, 4
       ON CONFLICT (day, placement, experiment, arm) DO UPDATE SET decisions = decisions + excluded.decisions`,
    )
    .run(first)
  for (const table of ['decision_attempts', 'decision_inputs']) {
    connection.statement(`DELETE FROM ${table} WHERE decision IN (${old})`).run(first)
  }
  connection.statement('DELETE FROM reservations WHERE expires_at < ?').run(before)
  connection.statement('DELETE FROM budgets WHERE changed_at < ?').run(before)
  return Number(connection.statement(`DELETE FROM decisions WHERE id IN (${old})`).run(first).changes)
}

/**
 * Seals old payloads again without the raw message. Events arrive in the order of their rows, so a mark remembers how
 * far this has come. A row from the future came while the clock was ahead, and goes with those before it: it must not
 * hold up all that came after. Returns how many were looked at.
 */
export function expireRawMessages(
  { connection, keyring, random }: WriteContext,
  { before, now }: { before: number; now: number },
): number {
  const mark = connection.statement("SELECT value FROM counters WHERE name = 'raw_expired_to'").get()
  const after = mark === undefined ? 0 : integer(mark, 'value')
  const rows = connection
    .statement(
      `SELECT events.row, profile, received_at, sealed FROM events JOIN event_payloads ON event = events.row
       WHERE events.row > ? ORDER BY events.row LIMIT ${AT_ONCE}`,
    )
    .all(after)
  const write = connection.statement('UPDATE event_payloads SET sealed = ?, raw = 0 WHERE event = ?')
  let done = 0
  let last = after
  for (const row of rows) {
    const receivedAt = integer(row, 'received_at')
    if (receivedAt >= before && receivedAt <= now) break
    last = integer(row, 'row')
    done++
    const key = keyring.keyOf(optionalInteger(row, 'profile') ?? NO_PROFILE)
    const plain = key && open(key, bytes(row, 'sealed'), `event ${last}`)
    if (key === undefined || plain === undefined) continue
    const { raw: _raw, ...rest } = decodePayload(plain.toString())
    write.run(seal(key, encodePayload(rest), `event ${last}`, random), last)
  }
  connection
    .statement(
      `INSERT INTO counters (name, value) VALUES ('raw_expired_to', ?)
       ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    )
    .run(last)
  return done
}

/** Ended jobs, and the row problems of imports that ended so long ago. */
export function expireJobs({ connection }: WriteContext, { before }: { before: number }): number {
  connection
    .statement('DELETE FROM import_problems WHERE import IN (SELECT id FROM imports WHERE ended_at < ?)')
    .run(before)
  return Number(connection.statement('DELETE FROM jobs WHERE ended_at < ?').run(before).changes)
}
