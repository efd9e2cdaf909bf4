import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hashName, hashNumbers, open, RandomStream, seal, secretKey } from './seal.ts'

const random = new RandomStream(new Uint8Array(32).fill(1))
const key = secretKey(random.take(32))

test('what is sealed opens with its key, in its place, unchanged, and not otherwise', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), fc.nat(), (plain, belongs, at) => {
      const sealed = seal(key, plain, belongs, random)
      expect(open(key, sealed, belongs)?.toString()).toBe(Buffer.from(plain).toString())
      expect(open(key, sealed, `${belongs}x`)).toBeUndefined()
      expect(open(secretKey(random.take(32)), sealed, belongs)).toBeUndefined()
      const changed = Uint8Array.from(sealed)
      const where = at % changed.length
      changed[where] = (changed[where] ?? 0) ^ 1
      expect(open(key, changed, belongs)).toBeUndefined()
      expect(open(key, sealed.subarray(0, at % sealed.length), belongs)).toBeUndefined()
    }),
    { seed: 1 },
  )
})

test('the random stream is its seed’s, never repeats itself, and gives the bytes it gave', () => {
  const [a, b] = [new RandomStream(new Uint8Array(32).fill(9)), new RandomStream(new Uint8Array(32).fill(9))]
  const taken = Array.from({ length: 2000 }, () => Buffer.from(a.take(12)).toString('hex'))
  expect(new Set(taken).size).toBe(2000)
  expect(Buffer.from(b.take(12)).toString('hex')).toBe(taken[0])
  const kept = b.take(16)
  const before = Buffer.from(kept).toString('hex')
  b.take(100_000)
  expect(Buffer.from(kept).toString('hex')).toBe(before)
})

test('hashes depend on the pepper, the kind and the name, and numbers are safe integers', () => {
  expect(hashName('p', 'user', 'a')).toEqual(hashName('p', 'user', 'a'))
  expect(hashName('p', 'user', 'a')).not.toEqual(hashName('q', 'user', 'a'))
  expect(hashName('p', 'user', 'a')).not.toEqual(hashName('p', 'anonymous', 'a'))
  fc.assert(
    fc.property(fc.string(), (name) => {
      const [first, second] = hashNumbers('p', 'api', name)
      expect(Number.isSafeInteger(first) && Number.isSafeInteger(second) && first >= 0).toBe(true)
      expect(first).not.toBe(second)
    }),
    { seed: 2 },
  )
})
