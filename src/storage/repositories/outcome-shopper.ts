import { EVENT_KINDS } from '../../contracts/vocabulary.ts'
import {
  type OrderLine,
  type OutcomeShopper,
  type ProfileRow,
  type Reversal,
  type ShopOrder,
  type ShopperTouch,
  TOUCH_KINDS,
} from '../../core/ports.ts'
import type { Connection } from '../dialects/sqlite/connection.ts'
import { integer, optionalInteger, optionalText, type Row } from '../dialects/sqlite/row.ts'
import { readEvent } from './events.ts'
import { membersOf } from './identities.ts'
import { readConsents, storedProfile } from './profiles.ts'
import type { ReadContext } from './writing.ts'

/** Touches that are read at once; beyond, the newest ones count. */
const MOST_TOUCHES = 100_000

/** What attribution needs of a shopper, all from one state of the database. */
export function readOutcomeShopper(read: ReadContext, profile: ProfileRow, window: number): OutcomeShopper | undefined {
  const { connection } = read
  const stored = storedProfile(read, profile)
  if (stored === undefined) return undefined
  const members = membersOf(connection, profile)
  const orders = readOrders(read, members)
  return {
    profile: stored.row,
    bot: stored.bot,
    basis: stored.basis,
    consents: readConsents(read, profile),
    orders,
    touches: readTouches(connection, members, orders, window),
  }
}

/** The orders that rows of a shopper completed first, by time; an order that somebody else completed first is not theirs. */
export function readOrders(read: ReadContext, members: readonly ProfileRow[]): ShopOrder[] {
  const { connection } = read
  const named = connection.statement(
    `SELECT DISTINCT "order" FROM events
     WHERE profile = ? AND "order" IS NOT NULL AND kind = ${EVENT_KINDS.order_completed}`,
  )
  const rows = new Set(members.flatMap((member) => named.all(member).map((row) => integer(row, 'order'))))
  return [...rows]
    .flatMap((order) => readOrder(read, order, members) ?? [])
    .sort((a, b) => a.at - b.at || a.event - b.event)
}

function readOrder(read: ReadContext, order: number, members: readonly ProfileRow[]): ShopOrder | undefined {
  const events = read.connection
    .statement(
      `SELECT row, kind, profile, at, bot, first_line, line_count FROM events
       WHERE "order" = ? ORDER BY row`,
    )
    .all(order)
  const people = events.filter((row) => integer(row, 'bot') === 0)
  const first = people.find((row) => integer(row, 'kind') === EVENT_KINDS.order_completed)
  const profile = first && optionalInteger(first, 'profile')
  if (first === undefined || profile === undefined || !members.includes(profile)) return undefined
  return {
    order,
    event: integer(first, 'row'),
    profile,
    at: integer(first, 'at'),
    lines: linesOf(read.connection, first),
    reversals: people.flatMap((row) => reversalOf(read, row) ?? []),
  }
}

function reversalOf(read: ReadContext, row: Row): Reversal | undefined {
  const kind = integer(row, 'kind')
  const lines = linesOf(read.connection, row)
  if (kind === EVENT_KINDS.order_cancelled) return { kind: 'cancelled', lines }
  if (kind !== EVENT_KINDS.order_refunded) return undefined
  // The amount stands in the sealed part; it matters only where no products are named.
  const amount = lines.length === 0 ? readEvent(read, integer(row, 'row'))?.event.refund : undefined
  return { kind: 'refunded', lines, ...(amount === undefined ? {} : { amount }) }
}

function linesOf(connection: Connection, row: Row): OrderLine[] {
  const first = optionalInteger(row, 'first_line')
  if (first === undefined) return []
  return connection
    .statement('SELECT product, quantity, price_micros, currency FROM lines WHERE row >= ? AND row < ? ORDER BY row')
    .all(first, first + integer(row, 'line_count'))
    .map((line): OrderLine => {
      const priceMicros = optionalInteger(line, 'price_micros')
      const currency = optionalText(line, 'currency')
      return {
        product: integer(line, 'product'),
        quantity: integer(line, 'quantity'),
        ...(priceMicros === undefined ? {} : { priceMicros }),
        ...(currency === undefined ? {} : { currency }),
      }
    })
}

function readTouches(
  connection: Connection,
  members: readonly ProfileRow[],
  orders: readonly ShopOrder[],
  window: number,
): ShopperTouch[] {
  const [first, last] = [orders[0], orders.at(-1)]
  if (first === undefined || last === undefined) return []
  const find = connection.statement(
    `SELECT event, decision, position, kind, product, at FROM touches
     WHERE profile = ? AND at >= ? AND at <= ? AND counted = 1 ORDER BY at DESC LIMIT ${MOST_TOUCHES}`,
  )
  return members
    .flatMap((member) => find.all(member, first.at - window, last.at))
    .map((row): ShopperTouch => {
      return {
        event: integer(row, 'event'),
        decision: integer(row, 'decision'),
        position: integer(row, 'position'),
        kind: integer(row, 'kind') === TOUCH_KINDS.click ? 'click' : 'impression',
        product: optionalInteger(row, 'product') ?? -1,
        at: integer(row, 'at'),
      }
    })
    .sort((a, b) => a.at - b.at || a.event - b.event || a.position - b.position)
}
