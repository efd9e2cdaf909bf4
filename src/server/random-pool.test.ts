import { expect, it } from 'vitest'
import { pooled } from './random-pool.ts'

/** Counts upwards, so that a byte given twice shows. */
function counting() {
  let next = 0
  return (bytes: Uint8Array) => {
    for (let i = 0; i < bytes.length; i++) bytes[i] = next++ % 251
  }
}

it('gives each byte of the source once, across the ends of its pool', () => {
  const random = pooled(counting())
  const taken: number[] = []
  for (let n = 0; n < 2000; n++) {
    const bytes = new Uint8Array(16)
    random(bytes)
    taken.push(...bytes)
  }
  // 4,096 is a multiple of 16: no rest is thrown away, and the sequence is the source's own.
  expect(taken).toEqual(Array.from({ length: 32_000 }, (_, i) => i % 251))
})

it('fills what is larger than its pool', () => {
  const bytes = new Uint8Array(10_000)
  pooled(counting())(bytes)
  expect(bytes.every((byte, i) => byte === i % 251)).toBe(true)
})
