/*
 * Currencies by ISO 4217. Which codes there are is what the runtime's Unicode data says: those in use and those of
 * former days, since a history goes back to them; also `XAU` or `XTS`, which ISO lists, and never `XXQ`, which it does
 * not.
 */

const NAMES = new Intl.DisplayNames('en', { type: 'currency', fallback: 'none' })
const CHINESE_NAMES = new Intl.DisplayNames('zh', { type: 'currency', fallback: 'none' })
const FORM = /^[A-Z]{3}$/
/** Of the forms that were asked about: three letters have no more. */
const known = new Map<string, boolean>()

/** Whether it is a code of ISO 4217, in capitals. */
export function isCurrency(code: string): boolean {
  if (!FORM.test(code)) return false
  const before = known.get(code)
  if (before !== undefined) return before
  const is = NAMES.of(code) !== undefined
  known.set(code, is)
  return is
}

/** What to write instead, as a sentence: the codes that were meant, as far as it can be told. */
export function currencyHint(text: string): string {
  const meant = nearest(text.trim())
  return meant.length > 0
    ? `did you mean ${meant.join(' or ')}?`
    : 'codes are three capital letters, for example EUR, USD or CNY.'
}

/** Signs and short forms that stand for one currency only. */
const SIGNS: Readonly<Record<string, string>> = {
  '€': 'EUR',
  '£': 'GBP',
  '₹': 'INR',
  '₩': 'KRW',
  US$: 'USD',
  RMB: 'CNY',
}
const MOST_MEANT = 3

function nearest(text: string): string[] {
  const sign = SIGNS[text.toUpperCase()]
  if (sign !== undefined) return [sign]
  const name = text.toLowerCase()
  const inUse = Intl.supportedValuesOf('currency')
  const named = inUse.filter((code) => NAMES.of(code)?.toLowerCase() === name || CHINESE_NAMES.of(code) === text)
  if (named.length > 0) return named
  const code = text.toUpperCase()
  if (isCurrency(code)) return [code]
  if (!FORM.test(code)) return []
  const swapped = inUse.filter((one) => isSwapped(one, code))
  const close = swapped.length > 0 ? swapped : inUse.filter((one) => differences(one, code) === 1)
  // Half the alphabet would help nobody.
  return close.length <= MOST_MEANT ? close : []
}

/** Two letters that stand beside each other in the wrong order. */
function isSwapped(a: string, b: string): boolean {
  return `${a[1]}${a[0]}${a[2]}` === b || `${a[0]}${a[2]}${a[1]}` === b
}

function differences(a: string, b: string): number {
  return [...a].filter((letter, i) => letter !== b[i]).length
}
