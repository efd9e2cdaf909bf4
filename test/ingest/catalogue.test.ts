import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Product } from '../../src/contracts/product.ts'
import { openShop, type ShopUnderTest } from '../bad-input/shop-under-test.ts'

let shop: ShopUnderTest
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

const product = (id: string, stock = 5): Product => ({
  id,
  title: `Product ${id}`,
  categories: ['Home'],
  attributes: { colour: 'red' },
  offers: [{ market: 'default', priceMicros: 5_000_000, currency: 'EUR', availability: 'in_stock', stock }],
})

it('products come and go by the thousand, and each call says what it changed', async () => {
  const many = Array.from({ length: 1000 }, (_, i) => product(`p${i}`))
  expect(await shop.client.putProducts({ products: many })).toEqual({ changed: 1000, unchanged: 0 })
  expect(await shop.client.putProducts({ products: [product('p0'), product('p1', 4)] })).toEqual({
    changed: 1,
    unchanged: 1,
  })
  expect((await shop.client.getProduct({ productId: 'p1' })).offers[0]?.stock).toBe(4)
  expect(await shop.client.deleteProducts({ productIds: ['p0', 'p1', 'nobody'] })).toEqual({ deleted: 2 })
  await expect(shop.client.getProduct({ productId: 'p1' })).rejects.toMatchObject({ code: 'PRODUCT_NOT_FOUND' })
  expect(await shop.client.putProducts({ products: [product('p1', 4)] })).toEqual({ changed: 1, unchanged: 0 })
  expect((await shop.client.storeSummary()).products).toBe(999)
})

it('a product that cannot be is refused with its place, and nothing of the call is kept', async () => {
  const before = await shop.client.storeSummary()
  const wrong: [object, RegExp][] = [
    [{ ...product('x'), id: ' x' }, /products\/1\/id/],
    [{ ...product('x'), id: '\ud800' }, /products\/1\/id/],
    [{ ...product('x'), price: 5 }, /products\/1/],
    [
      { ...product('x'), offers: [{ ...product('x').offers[0], priceMicros: 1.5 }] },
      /products\/1\/offers\/0\/priceMicros/,
    ],
    // Below zero it would be shown as a bargain, and lower every mean price that it counts in.
    [
      { ...product('x'), offers: [{ ...product('x').offers[0], priceMicros: -1 }] },
      /products\/1\/offers\/0\/priceMicros/,
    ],
    [
      { ...product('x'), offers: [{ ...product('x').offers[0], salePriceMicros: -1 }] },
      /products\/1\/offers\/0\/salePriceMicros/,
    ],
  ]
  for (const [bad, place] of wrong) {
    const put = shop.client.putProducts({ products: [product('new'), bad as Product] })
    await expect(put).rejects.toMatchObject({ code: 'BAD_REQUEST', what: expect.stringMatching(place) })
  }
  const odd = { ...product('x'), offers: [{ ...product('x').offers[0], currency: 'XXQ' }] }
  await expect(shop.client.putProducts({ products: [product('new'), odd as Product] })).rejects.toMatchObject({
    code: 'CURRENCY_UNKNOWN',
    what: 'body/products/1/offers/0/currency is no currency: XXQ.',
  })
  expect((await shop.client.storeSummary()).products).toBe(before.products)
})

it('a write key, which stands in pages, may not change the catalogue', async () => {
  const { secret } = await shop.client.createKey({ name: 'page', scopes: ['write'] })
  const answer = await shop.engine.app.inject({
    method: 'PUT',
    url: '/v1/products',
    headers: { authorization: `Bearer ${secret}` },
    payload: { products: [product('p5', 0)] },
  })
  expect([answer.statusCode, answer.json().error.code]).toEqual([403, 'FORBIDDEN'])
})
