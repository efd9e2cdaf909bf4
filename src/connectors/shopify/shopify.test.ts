import { describe, expect, it } from 'vitest'
import { readText } from '../../../testkit/importers/read-text.ts'
import { SAMPLES } from '../../../testkit/importers/samples.ts'
import { plainText } from '../kit/html.ts'
import { shopifyOrders } from './orders.ts'
import { shopifyProducts } from './products.ts'

const HEAD =
  'Name,Email,Financial Status,Accepts Marketing,Currency,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Cancelled at,Refunded Amount\n'

describe('shopify', () => {
  it('makes one product of each variant, with reductions, stock and pictures', async () => {
    const { products } = await readText(shopifyProducts, SAMPLES['shopify-products']?.files ?? {})
    expect(products).toEqual([
      {
        id: 'TEE-S',
        groupId: 'tee',
        title: 'Tee - S',
        description: 'Soft & light',
        brand: 'Acme',
        categories: ['Shirts'],
        imageLink: 'https://x.test/1.jpg',
        attributes: { tags: 'summer' },
        offers: [
          {
            market: 'default',
            priceMicros: 25_000_000,
            salePriceMicros: 20_000_000,
            currency: 'EUR',
            availability: 'in_stock',
            stock: 3,
          },
        ],
      },
      expect.objectContaining({
        id: 'TEE-M',
        title: 'Tee - M',
        brand: 'Acme',
        offers: [expect.objectContaining({ availability: 'out_of_stock', stock: 0 })],
      }),
      expect.objectContaining({
        id: 'Cap',
        title: 'Cap',
        offers: [{ market: 'default', priceMicros: 15_000_000, currency: 'EUR', availability: 'in_stock' }],
      }),
    ])
  })

  it('joins orders to products by SKU, and by name where there is none', async () => {
    const { events } = await readText(shopifyOrders, SAMPLES['shopify-orders']?.files ?? {})
    expect(events[0]).toMatchObject({
      event: 'Order Completed',
      userId: 'anna@x.test',
      timestamp: '2024-05-01T08:00:00.000Z',
      properties: { order_id: '#1001', total: 40, products: [{ product_id: 'TEE-S' }, { product_id: 'Cap' }] },
      context: { consent: { categoryPreferences: { email_marketing: true } } },
    })
    expect(events.map((event) => event.event)).toEqual([
      'Order Completed',
      'Order Completed',
      'Order Refunded',
      'Order Cancelled',
    ])
    expect(events[3]?.timestamp).toBe('2024-05-04T09:00:00.000Z')
  })

  it('does not guess which lines a part of the money was for', async () => {
    const { events } = await readText(shopifyOrders, {
      'o.csv': `${HEAD}#1,a@x.test,partially_refunded,no,EUR,40.00,2024-05-01,2,Tee,20.00,T,,5.00\n`,
    })
    expect(events[1]).toMatchObject({ event: 'Order Refunded', properties: { total: 5, products: [] } })
  })

  it('reports an order whose own row is missing', async () => {
    const { events, problems } = await readText(shopifyOrders, {
      'o.csv': `${HEAD}#1,a@x.test,,,,,,2,Tee,20.00,T,,\n#2,a@x.test,paid,no,euro,40.00,2024-05-01,2,Tee,20.00,T,,\n`,
    })
    expect(events).toEqual([])
    expect(problems).toEqual(['2 ROW_FIELD_MISSING', '3 CURRENCY_UNKNOWN'])
  })

  it('takes the words out of markup', () => {
    expect(plainText('<p class="a">One &amp; <b>two</b></p><ul><li>three</li></ul>')).toBe('One & two three')
    expect(plainText('<script>alert(1)</script>safe<style>x{}</style>')).toBe('safe')
    expect(plainText('5 < 6 &lt; 7 &#233; &#xe9; &#xd800; &nope; &#0;')).toBe('5 < 6 < 7 é é &nope;')
  })
})
