import type { Purpose } from '../../contracts/consent.ts'
import { isRefusal, parseCurrency, parsePrice, parseQuantity } from '../kit/amounts.ts'
import { requireConsentColumn } from '../kit/basis.ts'
import { parseConsent } from '../kit/consent-text.ts'
import { groupedRows } from '../kit/grouped-rows.ts'
import type { Importer, ImportItem, SourceLine } from '../kit/importer.ts'
import { type OrderEvent, type OrderLine, type OrderPart, orderKey, orderMessage } from '../kit/order-messages.ts'
import { problem, quoted, type Refusal, refuse } from '../kit/problem.ts'
import { OPTIONS, readSettings, type Settings } from '../kit/settings.ts'
import { type FieldSpec, fieldsInfo, openTable, type Table, type TableRow } from '../kit/table.ts'
import { parseTime } from '../kit/times.ts'

const FIELDS: readonly FieldSpec[] = [
  {
    name: 'order_id',
    columns: ['Name'],
    required: true,
    meaning: 'The order, “#1001”; equal for the rows of one order.',
  },
  {
    name: 'time',
    columns: ['Created at'],
    required: true,
    meaning: 'When it was ordered, on the first row of an order.',
  },
  { name: 'quantity', columns: ['Lineitem quantity'], required: true, meaning: 'Pieces.' },
  {
    name: 'item',
    columns: ['Lineitem name'],
    required: true,
    meaning: 'Name of the variant; its id where the SKU is empty.',
  },
  { name: 'price', columns: ['Lineitem price'], required: true, meaning: 'Price of one piece.' },
  { name: 'sku', columns: ['Lineitem sku'], required: false, meaning: 'The product id.' },
  {
    name: 'customer',
    columns: ['Email'],
    required: false,
    meaning: 'The shopper. The export names them by e-mail address; lower case.',
  },
  { name: 'currency', columns: ['Currency'], required: false, meaning: 'ISO 4217 code.' },
  { name: 'status', columns: ['Financial Status'], required: false, meaning: 'paid, pending, refunded, voided …' },
  {
    name: 'total',
    columns: ['Total'],
    required: false,
    meaning: 'What was paid; a refund of all of it refunds every line.',
  },
  { name: 'refunded', columns: ['Refunded Amount'], required: false, meaning: 'What was paid back.' },
  { name: 'cancelled', columns: ['Cancelled at'], required: false, meaning: 'A cancelled order is no purchase.' },
  { name: 'marketing', columns: ['Accepts Marketing'], required: false, meaning: 'Consent to e-mail marketing.' },
  { name: 'consent', columns: ['Consent'], required: false, meaning: 'Consent to personalisation, yes or no.' },
]

/** Shopify admin → Orders → Export (“plain CSV file”). */
export const shopifyOrders: Importer = {
  info: {
    id: 'shopify-orders',
    title: 'Shopify order export',
    reads: 'The CSV file of Shopify’s order export; the first row of an order carries what belongs to the order.',
    example: 'storemind import shopify-orders orders_export.csv --basis contract',
    fields: fieldsInfo(FIELDS),
    options: [OPTIONS.encoding, OPTIONS.delimiter, OPTIONS.timezone, OPTIONS.currency, OPTIONS.market],
  },
  async plan(source) {
    const settings = readSettings(source, this.info)
    requireConsentColumn(source)
    const table = await openTable(source.path, FIELDS, settings)
    return [
      groupedRows<Line>(table, {
        line: (row) => lineOf(table, row),
        group: (name, lines, at) => orderOf(name, lines, at, settings),
      }),
    ]
  },
}

interface Line {
  readonly order: Readonly<Record<string, string>>
  readonly line: OrderLine
}

function lineOf(table: Table, row: TableRow): { group: string; line: Line } | Refusal {
  const text = (field: string) => table.text(row, field)
  const orderId = text('order_id')
  const productId = text('sku') === '' ? text('item') : text('sku')
  if (orderId === '') return refuse('ROW_FIELD_MISSING', { field: 'Name' })
  if (productId === '') return refuse('ROW_FIELD_MISSING', { field: 'Lineitem name' })
  for (const [field, id] of [
    ['Name', orderId],
    ['Lineitem sku', productId],
    ['Email', text('customer')],
  ] as const) {
    if (id.length > 256) return refuse('ROW_FIELD_TOO_LONG', { field, size: id.length, limit: 256 })
  }
  const quantity = parseQuantity(text('quantity'), 'Lineitem quantity')
  if (isRefusal(quantity)) return quantity
  const price = text('price') === '' ? undefined : parsePrice(text('price'), 'Lineitem price')
  if (isRefusal(price)) return price
  const order = Object.fromEntries(FIELDS.map(({ name }) => [name, text(name)]))
  const line = { productId, quantity, title: text('item'), ...(price !== undefined && { priceMicros: price.micros }) }
  return { group: orderId, line: { order, line } }
}

function* orderOf(orderId: string, group: readonly Line[], at: SourceLine, settings: Settings): Iterable<ImportItem> {
  // The order's own fields stand on its first row; a refused first row leaves them to none.
  const order = group.find(({ order }) => order['time'] !== '')?.order
  if (order === undefined) {
    yield problem(at, refuse('ROW_FIELD_MISSING', { field: 'Created at' }))
    return
  }
  const part = partOf(orderId, order, group, settings)
  if (isRefusal(part)) {
    yield problem(at, part)
    return
  }
  const event = (kind: OrderEvent, of: OrderPart, total?: number): ImportItem => ({
    kind: 'event',
    line: at,
    key: orderKey(kind, orderId, part.lines),
    message: orderMessage(kind, of, total),
  })
  const cancelled = order['cancelled'] ?? ''
  if (cancelled !== '' || order['status'] === 'voided') {
    const when = cancelled === '' ? part.at : parseTime(cancelled, settings.timezone)
    if (when === undefined)
      yield problem(at, refuse('ROW_TIME_INVALID', { field: 'Cancelled at', value: quoted(cancelled) }))
    else yield event('Order Cancelled', { ...part, at: when })
    return
  }
  yield event('Order Completed', part)
  const refunded = amountOf(order['refunded'] ?? '', 'Refunded Amount')
  const total = amountOf(order['total'] ?? '', 'Total')
  if (isRefusal(refunded)) yield problem(at, refunded)
  else if (isRefusal(total)) yield problem(at, total)
  else if (refunded > 0) {
    // The export says how much was paid back, not for what, nor when: only a refund of everything names the lines.
    const whole = order['status'] === 'refunded' || (total > 0 && refunded >= total)
    yield event('Order Refunded', { ...part, lines: whole ? part.lines : [] }, refunded)
  }
}

function partOf(
  orderId: string,
  order: Readonly<Record<string, string>>,
  group: readonly Line[],
  settings: Settings,
): OrderPart | Refusal {
  const text = (field: string) => order[field] ?? ''
  const time = parseTime(text('time'), settings.timezone)
  if (time === undefined) return refuse('ROW_TIME_INVALID', { field: 'Created at', value: quoted(text('time')) })
  const currency = text('currency') === '' ? settings.currency : parseCurrency(text('currency'), 'Currency')
  if (isRefusal(currency)) return currency
  const marketing = parseConsent(text('marketing'), 'Accepts Marketing')
  if (isRefusal(marketing)) return marketing
  const agreed = parseConsent(text('consent'), 'Consent')
  if (isRefusal(agreed)) return agreed
  const consents: Partial<Record<Purpose, boolean>> = {
    ...(agreed !== undefined && { personalisation: agreed }),
    ...(marketing !== undefined && { email_marketing: marketing }),
  }
  const customer = text('customer').toLowerCase()
  return {
    orderId,
    at: time,
    ...(customer === '' ? { anonymousId: `shopify:${orderId}` } : { userId: customer }),
    currency,
    market: settings.market,
    lines: group.map(({ line }) => line),
    ...(Object.keys(consents).length > 0 && { consents }),
  }
}

function amountOf(text: string, field: string): number | Refusal {
  if (text === '') return 0
  const price = parsePrice(text, field)
  return isRefusal(price) ? price : price.micros
}
