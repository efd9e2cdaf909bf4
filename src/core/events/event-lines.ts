import { currencyHint, isCurrency } from '../../contracts/currency.ts'
import type { EventKind, EventLine } from '../../contracts/event.ts'
import { isTooLarge, LARGEST_AMOUNT, parseMicros } from '../../contracts/money.ts'

/** Most lines one event may have; a wholesale order of the public sets has 1,114. */
export const LINE_LIMIT = 5000

export type LinesRead = { readonly lines: readonly EventLine[] } | { readonly problem: string }

/**
 * The products of an event: `products` (Segment) or `items` (GA4), else the one that the properties themselves name.
 * One line that cannot be read refuses the event: an order without it would be another order.
 */
export function linesOf(
  properties: Readonly<Record<string, unknown>>,
  kind: EventKind,
  defaultCurrency: string,
): LinesRead {
  const list = own(properties, 'products') ?? own(properties, 'items')
  if (list !== undefined && list !== null && !Array.isArray(list))
    return { problem: 'properties.products is not a list' }
  const described: unknown[] = list ?? (hasProduct(properties) ? [properties] : [])
  if (described.length > LINE_LIMIT) return { problem: `it has more than ${LINE_LIMIT} products` }
  const currency = own(properties, 'currency') ?? defaultCurrency
  const lines: EventLine[] = []
  for (const [index, value] of described.entries()) {
    const line = lineOf(value, currency, kind)
    if (typeof line === 'string') return { problem: list === undefined ? line : `products[${index}]: ${line}` }
    lines.push(line)
  }
  return { lines }
}

/** A field of the message itself, never one that every object inherits. */
export function own(record: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(record, name) ? record[name] : undefined
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function hasProduct(properties: Readonly<Record<string, unknown>>): boolean {
  return ['product_id', 'item_id', 'sku'].some((name) => own(properties, name) !== undefined)
}

function lineOf(value: unknown, eventCurrency: unknown, kind: EventKind): EventLine | string {
  if (!isRecord(value)) return 'it is not an object'
  const productId = idOf(own(value, 'product_id') ?? own(value, 'item_id') ?? own(value, 'sku'))
  if (productId === undefined) return 'it has no product_id'
  const said = own(value, 'quantity')
  const quantity = said === undefined || said === null ? 1 : numberOf(said)
  // Some senders write what comes back with a minus.
  const positive = quantity !== undefined && kind === 'order_refunded' ? Math.abs(quantity) : quantity
  if (positive === undefined || !(positive > 0)) return `quantity is not a number above zero: ${shown(said)}`
  if (positive > Number.MAX_SAFE_INTEGER) {
    return `quantity is above ${Number.MAX_SAFE_INTEGER}, the largest that is kept exactly: ${shown(said)}`
  }
  const price = own(value, 'price')
  if (price === undefined || price === null || price === '') return { productId, quantity: positive }
  const priceMicros = microsOf(price)
  if (isAboveLargest(price))
    return `price is above ${LARGEST_AMOUNT}, the largest that is kept exactly: ${shown(price)}`
  if (priceMicros === undefined || priceMicros < 0) return `price is not a number of zero or more: ${shown(price)}`
  const code = currencyOf(own(value, 'currency') ?? eventCurrency)
  if ('problem' in code) return code.problem
  return { productId, quantity: positive, priceMicros, currency: code.currency }
}

/** A product, order or shopper id: text, or a whole number that a sender wrote without quotes. */
export function idOf(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined
  if (typeof value !== 'string') return undefined
  const id = value.trim()
  // biome-ignore lint/suspicious/noControlCharactersInRegex: an id with one would not come back as it was sent
  return id !== '' && id.length <= 256 && id.isWellFormed() && !/[\u0000-\u001f\u007f]/.test(id) ? id : undefined
}

/** An amount with its currency; undefined where the amount cannot be read. */
export function priceOf(
  amount: unknown,
  currency: unknown,
): { micros: number; currency: string } | { problem: string } | undefined {
  const micros = amount === undefined || amount === null || amount === '' ? undefined : microsOf(amount)
  if (micros === undefined) return undefined
  const code = currencyOf(currency)
  return 'problem' in code ? code : { micros, ...code }
}

function currencyOf(said: unknown): { currency: string } | { problem: string } {
  const code = typeof said === 'string' ? said.trim().toUpperCase() : ''
  if (isCurrency(code)) return { currency: code }
  return {
    problem: `currency is not an ISO 4217 code: ${shown(said)} (${currencyHint(String(said)).replace(/\.$/, '')})`,
  }
}

/** A number, or decimal text; not '', true, [5], "0x10" or "1e3", all of which JavaScript would convert. */
function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\s*[+-]?(\d+\.?\d*|\.\d+)\s*$/.test(value) ? Number(value) : value
  return typeof number === 'number' ? number : undefined
}

function isAboveLargest(amount: unknown): boolean {
  if (typeof amount === 'string') return isTooLarge(amount)
  return typeof amount === 'number' && Math.round(amount * 1e6) > Number.MAX_SAFE_INTEGER
}

function microsOf(value: unknown): number | undefined {
  if (typeof value === 'string') return parseMicros(value)
  const micros = typeof value === 'number' ? Math.round(value * 1e6) : Number.NaN
  return Number.isSafeInteger(micros) ? micros : undefined
}

function shown(value: unknown): string {
  return (typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value)))
    .slice(0, 60)
    .toWellFormed()
}
