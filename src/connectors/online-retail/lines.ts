import { isRefusal, parseNumber, parsePrice } from '../kit/amounts.ts'
import { oneLine } from '../kit/described-product.ts'
import { quoted, type Refusal, refuse } from '../kit/problem.ts'
import type { FieldSpec, Table, TableRow } from '../kit/table.ts'
import { parseTime } from '../kit/times.ts'
import { isCatalogueName, isProductCode } from './stock-codes.ts'

export const ZONE = 'Europe/London'

export const FIELDS: readonly FieldSpec[] = [
  { name: 'invoice', columns: ['InvoiceNo', 'Invoice'], required: true, meaning: 'The order; `C…` is a cancellation.' },
  { name: 'product', columns: ['StockCode'], required: true, meaning: 'The product.' },
  { name: 'description', columns: ['Description'], required: true, meaning: 'Its name, sometimes a note.' },
  { name: 'quantity', columns: ['Quantity'], required: true, meaning: 'Pieces; below zero in cancellations.' },
  { name: 'time', columns: ['InvoiceDate'], required: true, meaning: 'London time.' },
  { name: 'price', columns: ['UnitPrice', 'Price'], required: true, meaning: 'Price of one piece, GBP.' },
  { name: 'customer', columns: ['CustomerID', 'Customer ID'], required: true, meaning: 'The shopper; often empty.' },
]

/** One row of the shop's books. With a `problem` only names are to be learned from it. */
export interface RetailLine {
  readonly invoice: string
  readonly refund: boolean
  readonly productId: string
  readonly description: string
  /** The description reads like a catalogue name. */
  readonly isName: boolean
  /** '' where the shop did not note the customer. */
  readonly customer: string
  readonly at: number
  /** Positive, also in refunds. */
  readonly quantity: number
  readonly priceMicros: number
  readonly problem?: Refusal
}

export function lineOf(table: Table, row: TableRow): RetailLine {
  const text = (field: string) => table.text(row, field)
  const invoice = text('invoice')
  // The books write one product's code in both cases: 15056bl is 15056BL.
  const productId = text('product').toUpperCase()
  const refund = /^C/i.test(invoice)
  const at = parseTime(text('time'), ZONE)
  const quantity = parseNumber(text('quantity'), 'Quantity')
  const price = parsePrice(text('price'), 'UnitPrice')
  const description = oneLine(text('description'))
  const line = {
    invoice,
    refund,
    productId,
    description,
    isName: isCatalogueName(description),
    // Spreadsheets made numbers of the ids: "17850.0".
    customer: text('customer').replace(/\.0+$/, ''),
    at: at ?? 0,
    quantity: isRefusal(quantity) ? 0 : Math.abs(quantity),
    priceMicros: isRefusal(price) ? 0 : price.micros,
  }
  const problem = (): Refusal | undefined => {
    if (invoice === '') return refuse('ROW_FIELD_MISSING', { field: 'InvoiceNo' })
    if (productId === '') return refuse('ROW_FIELD_MISSING', { field: 'StockCode' })
    for (const [field, id] of [
      ['InvoiceNo', invoice],
      ['StockCode', productId],
      ['CustomerID', line.customer],
    ] as const) {
      if (id.length > 200) return refuse('ROW_FIELD_TOO_LONG', { field, size: id.length, limit: 200 })
    }
    if (!isProductCode(productId)) return refuse('ROW_NOT_A_PRODUCT', { value: quoted(productId) })
    if (at === undefined) return refuse('ROW_TIME_INVALID', { field: 'InvoiceDate', value: quoted(text('time')) })
    if (isRefusal(quantity)) return quantity
    if (quantity < 0 !== refund || quantity === 0) {
      if (quantity < 0) return refuse('ROW_NUMBER_NEGATIVE', { field: 'Quantity', value: quantity })
      const known = refund ? 'quantities below zero in cancellations' : 'quantities above zero'
      return refuse('ROW_VALUE_INVALID', { field: 'Quantity', value: quantity, known })
    }
    if (isRefusal(price)) return price
    return price.micros > 0
      ? undefined
      : refuse('ROW_VALUE_INVALID', { field: 'UnitPrice', value: quoted(text('price')), known: 'prices above zero' })
  }
  const found = problem()
  return found === undefined ? line : { ...line, problem: found }
}
