import { formatUuid } from '../../contracts/uuid.ts'
import type { ProfileRow } from '../../core/ports.ts'
import { bytes, integer, optionalInteger, text } from '../dialects/sqlite/row.ts'
import { open } from '../seal.ts'
import { announce } from './announce.ts'
import { decodePayload } from './event-encoding.ts'
import { eventChain } from './events.ts'
import { membersOf } from './identities.ts'
import { noteOrders } from './outcome-changes.ts'
import { eraseOutcomes } from './outcome-writes.ts'
import type { WriteContext } from './writing.ts'

/**
 * Deletes a shopper, and every row that is linked to it, from all tables. Decisions stay without the shopper. The
 * rows are noted as erased in the same transaction; their keys are destroyed right after it, and again at the next
 * opening, so that a crash in between leaves no key behind.
 * @returns deleted rows by table, and decisions that were cut loose; empty tables are left out
 */
export function eraseProfile(
  context: WriteContext,
  { profile, at }: { profile: ProfileRow; at: number },
): { counts: Record<string, number>; members: ProfileRow[] } {
  const { connection } = context
  const counts = new Map<string, number>()
  const run = (table: string, sql: string, ...values: number[]) => {
    const changes = Number(connection.statement(sql).run(...values).changes)
    if (changes > 0) counts.set(table, (counts.get(table) ?? 0) + changes)
  }
  const members = membersOf(connection, profile)
  // Storemind's own ids, which say nothing by themselves; the store's ids are what is being erased.
  const idOf = connection.statement('SELECT id FROM profiles WHERE row = ?')
  const profiles = members.flatMap((member) => {
    const row = idOf.get(member)
    return row === undefined ? [] : [formatUuid(bytes(row, 'id'))]
  })
  announce(context, at, 'profile.erased', { profiles })
  context.names.clear()
  const orders = new Set<number>()
  for (const member of members) {
    for (const event of eventChain(context, member)) {
      const row = connection.statement('SELECT "order", first_line, line_count FROM events WHERE row = ?').get(event)
      if (row === undefined) continue
      const order = optionalInteger(row, 'order')
      // An order that somebody else's event names too is not this shopper's alone.
      if (order !== undefined) {
        connection.statement('UPDATE orders SET events = events - 1 WHERE row = ?').run(order)
        run('orders', 'DELETE FROM orders WHERE row = ? AND events = 0', order)
        orders.add(order)
      }
      forgetKey(context, event, member)
      const first = optionalInteger(row, 'first_line')
      if (first !== undefined) {
        run('lines', 'DELETE FROM lines WHERE row >= ? AND row < ?', first, first + integer(row, 'line_count'))
      }
      run('event_payloads', 'DELETE FROM event_payloads WHERE event = ?', event)
      run('event_tokens', 'DELETE FROM event_tokens WHERE event = ?', event)
      run('refused_tokens', 'DELETE FROM refused_tokens WHERE event = ?', event)
      run('events', 'DELETE FROM events WHERE row = ?', event)
    }
    for (const [table, n] of Object.entries(eraseOutcomes(context, member))) {
      if (n > 0) counts.set(table, (counts.get(table) ?? 0) + n)
    }
    context.heads.remove(member)
    run('profile_states', 'DELETE FROM profile_states WHERE profile = ?', member)
    run('consents', 'DELETE FROM consents WHERE profile = ?', member)
    run('traits', 'DELETE FROM traits WHERE profile = ?', member)
    run('identity_links', 'DELETE FROM identity_links WHERE from_profile = ?1 OR to_profile = ?1', member)
    run('canonical_profiles', 'DELETE FROM canonical_profiles WHERE profile = ?', member)
    run('assignments', 'DELETE FROM assignments WHERE profile = ?', member)
    run('decision_inputs', 'DELETE FROM decision_inputs WHERE profile = ?', member)
    run('decisions_unlinked', 'UPDATE decisions SET profile = NULL WHERE profile = ?', member)
    run('profiles', 'DELETE FROM profiles WHERE row = ?', member)
    connection.statement('INSERT INTO erasures (profile) VALUES (?) ON CONFLICT DO NOTHING').run(member)
  }
  context.eventKeys.write()
  noteOrders(context, orders)
  return { counts: Object.fromEntries(counts), members }
}

/** The same message may come again from a client that kept it; it must not be turned away for one that is gone. */
function forgetKey({ connection, keyring, eventKeys }: WriteContext, event: number, profile: ProfileRow): void {
  const row = connection
    .statement(
      `SELECT sealed, name FROM event_payloads JOIN events ON events.row = event JOIN sources ON sources.row = source
       WHERE event = ?`,
    )
    .get(event)
  const key = keyring.keyOf(profile)
  if (row === undefined || key === undefined) return
  const plain = open(key, bytes(row, 'sealed'), `event ${event}`)
  if (plain !== undefined) eventKeys.remove(text(row, 'name'), decodePayload(plain.toString()).key)
}

/** All rows that were ever erased. */
export function erasedProfiles({ connection }: Pick<WriteContext, 'connection'>): ProfileRow[] {
  return connection
    .statement('SELECT profile FROM erasures')
    .all()
    .map((row) => integer(row, 'profile'))
}
