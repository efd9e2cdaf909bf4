import { expect, test } from 'vitest'
import { integer, normal, resumeRng, rng, shuffle } from './rng.ts'

test('follows the published recurrence from the state 1, 2, 3, 4', () => {
  // Worked by hand: rotl(2·5, 7)·9 = 11520, then state words (7, 0, 1026, 12288); rotl(0, 7)·9 = 0; then …
  const random = resumeRng([1, 2, 3, 4])
  expect(random.next() * 2 ** 32).toBe(11520)
  expect(random.state()).toEqual([7, 0, 1026, 12288])
  expect(random.next() * 2 ** 32).toBe(0)
})

test('a seed is a sequence, another seed another one, above 2^32 too', () => {
  const first = (seed: number) => Array.from({ length: 4 }, rng(seed).next)
  expect(first(7)).toEqual(first(7))
  expect(new Set([7, 8, -7, 7 + 2 ** 32, 7 + 2 ** 40].map((seed) => first(seed).join())).size).toBe(5)
})

test('a stored state continues the sequence', () => {
  const random = rng(3)
  random.next()
  const resumed = resumeRng(random.state())
  expect(Array.from({ length: 5 }, resumed.next)).toEqual(Array.from({ length: 5 }, random.next))
})

test('draws are uniform, normal and fair shuffles (seed 11, 20,000 draws, within 4 standard errors)', () => {
  const random = rng(11)
  const n = 20_000
  const buckets = new Int32Array(10)
  for (let i = 0; i < n; i++) buckets[integer(random, 10)]!++
  for (const count of buckets) expect(Math.abs(count - n / 10)).toBeLessThan(4 * Math.sqrt(n * 0.09))
  let sum = 0
  let squares = 0
  for (let i = 0; i < n; i++) {
    const x = normal(random)
    sum += x
    squares += x * x
  }
  expect(Math.abs(sum / n)).toBeLessThan(4 / Math.sqrt(n))
  expect(Math.abs(squares / n - 1)).toBeLessThan(4 * Math.sqrt(2 / n))
  let first = 0
  for (let i = 0; i < 3000; i++) if (shuffle(random, Int32Array.of(0, 1, 2))[0] === 2) first++
  expect(Math.abs(first - 1000)).toBeLessThan(4 * Math.sqrt((3000 * 2) / 9))
})

test('the state of zeros is refused', () => {
  expect(() => resumeRng([0, 0, 0, 0])).toThrow(expect.objectContaining({ code: 'bad_parameter' }))
})
