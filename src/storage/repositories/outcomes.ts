import { setImmediate } from 'node:timers/promises'
import { formatUuid, parseUuid } from '../../contracts/uuid.ts'
import {
  type OutcomeEvent,
  type OutcomeRepository,
  type ProfileRow,
  type StoredAttribution,
  type StoredTouch,
  TOUCH_KINDS,
  type TouchKind,
} from '../../core/ports.ts'
import type { Connection } from '../dialects/sqlite/connection.ts'
import { bytes, integer, optionalInteger, optionalText, type Row, scalar, text } from '../dialects/sqlite/row.ts'
import type { WriterClient } from '../dialects/sqlite/writer.ts'
import { KIND_NAMES } from './event-encoding.ts'
import { canonicalOf, membersOf } from './identities.ts'
import { FOLDED_BEFORE } from './outcome-retention.ts'
import { readOutcomeShopper } from './outcome-shopper.ts'
import { CURSOR, READ_TO } from './outcome-writes.ts'
import type { ReadContext } from './writing.ts'

const CHUNK = 500

/** The part that writes, and where it writes to. */
export type OutcomeWrites = Pick<OutcomeRepository, 'advance' | 'settle' | 'settleBy' | 'restart'>

export function outcomeWrites(writer: WriterClient): OutcomeWrites {
  return {
    advance: (step) => writer.call('advanceOutcomes', step),
    settle: (upTo, shoppers) => writer.call('settleOutcomes', { upTo, shoppers }),
    settleBy: (settings) => writer.call('settleOutcomesBy', settings),
    restart: () => writer.call('restartOutcomes', undefined),
  }
}

export function createOutcomeRepository(
  read: ReadContext,
  writes: OutcomeWrites,
  totals: OutcomeRepository['totals'],
): OutcomeRepository {
  const { connection } = read
  return {
    async cursor() {
      const mark = connection.statement('SELECT value FROM counters WHERE name = ?').get(CURSOR)
      return mark === undefined ? 0 : integer(mark, 'value')
    },
    async lastEvent() {
      return scalar(connection.statement('SELECT coalesce(max(row), 0) AS n FROM events').get(), 'n')
    },
    eventsAfter: async (row, span) => connection.snapshot(() => readOutcomeEvents(connection, row, span)),
    ...writes,
    async changed(limit) {
      const rows = connection.statement('SELECT row, profile FROM outcome_changes ORDER BY row LIMIT ?').all(limit)
      const profiles = new Set(rows.map((row) => canonicalOf(connection, integer(row, 'profile'))))
      return { upTo: integer(rows.at(-1) ?? { row: 0 }, 'row'), profiles: [...profiles] }
    },
    async waiting() {
      // Rows are taken away from the front only; the ends of the key are two seeks.
      const ends = '(SELECT min(row) FROM outcome_changes) AS first, (SELECT max(row) FROM outcome_changes) AS last'
      const row = connection.statement(`SELECT ${ends}`).get() ?? {}
      const last = optionalInteger(row, 'last')
      return last === undefined ? 0 : last - integer(row, 'first') + 1
    },
    shopper: async (profile, window) => connection.snapshot(() => readOutcomeShopper(read, profile, window)),
    async folded() {
      const counter = connection.statement('SELECT value FROM counters WHERE name = ?')
      const [before, upTo] = [counter.get(FOLDED_BEFORE), counter.get(READ_TO)]
      if (before === undefined || upTo === undefined) return undefined
      return { before: integer(before, 'value'), upTo: integer(upTo, 'value') }
    },
    async isTouched(decision, position, kind) {
      const found = connection
        .statement(
          `SELECT 1 AS yes FROM touches JOIN touched_decisions ON touched_decisions.row = touches.decision
           WHERE id = ? AND position = ? AND kind = ? LIMIT 1`,
        )
        .get(parseUuid(decision) ?? new Uint8Array(), position, TOUCH_KINDS[kind])
      return found !== undefined
    },
    totals,
    touches: (profile) => listed(connection, 'touches', profile, storedTouch),
    attributions: (profile) => listed(connection, 'attributions', profile, storedAttribution),
  }
}

function readOutcomeEvents(
  connection: Connection,
  after: number,
  span: number,
): { upTo: number; events: OutcomeEvent[] } {
  const last = scalar(connection.statement('SELECT coalesce(max(row), 0) AS n FROM events').get(), 'n')
  const upTo = Math.max(after, Math.min(last, after + span))
  const tokens = new Map<number, string[]>()
  const carried = connection.statement(
    'SELECT event, token FROM event_tokens WHERE event > ? AND event <= ? ORDER BY event, position',
  )
  for (const row of carried.all(after, upTo)) {
    const event = integer(row, 'event')
    tokens.set(event, [...(tokens.get(event) ?? []), text(row, 'token')])
  }
  const found = connection
    .statement(
      `SELECT row, kind, at, received_at, profile, "order", first_line, line_count FROM events
       WHERE row > ?1 AND row <= ?2
         AND ("order" IS NOT NULL OR row IN (SELECT event FROM event_tokens WHERE event > ?1 AND event <= ?2))
       ORDER BY row`,
    )
    .all(after, upTo)
  return { upTo, events: found.map((row) => outcomeEvent(connection, row, tokens.get(integer(row, 'row')) ?? [])) }
}

function outcomeEvent(connection: Connection, row: Row, tokens: readonly string[]): OutcomeEvent {
  const first = optionalInteger(row, 'first_line')
  const order = optionalInteger(row, 'order')
  const lines = connection.statement('SELECT product FROM lines WHERE row >= ? AND row < ? ORDER BY row')
  return {
    row: integer(row, 'row'),
    kind: KIND_NAMES[integer(row, 'kind')] ?? 'other',
    at: integer(row, 'at'),
    receivedAt: integer(row, 'received_at'),
    profile: optionalInteger(row, 'profile') ?? -1,
    tokens,
    products:
      first === undefined || tokens.length === 0
        ? []
        : lines.all(first, first + integer(row, 'line_count')).map((line) => integer(line, 'product')),
    ...(order === undefined ? {} : { order }),
  }
}

/** Rows of one shopper, or of all; with what the touched decision was. Chunk by chunk, in the order of the key. */
async function* listed<T>(
  connection: Connection,
  table: 'touches' | 'attributions',
  profile: ProfileRow | undefined,
  of: (row: Row) => T,
): AsyncGenerator<T> {
  const key = table === 'touches' ? 'decision, position, kind, t.event' : 't.event, line'
  for (const member of profile === undefined ? [undefined] : membersOf(connection, profile)) {
    for (let offset = 0; ; offset += CHUNK) {
      const rows = connection
        .statement(
          `SELECT t.*, d.id, d.placement, d.experiment, d.arm FROM ${table} t
             JOIN touched_decisions d ON d.row = t.decision
           ${member === undefined ? '' : 'WHERE t.profile = ?3'} ORDER BY ${key} LIMIT ?1 OFFSET ?2`,
        )
        .all(CHUNK, offset, ...(member === undefined ? [] : [member]))
      yield* rows.map(of)
      if (rows.length < CHUNK) break
      await setImmediate()
    }
  }
}

function storedTouch(row: Row): StoredTouch {
  return {
    event: integer(row, 'event'),
    ...touchedDecision(row),
    product: optionalInteger(row, 'product') ?? -1,
    profile: optionalInteger(row, 'profile') ?? -1,
    at: integer(row, 'at'),
    duplicate: integer(row, 'duplicate') === 1,
    counted: integer(row, 'counted') === 1,
  }
}

function storedAttribution(row: Row): StoredAttribution {
  const currency = optionalText(row, 'currency')
  return {
    event: integer(row, 'event'),
    line: integer(row, 'line'),
    order: integer(row, 'order'),
    profile: integer(row, 'profile'),
    at: integer(row, 'at'),
    product: integer(row, 'product'),
    quantity: integer(row, 'quantity'),
    ...(currency === undefined ? {} : { currency }),
    micros: integer(row, 'micros'),
    refundedMicros: integer(row, 'refunded_micros'),
    ...touchedDecision(row),
  }
}

function touchedDecision(row: Row) {
  const experiment = optionalInteger(row, 'experiment')
  return {
    decision: formatUuid(bytes(row, 'id')),
    position: integer(row, 'position'),
    kind: kindOf(integer(row, 'kind')),
    placement: text(row, 'placement'),
    ...(experiment === undefined ? {} : { experiment: { experiment, arm: integer(row, 'arm') } }),
  }
}

function kindOf(number: number): TouchKind {
  return number === TOUCH_KINDS.click ? 'click' : 'impression'
}
