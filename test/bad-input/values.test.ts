import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NOW, openShop, type ShopUnderTest } from './shop-under-test.ts'
import { ORDER_HEADER, PRODUCT_HEADER, segmentLine, soundOrders, soundProducts } from './sound-files.ts'

let shop: ShopUnderTest
beforeAll(async () => {
  shop = await openShop()
  await shop.imported('csv-products', 'products.csv', soundProducts())
  await shop.imported('csv-orders', 'orders.csv', soundOrders())
})
afterAll(() => shop.close())

const viewed = (properties: unknown, more: object = {}) => segmentLine({ event: 'Product Viewed', properties, ...more })

describe('numbers that are none', () => {
  it('refuse a product, and not its neighbours', async () => {
    const prices = ['NaN', 'Infinity', '-Infinity', '1e5', '0x10', '1,5', '9'.repeat(30), '-0.01', '--1', '१२', '1.2.3']
    const rows = prices.map((price, n) => `bad${n},A mug,"${price}",Home,in_stock`)
    const stock = [`bad-stock,A mug,1.00,Home,in_stock`, 'good-1,A cup,0.00,Home,in_stock']
    const report = await shop.imported('csv-products', 'prices.csv', [PRODUCT_HEADER, ...rows, ...stock].join('\n'))
    expect(report.counts).toMatchObject({ products: 2, problems: prices.length })
    expect(report.problemsByCode).toEqual({
      ROW_NUMBER_INVALID: prices.length - 2,
      ROW_NUMBER_NEGATIVE: 1,
      ROW_NUMBER_TOO_LARGE: 1,
    })
    await expect(shop.client.getProduct({ productId: 'bad0' })).rejects.toMatchObject({ code: 'PRODUCT_NOT_FOUND' })
  })

  it('refuse an order line', async () => {
    const lines = [
      '-1,2.00',
      '0,2.00',
      'NaN,2.00',
      '1,-2.00',
      '1,NaN',
      '1e400,1.00',
      '1,1e400',
      '99999999999999999999,1',
    ]
    const rows = lines.map((line, n) => `bad${n},2026-02-01,p1,c1,${line}`)
    const before = (await shop.client.checkData()).summary
    const report = await shop.imported('csv-orders', 'quantities.csv', `${[ORDER_HEADER, ...rows].join('\n')}\n`)
    expect(report.counts).toMatchObject({ events: 0, problems: lines.length })
    expect(Object.keys(report.problemsByCode).sort()).toEqual([
      'ROW_NUMBER_INVALID',
      'ROW_NUMBER_NEGATIVE',
      'ROW_NUMBER_TOO_LARGE',
      'ROW_VALUE_INVALID',
    ])
    expect((await shop.client.checkData()).summary).toEqual(before)
  })

  it('refuse a message, in whatever way JSON can write them', async () => {
    const bad = ['-1', '0', '"NaN"', '"1e3"', '[1]', 'true', '{}', '1e400', '-1e400', '9007199254740993']
    const text = bad.map((quantity, n) =>
      viewed({ product_id: 'p1', quantity: 'HERE' }, { messageId: `number-${n}` }).replace('"HERE"', quantity),
    )
    const price = ['-1', '"free"', '1e300', 'false'].map((value, n) =>
      viewed({ product_id: 'p1', price: 'HERE' }, { messageId: `price-${n}` }).replace('"HERE"', value),
    )
    const report = await shop.imported('segment-jsonl', 'numbers.jsonl', [...text, ...price].join(''))
    expect(report.counts).toMatchObject({ rows: 14, events: 0, problems: 14 })
    expect(report.problemsByCode).toEqual({ EVENT_INVALID: 12, ROW_NUMBER_INVALID: 2 })
  })
})

describe('a currency that there is not', () => {
  it('refuses the line that names it, wherever it stands', async () => {
    const priced = `${PRODUCT_HEADER},currency\nodd,A mug,1.00,Home,in_stock,XXQ\nold,A cup,1.00,Home,in_stock,DEM\n`
    const report = await shop.imported('csv-products', 'currencies.csv', priced)
    expect([report.counts.products, report.problemsByCode]).toEqual([1, { CURRENCY_UNKNOWN: 1 }])
    const orders = `${ORDER_HEADER},currency\no1,2026-02-01,p1,c1,1,1.00,ERU\n`
    expect((await shop.imported('csv-orders', 'odd.csv', orders)).problemsByCode).toEqual({ CURRENCY_UNKNOWN: 1 })
    const message = viewed({ product_id: 'p1', price: 1, currency: 'XXQ' })
    expect((await shop.imported('segment-jsonl', 'odd.jsonl', message)).problemsByCode).toEqual({ EVENT_INVALID: 1 })
  })
})

describe('text that is none', () => {
  it('half a surrogate pair is refused wherever it stands', async () => {
    const half = '\\ud83d'
    const lines = [
      `{"type":"track","event":"Product Viewed","userId":"${half}","timestamp":"2026-01-01","properties":{"product_id":"p1"}}`,
      `{"type":"track","event":"Product Viewed","userId":"c1","timestamp":"2026-01-01","properties":{"product_id":"${half}"}}`,
      `{"type":"track","event":"Product Viewed","userId":"c1","timestamp":"2026-01-01","properties":{"product_id":"p1","${half}":1}}`,
      `{"type":"identify","userId":"c1","timestamp":"2026-01-01","traits":{"name":"${half}"}}`,
      `{"type":"track","event":"${half}","userId":"c1","timestamp":"2026-01-01"}`,
    ]
    const report = await shop.imported('segment-jsonl', 'surrogates.jsonl', `${lines.join('\n')}\n`)
    expect(report.problemsByCode).toEqual({ ROW_TEXT_INVALID: lines.length })
    const nul = viewed({ product_id: 'p1', note: 'a\u0000b' })
    const refused = await shop.imported('segment-jsonl', 'nul.jsonl', nul)
    expect(refused.problems.map(({ message }) => message)).toEqual([
      'properties.note holds a NUL character (U+0000), which is not allowed.',
    ])
    const whole = '{"type":"identify","userId":"😀","timestamp":"2026-01-01","traits":{"name":"\\ud83d\\ude00"}}\n'
    await shop.imported('segment-jsonl', 'pair.jsonl', whole)
    expect(await shop.client.exportProfile({ profile: '😀' })).toMatchObject({ traits: { name: '😀' } })
  })
})

describe('names that objects inherit', () => {
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__']

  it('are products, shoppers, traits, markets and properties like any others', async () => {
    const products = names.map((name) => `${name},${name} mug,4.00,${name} > ${name},in_stock`)
    const report = await shop.imported('csv-products', 'proto.csv', `${[PRODUCT_HEADER, ...products].join('\n')}\n`)
    expect(report.counts.products).toBe(names.length)
    const orders = names.flatMap((name) => [1, 2].map((n) => `${name}${n},2026-02-1${n},${name},${name},1,4.00`))
    await shop.imported('csv-orders', 'proto-orders.csv', `${[ORDER_HEADER, ...orders].join('\n')}\n`)
    const messages = names.map((name) =>
      segmentLine({ type: 'identify', userId: name, traits: 'HERE' }).replace('"HERE"', `{"${name}":{"admin":true}}`),
    )
    expect((await shop.imported('segment-jsonl', 'proto.jsonl', messages.join(''))).counts.events).toBe(names.length)
    for (const name of names) {
      const held = await shop.client.exportProfile({ profile: name })
      const traits = Object(Reflect.get(held, 'traits'))
      expect([name, Object.keys(traits)]).toEqual([name, [name]])
      expect((await shop.client.getProduct({ productId: name })).title).toBe(`${name} mug`)
    }
    expect(Reflect.get({}, 'admin')).toBeUndefined()
  })

  it('are trained on, recommended and explained', async () => {
    expect((await shop.train()).status).toBe('succeeded')
    for (const name of names) {
      const { decisions } = await shop.client.recommend({ requests: [{ profile: name, limit: 3 }] })
      const [decision] = decisions
      expect(decision?.basis).toBe('personalised')
      expect(decision?.items.length).toBeGreaterThan(0)
      const { summary } = await shop.client.explainDecision({ id: decision?.id ?? '' })
      expect(summary.join(' ')).not.toMatch(/\[object|undefined|NaN|native code/)
    }
    const about = await shop.client.recommend({
      requests: [
        { placement: 'product_page', productId: '__proto__' },
        { placement: 'cart', cart: [...names], exclude: ['constructor'], market: '__proto__' },
      ],
    })
    expect(about.decisions).toHaveLength(2)
    for (const placement of ['__proto__', 'constructor', 'toString']) {
      await expect(shop.client.recommend({ requests: [{ placement }] })).rejects.toMatchObject({
        code: 'PLACEMENT_NOT_FOUND',
      })
    }
  })
})

describe('orders that are unlike others', () => {
  it('refunds without orders are kept, told, and take nothing away', async () => {
    const refunds = ['r1,2026-02-20,p1,c1,1,5.00,refund', 'r2,2026-02-20,p2,nobody,3,5.00,refund']
    const report = await shop.imported(
      'csv-orders',
      'refunds.csv',
      `${[`${ORDER_HEADER},type`, ...refunds].join('\n')}\n`,
    )
    expect(report.counts.events).toBe(2)
    const check = await shop.client.checkData()
    const finding = check.findings.find(({ code }) => code === 'refunds')
    expect(finding?.detail).toMatch(/2 /)
    expect((await shop.train()).status).toBe('succeeded')
    const { decisions } = await shop.client.recommend({
      requests: [
        { profile: 'nobody', limit: 5 },
        { profile: 'c1', limit: 5 },
      ],
    })
    expect(decisions.map(({ items }) => items.length)).toEqual([5, 5])
  })

  it('of 12,000 lines come whole', async () => {
    const rows = Array.from({ length: 12_000 }, (_, n) => `giant,2026-02-21,g${n},wholesaler,1,1.00`)
    const report = await shop.imported('csv-orders', 'giant.csv', `${[ORDER_HEADER, ...rows].join('\n')}\n`)
    expect(report.counts).toMatchObject({ events: 3, problems: 0 })
    const held = await shop.client.exportProfile({ profile: 'wholesaler' })
    const events: unknown = Reflect.get(held, 'events')
    expect(Array.isArray(events) && events.reduce((sum, { event }) => sum + event.lines.length, 0)).toBe(12_000)
  })

  it('from the future and from before the web are told, and do not move the history', async () => {
    const lines = [
      viewed({ product_id: 'p1' }, { messageId: 'future', timestamp: new Date(NOW + 900 * 86_400_000).toISOString() }),
      viewed({ product_id: 'p1' }, { messageId: 'past', timestamp: '1970-01-01T00:00:00Z' }),
      viewed({ product_id: 'p1' }, { messageId: 'never', timestamp: '2026-02-30T00:00:00Z' }),
      viewed({ product_id: 'p1' }, { messageId: 'beyond', timestamp: '+275761-01-01T00:00:00Z' }),
    ]
    const report = await shop.imported('segment-jsonl', 'times.jsonl', lines.join(''))
    expect(report.counts.events).toBe(2)
    expect(report.problemsByCode).toEqual({ ROW_TIME_INVALID: 2 })
    const finding = (await shop.client.checkData()).findings.find(({ code }) => code === 'clock_skew')
    expect(finding).toMatchObject({ count: 2 })
    expect(finding?.level).not.toBe('good')
    expect((await shop.train()).status).toBe('succeeded')
    expect((await shop.client.recommend({ requests: [{ profile: 'c0' }] })).decisions[0]?.items.length).toBeGreaterThan(
      3,
    )
  })
})
