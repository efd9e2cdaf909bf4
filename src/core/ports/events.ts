import type { LegalBasis } from '../../contracts/consent.ts'
import type { EventKind, SegmentMessage, ShopEvent } from '../../contracts/event.ts'
import type { ProfileRow } from './rows.ts'

/** One event on its way to disk, by names: the rows of what it speaks of are found or made where it is written. */
export interface EventArrival {
  /** Where it came from: an importer's id, or `api`. With `key` it makes the event idempotent. */
  readonly source: string
  readonly key: string
  /** The message as JSON text. */
  readonly raw: string
  readonly event: ShopEvent
  /** The basis that the source declared for its shoppers; kept for new profiles. */
  readonly basis: LegalBasis
}

/** What became of arrivals, as columns. */
export interface EventsTaken {
  /** [n] The row of each event, growing with the order of arrival; 0 where it was known. */
  readonly rows: Float64Array
  /** [n] The row of the event that the same profile had brought before; 0 where there is none. */
  readonly previous: Float64Array
  /** [n] Not 0 where it is a program's: by its agent, or since its profile is marked. */
  readonly bots: Uint8Array
  /** [n] Profile as named, before links; −1 where the event names no shopper or was known. */
  readonly profiles: Int32Array
  /** [lines] Product rows of all arrivals' lines one after another; 0 where the event was known. */
  readonly products: Int32Array
  /** Rows of profiles that became part of another shopper. */
  readonly linked: Int32Array
}

/** Flattened product lines of events, as columns: what trains. Kinds are EVENT_KINDS numbers. */
export interface InteractionColumns {
  readonly length: number
  /** Canonical profile row. */
  readonly profile: Int32Array
  readonly product: Int32Array
  readonly kind: Uint8Array
  readonly at: Float64Array
  readonly quantity: Float32Array
  /** Price of a piece in micros, NaN where the event did not say. */
  readonly priceMicros: Float64Array
  /** Equal numbers are one order (or one event where there is no order). */
  readonly basket: Int32Array
}

export interface InteractionWindow {
  readonly from: number
  /** Exclusive. */
  readonly to: number
  readonly kinds: readonly EventKind[]
}

export interface EventRepository {
  /** [n] 1 where an event of this source and key is stored already. */
  known(source: string, keys: readonly string[]): Promise<Uint8Array>
  /**
   * Durable when it resolves: the events with their lines, and the shoppers, products, consents, links and traits that
   * they tell of, in one transaction. A known event changes nothing. Calls are carried out in the order in which they
   * were made.
   */
  take(arrivals: readonly EventArrival[]): Promise<EventsTaken>
  /** The stored events of one canonical profile and all linked to it, oldest first; for export and rebuild. */
  ofProfile(profile: ProfileRow): AsyncIterable<StoredEvent>
  /** The stored events of one profile as named, after a row and up to another one included, in the order of their rows. */
  since(profile: ProfileRow, after: number, upTo: number): AsyncIterable<LoggedEvent>
  count(): Promise<number>
  /** When the newest stored event came in, UTC milliseconds; undefined where there is none. */
  lastArrival(): Promise<number | undefined>
}

export interface StoredEvent {
  readonly source: string
  readonly key: string
  readonly event: ShopEvent
  /** Undefined when retention removed it. */
  readonly raw?: SegmentMessage
}

/** An event with the rows that features speak of. */
export interface LoggedEvent {
  readonly row: number
  readonly key: string
  readonly event: ShopEvent
  /** [event.lines.length] */
  readonly products: Int32Array
}
