import { createHash } from 'node:crypto'
import { formatMicros } from '../../contracts/money.ts'
import { isRefusal, parseNumber, parsePrice } from '../kit/amounts.ts'
import type { ImportFile, ImportItem, SourceLine } from '../kit/importer.ts'
import { type OrderLine, orderKey, orderMessage } from '../kit/order-messages.ts'
import { problem, quoted, type Refusal, refuse } from '../kit/problem.ts'
import type { ReadOptions } from '../kit/source-file.ts'
import type { FieldSpec, Table, TableRow } from '../kit/table.ts'
import { parseTime } from '../kit/times.ts'

export const ZONE = 'America/New_York'

export const TRANSACTION_FIELDS: readonly FieldSpec[] = [
  { name: 'household_id', columns: ['household_id'], required: true, meaning: 'The shopper.' },
  { name: 'basket_id', columns: ['basket_id'], required: true, meaning: 'The order; its rows may stand anywhere.' },
  { name: 'product_id', columns: ['product_id'], required: true, meaning: 'The product.' },
  { name: 'quantity', columns: ['quantity'], required: true, meaning: 'Pieces; thousandths of a gallon for gasoline.' },
  { name: 'sales_value', columns: ['sales_value'], required: true, meaning: 'What the shop got for them, USD.' },
  {
    name: 'transaction_timestamp',
    columns: ['transaction_timestamp'],
    required: true,
    meaning: 'When, in the shop’s zone.',
  },
]

/**
 * The rows of a basket stand anywhere in the file, so it is read as often as it has parts of this size, each time for
 * the baskets of one part. That bounds the memory, at about three times this, whatever the file.
 */
export const PART_BYTES = 33_554_432

/** Above so many "pieces" of one product in one basket the number is a measure: one purchase at its whole value. */
const PIECES_LIMIT = 100

interface Sale extends OrderLine {
  readonly household: string
  readonly basket: string
  readonly at: number
  readonly rowAt: SourceLine
}

/** Baskets as orders, in the order of time within a part. */
export function transactionsFile(table: Table, partBytes: number = PART_BYTES): ImportFile {
  const { path, bytes } = table.file
  const parts = Math.max(1, Math.ceil(bytes / partBytes))
  return {
    path,
    bytes,
    fingerprint: table.fingerprint,
    async *read({ signal, onBytes }): AsyncGenerator<ImportItem> {
      for (let part = 0; part < parts; part++) {
        const baskets = new Map<string, Sale[]>()
        const onPart = (read: number) => onBytes(Math.floor((part * bytes + read) / parts))
        for await (const row of table.rows({ signal, onBytes: onPart })) {
          if (row.kind === 'problem') {
            // Each reading meets the bad rows again; the first one reports them.
            if (part === 0) yield row
            continue
          }
          const basket = table.text(row, 'basket_id')
          if (partOf(basket, parts) !== part) continue
          const sale = saleOf(table, row, basket)
          if (isRefusal(sale)) {
            yield problem(row.at, sale)
            continue
          }
          const sales = baskets.get(basket)
          if (sales) sales.push(sale)
          else baskets.set(basket, [sale])
        }
        if (signal.aborted) return
        for (const sales of [...baskets.values()].sort(byTime)) {
          if (signal.aborted) return
          const item = orderOf(sales)
          if (item) yield item
        }
      }
    },
  }
}

/** Product → its price in the latest row that sells it, as text; for a measured product, that of a purchase. */
export async function latestPrices(table: Table, options: ReadOptions): Promise<ReadonlyMap<string, string>> {
  const latest = new Map<string, { at: number; micros: number }>()
  for await (const row of table.rows(options)) {
    const sale = row.kind === 'row' ? saleOf(table, row, table.text(row, 'basket_id')) : undefined
    if (sale === undefined || isRefusal(sale) || sale.priceMicros === undefined) continue
    const known = latest.get(sale.productId)
    if (known === undefined || sale.at >= known.at)
      latest.set(sale.productId, { at: sale.at, micros: sale.priceMicros })
  }
  return new Map([...latest].map(([id, { micros }]) => [id, formatMicros(micros)]))
}

function saleOf(table: Table, row: TableRow, basket: string): Sale | Refusal {
  const text = (field: string) => table.text(row, field)
  const [household, productId] = [text('household_id'), text('product_id')]
  for (const [field, id] of [
    ['household_id', household],
    ['basket_id', basket],
    ['product_id', productId],
  ] as const) {
    if (id === '') return refuse('ROW_FIELD_MISSING', { field })
    if (id.length > 200) return refuse('ROW_FIELD_TOO_LONG', { field, size: id.length, limit: 200 })
  }
  const at = parseTime(text('transaction_timestamp'), ZONE)
  if (at === undefined) {
    return refuse('ROW_TIME_INVALID', { field: 'transaction_timestamp', value: quoted(text('transaction_timestamp')) })
  }
  const count = parseNumber(text('quantity'), 'quantity')
  if (isRefusal(count)) return count
  if (count < 0) return refuse('ROW_NUMBER_NEGATIVE', { field: 'quantity', value: count })
  if (count === 0)
    return refuse('ROW_VALUE_INVALID', { field: 'quantity', value: count, known: 'quantities above zero' })
  const value = parsePrice(text('sales_value'), 'sales_value')
  if (isRefusal(value)) return value
  const quantity = count > PIECES_LIMIT ? 1 : count
  // A coupon can bring a sale to nothing; that is a purchase, but no price.
  const price = value.micros > 0 ? { priceMicros: Math.round(value.micros / quantity) } : {}
  return { productId, quantity, ...price, household, basket, at, rowAt: row.at }
}

function orderOf(sales: readonly Sale[]): ImportItem | undefined {
  const first = sales[0]
  if (first === undefined) return undefined
  const message = orderMessage('Order Completed', {
    orderId: first.basket,
    at: first.at,
    userId: first.household,
    currency: 'USD',
    lines: sales,
  })
  return { kind: 'event', line: first.rowAt, key: orderKey('Order Completed', first.basket, sales), message }
}

function byTime(a: readonly Sale[], b: readonly Sale[]): number {
  return (a[0]?.at ?? 0) - (b[0]?.at ?? 0)
}

function partOf(basket: string, parts: number): number {
  return parts === 1 ? 0 : createHash('sha256').update(basket).digest().readUInt32LE(0) % parts
}
