import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatMicros } from '../../contracts/money.ts'
import { parseNumber, parsePrice, parseQuantity } from './amounts.ts'

describe('parsePrice', () => {
  it('reads amounts with and without a currency', () => {
    expect(parsePrice('12.34', 'price')).toEqual({ micros: 12_340_000 })
    expect(parsePrice(' 12.34 EUR ', 'price')).toEqual({ micros: 12_340_000, currency: 'EUR' })
    expect(parsePrice('usd 5', 'price')).toEqual({ micros: 5_000_000, currency: 'USD' })
    expect(parsePrice('12,34', 'price', ',')).toEqual({ micros: 12_340_000 })
  })

  it('refuses a currency that there is not, and names what was meant', () => {
    expect(parsePrice('5 XXQ', 'price')).toMatchObject({ code: 'CURRENCY_UNKNOWN', details: { value: 'XXQ' } })
    expect(parsePrice('5 ERU', 'price')).toMatchObject({ details: { hint: 'did you mean EUR?' } })
  })

  it('refuses thousands separators, whichever mark is meant', () => {
    expect(parsePrice('1,234.50', 'price')).toMatchObject({ code: 'ROW_NUMBER_INVALID' })
    expect(parsePrice('1,234', 'price')).toMatchObject({ code: 'ROW_NUMBER_INVALID' })
    expect(parsePrice('1.234,50', 'price', ',')).toMatchObject({ code: 'ROW_NUMBER_INVALID' })
    expect(parsePrice('1.234', 'price', ',')).toMatchObject({ code: 'ROW_NUMBER_INVALID' })
  })

  it('refuses what JavaScript would take for a number', () => {
    for (const text of ['NaN', 'Infinity', '1e3', '0x10', '', ' ', '1 2', '--1', 'EUR 5 EUR', '$5', '5.5.5']) {
      expect(parsePrice(text, 'price'), text).toMatchObject({ code: 'ROW_NUMBER_INVALID' })
    }
    expect(parsePrice('-0.01', 'price')).toMatchObject({ code: 'ROW_NUMBER_NEGATIVE' })
    for (const large of ['9'.repeat(30), '9007199254.740992 EUR']) {
      expect(parsePrice(large, 'price')).toMatchObject({
        code: 'ROW_NUMBER_TOO_LARGE',
        details: { limit: '9007199254.740991' },
      })
    }
  })

  it('reads back every amount it could have written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), (micros) => {
        expect(parsePrice(`${formatMicros(micros)} EUR`, 'price')).toEqual({ micros, currency: 'EUR' })
      }),
      { seed: 5 },
    )
  })
})

describe('parseQuantity', () => {
  it('reads whole and fractional pieces above zero', () => {
    expect(parseQuantity('3', 'quantity')).toBe(3)
    expect(parseQuantity('0.25', 'quantity')).toBe(0.25)
    expect(parseQuantity('0', 'quantity')).toMatchObject({ code: 'ROW_VALUE_INVALID' })
    expect(parseQuantity('-1', 'quantity')).toMatchObject({ code: 'ROW_NUMBER_NEGATIVE' })
    for (const text of ['', 'one', 'NaN', '1e9', '1/2']) {
      expect(parseQuantity(text, 'quantity'), text).toMatchObject({ code: 'ROW_NUMBER_INVALID' })
    }
  })

  it('knows no number beyond what a double holds exactly', () => {
    expect(parseNumber('9007199254740991', 'quantity')).toBe(Number.MAX_SAFE_INTEGER)
    for (const large of ['9007199254740993', '-9007199254740993', '1000000000000000000', '9'.repeat(400)]) {
      expect(parseNumber(large, 'quantity'), large).toMatchObject({
        code: 'ROW_NUMBER_TOO_LARGE',
        details: { limit: Number.MAX_SAFE_INTEGER },
      })
    }
    expect(parseNumber('-5', 'quantity')).toBe(-5)
  })
})
