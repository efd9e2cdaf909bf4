import { describe, expect, it } from 'vitest'
import { readText } from '../../../testkit/importers/read-text.ts'
import type { SegmentMessage } from '../../contracts/event.ts'
import { onlineRetail } from './importer.ts'
import { isCatalogueName, isProductCode } from './stock-codes.ts'

const HEAD = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n'
const day = (...rows: readonly string[]) => HEAD + rows.map((row) => `${row},UK\n`).join('')
const read = (files: Record<string, string>) =>
  readText(onlineRetail, { 'empty.csv': HEAD, ...files }, { basis: 'sample' })
const order = (event: SegmentMessage | undefined) => event?.properties?.['order_id']
const lines = (event: SegmentMessage | undefined) => event?.properties?.['products']

describe('online-retail', () => {
  it('calls a product by its most frequent catalogue name, whatever notes outnumber it, at its last price', async () => {
    const { products } = await read({
      'b.csv': day(
        '3,22423,REGENCY CAKESTAND,1,2011-02-02 10:00:00,10.95,1',
        '4,22423,REGENCY CAKESTAND,1,2011-02-02 09:00:00,99.00,1',
      ),
      'a.csv': day(
        '1,22423,CAKESTAND,1,2011-02-01 10:00:00,12.75,1',
        '2,22423,check?,-5,2011-02-01 11:00:00,0.0,',
        '2,22423,check?,-5,2011-02-01 11:00:00,0.0,',
        '2,22423,check?,-5,2011-02-01 11:00:00,0.0,',
      ),
    })
    expect(products).toEqual([
      {
        id: '22423',
        title: 'REGENCY CAKESTAND',
        categories: [],
        attributes: {},
        offers: [{ market: 'default', priceMicros: 10_950_000, currency: 'GBP', availability: 'in_stock' }],
      },
    ])
  })

  it('takes a refund off the customer’s latest order with that product before it, also one in an earlier file', async () => {
    const { events, problems } = await read({
      'a.csv': day(
        '1,22423,CAKESTAND,5,2011-02-01 10:00:00,1,1.0',
        '2,22423,CAKESTAND,5,2011-02-01 11:00:00,1,1.0',
        '2,84879,BIRD,1,2011-02-01 11:00:00,1,1.0',
      ),
      'b.csv': day(
        'C3,22423,CAKESTAND,-2,2011-02-02 10:00:00,1,1.0',
        'C3,84879,BIRD,-1,2011-02-02 10:00:00,1,1.0',
        'C4,22423,CAKESTAND,-1,2011-02-01 10:30:00,1,1.0',
        '5,22423,CAKESTAND,5,2011-02-03 10:00:00,1,1.0',
      ),
    })
    const refunds = events.filter((event) => event.event === 'Order Refunded')
    expect(refunds.map(order)).toEqual(['2', '1'])
    expect(refunds.map((event) => event.properties?.['refund_id'])).toEqual(['C3', 'C4'])
    expect(lines(refunds[0])).toMatchObject([
      { product_id: '22423', quantity: 2 },
      { product_id: '84879', quantity: 1 },
    ])
    expect(problems).toEqual([])
  })

  it('keeps refunds without an order, and reports them', async () => {
    const { events, problems } = await read({
      'a.csv': day(
        'C1,22423,CAKESTAND,-2,2011-02-02 10:00:00,1,1.0',
        '2,22423,CAKESTAND,5,2011-02-03 10:00:00,1,1.0',
        'C3,22423,CAKESTAND,-2,2011-02-04 10:00:00,1,',
      ),
    })
    expect(events.map((event) => [event.event, order(event)])).toEqual([
      ['Order Refunded', 'C1'],
      ['Order Completed', '2'],
      ['Order Refunded', 'C3'],
    ])
    expect(problems).toEqual(['2 ROW_REFUND_UNMATCHED', '4 ROW_REFUND_UNMATCHED'])
  })

  it('reads London time and whole customer numbers', async () => {
    const { events } = await read({
      'a.csv': day('1,22423,CAKESTAND,5,2011-07-01 10:00:00,1,17850.0', '2,22423,CAKESTAND,5,2011-07-01 10:00:00,1,'),
    })
    expect(events[0]).toMatchObject({ userId: '17850', timestamp: '2011-07-01T09:00:00.000Z' })
    expect(events[1]).toMatchObject({ anonymousId: 'online-retail:2' })
  })

  it('reads one of its files alone as it reads all of them', async () => {
    const one = day('1,22423,CAKESTAND,5,2011-02-01 10:00:00,1,1.0')
    const { events, products } = await readText(onlineRetail, { 'a.csv': one }, { basis: 'sample' })
    expect([events.length, products.length]).toEqual([1, 1])
  })

  it('tells goods from booking codes, and names from notes', () => {
    for (const code of ['85123A', '71053', '15056BL', 'DCGS0003', 'DCGSSGIRL'])
      expect(isProductCode(code), code).toBe(true)
    for (const code of [
      'POST',
      'DOT',
      'M',
      'C2',
      'D',
      'S',
      'B',
      'PADS',
      'CRUK',
      'BANK CHARGES',
      'AMAZONFEE',
      'GIFT_0001_20',
      '',
    ])
      expect(isProductCode(code), code).toBe(false)
    for (const name of ['WHITE METAL LANTERN', '60 TEATIME FAIRY CAKE CASES', 'Dotcomgiftshop GIFT VOUCHER'])
      expect(isCatalogueName(name.toUpperCase()), name).toBe(true)
    for (const note of ['damaged', 'check?', '?', '??', 'wet', 'Found by jackie', '', 'lost in space', '20713'])
      expect(isCatalogueName(note), note).toBe(false)
  })
})
