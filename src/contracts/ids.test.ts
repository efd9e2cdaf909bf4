import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatUuid, parseUuid, uuidv7 } from './ids.ts'

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
})
