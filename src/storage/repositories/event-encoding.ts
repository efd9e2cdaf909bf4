import {
  EVENT_KINDS,
  type EventKind,
  type EventLine,
  type SegmentMessage,
  type ShopEvent,
} from '../../contracts/event.ts'
import type { EventWrite } from '../../core/ports.ts'

/** Events on their way to the writer's thread: columns and texts, so that nothing is cloned object by object. */
export interface EncodedEvents {
  readonly sources: readonly string[]
  readonly keys: readonly string[]
  /** What is sealed: key, the rest of the event, and the raw message, as JSON. */
  readonly payloads: readonly string[]
  readonly orders: readonly (string | undefined)[]
  readonly traits: readonly (string | undefined)[]
  readonly profile: Int32Array
  readonly kind: Uint8Array
  readonly bot: Uint8Array
  readonly happenedAt: Float64Array
  readonly receivedAt: Float64Array
  readonly at: Float64Array
  /** [n + 1] lines of event i are lineStart[i] up to lineStart[i + 1]. */
  readonly lineStart: Int32Array
  readonly product: Int32Array
  readonly quantity: Float64Array
  /** NaN where the event does not say. */
  readonly priceMicros: Float64Array
  readonly currencies: readonly (string | undefined)[]
}

export function encodeEvents(writes: readonly EventWrite[]): EncodedEvents {
  const n = writes.length
  const lineStart = new Int32Array(n + 1)
  for (const [i, { event }] of writes.entries()) lineStart[i + 1] = (lineStart[i] ?? 0) + event.lines.length
  const lineCount = lineStart[n] ?? 0
  const product = new Int32Array(lineCount)
  for (const [i, write] of writes.entries()) {
    if (write.products.length !== write.event.lines.length) throw new RangeError('one product row per line is needed')
    product.set(write.products, lineStart[i])
  }
  const lines = writes.flatMap(({ event }) => event.lines)
  return {
    sources: writes.map(({ source }) => source),
    keys: writes.map(({ key }) => key),
    payloads: writes.map(({ key, event, raw }) => encodePayload({ key, rest: restOf(event), raw })),
    orders: writes.map(({ event }) => event.orderId),
    traits: writes.map(({ event }) => event.traits && JSON.stringify(event.traits)),
    profile: Int32Array.from(writes, ({ profile }) => profile),
    kind: Uint8Array.from(writes, ({ event }) => EVENT_KINDS[event.kind]),
    bot: Uint8Array.from(writes, ({ event }) => (event.bot ? 1 : 0)),
    happenedAt: Float64Array.from(writes, ({ event }) => event.happenedAt),
    receivedAt: Float64Array.from(writes, ({ event }) => event.receivedAt),
    at: Float64Array.from(writes, ({ event }) => event.at),
    lineStart,
    product,
    quantity: Float64Array.from(lines, (line) => line.quantity),
    priceMicros: Float64Array.from(lines, (line) => line.priceMicros ?? Number.NaN),
    currencies: lines.map((line) => line.currency),
  }
}

/** The fields of an event that have no column: names and words of a shopper, which are sealed. */
export type EventRest = Pick<
  ShopEvent,
  'userId' | 'anonymousId' | 'previousId' | 'orderId' | 'market' | 'query' | 'traits' | 'consents'
>

export interface EventPayload {
  readonly key: string
  readonly rest: EventRest
  readonly raw?: SegmentMessage
}

export function encodePayload({ key, rest, raw }: EventPayload): string {
  return JSON.stringify(raw === undefined ? { key, rest } : { key, rest, raw })
}

export function decodePayload(json: string): EventPayload {
  return JSON.parse(json)
}

function restOf(event: ShopEvent): EventRest {
  const { userId, anonymousId, previousId, orderId, market, query, traits, consents } = event
  return {
    ...(userId === undefined ? {} : { userId }),
    ...(anonymousId === undefined ? {} : { anonymousId }),
    ...(previousId === undefined ? {} : { previousId }),
    ...(orderId === undefined ? {} : { orderId }),
    ...(market === undefined ? {} : { market }),
    ...(query === undefined ? {} : { query }),
    ...(traits === undefined ? {} : { traits }),
    consents,
  }
}

/** Number of a kind → its name. */
export const KIND_NAMES: readonly EventKind[] = kindNames()

function kindNames(): EventKind[] {
  const names: EventKind[] = []
  for (const kind in EVENT_KINDS) if (isKind(kind)) names[EVENT_KINDS[kind]] = kind
  return names
}

function isKind(name: string): name is EventKind {
  return Object.hasOwn(EVENT_KINDS, name)
}

/** The event as it was appended. */
export function decodeEvent(
  times: Pick<ShopEvent, 'happenedAt' | 'receivedAt' | 'at'>,
  kind: number,
  bot: boolean,
  rest: EventRest,
  lines: readonly EventLine[],
): ShopEvent {
  return { kind: KIND_NAMES[kind] ?? 'other', ...rest, ...times, lines, bot }
}
