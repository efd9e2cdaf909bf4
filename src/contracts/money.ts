import Type from 'typebox'
import { textOfForm } from './pattern.ts'

/** An ISO 4217 code. */
export const Currency = textOfForm('^[A-Z]{3}$', 'a currency by its ISO 4217 code, three capital letters like EUR', {
  description: 'ISO 4217 code.',
})

/** Integer millionths of the currency's unit: 2.55 GBP is 2,550,000. Never a float. */
export const Micros = Type.Integer({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER })

/** What something costs: never less than nothing. */
export const Price = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'Micros; zero or more.',
})

export const Money = Type.Object({ micros: Micros, currency: Currency }, { additionalProperties: false })
export type Money = Type.Static<typeof Money>

/** The largest amount in units, as a message names it. */
export const LARGEST_AMOUNT = formatMicros(Number.MAX_SAFE_INTEGER)

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d*))?$|^([+-]?)\.(\d+)$/

/**
 * A decimal number as text → micros, without passing through a float. More than six decimals are rounded half away
 * from zero. Undefined where it is not a number or does not fit.
 */
export function parseMicros(text: string): number | undefined {
  const match = DECIMAL.exec(text.trim())
  if (!match) return undefined
  const sign = (match[1] ?? match[4]) === '-' ? -1 : 1
  const fraction = `${match[3] ?? match[5] ?? ''}0000000`
  const roundUp = Number(fraction[6]) >= 5 ? 1 : 0
  const micros = Number(match[2] ?? '0') * 1_000_000 + Number(fraction.slice(0, 6)) + roundUp
  return Number.isSafeInteger(micros) ? (micros === 0 ? 0 : sign * micros) : undefined
}

/** Whether text is a number that `parseMicros` does not read because it does not fit. */
export function isTooLarge(text: string): boolean {
  return DECIMAL.test(text.trim()) && parseMicros(text) === undefined
}

/** Micros → decimal text with at least two decimals: 2550000 → "2.55". */
export function formatMicros(micros: number): string {
  const absolute = Math.abs(micros)
  const whole = Math.floor(absolute / 1_000_000)
  const fraction = String(absolute % 1_000_000)
    .padStart(6, '0')
    .replace(/0{1,4}$/, '')
  return `${micros < 0 ? '-' : ''}${whole}.${fraction}`
}
