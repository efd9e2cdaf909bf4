import { expect, test } from 'vitest'
import { xxh32 } from './checksum.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)

test.each([
  ['', 0, 0x02cc5d05],
  ['a', 0, 0x550d7456],
  ['abc', 0, 0x32d153ff],
  ['Nobody inspects the spammish repetition', 0, 0xe2293b2f],
])('xxh32 of %o is that of the published implementation', (text, seed, sum) => {
  expect(xxh32(bytesOf(text), seed)).toBe(sum)
})

test('it reads bytes that begin anywhere, and the seed', () => {
  const text = 'Nobody inspects the spammish repetition'
  for (const before of ['', 'x', 'xy', 'xyz']) {
    expect(xxh32(bytesOf(before + text).subarray(before.length))).toBe(xxh32(bytesOf(text)))
  }
  expect(xxh32(bytesOf(text), 1)).not.toBe(xxh32(bytesOf(text)))
})

test('every single bit counts', () => {
  const bytes = bytesOf('a model of some thirty-nine bytes, all told')
  const whole = xxh32(bytes)
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    bytes[bit >> 3]! ^= 1 << (bit & 7)
    expect(xxh32(bytes)).not.toBe(whole)
    bytes[bit >> 3]! ^= 1 << (bit & 7)
  }
})
