import type { OrderLine, ProductRow, Reversal, ShopOrder } from '../ports.ts'

/** A line of an order with what it brought, and how much of that was given back. */
export interface NetLine {
  readonly product: ProductRow
  readonly quantity: number
  readonly currency?: string
  /** Of the whole line; 0 where the event names no price. */
  readonly micros: number
  /** From 0 to `micros`. */
  readonly refundedMicros: number
}

interface OpenLine extends NetLine {
  /** Pieces that were not given back yet. */
  left: number
  refundedMicros: number
}

/**
 * What an order's lines brought, after cancellations and refunds.
 *
 * - A cancellation takes back the whole order.
 * - A refund that names products takes back so many pieces of each, at the price that it names, else at the one that
 *   was paid; never more than is left of the line.
 * - A refund that names a sum takes it from the lines of its currency in proportion to what is left of them.
 * - A refund that names neither takes back the whole order.
 */
export function netLines({ lines, reversals }: Pick<ShopOrder, 'lines' | 'reversals'>): NetLine[] {
  const open = lines.map(openLine)
  for (const reversal of reversals) takeBack(open, reversal)
  return open.map(({ left: _, ...line }) => line)
}

function openLine({ product, quantity, priceMicros, currency }: OrderLine): OpenLine {
  const hasPrice = priceMicros !== undefined && currency !== undefined
  return {
    product,
    quantity,
    ...(hasPrice ? { currency } : {}),
    micros: hasPrice ? Math.round(priceMicros * quantity) : 0,
    refundedMicros: 0,
    left: quantity,
  }
}

function takeBack(open: OpenLine[], { kind, lines, amount }: Reversal): void {
  if (kind === 'refunded' && lines.length > 0) for (const line of lines) takeProduct(open, line)
  else if (kind === 'refunded' && amount !== undefined) takeAmount(open, amount.micros, amount.currency)
  else {
    for (const line of open) {
      line.left = 0
      line.refundedMicros = line.micros
    }
  }
}

function takeProduct(open: OpenLine[], refund: OrderLine): void {
  let pieces = refund.quantity
  for (const line of open) {
    if (line.product !== refund.product || line.left <= 0 || pieces <= 0) continue
    const taken = Math.min(pieces, line.left)
    pieces -= taken
    line.left -= taken
    const said = refund.priceMicros !== undefined && refund.currency === line.currency
    const micros = said ? (refund.priceMicros ?? 0) * taken : (line.micros * taken) / line.quantity
    const whole = line.left === 0 && !said
    const rest = line.micros - line.refundedMicros
    line.refundedMicros += whole ? rest : Math.min(rest, Math.round(micros))
  }
}

/** Each share is of what is still to be taken, so that the shares come to the sum. */
function takeAmount(open: OpenLine[], micros: number, currency: string): void {
  const lines = open.filter((line) => line.currency === currency)
  let rest = lines.reduce((sum, line) => sum + line.micros - line.refundedMicros, 0)
  let toTake = Math.min(micros, rest)
  for (const line of lines) {
    const left = line.micros - line.refundedMicros
    // (toTake / rest) first: the product of two sums of micros would not be exact.
    const taken = rest === 0 ? 0 : Math.min(left, Math.round(left * (toTake / rest)))
    line.refundedMicros += taken
    rest -= left
    toTake -= taken
  }
}
