import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRateLimit, subscriberOf } from './rate-limit.ts'

test('never lets through more than the rate and one burst, and never less', () => {
  const steps = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 300 })
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 50 }), (pauses, perSecond) => {
      let now = 10_000
      const limit = createRateLimit(perSecond, () => now)
      // A bucket counted the plain way: tokens that come back with time.
      let tokens = 2 * perSecond
      for (const pause of pauses) {
        now += pause
        tokens = Math.min(2 * perSecond, tokens + (pause * perSecond) / 1000)
        const wait = limit.take('a')
        if (Math.abs(tokens - 1) < 1e-6) tokens = wait === 0 ? tokens - 1 : tokens
        else {
          expect(wait === 0).toBe(tokens > 1)
          if (wait === 0) tokens -= 1
          else expect(wait).toBeCloseTo(((1 - tokens) * 1000) / perSecond, 3)
        }
      }
    }),
    { seed: 5, numRuns: 200 },
  )
})

test('a clock that was set back locks nobody out', () => {
  let now = 1_000_000
  const limit = createRateLimit(1, () => now)
  expect([limit.take('a'), limit.take('a')]).toEqual([0, 0])
  now = 0
  expect(limit.take('a')).toBe(0)
})

test('names beyond its room are forgotten, the oldest first', () => {
  const limit = createRateLimit(1, () => 1000, 10)
  const drain = (name: string) => [limit.take(name), limit.take(name), limit.take(name)].map((wait) => wait > 0)
  expect(drain('a')).toEqual([false, false, true])
  for (let i = 0; i < 9; i++) limit.take(`x${i}`)
  expect(limit.take('a')).toBeGreaterThan(0)
  for (let i = 0; i < 30; i++) limit.take(`y${i}`)
  expect(drain('a')).toEqual([false, false, true])
})

test('no limit lets everything through', () => {
  const limit = createRateLimit(0, () => 0)
  expect(Array.from({ length: 1000 }, () => limit.take('a')).every((wait) => wait === 0)).toBe(true)
})

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::', 'fe80:0:0:0::/64'],
])('%s stands for %s', (address, subscriber) => expect(subscriberOf(address)).toBe(subscriber))
