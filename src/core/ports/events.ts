import type { EventKind, SegmentMessage, ShopEvent } from '../../contracts/event.ts'
import type { ProfileStateWrite } from './profiles.ts'
import type { ProfileRow } from './rows.ts'

/** One event on its way to disk. */
export interface EventWrite {
  /** Where it came from: an importer's id, or `api`. With `key` it makes the event idempotent. */
  readonly source: string
  /** `messageId` of a live event, the row key of a historic one. */
  readonly key: string
  readonly raw: SegmentMessage
  readonly event: ShopEvent
  /** From `profiles.resolve`; −1 where the event names no shopper. The row that was named, before links. */
  readonly profile: ProfileRow
  /** [event.lines.length] from `catalog.resolve`. */
  readonly products: Int32Array
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
   * Durable when it resolves: the events, their lines, and `states`, in one transaction. An event that is known is
   * skipped and counted; the caller asks `known` first, since its states must not count it twice.
   */
  append(
    events: readonly EventWrite[],
    states?: readonly ProfileStateWrite[],
  ): Promise<{ readonly added: number; readonly known: number }>
  /** The stored events of one canonical profile and all linked to it, oldest first; for export and rebuild. */
  ofProfile(profile: ProfileRow): AsyncIterable<StoredEvent>
  count(): Promise<number>
}

export interface StoredEvent {
  readonly source: string
  readonly key: string
  readonly event: ShopEvent
  /** Undefined when retention removed it. */
  readonly raw?: SegmentMessage
}
