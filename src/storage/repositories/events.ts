import { setImmediate } from 'node:timers/promises'
import type { EventLine } from '../../contracts/event.ts'
import type { Clock, EventRepository, LoggedEvent, ProfileRow, StoredEvent } from '../../core/ports.ts'
import { bytes, integer, optionalInteger, optionalText, type Row, scalar, text } from '../dialects/sqlite/row.ts'
import type { WriterClient } from '../dialects/sqlite/writer.ts'
import { open } from '../seal.ts'
import { decodeEvent, decodePayload, encodeEvents } from './event-encoding.ts'
import { membersOf } from './identities.ts'
import { NO_PROFILE } from './keyring.ts'
import type { ReadContext } from './writing.ts'

/** Events read before the thread may do other work. */
const CHUNK = 200

export function createEventRepository(read: ReadContext, writer: WriterClient, clock: Clock): EventRepository {
  const { connection } = read
  return {
    known: (source, keys) => writer.call('knownKeys', { source, keys }),
    take: async (arrivals) => writer.call('takeEvents', { events: encodeEvents(arrivals), now: clock() }),
    ofProfile: (profile) => eventsOfProfile(read, profile),
    since: (profile, after, upTo) => eventsSince(read, profile, after, upTo),
    async count() {
      return scalar(connection.statement('SELECT count(*) AS n FROM events').get(), 'n')
    },
    async lastArrival() {
      const row = connection.statement('SELECT received_at FROM events ORDER BY row DESC LIMIT 1').get()
      return row && integer(row, 'received_at')
    },
  }
}

/** Rows of the events of one named profile after a row, newest first. */
export function eventChain({ connection }: Pick<ReadContext, 'connection'>, profile: ProfileRow, after = 0): number[] {
  const head = connection.statement('SELECT last_event FROM profiles_seen WHERE row = ?').get(profile)
  const before = connection.statement('SELECT previous FROM events WHERE row = ?')
  const rows: number[] = []
  for (let event = head && optionalInteger(head, 'last_event'); event !== undefined && event > after; ) {
    rows.push(event)
    const row = before.get(event)
    event = row && optionalInteger(row, 'previous')
  }
  return rows
}

async function* eventsOfProfile(read: ReadContext, profile: ProfileRow): AsyncGenerator<StoredEvent> {
  const { connection } = read
  const at = connection.statement('SELECT at FROM events WHERE row = ?')
  const found: { row: number; at: number }[] = []
  for (const member of membersOf(connection, profile)) {
    for (const row of eventChain(read, member)) {
      found.push({ row, at: scalar(at.get(row), 'at') })
      if (found.length % 1000 === 0) await setImmediate()
    }
  }
  found.sort((a, b) => a.at - b.at || a.row - b.row)
  for (const [i, { row }] of found.entries()) {
    const event = readEvent(read, row)
    if (event !== undefined) yield event
    if (i % CHUNK === CHUNK - 1) await setImmediate()
  }
}

async function* eventsSince(
  read: ReadContext,
  profile: ProfileRow,
  after: number,
  upTo: number,
): AsyncGenerator<LoggedEvent> {
  const { connection } = read
  const products = connection.statement(
    'SELECT product FROM lines WHERE event = ?1 AND row >= ?2 AND row < ?2 + ?3 ORDER BY row',
  )
  const place = connection.statement('SELECT first_line, line_count FROM events WHERE row = ?')
  const rows = eventChain(read, profile, after).filter((row) => row <= upTo)
  for (const [i, row] of rows.reverse().entries()) {
    const stored = readEvent(read, row)
    const at = place.get(row)
    if (stored !== undefined && at !== undefined) {
      const first = optionalInteger(at, 'first_line') ?? 0
      const lines = products.all(row, first, integer(at, 'line_count'))
      yield {
        row,
        key: stored.key,
        event: stored.event,
        products: Int32Array.from(lines, (one) => integer(one, 'product')),
      }
    }
    if (i % CHUNK === CHUNK - 1) await setImmediate()
  }
}

/** Undefined where the event was erased, or its key was. */
export function readEvent({ connection, keyring }: ReadContext, event: number): StoredEvent | undefined {
  const row = connection
    .statement(
      `SELECT events.*, sources.name AS source_name, event_payloads.sealed AS sealed FROM events
         JOIN sources ON sources.row = events.source
         JOIN event_payloads ON event_payloads.event = events.row
       WHERE events.row = ?`,
    )
    .get(event)
  if (row === undefined) return undefined
  const key = keyring.keyOf(optionalInteger(row, 'profile') ?? NO_PROFILE)
  const plain = key && open(key, bytes(row, 'sealed'), `event ${event}`)
  if (plain === undefined) return undefined
  const payload = decodePayload(plain.toString())
  const times = {
    happenedAt: integer(row, 'happened_at'),
    receivedAt: integer(row, 'received_at'),
    at: integer(row, 'at'),
  }
  const lines = readLines({ connection }, optionalInteger(row, 'first_line'), integer(row, 'line_count'))
  return {
    source: text(row, 'source_name'),
    key: payload.key,
    event: decodeEvent(times, integer(row, 'kind'), integer(row, 'bot') !== 0, payload.rest, lines),
    ...(payload.raw === undefined ? {} : { raw: payload.raw }),
  }
}

function readLines(
  { connection }: Pick<ReadContext, 'connection'>,
  first: number | undefined,
  count: number,
): EventLine[] {
  if (first === undefined) return []
  return connection
    .statement(
      `SELECT products.id AS id, quantity, price_micros, currency FROM lines JOIN products ON products.row = lines.product
       WHERE lines.row >= ? AND lines.row < ? ORDER BY lines.row`,
    )
    .all(first, first + count)
    .map(lineOf)
}

function lineOf(row: Row): EventLine {
  const priceMicros = optionalInteger(row, 'price_micros')
  const currency = optionalText(row, 'currency')
  return {
    productId: text(row, 'id'),
    quantity: integer(row, 'quantity'),
    ...(priceMicros === undefined ? {} : { priceMicros }),
    ...(currency === undefined ? {} : { currency }),
  }
}
