import { isRefusal, parsePrice, parseQuantity } from '../kit/amounts.ts'
import type { OrderLine } from '../kit/order-messages.ts'
import { type Refusal, refuse } from '../kit/problem.ts'
import type { Settings } from '../kit/settings.ts'

/** What one line of an order is made of, as text. */
export interface LineItemText {
  readonly sku: string
  readonly productId: string
  readonly title: string
  readonly quantity: string
  /** Price of one piece; or `total` of the line, where the export writes that. */
  readonly price: string
  readonly total: string
}

export function lineItem(text: LineItemText, settings: Settings): OrderLine | Refusal {
  const productId = text.sku === '' ? text.productId : text.sku
  if (productId === '') return refuse('ROW_FIELD_MISSING', { field: 'SKU' })
  if (productId.length > 256) return refuse('ROW_FIELD_TOO_LONG', { field: 'SKU', size: productId.length, limit: 256 })
  const quantity = text.quantity === '' ? 1 : parseQuantity(text.quantity, 'quantity', settings.decimal)
  if (isRefusal(quantity)) return quantity
  const amount = text.price === '' ? text.total : text.price
  const price = amount === '' ? undefined : parsePrice(amount, 'price', settings.decimal)
  if (isRefusal(price)) return price
  const micros = price && (text.price === '' ? Math.round(price.micros / quantity) : price.micros)
  return { productId, quantity, title: text.title, ...(micros !== undefined && { priceMicros: micros }) }
}

/**
 * "name:Mug|product_id:12|sku:MUG|quantity:2|total:24.00|sub_total:24.00" → its parts. What stands before the first
 * known name belongs to the part before it, so that a bar in a product's name does no harm.
 */
export function packedLineItem(text: string): LineItemText {
  const parts = new Map<string, string>()
  let name = ''
  for (const piece of text.split('|')) {
    const match = /^(name|product_id|sku|quantity|total|sub_total|refunded|meta)\s*:(.*)$/s.exec(piece)
    if (match?.[1] !== undefined && !parts.has(match[1])) {
      name = match[1]
      parts.set(name, match[2]?.trim() ?? '')
    } else if (name !== '') parts.set(name, `${parts.get(name) ?? ''}|${piece}`)
  }
  const part = (of: string) => parts.get(of) ?? ''
  return {
    sku: part('sku'),
    productId: part('product_id'),
    title: part('name'),
    quantity: part('quantity'),
    price: '',
    total: part('total') === '' ? part('sub_total') : part('total'),
  }
}

/** Money paid back, positive: exports write it with and without a minus. */
export function refundMicros(text: string, settings: Settings): number | Refusal {
  if (text === '') return 0
  const amount = parsePrice(text.replace(/^\s*-/, ''), 'Order Refund Amount', settings.decimal)
  return isRefusal(amount) ? amount : amount.micros
}
