import type { TouchAnswer } from '@storemind/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openShop, type ShopUnderTest } from '../bad-input/shop-under-test.ts'
import { soundOrders, soundProducts } from '../bad-input/sound-files.ts'
import { openReceiver, type Receiver } from './receiver.ts'

const HOUR = 3_600_000
const YEAR = 365 * 24 * HOUR

let shop: ShopUnderTest
let receiver: Receiver
let url = ''
/** How far the server's clock is off. */
let ahead = 0
let names = 0

beforeAll(async () => {
  receiver = await openReceiver()
  shop = await openShop({
    clock: () => Date.now() + ahead,
    settings: { 'server.port': 0, 'webhooks.privateTargets': 'allow', 'ingest.basis': 'contract' },
  })
  await shop.imported('csv-products', 'products.csv', soundProducts())
  await shop.imported('csv-orders', 'orders.csv', soundOrders())
  await shop.train()
  await shop.client.promoteModel({ version: 1 }, { force: true })
  const { secret } = await shop.client.createWebhook({ url: receiver.url, types: ['job.ended'] })
  receiver.trust(secret)
  url = await shop.engine.listen()
}, 120_000)
afterAll(async () => {
  await shop.close()
  await receiver.close()
})

/** As a shop's page sends it: by its own clock, which is right. */
const viewed = (anonymousId: string, product: string) => ({
  type: 'track',
  messageId: `m${++names}`,
  anonymousId,
  event: 'Product Viewed',
  timestamp: new Date().toISOString(),
  properties: { product_id: product },
})

async function send(batch: readonly object[]): Promise<void> {
  const answer = await fetch(`${url}/v1/batch`, {
    method: 'POST',
    headers: { authorization: `Bearer ${shop.engine.localToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ batch, sentAt: new Date().toISOString() }),
  })
  expect([answer.status, await answer.text()]).toEqual([200, '{"success":true}'])
}

async function decide(profile: string) {
  const { decisions } = await shop.client.recommend({ requests: [{ profile, placement: 'home', limit: 4 }] })
  const [decision] = decisions
  if (decision === undefined) throw new Error('no decision')
  expect(decision.items).toHaveLength(4)
  return decision
}

const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'

async function click(token: string | undefined): Promise<TouchAnswer> {
  const answer = await fetch(`${url}/v1/outcomes`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain', 'user-agent': BROWSER },
    body: JSON.stringify({ clicks: [token], anonymousId: 'walker' }),
  })
  return answer.json()
}
const clicks = async () => {
  const { placements } = await shop.client.outcomeReport({ from: 0, to: Date.now() + 2 * YEAR })
  return placements.find(({ placement }) => placement === 'home')?.clicks
}

test('a clock that is set back an hour, ahead a year and right again loses nothing and doubles nothing', async () => {
  const before = (await shop.client.storeSummary()).events
  const sent: string[] = []
  const jobs: string[] = []
  const early = await decide('walker')
  let middle = early
  for (const jump of [-HOUR, YEAR, 0]) {
    // Under way while the clock moves.
    const batches = Array.from({ length: 8 }, (_, i) => [viewed(`w${i}`, 'p2'), viewed('walker', `p${2 * i}`)])
    sent.push(...batches.flat().map(({ messageId }) => messageId))
    const flowing = batches.map((batch, i) => {
      if (i === 4) ahead = jump
      return Promise.all([send(batch), decide(`w${i}`)])
    })
    await Promise.all(flowing)
    // Known again, whatever the clock says of when they came first.
    for (const batch of batches) await send(batch)
    jobs.push((await shop.ended(await shop.client.findBots())).id)
    if (jump !== YEAR) continue
    // Whoever listens refuses signatures of another year.
    await receiver.until(() => receiver.forged.length > 0)
    middle = await decide('walker')
    // By this clock it is long over. It is refused, and not spent.
    expect((await click(early.items[0]?.token)).refused.map(({ error }) => error.code)).toEqual(['TOKEN_EXPIRED'])
    expect(await click(middle.items[0]?.token)).toMatchObject({ accepted: 1, duplicates: 0 })
  }
  // With the one click that was taken.
  expect((await shop.client.storeSummary()).events - before).toBe(sent.length + 1)
  expect((await shop.engine.store.events.known('api', sent)).every((one) => one === 1)).toBe(true)

  // What was used is used, and what was refused can be used once.
  expect(await clicks()).toBe(1)
  expect(await click(middle.items[0]?.token)).toMatchObject({ accepted: 0, duplicates: 1 })
  expect(await click(early.items[0]?.token)).toMatchObject({ accepted: 1, duplicates: 0 })
  expect(await click(early.items[0]?.token)).toMatchObject({ accepted: 0, duplicates: 1 })
  expect(await clicks()).toBe(2)

  // Each message comes once the clock is right.
  // One that was under way when the clock was set right waits for its pause, by the clock of now.
  ahead = 150_000
  const told = () => new Set(receiver.received.map(({ message }) => message.data['job']))
  await receiver.until(() => jobs.every((job) => told().has(job)))
  expect(receiver.received).toHaveLength(jobs.length)
}, 60_000)
