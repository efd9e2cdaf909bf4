import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatMicros, parseMicros } from './money.ts'

test('decimal text becomes micros without passing through a float', () => {
  expect(parseMicros('2.55')).toBe(2_550_000)
  expect(parseMicros('0.1')).toBe(100_000)
  expect(parseMicros('-.5')).toBe(-500_000)
  expect(parseMicros('8333333333.333333')).toBe(8_333_333_333_333_333)
  expect(parseMicros('0.0000005')).toBe(1)
})

test('what is not a decimal number, or does not fit, is undefined', () => {
  for (const text of ['', '.', 'NaN', 'Infinity', '1e3', '1,5', '0x10', '99999999999999']) {
    expect(parseMicros(text)).toBeUndefined()
  }
})

test('formatting and parsing are inverse', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (micros) => {
      expect(parseMicros(formatMicros(micros))).toBe(micros === 0 ? 0 : micros)
    }),
    { seed: 1 },
  )
})
