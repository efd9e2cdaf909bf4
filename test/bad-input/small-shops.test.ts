import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { NOW, openShop, type ShopUnderTest } from './shop-under-test.ts'
import { ORDER_HEADER, PRODUCT_HEADER, segmentLine, soundOrders, soundProducts } from './sound-files.ts'

let shop: ShopUnderTest
beforeEach(async () => {
  shop = await openShop()
})
afterEach(() => shop.close())

const recommended = async (profile?: string, limit = 10) => {
  const { decisions } = await shop.client.recommend({
    requests: [{ limit, ...(profile === undefined ? {} : { profile }) }],
  })
  const [decision] = decisions
  if (decision === undefined) throw new Error('one request is one decision')
  const { summary, decision: told } = await shop.client.explainDecision({ id: decision.id })
  expect(told.items.map(({ productId }) => productId)).toEqual(decision.items.map(({ productId }) => productId))
  expect(summary.join(' ')).not.toMatch(/undefined|NaN|null/)
  return decision
}
const orders = (rows: readonly string[]) =>
  shop.imported('csv-orders', 'orders.csv', `${[ORDER_HEADER, ...rows].join('\n')}\n`)
const products = (rows: readonly string[]) =>
  shop.imported('csv-products', 'products.csv', `${[PRODUCT_HEADER, ...rows].join('\n')}\n`)

describe('a shop with nothing in it', () => {
  it('is not ready, and says so in each answer', async () => {
    expect((await shop.client.checkData()).verdict).toBe('not_ready')
    expect((await shop.train()).error?.code).toBe('TOO_LITTLE_DATA')
    expect((await shop.ended(await shop.client.evaluate({}))).error?.code).toBe('TOO_LITTLE_DATA')
    await expect(recommended()).rejects.toMatchObject({ code: 'NO_MODEL' })
    await expect(shop.client.rollBackModel({})).rejects.toMatchObject({ code: 'NOTHING_TO_ROLL_BACK' })
    await expect(shop.client.promoteModel({ version: 1 }, {})).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' })
    await expect(shop.client.exportProfile({ profile: 'c1' })).rejects.toMatchObject({ code: 'PROFILE_NOT_FOUND' })
    expect(await shop.client.listProducts({})).toEqual({ products: [], next: null })
  })

  it('stays so after a header alone', async () => {
    expect((await products([])).counts).toMatchObject({ rows: 0, problems: 0 })
    expect((await orders([])).counts).toMatchObject({ rows: 0, problems: 0 })
    expect((await shop.train()).error?.code).toBe('TOO_LITTLE_DATA')
  })

  it('cannot train on a catalogue that nobody has looked at', async () => {
    await products(['p1,A mug,1.00,Home,in_stock'])
    expect((await shop.train()).error?.code).toBe('TOO_LITTLE_DATA')
  })
})

describe('history without a catalogue', () => {
  it('trains, and offers nothing that nobody has described', async () => {
    await shop.imported('csv-orders', 'orders.csv', soundOrders())
    expect((await shop.client.checkData()).findings.find(({ code }) => code === 'catalogue')?.level).not.toBe('good')
    expect((await shop.train()).status).toBe('succeeded')
    expect(await recommended('c0')).toMatchObject({ items: [], refused: { undescribed: 20 } })
    // With the catalogue the same model has names to answer with.
    await shop.imported('csv-products', 'products.csv', soundProducts())
    expect((await recommended('c0')).items).toHaveLength(10)
  })
})

describe('the smallest shops', () => {
  it('one shopper, one product, one order', async () => {
    await products(['p1,A mug,1.00,Home,in_stock'])
    await orders(['o1,2026-02-01,p1,anna,1,1.00'])
    expect((await shop.client.checkData()).summary).toMatchObject({ products: 1, profiles: 1, orders: 1 })
    const job = await shop.train()
    expect(job).toMatchObject({ status: 'succeeded', result: { promoted: true } })
    expect((await recommended()).items.map(({ productId }) => productId)).toEqual(['p1'])
    // Just bought, and there is nothing else.
    expect((await recommended('anna')).items.length).toBeLessThanOrEqual(1)
    const evaluation = await shop.ended(await shop.client.evaluate({}))
    expect([evaluation.status, evaluation.error?.code]).toEqual(['failed', 'TOO_LITTLE_DATA'])
  })

  it('one shopper with many products', async () => {
    await shop.imported('csv-products', 'products.csv', soundProducts())
    await shop.imported('csv-orders', 'orders.csv', soundOrders(1))
    expect((await shop.train()).status).toBe('succeeded')
    // Her own orders answer for her among the others: they must not be told as what people like her chose.
    const { items } = await recommended('c0')
    expect(items.length).toBeGreaterThan(0)
    expect(items.flatMap(({ reasons }) => reasons.map(({ code }) => code))).not.toContain('people_like_you')
    expect((await recommended()).items).toHaveLength(10)
  })

  it('one product with many shoppers', async () => {
    await products(['p0,A mug,1.00,Home,in_stock'])
    await shop.imported('csv-orders', 'orders.csv', soundOrders(30, 1))
    expect((await shop.train()).status).toBe('succeeded')
    expect((await recommended()).items.map(({ productId }) => productId)).toEqual(['p0'])
    await shop.client.recommend({ requests: [{ placement: 'product_page', productId: 'p0' }] })
  })

  it('all of it in one millisecond', async () => {
    await shop.imported('csv-products', 'products.csv', soundProducts())
    const at = new Date(NOW - 5000).toISOString()
    const lines = Array.from({ length: 200 }, (_, n) =>
      segmentLine({
        event: 'Product Viewed',
        messageId: `m${n}`,
        userId: `c${n % 20}`,
        timestamp: at,
        properties: { product_id: `p${n % 7}` },
      }),
    )
    await shop.imported('segment-jsonl', 'events.jsonl', lines.join(''))
    expect((await shop.train()).status).toBe('succeeded')
    expect((await recommended('c1')).items.length).toBeGreaterThan(0)
  })

  it('bots alone train nothing', async () => {
    await products(['p1,A mug,1.00,Home,in_stock'])
    const bot = {
      context: { userAgent: 'Googlebot/2.1 (+http://www.google.com/bot.html)' },
      properties: { product_id: 'p1' },
    }
    const lines = Array.from({ length: 50 }, (_, n) =>
      segmentLine({ event: 'Product Viewed', messageId: `m${n}`, userId: `bot${n}`, ...bot }),
    )
    await shop.imported('segment-jsonl', 'events.jsonl', lines.join(''))
    expect((await shop.train()).error?.code).toBe('TOO_LITTLE_DATA')
  })

  it('nobody who agreed trains nothing', async () => {
    await products(['p1,A mug,1.00,Home,in_stock'])
    const text = `${ORDER_HEADER},consent\no1,2026-02-01,p1,anna,1,1.00,no\no2,2026-02-02,p1,ben,1,1.00,no\n`
    await shop.imported('csv-orders', 'orders.csv', text)
    expect((await shop.train()).error?.code).toBe('TOO_LITTLE_DATA')
  })
})

describe('products that go', () => {
  beforeEach(async () => {
    await shop.imported('csv-products', 'products.csv', soundProducts())
    await shop.imported('csv-orders', 'orders.csv', soundOrders())
    expect((await shop.train()).status).toBe('succeeded')
  })

  it('between training and serving are not shown, and decisions that showed them are still explained', async () => {
    const before = await recommended('c0', 3)
    const gone = before.items.map(({ productId }) => productId)
    expect(gone).toHaveLength(3)
    expect(await shop.engine.store.catalog.delete(gone)).toBe(3)
    // The next import of anything, or the next start, takes the change over.
    await shop.imported('csv-products', 'one.csv', `${PRODUCT_HEADER}\nnew,A new mug,1.00,Home,in_stock\n`)
    for (const again of [false, true]) {
      if (again) await shop.reopen()
      const shown = (await recommended('c0', 20)).items.map(({ productId }) => productId)
      expect(shown.filter((id) => gone.includes(id))).toEqual([])
      expect(shown.length).toBeGreaterThan(10)
      const { decision } = await shop.client.explainDecision({ id: before.id })
      expect(decision.items.map(({ productId, name }) => [productId, name])).toEqual(
        before.items.map(({ productId, name }) => [productId, name]),
      )
      await expect(
        shop.client.recommend({ requests: [{ placement: 'product_page', productId: gone[0] ?? '' }] }),
      ).rejects.toMatchObject({ code: 'PRODUCT_NOT_FOUND' })
      const cart = await shop.client.recommend({ requests: [{ placement: 'cart', cart: gone }] })
      expect(cart.decisions[0]?.items.length).toBeGreaterThan(0)
    }
    // A deleted product that the feed brings again is back.
    await shop.imported('csv-products', 'all.csv', soundProducts())
    expect((await recommended('c0', 3)).items.map(({ productId }) => productId)).toEqual(gone)
  })

  it('all of them: an empty list, not an error', async () => {
    const ids = Array.from({ length: 20 }, (_, n) => `p${n}`)
    expect(await shop.engine.store.catalog.delete(ids)).toBe(20)
    await shop.reopen()
    expect((await recommended('c0')).items).toEqual([])
    expect((await recommended()).items).toEqual([])
    expect((await shop.train()).status).toBe('succeeded')
    expect((await recommended('c0')).items).toEqual([])
  })

  it('that are sold out are not shown', async () => {
    await shop.imported('csv-products', 'out.csv', soundProducts().replaceAll('in_stock', 'out_of_stock'))
    const { items, refused } = await recommended('c0')
    expect(items).toEqual([])
    expect(Object.values(refused).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0)
  })
})
