import type { Purpose } from '../../contracts/consent.ts'
import type { EventLine, SegmentMessage, ShopEvent } from '../../contracts/event.ts'
import { EVENT_KINDS, type EventKind, LEGAL_BASES } from '../../contracts/vocabulary.ts'
import type { EventArrival } from '../../core/ports.ts'

/** Events on their way to the writer's thread: columns and texts, so that nothing is cloned object by object. */
export interface EncodedEvents {
  readonly sources: readonly string[]
  readonly keys: readonly string[]
  /** What is sealed: key, the rest of the event, and the raw message, as JSON. */
  readonly payloads: readonly string[]
  readonly userIds: readonly (string | undefined)[]
  readonly anonymousIds: readonly (string | undefined)[]
  /** Of `aliased` events only. */
  readonly previousIds: readonly (string | undefined)[]
  readonly orders: readonly (string | undefined)[]
  readonly traits: readonly (string | undefined)[]
  readonly tokens: readonly (readonly string[] | undefined)[]
  readonly consents: readonly (readonly Consent[] | undefined)[]
  /** Index into LEGAL_BASES. */
  readonly basis: Uint8Array
  readonly kind: Uint8Array
  readonly bot: Uint8Array
  readonly happenedAt: Float64Array
  readonly receivedAt: Float64Array
  readonly at: Float64Array
  /** [n + 1] lines of event i are lineStart[i] up to lineStart[i + 1]. */
  readonly lineStart: Int32Array
  readonly productIds: readonly string[]
  readonly quantity: Float64Array
  /** NaN where the event does not say. */
  readonly priceMicros: Float64Array
  readonly currencies: readonly (string | undefined)[]
  /** Filled in where the events are written: rows of profiles, −1 where there is none, and of products. */
  readonly profile: Int32Array
  readonly product: Int32Array
}

interface Consent {
  readonly purpose: Purpose
  readonly granted: boolean
}

/** One pass that fills column by column: this runs on the thread that answers requests. */
export function encodeEvents(arrivals: readonly EventArrival[]): EncodedEvents {
  const n = arrivals.length
  let lineCount = 0
  for (const { event } of arrivals) lineCount += event.lines.length
  const columns = {
    sources: new Array<string>(n),
    keys: new Array<string>(n),
    payloads: new Array<string>(n),
    userIds: new Array<string | undefined>(n),
    anonymousIds: new Array<string | undefined>(n),
    previousIds: new Array<string | undefined>(n),
    orders: new Array<string | undefined>(n),
    traits: new Array<string | undefined>(n),
    tokens: new Array<readonly string[] | undefined>(n),
    consents: new Array<readonly Consent[] | undefined>(n),
    basis: new Uint8Array(n),
    kind: new Uint8Array(n),
    bot: new Uint8Array(n),
    happenedAt: new Float64Array(n),
    receivedAt: new Float64Array(n),
    at: new Float64Array(n),
    lineStart: new Int32Array(n + 1),
    productIds: new Array<string>(lineCount),
    quantity: new Float64Array(lineCount),
    priceMicros: new Float64Array(lineCount),
    currencies: new Array<string | undefined>(lineCount),
    profile: new Int32Array(n).fill(-1),
    product: new Int32Array(lineCount),
  }
  let line = 0
  for (let i = 0; i < n; i++) {
    const { source, key, raw, event, basis } = arrivals[i]!
    columns.sources[i] = source
    columns.keys[i] = key
    columns.payloads[i] = `{"key":${JSON.stringify(key)},"rest":${JSON.stringify(restOf(event))},"raw":${raw}}`
    columns.userIds[i] = event.userId
    columns.anonymousIds[i] = event.anonymousId
    columns.previousIds[i] = event.kind === 'aliased' ? event.previousId : undefined
    columns.orders[i] = event.orderId
    columns.consents[i] = event.consents.length === 0 ? undefined : event.consents
    columns.basis[i] = LEGAL_BASES.indexOf(basis)
    columns.traits[i] = event.traits && JSON.stringify(event.traits)
    columns.tokens[i] = event.tokens
    columns.kind[i] = EVENT_KINDS[event.kind]
    columns.bot[i] = event.bot ? 1 : 0
    columns.happenedAt[i] = event.happenedAt
    columns.receivedAt[i] = event.receivedAt
    columns.at[i] = event.at
    for (const { productId, quantity, priceMicros, currency } of event.lines) {
      columns.productIds[line] = productId
      columns.quantity[line] = quantity
      columns.priceMicros[line] = priceMicros ?? Number.NaN
      columns.currencies[line] = currency
      line++
    }
    columns.lineStart[i + 1] = line
  }
  return columns
}

/** The fields of an event that have no column: names and words of a shopper, which are sealed. */
export type EventRest = Pick<
  ShopEvent,
  'userId' | 'anonymousId' | 'previousId' | 'orderId' | 'market' | 'query' | 'traits' | 'consents' | 'refund' | 'tokens'
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
  const { userId, anonymousId, previousId, orderId, market, query, traits, consents, refund, tokens } = event
  return {
    ...(userId === undefined ? {} : { userId }),
    ...(anonymousId === undefined ? {} : { anonymousId }),
    ...(previousId === undefined ? {} : { previousId }),
    ...(orderId === undefined ? {} : { orderId }),
    ...(market === undefined ? {} : { market }),
    ...(query === undefined ? {} : { query }),
    ...(traits === undefined ? {} : { traits }),
    consents,
    ...(refund === undefined ? {} : { refund }),
    ...(tokens === undefined ? {} : { tokens }),
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
