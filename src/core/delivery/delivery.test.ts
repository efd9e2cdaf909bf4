import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import type { ClaimedDelivery } from '../ports.ts'
import { pauseAfter, verdictOf } from './retry.ts'
import { signedHeaders, webhookSecret } from './signature.ts'

const secret = webhookSecret(new Uint8Array(32).fill(7))
const claimed: ClaimedDelivery = {
  endpoint: 'e',
  message: 'msg_1',
  url: 'https://hooks.example',
  secrets: [secret],
  body: '{"type":"job.ended","data":{"note":"ü 中文"}}',
  attempts: 1,
  firstAt: 0,
}

test('a receiver with the secret verifies a message, and no other one', () => {
  const now = Date.now()
  const headers = signedHeaders(claimed, now)
  expect(new Webhook(secret).verify(claimed.body, headers)).toEqual(JSON.parse(claimed.body))
  expect(() => new Webhook(secret).verify(claimed.body.replace('job', 'jab'), headers)).toThrow()
  const other = webhookSecret(new Uint8Array(32).fill(8))
  expect(() => new Webhook(other).verify(claimed.body, headers)).toThrow()
  const old = signedHeaders(claimed, now - 600_000)
  expect(() => new Webhook(secret).verify(claimed.body, old)).toThrow(/old/)
  const moved = { ...headers, 'webhook-id': 'msg_2' }
  expect(() => new Webhook(secret).verify(claimed.body, moved)).toThrow()
})

test('while a secret replaces another, receivers with either verify, and with a third nobody does', () => {
  const [next, third] = [9, 10].map((byte) => webhookSecret(new Uint8Array(32).fill(byte)))
  const headers = signedHeaders({ ...claimed, secrets: [next ?? '', secret] }, Date.now())
  expect(headers['webhook-signature']).toMatch(/^v1,[A-Za-z0-9+/]{43}= v1,[A-Za-z0-9+/]{43}=$/)
  for (const held of [next, secret]) {
    expect(new Webhook(held ?? '').verify(claimed.body, headers)).toEqual(JSON.parse(claimed.body))
  }
  expect(() => new Webhook(third ?? '').verify(claimed.body, headers)).toThrow()
})

test('pauses grow fourfold up to twelve hours and are drawn around that', () => {
  const pauses = Array.from({ length: 11 }, (_, i) => pauseAfter(i + 1, 0.5) / 1000)
  expect(pauses).toEqual([5, 20, 80, 320, 1280, 5120, 20_480, 43_200, 43_200, 43_200, 43_200])
  expect([pauseAfter(1, 0), pauseAfter(1, 1)]).toEqual([4000, 6000])
  // The promise in words: two and a half days.
  const days = pauses.reduce((sum, each) => sum + each, 0) / 86_400
  expect(days).toBeGreaterThan(2)
  expect(days).toBeLessThan(2.6)
})

test.each([
  ['taken', { status: 204 }, 1, { settled: { state: 'delivered', status: 204 } }],
  ['not taken', { status: 500, problem: 'p' }, 1, { settled: { state: 'pending', nextAt: 105_000, problem: 'p' } }],
  ['asked to wait', { status: 429, problem: 'p', retryAfter: 60 }, 1, { settled: { nextAt: 160_000 } }],
  ['asked to wait for years', { status: 503, problem: 'p', retryAfter: 1e9 }, 1, { settled: { nextAt: 43_300_000 } }],
  ['no answer', { problem: 'p' }, 11, { settled: { state: 'pending' } }],
  ['no answer to the last attempt', { problem: 'p' }, 12, { settled: { state: 'failed' }, giveUp: 'exhausted' }],
  ['gone', { status: 410, problem: 'p' }, 1, { settled: { state: 'failed', status: 410 }, giveUp: 'gone' }],
] as const)('%s: what follows', (_, sent, attempts, expected) => {
  const verdict = verdictOf({ ...claimed, attempts }, sent, 100_000, 0.5)
  expect(verdict).toMatchObject(expected)
  expect(verdict.giveUp).toBe('giveUp' in expected ? expected.giveUp : undefined)
  expect(verdict.settled.nextAt === undefined).toBe(verdict.settled.state !== 'pending')
})
