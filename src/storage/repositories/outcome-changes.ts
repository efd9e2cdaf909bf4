import { EVENT_KINDS } from '../../contracts/vocabulary.ts'
import type { ProfileRow } from '../../core/ports.ts'
import { integer } from '../dialects/sqlite/row.ts'
import { membersOf } from './identities.ts'
import type { WriteContext } from './writing.ts'

type Write = Pick<WriteContext, 'connection'>

/**
 * Notes that a shopper's outcomes are to be worked out anew: whom it belongs to changed, or what may be counted of it.
 * Call it inside the transaction that changes this, after the change.
 */
export function noteChange({ connection }: Write, profile: ProfileRow): void {
  if (hasOutcomes(connection, profile)) {
    connection.statement('INSERT INTO outcome_changes (profile) VALUES (?)').run(profile)
  }
}

/** The same, where what is counted changes too: a bot was marked, or one became part of another shopper. */
export function noteChangedCounting({ connection }: Write, profiles: readonly ProfileRow[]): void {
  const count = connection.statement(
    `UPDATE touches SET counted = (duplicate = 0 AND ?2 = 0
       AND NOT EXISTS (SELECT 1 FROM events WHERE events.row = touches.event AND events.bot <> 0))
     WHERE profile = ?1`,
  )
  for (const profile of profiles) {
    if (!hasOutcomes(connection, profile)) continue
    count.run(profile, isBot(connection, profile) ? 1 : 0)
    noteChange({ connection }, profile)
  }
}

/** The same for all shoppers who completed these orders. */
export function noteOrders(context: Write, orders: Iterable<number>): void {
  const ordering = context.connection.statement(
    `SELECT DISTINCT profile FROM events
     WHERE "order" = ? AND kind = ${EVENT_KINDS.order_completed} AND profile IS NOT NULL`,
  )
  const profiles = new Set<ProfileRow>()
  for (const order of orders) for (const row of ordering.all(order)) profiles.add(integer(row, 'profile'))
  for (const profile of profiles) noteChange(context, profile)
}

/** Whether one of the rows that are this shopper is marked. */
export function isBot(connection: WriteContext['connection'], profile: ProfileRow): boolean {
  const bot = connection.statement('SELECT bot FROM profiles WHERE row = ?')
  return membersOf(connection, profile).some((member) => {
    const row = bot.get(member)
    return row !== undefined && integer(row, 'bot') === 1
  })
}

/** Attributions are asked for, too: they outlast the touches of a row that was parted from this one. */
function hasOutcomes(connection: WriteContext['connection'], profile: ProfileRow): boolean {
  const touch = connection.statement('SELECT 1 AS yes FROM touches WHERE profile = ? LIMIT 1')
  const line = connection.statement('SELECT 1 AS yes FROM attributions WHERE profile = ? LIMIT 1')
  return membersOf(connection, profile).some(
    (member) => touch.get(member) !== undefined || line.get(member) !== undefined,
  )
}
