import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { firstUuidOf, formatUuid, parseUuid, timeOfUuid, uuidv7 } from './ids.ts'

describe('UUIDs', () => {
  it('are written and read without loss, in either case', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        const text = formatUuid(bytes)
        expect(text).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
        expect(parseUuid(text)).toEqual(bytes)
        expect(parseUuid(text.toUpperCase())).toEqual(bytes)
      }),
      { seed: 3 },
    )
  })

  it('are refused where they are not whole', () => {
    const uuid = '0190b6c4-7f1e-7abc-8def-0123456789ab'
    expect(parseUuid(uuid)).toBeDefined()
    for (const bad of ['', uuid.slice(1), `${uuid}0`, uuid.replace('a', 'g'), uuid.replaceAll('-', ''), ` ${uuid}`]) {
      expect(parseUuid(bad), bad).toBeUndefined()
    }
  })

  it('carry their time in front and the version behind it (RFC 9562 §5.7)', () => {
    const uuid = uuidv7(0x0190b6c47f1e, (bytes) => bytes.fill(0xff))
    expect(uuid).toBe('0190b6c4-7f1e-7fff-bfff-ffffffffffff')
  })

  it('of a time lie at or above its first one, and below that of the next', () => {
    const order = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b)
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 48 - 2 }),
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        (at, drawn) => {
          const uuid = parseUuid(uuidv7(at, (bytes) => bytes.set(drawn))) ?? new Uint8Array()
          expect(timeOfUuid(uuid)).toBe(at)
          expect(order(firstUuidOf(at), uuid)).toBeLessThanOrEqual(0)
          expect(order(uuid, firstUuidOf(at + 1))).toBe(-1)
          expect(order(firstUuidOf(-Infinity), uuid)).toBe(-1)
          expect(order(uuid, firstUuidOf(Infinity))).toBe(-1)
        },
      ),
      { seed: 4 },
    )
  })
})
