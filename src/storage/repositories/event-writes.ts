import { EVENT_KINDS } from '../../contracts/vocabulary.ts'
import type { ProfileRow } from '../../core/ports.ts'
import { integer, scalar } from '../dialects/sqlite/row.ts'
import { hashName, seal } from '../seal.ts'
import { BOT_BY_MARK } from './bots.ts'
import type { EncodedEvents } from './event-encoding.ts'
import { NO_PROFILE } from './keyring.ts'
import type { Head } from './profile-heads.ts'
import { foldTraits } from './traits.ts'
import type { WriteContext } from './writing.ts'

/**
 * Writes events of one call one by one. The events of a profile are chained from the newest to the oldest
 * (`events.previous`, see profile-heads.ts): all events of one shopper are found, to export or to erase,
 * without an index that each event would have to be sorted into.
 */
export class EventInsertion {
  readonly #context: WriteContext
  readonly #events: EncodedEvents
  /** Those that this call changes. */
  readonly #heads = new Map<ProfileRow, Head>()
  readonly #sources = new Map<string, number>()
  readonly #addEvent
  readonly #addPayload
  readonly #addLine
  readonly #addToken
  #nextLine: number

  constructor(context: WriteContext, events: EncodedEvents) {
    const { connection } = context
    this.#context = context
    this.#events = events
    this.#addEvent = connection.statement(
      `INSERT INTO events (source, profile, previous, kind, happened_at, received_at, at, bot, "order", first_line, line_count)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#addPayload = connection.statement('INSERT INTO event_payloads (event, sealed, raw) VALUES (?, ?, 1)')
    this.#addLine = connection.statement(
      `INSERT INTO lines (row, event, profile, product, kind, at, quantity, price_micros, currency, basket, bot)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#addToken = connection.statement('INSERT INTO event_tokens (event, position, token) VALUES (?, ?, ?)')
    this.#nextLine = scalar(connection.statement('SELECT coalesce(max(row), 0) + 1 AS n FROM lines').get(), 'n')
  }

  /**
   * Writes the event at `i`, whose rows of profile and products are known.
   * @returns its row, and that of the event before it of the same profile, 0 where there is none
   * @throws CodedError PROFILE_NOT_FOUND
   */
  add(i: number): { row: number; previous: number } {
    const { keyring, random } = this.#context
    const events = this.#events
    const profile = events.profile[i]! < 0 ? null : events.profile[i]!
    const head = profile === null ? undefined : this.#headOf(profile)
    if (head !== undefined) events.bot[i] = events.bot[i]! | (head.isBot ? BOT_BY_MARK : 0)
    const previous = head?.event ?? null
    const kind = events.kind[i]!
    const at = events.at[i]!
    const orderId = events.orders[i]
    const order = orderId === undefined ? null : orderRow(this.#context, orderId, kind)
    const lineCount = events.lineStart[i + 1]! - events.lineStart[i]!
    const event = Number(
      this.#addEvent.run(
        this.#sourceRow(events.sources[i]!),
        profile,
        previous,
        kind,
        events.happenedAt[i]!,
        events.receivedAt[i]!,
        at,
        events.bot[i]!,
        order,
        lineCount === 0 ? null : this.#nextLine,
        lineCount,
      ).lastInsertRowid,
    )
    const key = keyring.ensure(profile ?? NO_PROFILE, random)
    this.#addPayload.run(event, seal(key, events.payloads[i]!, `event ${event}`, random))
    this.#addLines(i, { event, profile, basket: order ?? -event })
    this.#addTokens(event, events.tokens[i] ?? [])
    if (head !== undefined) {
      head.event = event
      if (at > head.seenAt) head.seenAt = at
    }
    const traits = events.traits[i]
    if (traits !== undefined && profile !== null) foldTraits(this.#context, profile, JSON.parse(traits), at)
    return { row: event, previous: previous ?? 0 }
  }

  /** Writes the heads of the chains. */
  finish(): void {
    this.#context.heads.write(this.#heads)
  }

  #addLines(i: number, of: { event: number; profile: number | null; basket: number }): void {
    const events = this.#events
    for (let line = events.lineStart[i]!; line < events.lineStart[i + 1]!; line++) {
      const price = events.priceMicros[line]!
      this.#addLine.run(
        this.#nextLine++,
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

  /** Apart from the sealed payload: a token names a decision, and whoever follows the log need not open every event. */
  #addTokens(event: number, tokens: readonly string[]): void {
    for (const [position, token] of tokens.entries()) this.#addToken.run(event, position, token)
  }

  #headOf(profile: ProfileRow): Head {
    const head = this.#heads.get(profile) ?? this.#context.heads.of(profile)
    this.#heads.set(profile, head)
    return head
  }

  #sourceRow(name: string): number {
    const cached = this.#sources.get(name)
    if (cached !== undefined) return cached
    const { connection } = this.#context
    const known = connection.statement('SELECT row FROM sources WHERE name = ?').get(name)
    const row =
      known === undefined
        ? Number(connection.statement('INSERT INTO sources (name) VALUES (?)').run(name).lastInsertRowid)
        : integer(known, 'row')
    this.#sources.set(name, row)
    return row
  }
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
