import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openShop, type ShopUnderTest } from '../bad-input/shop-under-test.ts'
import { soundOrders, soundProducts } from '../bad-input/sound-files.ts'
import { openReceiver, type Receiver } from './receiver.ts'

let shop: ShopUnderTest
let receiver: Receiver
/** The shop's clock runs with the real one and can be moved on: signatures are judged by the real time. */
let ahead = 0
beforeEach(async () => {
  ahead = 0
  receiver = await openReceiver()
  shop = await openShop({
    clock: () => Date.now() + ahead,
    settings: { 'server.port': 0, 'webhooks.privateTargets': 'allow' },
  })
})
afterEach(async () => {
  await shop.close()
  await receiver.close()
})

async function listening(types?: ['job.ended']): Promise<string> {
  const made = await shop.client.createWebhook({ url: receiver.url, ...(types === undefined ? {} : { types }) })
  receiver.trust(made.secret)
  await shop.engine.listen()
  return made.webhook.id
}

const typesOf = () => receiver.received.map(({ message }) => message.type)

test('what happens is told, signed, once where it is taken', async () => {
  const id = await listening()
  await shop.imported('csv-products', 'products.csv', soundProducts())
  await shop.imported('csv-orders', 'orders.csv', soundOrders())
  expect((await shop.train()).status).toBe('succeeded')
  await shop.client.eraseProfile({ profile: 'c3' })
  await receiver.until(() => receiver.received.length >= 7)
  expect(typesOf().sort()).toEqual([
    'import.completed',
    'import.completed',
    'job.ended',
    'job.ended',
    'job.ended',
    'model.promoted',
    'profile.erased',
  ])
  const of = (type: string) => receiver.received.filter(({ message }) => message.type === type)
  expect(of('model.promoted')[0]?.message.data).toEqual({
    capability: 'recommendations',
    version: 1,
    before: null,
    rolledBack: false,
  })
  expect(of('import.completed').map(({ message }) => message.data['complete'])).toEqual([true, true])
  expect(receiver.received.map(({ body }) => body).join()).not.toMatch(/\bc3\b|customer|\.csv/)
  expect(receiver.forged).toEqual([])
  const told = async () => (await shop.client.listDeliveries({ id })).deliveries.map(({ state }) => state)
  await receiver.until(() => true)
  // The last answer is noted a moment after the receiver gave it.
  while ((await told()).includes('pending')) await new Promise((resolve) => setImmediate(resolve))
  expect(await told()).toEqual(receiver.received.map(() => 'delivered'))
  expect(shop.log.join('')).not.toContain(receiver.url)
})

test('what is not taken comes again, the same, until it is', async () => {
  const id = await listening(['job.ended'])
  receiver.answer = ({ attempt }) => (attempt < 3 ? 500 : 204)
  const job = await shop.ended(await shop.client.train({}))
  expect(job.status).toBe('failed')
  const pending = async () => (await shop.client.listDeliveries({ id })).deliveries[0]
  for (const [attempts, longest] of [
    [1, 6_000],
    [2, 24_000],
  ] as const) {
    await receiver.until((received) => received.length === attempts)
    // It is noted a moment after the receiver answered. Until then the next attempt is when the lease ends, in minutes.
    const pause = ({ lastAttemptAt = 0, nextAttemptAt = 0 } = {}) => nextAttemptAt - lastAttemptAt
    while (pause(await pending()) > 60_000) await new Promise((resolve) => setImmediate(resolve))
    expect(await pending()).toMatchObject({ state: 'pending', attempts, lastStatus: 500, problem: 'it answered 500' })
    ahead += longest
  }
  await receiver.until((received) => received.length === 3)
  const [first, second, third] = receiver.received
  expect([second?.id, third?.id]).toEqual([first?.id, first?.id])
  expect([second?.body, third?.body]).toEqual([first?.body, first?.body])
  expect(first?.message.data).toEqual({ job: job.id, kind: 'train', status: 'failed', error: 'TOO_LITTLE_DATA' })
})

test('an endpoint that is gone is switched off with a notice, and takes what waited once it is back', async () => {
  const id = await listening()
  receiver.answer = () => 410
  await shop.ended(await shop.client.train({}))
  await receiver.until((received) => received.length === 1)
  const state = async () => (await shop.client.listWebhooks()).webhooks[0]
  while ((await state())?.disabledAt === undefined) await new Promise((resolve) => setImmediate(resolve))
  expect(await state()).toMatchObject({ disabledBecause: 'it answered 410 Gone' })
  // The log is written a moment after the store.
  const told = () => shop.log.some((line) => line.includes('a webhook is switched off'))
  while (!told()) await new Promise((resolve) => setImmediate(resolve))
  receiver.answer = () => 200
  expect(await shop.client.testWebhook({ id })).toEqual({ delivered: true, status: 200 })
  expect(receiver.received.at(-1)?.message.type).toBe('webhook.test')
  await shop.client.enableWebhook({ id })
  await shop.ended(await shop.client.train({}))
  await receiver.until((received) => received.filter(({ message }) => message.type === 'job.ended').length === 2)
})

test('a secret is replaced while messages flow: either verifies until the overlap ends, then the new one alone', async () => {
  const made = await shop.client.createWebhook({ url: receiver.url, types: ['job.ended'] })
  const { id } = made.webhook
  receiver.trust(made.secret)
  await shop.engine.listen()
  // Two minutes of the overlap are left by the real time, by which the library judges.
  ahead = -86_280_000
  const rotated = await shop.client.rotateWebhook({ id }, {})
  expect(rotated.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  expect(rotated.secret).not.toBe(made.secret)
  const { previousSecretUntil = 0 } = rotated.webhook
  expect(Math.round((previousSecretUntil - Date.now()) / 60_000)).toBe(2)
  await expect(shop.client.rotateWebhook({ id }, { overlapHours: 1 })).rejects.toMatchObject({
    code: 'WEBHOOK_ROTATING',
    message: expect.stringContaining(new Date(previousSecretUntil).toISOString()),
  })
  ahead = 0
  const deliver = async (total: number) => {
    await shop.ended(await shop.client.train({}))
    await receiver.until((received) => received.length === total)
    const last = receiver.received.at(-1)
    return (secret: string) => new Webhook(secret).verify(last?.body ?? '', { ...last?.headers })
  }
  const both = await deliver(1)
  expect(both(made.secret)).toEqual(both(rotated.secret))
  expect(receiver.received.at(-1)?.headers['webhook-signature']?.split(' ')).toHaveLength(2)
  await shop.client.testWebhook({ id })
  expect(receiver.received.at(-1)?.headers['webhook-signature']?.split(' ')).toHaveLength(2)

  ahead = 180_000
  receiver.trust(rotated.secret)
  const one = await deliver(3)
  expect(one(rotated.secret)).toMatchObject({ type: 'job.ended' })
  expect(() => one(made.secret)).toThrow(/signature/)
  expect(receiver.received.at(-1)?.headers['webhook-signature']).not.toContain(' ')
  expect(receiver.forged).toEqual([])
  const pending = async () => (await shop.client.listWebhooks()).webhooks[0]?.pending
  while ((await pending()) !== 0) await new Promise((resolve) => setImmediate(resolve))
  // Not even who asks learns a secret again, and a leaked one is replaced at once.
  const leaked = await shop.client.rotateWebhook({ id }, { overlapHours: 0 })
  expect(leaked.webhook).toEqual(made.webhook)
  receiver.trust(leaked.secret)
  await deliver(4)
  expect(JSON.stringify(await shop.client.listWebhooks()) + shop.log.join('')).not.toContain('whsec_')
  await shop.client.removeWebhook({ id })
  await expect(shop.client.rotateWebhook({ id }, {})).rejects.toMatchObject({ code: 'WEBHOOK_NOT_FOUND' })
})

test('addresses inside are refused unless they are allowed, and secrets stand nowhere in the files', async () => {
  const made = await shop.client.createWebhook({ url: receiver.url })
  expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  expect(JSON.stringify(await shop.client.listWebhooks())).not.toContain('whsec_')
  for (const file of ['store.db', 'store.db-wal']) {
    expect(readFileSync(join(shop.directory, file)).includes(made.secret.slice(6))).toBe(false)
  }
  const strict = await openShop()
  for (const url of ['http://example.org/', 'https://127.0.0.1/', 'https://[::1]/', 'https://10.0.0.1/', 'nonsense']) {
    await expect(strict.client.createWebhook({ url })).rejects.toMatchObject({ code: 'WEBHOOK_URL_REFUSED' })
  }
  await expect(strict.client.removeWebhook({ id: made.webhook.id })).rejects.toMatchObject({
    code: 'WEBHOOK_NOT_FOUND',
  })
  await strict.close()
})
