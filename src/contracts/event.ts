import Type from 'typebox'
import type { EventKind } from './vocabulary.ts'

export { EVENT_KINDS, type EventKind } from './vocabulary.ts'

/**
 * A message of the Segment specification, as a store's client sends it or an importer writes it. Only what Storemind
 * reads is named; everything else is kept as it came.
 */
export const SegmentMessage = Type.Object({
  type: Type.Enum(['track', 'identify', 'page', 'screen', 'group', 'alias']),
  messageId: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
  anonymousId: Type.Optional(Type.Union([Type.String({ minLength: 1, maxLength: 256 }), Type.Null()])),
  userId: Type.Optional(Type.Union([Type.String({ minLength: 1, maxLength: 256 }), Type.Null()])),
  previousId: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
  event: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
  properties: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  traits: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  context: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  timestamp: Type.Optional(Type.String({ maxLength: 64 })),
  originalTimestamp: Type.Optional(Type.String({ maxLength: 64 })),
  sentAt: Type.Optional(Type.String({ maxLength: 64 })),
})
export type SegmentMessage = Type.Static<typeof SegmentMessage>

/** One product of an event. Quantities and prices are what the event says; refunds carry positive quantities. */
export interface EventLine {
  readonly productId: string
  readonly quantity: number
  /** Price of one piece, in micros of `currency`; undefined where the event does not say. */
  readonly priceMicros?: number
  readonly currency?: string
}

/** An event after normalisation: the kind, whose, when, and which products. The raw message is kept beside it. */
export interface ShopEvent {
  readonly kind: EventKind
  readonly userId?: string
  readonly anonymousId?: string
  /** For `aliased`: the id that is from now on the same shopper. */
  readonly previousId?: string
  /** When it happened by the sender's clock, when it arrived, and when it happened by ours; UTC milliseconds. */
  readonly happenedAt: number
  readonly receivedAt: number
  readonly at: number
  readonly orderId?: string
  readonly market?: string
  readonly query?: string
  readonly lines: readonly EventLine[]
  readonly traits?: Readonly<Record<string, unknown>>
  readonly consents: readonly { readonly purpose: import('./consent.ts').Purpose; readonly granted: boolean }[]
  /** Of a refund that names no products. */
  readonly refund?: { readonly micros: number; readonly currency: string }
  /** Tokens of decisions whose items were seen or clicked. */
  readonly tokens?: readonly string[]
  readonly bot: boolean
}
