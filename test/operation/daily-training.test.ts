import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { openShop, type ShopUnderTest } from '../bad-input/shop-under-test.ts'

const MINUTE = 60_000
/** A zone where it is about noon: the moment and the minutes around it lie in one day, whenever this runs. */
const HOURS = 12 - new Date().getUTCHours()
const ZONE = `Etc/GMT${HOURS > 0 ? '-' : '+'}${Math.abs(HOURS)}`

let shop: ShopUnderTest | undefined
afterEach(async () => {
  vi.useRealTimers()
  await shop?.close()
})

test('a server trains at its time, is judged and promoted, forgets old versions, and trains once that day', async () => {
  // Training threads have the machine's clock, so that the server's begins there too.
  let ahead = 0
  const now = () => Date.now() + ahead
  shop = await openShop({
    clock: now,
    elapsed: () => performance.now() + ahead,
    settings: {
      'server.port': 0,
      'store.timezone': ZONE,
      'training.dailyAt': new Date(now() + HOURS * 60 * MINUTE + 10 * MINUTE).toISOString().slice(11, 16),
      'retention.modelVersions': 1,
    },
  })
  const { client, directory, log } = shop
  await shop.imported('csv-products', 'products.csv', 'id,title,price\np1,A mug,1.00\np2,A cup,1.00\n')
  await shop.imported('csv-orders', 'orders.csv', 'order_id,time,product_id,customer\no1,2026-02-01,p1,anna\n')
  for (let version = 1; version <= 2; version++) {
    expect(await shop.train()).toMatchObject({ status: 'succeeded', result: { version, promoted: true } })
  }
  const { decisions } = await client.recommend({ requests: [{ limit: 1, capture: true }] })
  const id = decisions[0]?.id ?? ''
  expect(await client.replayDecision({ id })).toMatchObject({ outcome: 'identical' })

  /** A minute of the house's timers passes; a look that is not over would leave out the next. */
  const minute = async () => {
    ahead += MINUTE
    vi.advanceTimersByTime(MINUTE)
    await new Promise((resolve) => setImmediate(resolve))
  }
  const { store } = shop.engine
  const daily = async () => (await store.jobs.since('train', 0)).filter(({ params }) => params['daily'] === true)
  const until = async (holds: () => Promise<boolean>) => {
    while (!(await holds())) await new Promise((resolve) => setImmediate(resolve))
  }
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  await shop.engine.listen()
  for (let passed = 0; passed < 11; passed++) await minute()
  // Nothing came since version 2; that is said, and is all of today.
  await until(async () => log.join('').includes('no event came since the last training'))
  await shop.imported('csv-orders', 'more.csv', 'order_id,time,product_id,customer\no2,2026-02-20,p2,bert\n')
  await minute()

  // The next day, a few minutes before its moment.
  ahead += 24 * 60 * MINUTE - 10 * MINUTE
  await minute()
  expect(await daily()).toEqual([])
  const before = now()
  for (let passed = 0; passed < 8; passed++) await minute()
  await until(async () => (await daily()).length > 0)
  for (const job of await daily()) await shop.ended(job)
  await minute()
  expect(await daily()).toMatchObject([{ status: 'succeeded', result: { version: 3, passed: true, promoted: true } }])
  expect((await client.listModels({})).models.map(({ version, status }) => [version, status])).toEqual([
    [3, 'serving'],
    [2, 'retired'],
  ])
  expect([1, 2, 3].map((version) => existsSync(join(directory, 'models', `${version}`)))).toEqual([false, true, true])
  expect((await daily())[0]?.createdAt).toBeGreaterThan(before)
  // What version 2 decided can be decided again until it is forgotten too; its reasons stay.
  expect(await client.replayDecision({ id })).toMatchObject({ outcome: 'identical' })
  expect(await shop.train()).toMatchObject({ result: { version: 4, promoted: true } })
  expect(await client.replayDecision({ id })).toMatchObject({ outcome: 'not_replayable', obstacle: 'model_gone' })
  expect((await client.explainDecision({ id })).summary.length).toBeGreaterThan(0)
})
