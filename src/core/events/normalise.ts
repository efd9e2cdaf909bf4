import type { ErrorCode, ErrorDetails } from '../../contracts/errors.ts'
import type { EventKind, SegmentMessage, ShopEvent } from '../../contracts/event.ts'
import { isBotAgent } from './bots.ts'
import { consentsOf } from './consent-preferences.ts'
import { tokensOf } from './decision-tokens.ts'
import { idOf, isRecord, linesOf, own, priceOf } from './event-lines.ts'
import { kindOfName, NEEDS_PRODUCT } from './event-names.ts'
import { timesOf } from './event-times.ts'

/** Grows whenever the same message would come out as another event; what was stored by an older one can be rebuilt. */
export const NORMALISER_VERSION = 2

export interface NormaliseOptions {
  /** When it arrived, UTC milliseconds. */
  readonly receivedAt: number
  /** ISO 4217 code of prices that name none. */
  readonly defaultCurrency: string
  /** The shopper's browser objects to the use of data, by `Sec-GPC: 1` on the request that brought the message. */
  readonly objects?: boolean
  /** User agent of the request that brought the message, where a shopper's browser sent it; the message's own counts. */
  readonly agent?: string
}

/** What Global Privacy Control objects to, in the words of consent. */
const OBJECTION = { personalisation: false, advertising: false }

/** Why a message is no event. A value: the messages around it go on. */
export interface EventRefusal {
  readonly refused: ErrorCode
  readonly details: ErrorDetails
}

/**
 * A message of the Segment specification → what happened, in the shop's words. Pure: the same message and arrival give
 * the same event. Unknown names become `other` and are kept; what contradicts itself is refused, never repaired into
 * something that was not said.
 */
export function normalise(message: SegmentMessage, options: NormaliseOptions): ShopEvent | EventRefusal {
  const ids = identityOf(message)
  if ('refused' in ids) return ids
  const times = timesOf(message, options.receivedAt)
  if (typeof times === 'string') return invalid(`${times} is not a time in ISO 8601`)
  const kind = kindOf(message)
  if (kind === undefined) return invalid('a track message names its event')
  const properties = message.properties ?? {}
  const context = message.context ?? {}
  const carriesLines = message.type === 'track' && kind !== 'other'
  const read = carriesLines ? linesOf(properties, kind, options.defaultCurrency) : { lines: [] }
  if ('problem' in read) return invalid(read.problem)
  if (NEEDS_PRODUCT.has(kind) && read.lines.length === 0) return invalid('it names no product_id')
  const orderId = idOf(own(properties, 'order_id') ?? own(properties, 'transaction_id'))
  if (kind === 'order_completed' && orderId === undefined) return invalid('an order needs its order_id')
  const market = textOf(own(context, 'market') ?? own(properties, 'market'), 64)
  const query = textOf(own(properties, 'query') ?? own(properties, 'search_term'), 500)
  const refund = kind === 'order_refunded' && read.lines.length === 0 ? refundOf(properties, options) : undefined
  if (refund !== undefined && 'problem' in refund) return invalid(refund.problem)
  const tokens = message.type === 'track' ? tokensOf(properties) : []
  const traits = traitsOf(message)
  const consent = own(context, 'consent')
  return {
    kind,
    ...ids,
    happenedAt: times.happenedAt,
    receivedAt: options.receivedAt,
    at: times.at,
    ...(orderId !== undefined && { orderId }),
    ...(market !== undefined && { market }),
    ...(query !== undefined && { query }),
    lines: read.lines,
    ...(refund !== undefined && { refund }),
    ...(tokens.length > 0 && { tokens }),
    ...(traits !== undefined && { traits }),
    consents: consentsOf([
      isRecord(consent) ? own(consent, 'categoryPreferences') : undefined,
      traits && own(traits, 'consent'),
      options.objects === true ? OBJECTION : undefined,
    ]),
    bot: isBotAgent(textOf(own(context, 'userAgent'), 2000) ?? textOf(options.agent, 2000) ?? ''),
  }
}

function kindOf(message: SegmentMessage): EventKind | undefined {
  switch (message.type) {
    case 'track':
      return message.event === undefined ? undefined : kindOfName(message.event)
    case 'page':
    case 'screen':
      return 'page_viewed'
    case 'identify':
      return 'identified'
    case 'alias':
      return 'aliased'
    case 'group':
      return 'other'
  }
}

type Identity = Pick<ShopEvent, 'userId' | 'anonymousId' | 'previousId'>

function identityOf(message: SegmentMessage): Identity | EventRefusal {
  const given = (['userId', 'anonymousId', 'previousId'] as const).flatMap((name) => {
    const value = message[name]
    return value === undefined || value === null ? [] : [[name, idOf(value)] as const]
  })
  const bad = given.find(([, id]) => id === undefined)
  if (bad) return invalid(`${bad[0]} is empty or holds characters that no id has`)
  const ids: Identity = Object.fromEntries(given)
  if (ids.userId === undefined && ids.anonymousId === undefined)
    return invalid('it names neither userId nor anonymousId')
  if (message.type === 'alias' && ids.previousId === undefined) return invalid('an alias names its previousId')
  return ids
}

/** What a refund that names no products gave back; one that says no sum gave back the whole order. */
function refundOf(properties: Readonly<Record<string, unknown>>, { defaultCurrency }: NormaliseOptions) {
  const sum = own(properties, 'total') ?? own(properties, 'value') ?? own(properties, 'revenue')
  const read = priceOf(sum, own(properties, 'currency') ?? defaultCurrency)
  if (read !== undefined && 'problem' in read) return read
  // Some senders write what comes back with a minus. What cannot be read says no sum.
  return read === undefined || read.micros === 0 ? undefined : { ...read, micros: Math.abs(read.micros) }
}

/** An identify message's own traits, or those that ride along with another one. */
function traitsOf(message: SegmentMessage): Readonly<Record<string, unknown>> | undefined {
  if (message.traits !== undefined) return message.traits
  const along = message.context === undefined ? undefined : own(message.context, 'traits')
  return isRecord(along) ? along : undefined
}

function textOf(value: unknown, limit: number): string | undefined {
  if (typeof value !== 'string') return undefined
  const text = value.trim().slice(0, limit).toWellFormed()
  return text === '' ? undefined : text
}

function invalid(problem: string): EventRefusal {
  return { refused: 'EVENT_INVALID', details: { problem } }
}
