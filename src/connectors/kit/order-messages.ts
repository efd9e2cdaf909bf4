import { createHash } from 'node:crypto'
import type { Purpose } from '../../contracts/consent.ts'
import type { SegmentMessage } from '../../contracts/event.ts'

/** One product of an order. */
export interface OrderLine {
  readonly productId: string
  readonly quantity: number
  /** Price of one piece. */
  readonly priceMicros?: number
  readonly title?: string
}

/** An order, or that part of one whose lines stand together in the source. */
export interface OrderPart {
  readonly orderId: string
  /** UTC milliseconds. */
  readonly at: number
  readonly userId?: string
  readonly anonymousId?: string
  readonly currency: string
  readonly market?: string
  readonly lines: readonly OrderLine[]
  readonly traits?: Readonly<Record<string, unknown>>
  readonly consents?: Readonly<Partial<Record<Purpose, boolean>>>
}

export type OrderEvent = 'Order Completed' | 'Order Refunded' | 'Order Cancelled'

/** As the e-commerce specification of Segment (v2) writes it. */
export function orderMessage(event: OrderEvent, part: OrderPart, totalMicros?: number): SegmentMessage {
  const total = totalMicros ?? totalOf(part.lines)
  const context = {
    ...(part.market !== undefined && part.market !== 'default' && { market: part.market }),
    ...(part.consents !== undefined && { consent: { categoryPreferences: part.consents } }),
    ...(part.traits !== undefined && { traits: part.traits }),
  }
  return {
    type: 'track',
    event,
    ...(part.userId !== undefined && { userId: part.userId }),
    ...(part.anonymousId !== undefined && { anonymousId: part.anonymousId }),
    timestamp: new Date(part.at).toISOString(),
    properties: {
      order_id: part.orderId,
      currency: part.currency,
      ...(total !== undefined && { total: total / 1e6 }),
      products: part.lines.map((line) => ({
        product_id: line.productId,
        quantity: line.quantity,
        ...(line.priceMicros !== undefined && { price: line.priceMicros / 1e6 }),
        ...(line.title !== undefined && line.title !== '' && { name: line.title }),
      })),
    },
    ...(Object.keys(context).length > 0 && { context }),
  }
}

const EVENT_KEYS: Readonly<Record<OrderEvent, string>> = {
  'Order Completed': 'order',
  'Order Refunded': 'refund',
  'Order Cancelled': 'cancel',
}

/**
 * The event's key: the order and which products this part of it holds, whatever their order, prices and quantities.
 * So a second export with a changed status or price brings nothing twice, and lines of one order that stand apart in
 * the file are events of their own.
 */
export function orderKey(event: OrderEvent, orderId: string, lines: readonly OrderLine[]): string {
  const products = [...new Set(lines.map((line) => line.productId))].sort()
  const digest = createHash('sha256')
    .update(JSON.stringify([orderId, products]))
    .digest('hex')
  const shown = orderId.length <= 100 ? orderId : ''
  return `${EVENT_KEYS[event]}:${shown}:${digest.slice(0, 24)}`
}

function totalOf(lines: readonly OrderLine[]): number | undefined {
  let total = 0
  for (const line of lines) {
    if (line.priceMicros === undefined) return undefined
    total += line.priceMicros * line.quantity
  }
  return lines.length > 0 ? Math.round(total) : undefined
}
