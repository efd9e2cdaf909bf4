import { EVENT_KINDS as KINDS } from '../../contracts/vocabulary.ts'
import type { ActivityRule, ProfileRow } from '../../core/ports.ts'
import type { Connection } from '../dialects/sqlite/connection.ts'
import { integer, optionalInteger } from '../dialects/sqlite/row.ts'
import { eventChain } from './events.ts'
import { membersOf } from './identities.ts'
import { noteChangedCounting, noteOrders } from './outcome-changes.ts'
import type { WriteContext } from './writing.ts'

/** What stands in the columns `bot` of events and lines; 0 counts, everything else does not. */
export const BOT_BY_AGENT = 1
/** Set with the mark of the profile and taken away with it, whatever the agent said. */
export const BOT_BY_MARK = 2

/**
 * Marks a profile, as named, with all its events so far; those to come are marked as they come. Its state is forgotten
 * and made anew from the log. Undone, only what the agents said is left.
 * @returns events that were marked or unmarked
 */
export function markBot(context: WriteContext, { profile, bot }: { profile: ProfileRow; bot: boolean }): number {
  const { connection } = context
  const changed = connection
    .statement('UPDATE profiles SET bot = ?1 WHERE row = ?2 AND bot <> ?1')
    .run(bot ? 1 : 0, profile).changes
  if (Number(changed) === 0) return 0
  context.heads.forget(profile)
  const mark = bot ? `bot | ${BOT_BY_MARK}` : `bot & ~${BOT_BY_MARK}`
  const place = connection.statement('SELECT first_line, line_count FROM events WHERE row = ?')
  const markEvent = connection.statement(`UPDATE events SET bot = ${mark} WHERE row = ?`)
  const markLines = connection.statement(`UPDATE lines SET bot = ${mark} WHERE row >= ?1 AND row < ?1 + ?2`)
  const chain = eventChain({ connection }, profile)
  for (const event of chain) {
    markEvent.run(event)
    const row = place.get(event)
    const first = row && optionalInteger(row, 'first_line')
    if (row !== undefined && first !== undefined) markLines.run(first, integer(row, 'line_count'))
  }
  connection.statement('DELETE FROM profile_states WHERE profile = ?').run(profile)
  noteChangedCounting(context, membersOf(connection, profile))
  // Others may have ordered under the same number, or been refunded by these events.
  const orders = connection.statement('SELECT DISTINCT "order" FROM events WHERE profile = ? AND "order" IS NOT NULL')
  noteOrders(
    context,
    orders.all(profile).map((row) => integer(row, 'order')),
  )
  return chain.length
}

/** Profiles, as named, whose events since a moment are those of a program by a rule. */
export function restlessProfiles(
  connection: Connection,
  { rule, since }: { rule: ActivityRule; since: number },
): ProfileRow[] {
  const kinds = rule.looks.map((kind) => KINDS[kind]).join(', ')
  const rows = connection
    .statement(
      `WITH recent AS (
         SELECT profile, at, kind FROM events WHERE row >= ? AND bot = 0 AND profile IS NOT NULL
       ), fast AS (
         SELECT profile FROM recent WHERE kind IN (${kinds})
         GROUP BY profile, at / ${rule.fastMillis} HAVING count(*) >= ${rule.fastLooks}
       ), awake AS (
         SELECT profile FROM (
           SELECT profile, at / ${HOUR} AS hour FROM recent WHERE kind IN (${kinds})
           GROUP BY profile, hour HAVING count(*) >= ${rule.awakeLooks})
         GROUP BY profile, hour / 24 HAVING count(*) >= ${rule.awakeHours}
       )
       SELECT profile FROM (SELECT profile FROM fast UNION SELECT profile FROM awake)
       WHERE profile NOT IN (SELECT profile FROM recent WHERE kind = ${KINDS.order_completed})
       ORDER BY profile`,
    )
    .all(firstReceived(connection, since))
  return rows.map((row) => integer(row, 'profile'))
}

const HOUR = 3_600_000

/** The first row that arrived at a moment or later. Rows are in the order of arrival, so that it is found by halving. */
function firstReceived(connection: Connection, since: number): number {
  const at = connection.statement('SELECT row, received_at FROM events WHERE row >= ? ORDER BY row LIMIT 1')
  const [last] = connection.statement('SELECT coalesce(max(row), 0) AS row FROM events').all()
  let low = 1
  let high = last === undefined ? 1 : integer(last, 'row') + 1
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const row = at.get(middle)
    if (row === undefined || integer(row, 'received_at') >= since) high = middle
    else low = integer(row, 'row') + 1
  }
  return low
}
