import { isRefusal, parseCurrency, parseNumber } from '../kit/amounts.ts'
import { requireConsentColumn } from '../kit/basis.ts'
import { parseConsent } from '../kit/consent-text.ts'
import { groupedRows } from '../kit/grouped-rows.ts'
import type { Importer, ImportItem, SourceLine } from '../kit/importer.ts'
import { type OrderEvent, type OrderLine, type OrderPart, orderKey, orderMessage } from '../kit/order-messages.ts'
import { problem, quoted, type Refusal, refuse } from '../kit/problem.ts'
import { OPTIONS, readSettings, type Settings } from '../kit/settings.ts'
import { type FieldSpec, fieldsInfo, openTable, type Table, type TableRow } from '../kit/table.ts'
import { parseTime } from '../kit/times.ts'
import { lineItem, packedLineItem, refundMicros } from './line-items.ts'

const FIELDS: readonly FieldSpec[] = [
  {
    name: 'order_id',
    columns: ['Order Number', 'order_number', 'Order ID', 'order_id'],
    required: true,
    meaning: 'The order; its rows stand one after the other.',
  },
  {
    name: 'time',
    columns: ['Order Date', 'order_date', 'Date', 'date_created'],
    required: true,
    meaning: 'When it was ordered.',
  },
  {
    name: 'status',
    columns: ['Order Status', 'order_status', 'Status'],
    required: false,
    meaning: 'completed, processing, on-hold, refunded, cancelled, failed, pending.',
  },
  {
    name: 'customer',
    columns: ['Customer User ID', 'customer_id', 'customer_user', 'Customer ID'],
    required: false,
    meaning: 'The shopper’s number; 0 is a guest.',
  },
  {
    name: 'email',
    columns: ['Email (Billing)', 'billing_email', 'Billing Email', 'customer_email'],
    required: false,
    meaning: 'Names the shopper where there is no number; lower case.',
  },
  {
    name: 'currency',
    columns: ['Order Currency', 'order_currency', 'Currency'],
    required: false,
    meaning: 'ISO 4217 code.',
  },
  {
    name: 'total',
    columns: ['Order Total Amount', 'order_total', 'Order Total'],
    required: false,
    meaning: 'What was paid.',
  },
  {
    name: 'refunded',
    columns: ['Order Refund Amount', 'refund_total', 'refunded_total'],
    required: false,
    meaning: 'What was paid back.',
  },
  { name: 'sku', columns: ['SKU', 'sku', 'item_sku'], required: false, meaning: 'The product id.' },
  {
    name: 'product_id',
    columns: ['Product Id', 'product_id', 'Product ID'],
    required: false,
    meaning: 'The product id where the SKU is empty.',
  },
  {
    name: 'item',
    columns: ['Item Name', 'item_name', 'Product Name'],
    required: false,
    meaning: 'Name of the product.',
  },
  {
    name: 'quantity',
    columns: ['Quantity', 'quantity', 'item_quantity', 'Quantity (- Refund)'],
    required: false,
    meaning: 'Pieces.',
  },
  {
    name: 'price',
    columns: ['Item Cost', 'item_cost', 'item_price', 'Item Price'],
    required: false,
    meaning: 'Price of one piece.',
  },
  {
    name: 'line_total',
    columns: ['Order Line Total', 'item_total', 'line_total'],
    required: false,
    meaning: 'Price of the line, where that of a piece is missing.',
  },
  { name: 'consent', columns: ['consent'], required: false, meaning: 'Consent to personalisation, yes or no.' },
]

/** `line_item_1` … as exporters write them that give an order one row. */
const NUMBERED = /^line[_ ]item[_ ]\d+$/i

const EVENTS = new Map<string, readonly OrderEvent[]>([
  ['completed', ['Order Completed']],
  ['processing', ['Order Completed']],
  ['on-hold', ['Order Completed']],
  ['', ['Order Completed']],
  ['refunded', ['Order Completed', 'Order Refunded']],
  ['cancelled', ['Order Cancelled']],
  // Never paid: neither a purchase nor one that was undone.
  ['failed', []],
  ['pending', []],
  ['pending payment', []],
  ['checkout-draft', []],
  ['trash', []],
])

/** Exports of WooCommerce's orders, which come from plugins: a row per line item, or per order with numbered items. */
export const woocommerceOrders: Importer = {
  info: {
    id: 'woocommerce-orders',
    title: 'WooCommerce order export',
    reads:
      'A CSV file of an order export plugin: one row per line item (Order Number, Order Date, SKU, Quantity, Item Cost …), or one row per order with columns line_item_1, line_item_2 … (“name:Mug|product_id:12|sku:MUG|quantity:2|total:24.00”).',
    example: 'storemind import woocommerce-orders orders.csv --basis contract --option timezone=Europe/Madrid',
    fields: fieldsInfo(FIELDS),
    options: Object.values(OPTIONS),
  },
  async plan(source) {
    const settings = readSettings(source, this.info)
    requireConsentColumn(source)
    const table = await openTable(source.path, FIELDS, settings)
    const numbered = table.header.flatMap((name, index) => (NUMBERED.test(name) ? [index] : []))
    // Without numbered items a line must name its product.
    const checked =
      numbered.length > 0 || table.column('product_id') >= 0 ? table : await openTable(source.path, withSku(), settings)
    return [
      groupedRows<Row>(checked, {
        line: (row) => rowOf(checked, row),
        group: (orderId, rows, at) => orderOf(orderId, rows, { table: checked, numbered, settings, at }),
      }),
    ]
  },
}

function withSku(): readonly FieldSpec[] {
  return FIELDS.map((field) => (field.name === 'sku' ? { ...field, required: true } : field))
}

type Row = TableRow

interface Context {
  readonly table: Table
  readonly numbered: readonly number[]
  readonly settings: Settings
  readonly at: SourceLine
}

function rowOf(table: Table, row: TableRow): { group: string; line: Row } | Refusal {
  const orderId = table.text(row, 'order_id')
  if (orderId === '') return refuse('ROW_FIELD_MISSING', { field: 'order_id' })
  if (orderId.length > 256) return refuse('ROW_FIELD_TOO_LONG', { field: 'order_id', size: orderId.length, limit: 256 })
  return { group: orderId, line: row }
}

function* orderOf(orderId: string, rows: readonly Row[], context: Context): Iterable<ImportItem> {
  const { table, settings, at } = context
  const first = rows[0]
  if (first === undefined) return
  const status = table
    .text(first, 'status')
    .toLowerCase()
    .replace(/^wc-/, '')
    .replace(/^on hold$/, 'on-hold')
  const events = EVENTS.get(status)
  if (events === undefined) {
    const known = [...EVENTS.keys()].filter((name) => name !== '').join(', ')
    yield problem(at, refuse('ROW_VALUE_INVALID', { field: 'status', value: quoted(status), known }))
    return
  }
  const lines: OrderLine[] = []
  for (const row of rows) {
    for (const line of linesOf(row, context)) {
      if (isRefusal(line)) yield problem(row.at, line)
      else lines.push(line)
    }
  }
  const part = partOf(orderId, first, lines, context)
  if (isRefusal(part)) {
    yield problem(at, part)
    return
  }
  if (lines.length === 0) return
  const event = (kind: OrderEvent, of: OrderPart, total?: number): ImportItem => ({
    kind: 'event',
    line: at,
    key: orderKey(kind, orderId, lines),
    message: orderMessage(kind, of, total),
  })
  for (const kind of events) yield event(kind, part)
  const refunded = refundMicros(table.text(first, 'refunded'), settings)
  if (isRefusal(refunded)) yield problem(at, refunded)
  else if (refunded > 0 && events.length === 1 && events[0] === 'Order Completed') {
    // Part of the money went back; for which lines the export does not say.
    const total = parseNumber(table.text(first, 'total'), 'total', settings.decimal)
    const whole = !isRefusal(total) && total > 0 && refunded >= total * 1e6
    yield event('Order Refunded', { ...part, lines: whole ? lines : [] }, refunded)
  }
}

function* linesOf(row: Row, { table, numbered, settings }: Context): Iterable<OrderLine | Refusal> {
  if (numbered.length > 0) {
    for (const column of numbered) {
      const packed = row.cells[column]?.trim() ?? ''
      if (packed !== '') yield lineItem(packedLineItem(packed), settings)
    }
    return
  }
  const text = (field: string) => table.text(row, field)
  yield lineItem(
    {
      sku: text('sku'),
      productId: text('product_id'),
      title: text('item'),
      quantity: text('quantity'),
      price: text('price'),
      total: text('line_total'),
    },
    settings,
  )
}

function partOf(orderId: string, row: Row, lines: readonly OrderLine[], context: Context): OrderPart | Refusal {
  const { table, settings } = context
  const text = (field: string) => table.text(row, field)
  const at = parseTime(text('time'), settings.timezone)
  if (at === undefined) return refuse('ROW_TIME_INVALID', { field: 'time', value: quoted(text('time')) })
  const currency = text('currency') === '' ? settings.currency : parseCurrency(text('currency'), 'currency')
  if (isRefusal(currency)) return currency
  const agreed = parseConsent(text('consent'), 'consent')
  if (isRefusal(agreed)) return agreed
  const number = text('customer') === '0' ? '' : text('customer')
  const customer = number === '' ? text('email').toLowerCase() : number
  if (customer.length > 256)
    return refuse('ROW_FIELD_TOO_LONG', { field: 'customer', size: customer.length, limit: 256 })
  return {
    orderId,
    at,
    ...(customer === '' ? { anonymousId: `woocommerce:${orderId}` } : { userId: customer }),
    currency,
    market: settings.market,
    lines,
    ...(agreed !== undefined && { consents: { personalisation: agreed } }),
  }
}
