import { expect, test } from 'vitest'
import { currencyHint, isCurrency } from './currency.ts'

test('codes of ISO 4217 are currencies, in use or not, and no others are', () => {
  for (const code of ['EUR', 'USD', 'CNY', 'JPY', 'XAF', 'XTS', 'DEM', 'LTL']) expect(isCurrency(code), code).toBe(true)
  for (const code of ['XXQ', 'ERU', 'QQQ', 'eur', 'EU', 'EURO', '', '€', 'ЕUR'])
    expect(isCurrency(code), code).toBe(false)
  // The runtime's own list of what is in use is within ours.
  for (const code of Intl.supportedValuesOf('currency')) expect(isCurrency(code), code).toBe(true)
})

test('what was meant is named where it can be told', () => {
  const hints = {
    Euro: 'EUR',
    '€': 'EUR',
    ERU: 'EUR',
    eur: 'EUR',
    人民币: 'CNY',
    RMB: 'CNY',
    'us dollar': 'USD',
    USB: 'USD',
  }
  for (const [text, code] of Object.entries(hints)) expect(currencyHint(text), text).toMatch(`did you mean ${code}`)
  for (const text of ['QQQ', '', 'coins', '¥', '__proto__', 'constructor'])
    expect(currencyHint(text), text).toMatch(/^codes are three capital letters/)
})
