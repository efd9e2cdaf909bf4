import { describe, expect, it } from 'vitest'
import { readText } from '../../../testkit/importers/read-text.ts'
import { csvOrders } from './orders.ts'
import { csvProducts } from './products.ts'

describe('csv-products', () => {
  it('maps columns, and keeps those that are asked for', async () => {
    const { products } = await readText(
      csvProducts,
      { 'p.csv': 'Nr;Name;Preis;Farbe;__proto__\n1;Tasse;"4,50";blau;x\n' },
      {
        map: { id: 'Nr', title: 'Name', price: 'Preis' },
        options: { delimiter: ';', decimal: ',', attributes: 'Farbe,__proto__', market: 'de' },
      },
    )
    expect(products).toHaveLength(1)
    expect(products[0]?.offers).toEqual([
      { market: 'de', priceMicros: 4_500_000, currency: 'EUR', availability: 'in_stock' },
    ])
    expect(Object.entries(products[0]?.attributes ?? {})).toEqual([
      ['Farbe', 'blau'],
      ['__proto__', 'x'],
    ])
    expect(Object.getPrototypeOf(products[0]?.attributes)).toBe(Object.prototype)
  })

  it('keeps a product without a price, and refuses one whose price cannot be read', async () => {
    const { products, problems } = await readText(csvProducts, {
      'p.csv':
        'id,title,price,sale_price,stock,replenishable,released_at\n1,A,,,,,\n2,B,abc,,,,\n3,C,-1,,,,\n4,D,5,6e1,,,\n5,E,5,,-3,yes,2024-05-01\n6,F,5,,many,,\n7,G,5,,,,soon\n8,H,5,,,perhaps,\n',
    })
    expect(products.map((product) => product.id)).toEqual(['1', '5'])
    expect(products[0]?.offers).toEqual([])
    expect(products[1]).toMatchObject({ replenishable: true, releasedAt: Date.UTC(2024, 4, 1), offers: [{ stock: 0 }] })
    expect(problems).toEqual([
      '3 ROW_NUMBER_INVALID',
      '4 ROW_NUMBER_NEGATIVE',
      '5 ROW_NUMBER_INVALID',
      '7 ROW_NUMBER_INVALID',
      '8 ROW_TIME_INVALID',
      '9 ROW_VALUE_INVALID',
    ])
  })

  it('refuses ids and titles that are too long', async () => {
    const { problems } = await readText(csvProducts, {
      'p.csv': `id,title\n${'x'.repeat(257)},A\n1,${'y'.repeat(1001)}\n`,
    })
    expect(problems).toEqual(['2 ROW_FIELD_TOO_LONG', '3 ROW_FIELD_TOO_LONG'])
  })
})

describe('csv-orders', () => {
  const HEAD = 'order_id,time,customer,product_id,quantity,price,currency,type,consent\n'

  it('writes an order as the e-commerce specification does', async () => {
    const { events } = await readText(
      csvOrders,
      { 'o.csv': `${HEAD}7,2024-07-01 10:00,anna,m-1,2,4.50,USD,,yes\n7,2024-07-01 10:00,anna,m-2,1,,USD,,no\n` },
      { options: { timezone: 'Europe/Berlin', market: 'us' } },
    )
    expect(events).toEqual([
      {
        type: 'track',
        event: 'Order Completed',
        userId: 'anna',
        timestamp: '2024-07-01T08:00:00.000Z',
        properties: {
          order_id: '7',
          currency: 'USD',
          products: [
            { product_id: 'm-1', quantity: 2, price: 4.5 },
            { product_id: 'm-2', quantity: 1 },
          ],
        },
        // A line that says no outweighs one that says yes.
        context: { market: 'us', consent: { categoryPreferences: { personalisation: false } } },
      },
    ])
  })

  it('gives the parts of an order that stand apart keys of their own', async () => {
    const rows = ['1,2024-07-01,a,m-1,1,1,,,', '2,2024-07-01,b,m-1,1,1,,,', '1,2024-07-01,a,m-2,1,1,,,']
    const { events, keys } = await readText(csvOrders, { 'o.csv': `${HEAD}${rows.join('\n')}\n` })
    expect(events.map((event) => event.properties?.['order_id'])).toEqual(['1', '2', '1'])
    expect(new Set(keys).size).toBe(3)
  })

  it('keeps an order’s key when its price, quantity or the order of its lines changed', async () => {
    const first = await readText(csvOrders, {
      'o.csv': `${HEAD}1,2024-07-01,a,m-1,1,1,,,\n1,2024-07-01,a,m-2,1,1,,,\n`,
    })
    const second = await readText(csvOrders, {
      'o.csv': `${HEAD}0,2024-06-01,z,m-9,1,1,,,\n1,2024-07-01,a,m-2,3,9,,,\n1,2024-07-01,a,m-1,1,1,,,\n`,
    })
    expect(second.keys).toContain(first.keys[0])
  })

  it('keeps orders of unknown shoppers, each apart', async () => {
    const { events } = await readText(csvOrders, {
      'o.csv': `${HEAD}1,2024-07-01,,m-1,1,1,,,\n2,2024-07-01,,m-1,1,1,,,\n`,
    })
    expect(events.map((event) => event.anonymousId)).toEqual(['csv-orders:1', 'csv-orders:2'])
    expect(events.map((event) => event.userId)).toEqual([undefined, undefined])
  })

  it('holds an order of any length in parts', async () => {
    const rows = Array.from({ length: 25_000 }, (_, i) => `1,2024-07-01,a,m-${i},1,1,,,\n`)
    const { events, keys } = await readText(csvOrders, { 'o.csv': HEAD + rows.join('') })
    expect(events).toHaveLength(5)
    expect(new Set(keys).size).toBe(5)
  })

  it('leaves out the order in which the file breaks off', async () => {
    const rows = '1,2024-07-01,a,m-1,1,1,,,\n2,2024-07-01,b,m-1,1,1,,,\n2,2024-07-01,b,m'
    const { events, problems } = await readText(csvOrders, { 'o.csv': HEAD + rows })
    expect(events.map((event) => event.properties?.['order_id'])).toEqual(['1'])
    expect(problems).toEqual(['3 FILE_TRUNCATED', '4 FILE_TRUNCATED'])
  })

  it('asks for the consent column when consent is the basis', async () => {
    const files = { 'o.csv': `${HEAD}1,2024-07-01,a,m-1,1,1,,,yes\n` }
    await expect(readText(csvOrders, files, { basis: 'consent' })).rejects.toThrow(/BASIS_REQUIRED/)
    const { events } = await readText(csvOrders, files, { basis: 'consent', map: { consent: 'consent' } })
    expect(events).toHaveLength(1)
  })
})
