import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { uuidv7 } from '../../contracts/ids.ts'
import { createDecisionTokens, itemToken } from './tokens.ts'

const NOW = Date.UTC(2026, 4, 25)
const DAY = 86_400_000
const DECISION = uuidv7(NOW, (bytes) => bytes.fill(7))
const OTHER = uuidv7(NOW, (bytes) => bytes.fill(8))

const tokens = createDecisionTokens(new Uint8Array(32).fill(1), 30)
const token = tokens.issue(DECISION, 10, NOW)

describe('a decision token', () => {
  it('says which decision it belongs to, and which item', () => {
    expect(tokens.read(token, NOW)).toEqual({ decision: DECISION, items: 10 })
    expect(tokens.read(itemToken(token, 10), NOW)).toEqual({ decision: DECISION, items: 10, position: 10 })
  })

  it('stands in a header, a link or a beacon as it is', () => {
    expect(itemToken(token, 3)).toMatch(/^[A-Za-z0-9_-]{52}\.3$/)
  })

  it('names no position that the decision does not have', () => {
    for (const position of ['11', '0', '-1', '1e0', '01', '256', '1.1', ' 1']) {
      expect(tokens.read(`${token}.${position}`, NOW)).toBe('TOKEN_INVALID')
    }
  })

  it('is of no use after its days', () => {
    const end = NOW + 30 * DAY
    expect(tokens.read(token, end - 1)).toMatchObject({ decision: DECISION })
    expect(tokens.read(token, end)).toBe('TOKEN_EXPIRED')
  })

  it('is not valid in another store, not even when it has expired', () => {
    const other = createDecisionTokens(new Uint8Array(32).fill(2), 30)
    expect(other.read(token, NOW)).toBe('TOKEN_INVALID')
    expect(other.read(token, NOW + 90 * DAY)).toBe('TOKEN_INVALID')
  })

  it('is not valid when any of its characters is another, or when it is cut', () => {
    for (let i = 0; i < token.length; i++) {
      const changed = `${token.slice(0, i)}${token[i] === 'A' ? 'B' : 'A'}${token.slice(i + 1)}`
      expect(tokens.read(changed, NOW), String(i)).toBe('TOKEN_INVALID')
      expect(tokens.read(token.slice(0, i), NOW)).toBe('TOKEN_INVALID')
    }
  })

  it('cannot be put together from two sound ones', () => {
    const foreign = Buffer.from(tokens.issue(OTHER, 10, NOW), 'base64url')
    const mine = Buffer.from(token, 'base64url')
    expect(tokens.read(Buffer.concat([mine.subarray(0, 23), foreign.subarray(23)]).toString('base64url'), NOW)).toBe(
      'TOKEN_INVALID',
    )
  })

  it('is told from any text without a fault', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.string({ unit: 'binary' })), (text) => {
        expect(tokens.read(text, NOW)).toBe('TOKEN_INVALID')
      }),
      { seed: 1 },
    )
  })
})
