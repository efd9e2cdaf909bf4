import type { Purpose } from '../../contracts/consent.ts'
import { isRefusal, parseCurrency, parsePrice, parseQuantity } from '../kit/amounts.ts'
import { requireConsentColumn } from '../kit/basis.ts'
import { parseConsent } from '../kit/consent-text.ts'
import { groupedRows } from '../kit/grouped-rows.ts'
import type { Importer, ImportItem, SourceLine } from '../kit/importer.ts'
import { type OrderEvent, type OrderLine, orderKey, orderMessage } from '../kit/order-messages.ts'
import { quoted, type Refusal, refuse } from '../kit/problem.ts'
import { OPTIONS, readSettings, type Settings } from '../kit/settings.ts'
import { type FieldSpec, fieldsInfo, openTable, type Table, type TableRow } from '../kit/table.ts'
import { parseTime } from '../kit/times.ts'

const FIELDS: readonly FieldSpec[] = [
  {
    name: 'order_id',
    columns: ['order_id', 'order', 'order_number', 'invoice'],
    required: true,
    meaning: 'The order; its lines stand one after the other.',
  },
  {
    name: 'time',
    columns: ['time', 'created_at', 'order_date', 'date', 'timestamp'],
    required: true,
    meaning: 'When it was ordered, ISO 8601.',
  },
  {
    name: 'product_id',
    columns: ['product_id', 'sku'],
    required: true,
    meaning: 'The product, as the catalogue calls it.',
  },
  {
    name: 'customer',
    columns: ['customer', 'customer_id', 'user_id'],
    required: false,
    meaning: 'The shopper; an order without one is kept as an unknown shopper’s.',
  },
  {
    name: 'quantity',
    columns: ['quantity', 'qty'],
    required: false,
    meaning: 'Pieces; 1 if left out. Positive, also in a refund.',
  },
  { name: 'price', columns: ['price', 'unit_price'], required: false, meaning: 'Price of one piece.' },
  { name: 'currency', columns: ['currency'], required: false, meaning: 'ISO 4217 code.' },
  {
    name: 'title',
    columns: ['title', 'name', 'product_name'],
    required: false,
    meaning: 'Name of the product, for the record.',
  },
  {
    name: 'type',
    columns: ['type'],
    required: false,
    meaning: '`order` (also if left out), `refund` or `cancellation`.',
  },
  {
    name: 'consent',
    columns: ['consent'],
    required: false,
    meaning: 'Whether the shopper agreed to personalisation, yes or no.',
  },
]

const EVENTS = new Map<string, OrderEvent>([
  ['', 'Order Completed'],
  ['order', 'Order Completed'],
  ['sale', 'Order Completed'],
  ['refund', 'Order Refunded'],
  ['return', 'Order Refunded'],
  ['cancellation', 'Order Cancelled'],
])

export const csvOrders: Importer = {
  info: {
    id: 'csv-orders',
    title: 'Orders as CSV',
    reads: 'A CSV file with a header and one order line a row; columns are found by name or by --map.',
    example:
      'storemind import csv-orders orders.csv --basis contract --map customer=CustomerNo --option timezone=Europe/Berlin',
    fields: fieldsInfo(FIELDS),
    options: Object.values(OPTIONS),
  },
  async plan(source) {
    const settings = readSettings(source, this.info)
    requireConsentColumn(source)
    const table = await openTable(source.path, FIELDS, settings)
    return [
      groupedRows<Line>(table, {
        line: (row) => lineOf(table, row, settings),
        group: (_, lines, at) => orderOf(lines, at, settings),
      }),
    ]
  },
}

interface Line extends OrderLine {
  readonly event: OrderEvent
  readonly orderId: string
  readonly at: number
  readonly customer: string
  readonly currency: string
  readonly consents: Partial<Record<Purpose, boolean>> | undefined
}

function lineOf(table: Table, row: TableRow, settings: Settings): { group: string; line: Line } | Refusal {
  const text = (field: string) => table.text(row, field)
  const [orderId, productId, customer] = [text('order_id'), text('product_id'), text('customer')]
  for (const [field, value] of [
    ['order_id', orderId],
    ['product_id', productId],
    ['time', text('time')],
  ] as const) {
    if (value === '') return refuse('ROW_FIELD_MISSING', { field })
    if (value.length > 256) return refuse('ROW_FIELD_TOO_LONG', { field, size: value.length, limit: 256 })
  }
  if (customer.length > 256)
    return refuse('ROW_FIELD_TOO_LONG', { field: 'customer', size: customer.length, limit: 256 })
  const event = EVENTS.get(text('type').toLowerCase())
  if (event === undefined) {
    return refuse('ROW_VALUE_INVALID', {
      field: 'type',
      value: quoted(text('type')),
      known: 'order, refund, cancellation',
    })
  }
  const at = parseTime(text('time'), settings.timezone)
  if (at === undefined) return refuse('ROW_TIME_INVALID', { field: 'time', value: quoted(text('time')) })
  const quantity = text('quantity') === '' ? 1 : parseQuantity(text('quantity'), 'quantity', settings.decimal)
  if (isRefusal(quantity)) return quantity
  const price = text('price') === '' ? undefined : parsePrice(text('price'), 'price', settings.decimal)
  if (isRefusal(price)) return price
  const named = price?.currency ?? (text('currency') === '' ? settings.currency : text('currency'))
  const currency = parseCurrency(named, 'currency')
  if (isRefusal(currency)) return currency
  const agreed = parseConsent(text('consent'), 'consent')
  if (isRefusal(agreed)) return agreed
  const line: Line = {
    event,
    orderId,
    at,
    customer,
    currency,
    consents: agreed === undefined ? undefined : { personalisation: agreed },
    productId,
    quantity,
    ...(price !== undefined && { priceMicros: price.micros }),
    ...(text('title') !== '' && { title: text('title') }),
  }
  return { group: `${event} ${currency} ${orderId}`, line }
}

function* orderOf(lines: readonly Line[], at: SourceLine, settings: Settings): Iterable<ImportItem> {
  const first = lines[0]
  if (first === undefined) return
  const who = first.customer === '' ? { anonymousId: `csv-orders:${first.orderId}` } : { userId: first.customer }
  // One line that says no outweighs others that say yes.
  const stated = lines.flatMap((line) => (line.consents ? [line.consents] : []))
  const consents = stated.find((consent) => consent.personalisation === false) ?? stated[0]
  const message = orderMessage(first.event, {
    orderId: first.orderId,
    at: first.at,
    ...who,
    currency: first.currency,
    market: settings.market,
    lines,
    ...(consents !== undefined && { consents }),
  })
  yield { kind: 'event', line: at, key: orderKey(first.event, first.orderId, lines), message }
}
