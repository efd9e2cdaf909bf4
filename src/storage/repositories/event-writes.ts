import { CodedError } from '../../contracts/errors.ts'
import { EVENT_KINDS } from '../../contracts/event.ts'
import type { ProfileRow, ProfileStateWrite } from '../../core/ports.ts'
import { integer, optionalInteger, scalar } from '../dialects/sqlite/row.ts'
import { hashName, seal } from '../seal.ts'
import type { EncodedEvents } from './event-encoding.ts'
import { NO_PROFILE } from './keyring.ts'
import { putStates } from './profile-writes.ts'
import { foldTraits } from './traits.ts'
import type { WriteContext } from './writing.ts'

/** The last event of a profile so far, and when it was last seen. */
interface Head {
  event: number | null
  seenAt: number
}

/**
 * Events, their lines and the states they led to, in one transaction. The events of a profile are chained from the
 * newest to the oldest (`events.previous`, head in `profiles.last_event`): all events of one shopper are found, to
 * export or to erase, without an index that each event would have to be sorted into.
 * @throws CodedError PROFILE_NOT_FOUND when a profile was erased since it was resolved; nothing is written then
 */
export function appendEvents(
  context: WriteContext,
  { events, states }: { events: EncodedEvents; states: readonly ProfileStateWrite[] },
): { added: number; known: number } {
  const { connection, keyring, random, eventKeys } = context
  const addEvent = connection.statement(
    `INSERT INTO events (source, profile, previous, kind, happened_at, received_at, at, bot, "order", first_line, line_count)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const addPayload = connection.statement('INSERT INTO event_payloads (event, sealed, raw) VALUES (?, ?, 1)')
  const heads = new Map<ProfileRow, Head>()
  const sources = new Map<string, number>()
  const count = events.keys.length
  let added = 0
  let nextLine = scalar(connection.statement('SELECT coalesce(max(row), 0) + 1 AS n FROM lines').get(), 'n')
  for (let i = 0; i < count; i++) {
    const source = events.sources[i] ?? ''
    if (!eventKeys.add(source, events.keys[i] ?? '', events.receivedAt[i]!)) continue
    const profile = events.profile[i]! < 0 ? null : events.profile[i]!
    const head = profile === null ? undefined : headOf(context, heads, profile)
    const kind = events.kind[i]!
    const at = events.at[i]!
    const orderId = events.orders[i]
    const order = orderId === undefined ? null : orderRow(context, orderId, kind)
    const lineCount = events.lineStart[i + 1]! - events.lineStart[i]!
    const event = Number(
      addEvent.run(
        sourceRow(context, sources, source),
        profile,
        head?.event ?? null,
        kind,
        events.happenedAt[i]!,
        events.receivedAt[i]!,
        at,
        events.bot[i]!,
        order,
        lineCount === 0 ? null : nextLine,
        lineCount,
      ).lastInsertRowid,
    )
    const key = keyring.ensure(profile ?? NO_PROFILE, random)
    addPayload.run(event, seal(key, events.payloads[i] ?? '', `event ${event}`, random))
    addLines(context, events, i, nextLine, { event, profile, basket: order ?? -event })
    nextLine += lineCount
    if (head !== undefined) {
      head.event = event
      if (at > head.seenAt) head.seenAt = at
    }
    const traits = events.traits[i]
    if (traits !== undefined && profile !== null) foldTraits(context, profile, JSON.parse(traits), at)
    added++
  }
  const setHead = connection.statement('UPDATE profiles SET last_event = ?, last_seen_at = ? WHERE row = ?')
  for (const [profile, head] of heads) setHead.run(head.event, head.seenAt, profile)
  putStates(context, states, (profile) => heads.has(profile))
  return { added, known: count - added }
}

function addLines(
  { connection }: WriteContext,
  events: EncodedEvents,
  i: number,
  firstRow: number,
  of: { event: number; profile: number | null; basket: number },
): void {
  const add = connection.statement(
    `INSERT INTO lines (row, event, profile, product, kind, at, quantity, price_micros, currency, basket, bot)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const from = events.lineStart[i]!
  for (let line = from; line < events.lineStart[i + 1]!; line++) {
    const price = events.priceMicros[line]!
    add.run(
      firstRow + line - from,
      of.event,
      of.profile,
      events.product[line]!,
      events.kind[i]!,
      events.at[i]!,
      events.quantity[line]!,
      Number.isNaN(price) ? null : price,
      events.currencies[line] ?? null,
      of.basket,
      events.bot[i]!,
    )
  }
}

function headOf({ connection }: WriteContext, heads: Map<ProfileRow, Head>, profile: ProfileRow): Head {
  const known = heads.get(profile)
  if (known) return known
  const row = connection.statement('SELECT last_event, last_seen_at FROM profiles WHERE row = ?').get(profile)
  if (row === undefined) throw new CodedError('PROFILE_NOT_FOUND', { profile })
  const head = { event: optionalInteger(row, 'last_event') ?? null, seenAt: integer(row, 'last_seen_at') }
  heads.set(profile, head)
  return head
}

function sourceRow({ connection }: WriteContext, sources: Map<string, number>, name: string): number {
  const cached = sources.get(name)
  if (cached !== undefined) return cached
  const known = connection.statement('SELECT row FROM sources WHERE name = ?').get(name)
  const row =
    known === undefined
      ? Number(connection.statement('INSERT INTO sources (name) VALUES (?)').run(name).lastInsertRowid)
      : integer(known, 'row')
  sources.set(name, row)
  return row
}

function orderRow({ connection, keyring }: WriteContext, orderId: string, kind: number): number {
  const hash = hashName(keyring.pepper, 'order', orderId)
  const completed = kind === EVENT_KINDS.order_completed ? 1 : 0
  const known = connection.statement('SELECT row FROM orders WHERE hash = ?').get(hash)
  if (known === undefined) {
    const add = connection.statement('INSERT INTO orders (hash, completed, events) VALUES (?, ?, 1)')
    return Number(add.run(hash, completed).lastInsertRowid)
  }
  const row = integer(known, 'row')
  connection
    .statement('UPDATE orders SET completed = max(completed, ?), events = events + 1 WHERE row = ?')
    .run(completed, row)
  return row
}
