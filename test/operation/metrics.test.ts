import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openShop, type ShopUnderTest } from '../bad-input/shop-under-test.ts'
import { soundOrders, soundProducts } from '../bad-input/sound-files.ts'

let shop: ShopUnderTest
beforeAll(async () => {
  shop = await openShop({ settings: { 'server.port': 0, 'metrics.access': 'loopback' } })
  await shop.imported('csv-products', 'products.csv', soundProducts())
  await shop.imported('csv-orders', 'orders.csv', soundOrders())
  await shop.train()
  await shop.client.recommend({ requests: [{ limit: 3 }, { placement: 'cart', limit: 3 }] })
  await shop.engine.listen()
})
afterAll(() => shop.close())

const authorization = () => `Bearer ${shop.engine.localToken}`

async function scrape(): Promise<string> {
  const answered = await shop.engine.app.inject({ url: '/metrics', headers: { authorization: authorization() } })
  expect(answered.statusCode).toBe(200)
  expect(answered.headers['content-type']).toContain('text/plain')
  return answered.body
}

/** The value of a sample, its labels written as Prometheus does. */
function sample(text: string, name: string): number | undefined {
  const line = text.split('\n').find((each) => each.startsWith(`${name} `))
  return line === undefined ? undefined : Number(line.slice(name.length + 1))
}

test('what happened is counted', async () => {
  const text = await scrape()
  expect(sample(text, 'storemind_decisions_total{placement="home"}')).toBe(1)
  expect(sample(text, 'storemind_decisions_total{placement="cart"}')).toBe(1)
  const events = await shop.engine.store.events.count()
  expect(sample(text, 'storemind_events_total{source="csv-orders",result="added"}')).toBe(events)
  expect(sample(text, 'storemind_jobs_ended_total{kind="train",status="succeeded"}')).toBe(1)
  expect(sample(text, 'storemind_jobs_ended_total{kind="import",status="succeeded"}')).toBe(2)
  expect(sample(text, 'storemind_model_version')).toBe(1)
  const route = 'method="POST",route="/v1/recommendations",status="200"'
  expect(sample(text, `storemind_http_answer_seconds_count{${route}}`)).toBe(1)
  expect(sample(text, `storemind_http_answer_seconds_bucket{le="+Inf",${route}}`)).toBe(1)
  expect(sample(text, 'storemind_writer_group_writes_count')).toBeGreaterThan(3)
  expect(sample(text, 'storemind_writer_group_writes_sum')).toBeGreaterThanOrEqual(
    sample(text, 'storemind_writer_group_writes_count') ?? Number.NaN,
  )
  expect(sample(text, 'storemind_writer_alive')).toBe(1)
})

test.each(['docs/operation/grafana-dashboard.json', 'docs/operation/alerts.yml'])(
  'every metric that %s names is one that the server has',
  async (file) => {
    const text = await scrape()
    const types = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]))
    const named = new Set(
      [...readFileSync(file, 'utf8').matchAll(/\b(?:storemind|nodejs|process)_[a-z0-9_]+/g)].map(([name]) => name),
    )
    expect(named.size).toBeGreaterThan(8)
    const has = (name: string) =>
      types.has(name) ||
      ['_bucket', '_sum', '_count'].some(
        (part) => name.endsWith(part) && types.get(name.slice(0, -part.length)) === 'histogram',
      )
    expect([...named].filter((name) => !has(name))).toEqual([])
  },
)

test('metrics are for admin keys, and on this machine for whoever is allowed without', async () => {
  const { secret } = await shop.client.createKey({ name: 'page', scopes: ['read', 'write'] })
  const { app } = shop.engine
  const get = async (headers: Record<string, string>, remoteAddress: string) =>
    (await app.inject({ url: '/metrics', headers, remoteAddress })).statusCode
  expect(await get({}, '192.0.2.1')).toBe(401)
  const { error } = (await app.inject({ url: '/metrics', remoteAddress: '192.0.2.1' })).json()
  expect([error.why, error.todo]).toEqual([
    'This route needs a key of this store with the scope admin.',
    'Create one with `storemind keys create --scope admin` and send it as `Authorization: Bearer KEY`.',
  ])
  expect(await get({ authorization: `Bearer ${secret}` }, '192.0.2.1')).toBe(403)
  expect(await get({ authorization: authorization() }, '192.0.2.1')).toBe(200)
  expect(await get({}, '127.0.0.1')).toBe(200)
  expect(await get({ 'x-forwarded-for': '127.0.0.1' }, '127.0.0.1')).toBe(401)
  expect(await get({ forwarded: 'for=192.0.2.1' }, '127.0.0.1')).toBe(401)
})

test('no label speaks of a shopper or of what an address carried', async () => {
  await shop.engine.app.inject({ url: '/v1/products/zq-marker', headers: { authorization: authorization() } })
  await shop.engine.app.inject({ url: '/zq-marker?zq-marker=1' })
  expect(await scrape()).not.toContain('zq-marker')
})

test('webhooks are counted as they are now, not as they were when somebody asked before', async () => {
  await scrape()
  await shop.client.createWebhook({ url: 'https://hooks.example/in' })
  expect(sample(await scrape(), 'storemind_webhook_endpoints{state="enabled"}')).toBe(1)
})
