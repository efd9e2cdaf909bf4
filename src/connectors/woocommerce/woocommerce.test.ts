import { describe, expect, it } from 'vitest'
import { readText } from '../../../testkit/importers/read-text.ts'
import { SAMPLES } from '../../../testkit/importers/samples.ts'
import { packedLineItem } from './line-items.ts'
import { woocommerceOrders } from './orders.ts'
import { woocommerceProducts } from './products.ts'

describe('woocommerce', () => {
  it('gives variants their parent’s group, category and picture', async () => {
    const { products } = await readText(woocommerceProducts, SAMPLES['woocommerce-products']?.files ?? {})
    expect(products.map((product) => [product.id, product.groupId, product.categories, product.imageLink])).toEqual([
      ['HOOD', 'HOOD', ['Clothing', 'Hoodies'], 'https://x.test/a.jpg'],
      ['HOOD-S', 'HOOD', ['Clothing', 'Hoodies'], 'https://x.test/a.jpg'],
      ['12', 'HOOD', ['Clothing', 'Hoodies'], 'https://x.test/a.jpg'],
    ])
    expect(products.map((product) => product.offers)).toEqual([
      [],
      [
        {
          market: 'default',
          priceMicros: 45_000_000,
          salePriceMicros: 39_000_000,
          currency: 'EUR',
          availability: 'in_stock',
          stock: 4,
        },
      ],
      [{ market: 'default', priceMicros: 45_000_000, currency: 'EUR', availability: 'out_of_stock', stock: 0 }],
    ])
    expect(products[0]?.description).toBe('Warm')
  })

  it('reads one row per order with numbered items', async () => {
    const { events } = await readText(woocommerceOrders, SAMPLES['woocommerce-orders']?.files ?? {})
    expect(events.map((event) => [event.event, event.userId])).toEqual([
      ['Order Completed', '7'],
      ['Order Cancelled', 'b@x.test'],
      ['Order Completed', '7'],
      ['Order Refunded', '7'],
    ])
    expect(events[0]?.properties?.['products']).toEqual([
      { product_id: 'HOOD-S', quantity: 2, price: 39, name: 'Hoodie - S' },
      { product_id: '13', quantity: 1, price: 10, name: 'Mug' },
    ])
    expect(events[3]?.properties?.['products']).toHaveLength(1)
  })

  it('reads one row per line item', async () => {
    const { events, problems } = await readText(woocommerceOrders, {
      'o.csv':
        'Order Number,Order Date,Order Status,Email (Billing),SKU,Item Name,Quantity,Item Cost\n1,2024-05-01 10:00,Completed,A@x.test,MUG,Mug,2,5.00\n1,2024-05-01 10:00,Completed,A@x.test,CUP,Cup,x,5.00\n1,2024-05-01 10:00,Completed,A@x.test,HOOD,Hood,1,45\n2,2024-05-01 10:00,Failed,A@x.test,MUG,Mug,2,5.00\n',
    })
    expect(events).toMatchObject([
      {
        userId: 'a@x.test',
        properties: { order_id: '1', products: [{ product_id: 'MUG', quantity: 2 }, { product_id: 'HOOD' }] },
      },
    ])
    expect(problems).toEqual(['3 ROW_NUMBER_INVALID'])
  })

  it('asks for a column that names products', async () => {
    const file = readText(woocommerceOrders, { 'o.csv': 'Order Number,Order Date\n1,2024-05-01\n' })
    await expect(file).rejects.toThrow(/FILE_MISSING_COLUMN/)
  })

  it('unpacks an item whose name holds bars and colons', () => {
    expect(packedLineItem('name:Set: 1|2 cups|product_id:9|sku:S:9|quantity:2|total:8.00')).toEqual({
      title: 'Set: 1|2 cups',
      productId: '9',
      sku: 'S:9',
      quantity: '2',
      price: '',
      total: '8.00',
    })
  })
})
