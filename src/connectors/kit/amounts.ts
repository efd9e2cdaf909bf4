import { currencyHint, isCurrency } from '../../contracts/currency.ts'
import { isTooLarge, LARGEST_AMOUNT, parseMicros } from '../../contracts/money.ts'
import { quoted, type Refusal, refuse } from './problem.ts'

export type DecimalMark = '.' | ','

/** An amount in micros and the currency that stood beside it, if any. */
export interface Price {
  readonly micros: number
  readonly currency?: string
}

const PRICE = /^(?:([A-Za-z]{3})\s*)?([+-]?[\d.,]+)(?:\s*([A-Za-z]{3}))?$/
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/

/**
 * "12.34", "12.34 EUR" or "EUR 12.34" → micros. Thousands separators are refused: "1,234" is twelve hundred to some
 * and one and a bit to others, and a guess would be a wrong price.
 */
export function parsePrice(text: string, field: string, mark: DecimalMark = '.'): Price | Refusal {
  const match = PRICE.exec(text.trim())
  const micros = match?.[2] === undefined ? undefined : parseMicros(withPoint(match[2], mark))
  const [before, after] = [match?.[1], match?.[3]]
  if (before !== undefined && after !== undefined) return refuse('ROW_NUMBER_INVALID', { field, value: quoted(text) })
  if (micros === undefined) {
    return isTooLarge(withPoint(match?.[2] ?? '', mark))
      ? refuse('ROW_NUMBER_TOO_LARGE', { field, value: quoted(text), limit: LARGEST_AMOUNT })
      : refuse('ROW_NUMBER_INVALID', { field, value: quoted(text) })
  }
  if (micros < 0) return refuse('ROW_NUMBER_NEGATIVE', { field, value: quoted(text) })
  const said = before ?? after
  if (said === undefined) return { micros }
  const currency = parseCurrency(said, field)
  return isRefusal(currency) ? currency : { micros, currency }
}

/** A code of ISO 4217, in capitals or not. */
export function parseCurrency(text: string, field: string): string | Refusal {
  const code = text.trim().toUpperCase()
  if (isCurrency(code)) return code
  return refuse('CURRENCY_UNKNOWN', { field, value: quoted(text), hint: currencyHint(text) })
}

/** A finite decimal number above zero, whole or not (goods by weight). No exponent, NaN or Infinity. */
export function parseQuantity(text: string, field: string, mark: DecimalMark = '.'): number | Refusal {
  const quantity = parseNumber(text, field, mark)
  if (isRefusal(quantity)) return quantity
  if (quantity < 0) return refuse('ROW_NUMBER_NEGATIVE', { field, value: quoted(text) })
  if (quantity === 0) {
    return refuse('ROW_VALUE_INVALID', { field, value: quoted(text), known: 'quantities above zero' })
  }
  return quantity
}

/** A signed decimal number. */
export function parseNumber(text: string, field: string, mark: DecimalMark = '.'): number | Refusal {
  const trimmed = withPoint(text.trim(), mark)
  if (!DECIMAL.test(trimmed)) return refuse('ROW_NUMBER_INVALID', { field, value: quoted(text) })
  const value = Number(trimmed)
  if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value
  return refuse('ROW_NUMBER_TOO_LARGE', { field, value: quoted(text), limit: Number.MAX_SAFE_INTEGER })
}

/** With a comma as the mark a point has no place, and the other way round. */
function withPoint(text: string, mark: DecimalMark): string {
  if (mark === '.') return text
  return text.includes('.') ? 'NaN' : text.replace(',', '.')
}

export function isRefusal(value: object | number | string | undefined | boolean): value is Refusal {
  return typeof value === 'object' && 'code' in value
}
