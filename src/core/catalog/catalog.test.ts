import { describe, expect, it } from 'vitest'
import type { Product } from '../../contracts/product.ts'
import type { StoredProduct } from '../ports.ts'
import { openCatalog } from './catalog.ts'
import { categoryPaths, factsOf } from './facts.ts'
import { NONE } from './snapshot.ts'

function stored(row: number, product: Partial<Product>, more: Partial<StoredProduct> = {}): StoredProduct {
  return {
    row,
    product: { id: `p${row}`, title: `Product ${row}`, categories: [], attributes: {}, offers: [], ...product },
    described: true,
    createdAt: 1000,
    changedAt: 1000,
    ...more,
  }
}

/** A repository that a test can change. */
function repository(products: StoredProduct[]) {
  return {
    products,
    changed: [] as StoredProduct[],
    now: 0,
    reads: 0,
    async revision() {
      return this.now
    },
    async *all() {
      this.reads++
      for (const product of this.products) yield [product]
    },
    async *changes(after: number) {
      for (const product of this.changed.slice(after)) yield [product]
    },
    /** One change, one revision. */
    change(product: StoredProduct) {
      this.changed.push(product)
      this.now++
    },
  }
}

const offer = { market: 'default', priceMicros: 5_000_000, currency: 'EUR', availability: 'in_stock' } as const

describe('the catalogue in memory', () => {
  it('finds products by id and by row, and none where there is none', async () => {
    const { current } = await openCatalog(repository([stored(3, { id: 'mug', title: 'Mug' })]))
    expect(current.rowOf('mug')).toBe(3)
    expect(current.at(3)).toEqual({ row: 3, id: 'mug', title: 'Mug' })
    expect(current.rowOf('nothing')).toBe(NONE)
    expect(current.at(2)).toBeUndefined()
    expect(current.at(99)).toBeUndefined()
    expect(current.described(99)).toBe(false)
    expect(current.rowOf('__proto__')).toBe(NONE)
  })

  it('gives variants one group, and brands and categories one number each', async () => {
    const { current } = await openCatalog(
      repository([
        stored(1, { groupId: 'shirt', brand: 'Verde', categories: ['Wear', 'Shirts'] }),
        stored(2, { groupId: 'shirt', brand: 'Verde', categories: ['Wear', 'Hats'] }),
        stored(3, {}),
      ]),
    )
    expect(current.group[1]).toBe(current.group[2])
    expect(current.brand[1]).toBe(current.brand[2])
    expect(current.categories.name(current.category[2] ?? NONE)).toBe('Wear > Hats')
    expect([current.group[3], current.brand[3], current.category[3]]).toEqual([NONE, NONE, NONE])
  })

  it('knows a deleted product by its row, and by its id the one that came after it', async () => {
    const { current } = await openCatalog(
      repository([
        stored(1, { id: 'mug', title: 'Old mug' }, { deletedAt: 5 }),
        stored(2, { id: 'mug', title: 'New mug' }),
        stored(3, { id: 'gone' }, { deletedAt: 5 }),
      ]),
    )
    expect(current.rowOf('mug')).toBe(2)
    expect(current.at(1)?.title).toBe('Old mug')
    expect([current.deleted(1), current.deleted(2), current.deleted(current.rowOf('gone'))]).toEqual([
      true,
      false,
      true,
    ])
    expect(current.count).toBe(1)
  })

  it('takes the offer of the market, else the default one, else any', async () => {
    const { current } = await openCatalog(
      repository([
        stored(1, { offers: [offer, { ...offer, market: 'us', priceMicros: 6_000_000, currency: 'USD' }] }),
        stored(2, { offers: [{ ...offer, market: 'us', currency: 'USD', salePriceMicros: 1_000_000 }] }),
        stored(3, {}),
      ]),
    )
    expect(current.offer(1, 'us')).toEqual({
      priceMicros: 6_000_000,
      currency: 'USD',
      available: true,
      availability: 'in_stock',
      onSale: false,
    })
    expect(current.offer(1, 'jp')?.currency).toBe('EUR')
    expect(current.offer(2)).toMatchObject({ priceMicros: 1_000_000, currency: 'USD', onSale: true })
    expect(current.offer(3)).toBeUndefined()
  })

  it.each([
    [{ availability: 'in_stock' }, true],
    [{ availability: 'in_stock', stock: 0 }, false],
    [{ availability: 'out_of_stock', stock: 9 }, false],
    [{ availability: 'preorder', stock: 0 }, true],
    [{ availability: 'backorder' }, true],
  ] as const)('says of %o that it can be had: %s', async (state, available) => {
    const { current } = await openCatalog(repository([stored(1, { offers: [{ ...offer, ...state }] })]))
    expect(current.available(1)).toBe(available)
  })

  it('keeps apart a store that says no and one that says nothing about replenishment', async () => {
    const { current } = await openCatalog(
      repository([stored(1, { replenishable: true }), stored(2, { replenishable: false }), stored(3, {})]),
    )
    expect([1, 2, 3].map((row) => current.replenishable(row))).toEqual([true, false, undefined])
  })

  it('reads only what changed, and leaves the old snapshot as it was', async () => {
    const source = repository([
      stored(1, { offers: [offer, { ...offer, market: 'us', currency: 'USD' }] }),
      stored(2, {}),
    ])
    const catalog = await openCatalog(source)
    const before = catalog.current
    expect(await catalog.refresh()).toBe(false)
    source.change(stored(4, { id: 'new', categories: ['Wear'] }))
    source.change(stored(1, { title: 'Other', offers: [{ ...offer, availability: 'out_of_stock' }] }))
    source.change(stored(2, {}, { deletedAt: 5 }))
    expect(await Promise.all([catalog.refresh(), catalog.refresh()])).toEqual([true, true])
    expect(source.reads).toBe(1)
    expect(catalog.rowOf('new')).toBe(4)
    expect(catalog.at(1)?.title).toBe('Other')
    expect([catalog.current.available(1), catalog.current.available(1, 'us'), catalog.current.deleted(2)]).toEqual([
      false,
      false,
      true,
    ])
    expect([catalog.current.count, catalog.current.rows, catalog.current.parts.changes?.rows]).toEqual([
      2,
      5,
      [4, 1, 2],
    ])
    expect([...catalog.current.under('Wear')]).toEqual([4])
    expect([before.rowOf('new'), before.at(1)?.title, before.available(1), before.deleted(2)]).toEqual([
      NONE,
      'Product 1',
      true,
      false,
    ])
    expect([before.count, before.rows, before.offer(1, 'us')?.currency]).toEqual([2, 3, 'USD'])
  })

  it('lets nobody go on with less than was durable when they asked', async () => {
    const source = repository([stored(1, {})])
    const catalog = await openCatalog(source)
    source.change(stored(1, { title: 'First' }))
    const first = catalog.refresh()
    await Promise.resolve()
    source.change(stored(1, { title: 'Second' }))
    await catalog.refresh()
    expect(catalog.at(1)?.title).toBe('Second')
    expect(await first).toBe(true)
  })

  it('finds a category with all below it, and products by an attribute', async () => {
    const { current } = await openCatalog(
      repository([
        stored(1, { categories: ['Home', 'Kitchen', 'Mugs'], attributes: { colour: 'red', note: 'x'.repeat(300) } }),
        stored(2, { categories: ['Home'], attributes: { colour: 'blue' } }),
        stored(3, { categories: ['Homeware'] }),
        stored(4, { categories: ['Home', 'Kitchen'] }, { deletedAt: 5 }),
      ]),
    )
    expect([...current.under('Home')]).toEqual([1, 2])
    expect([...current.under('Home > Kitchen')]).toEqual([1])
    expect([...current.under('Garden')]).toEqual([])
    expect(current.attributesOf(1)).toEqual([current.attributeNumber('colour', 'red')])
    expect(current.attributeNumber('colour', 'green')).toBe(NONE)
    expect(current.attributesOf(99)).toEqual([])
  })

  it('is empty where the store is', async () => {
    const { current } = await openCatalog(repository([]))
    expect([current.count, current.rows]).toEqual([0, 0])
  })
})

describe('facts of a product', () => {
  it('takes the sale price of the default market', () => {
    const { product } = stored(1, { brand: 'Verde', offers: [{ ...offer, salePriceMicros: 4_000_000 }] })
    expect(factsOf(product)).toEqual({ categories: [], brand: 'Verde', priceMicros: 4_000_000, currency: 'EUR' })
  })

  it('names categories by their whole path', () => {
    expect(categoryPaths(['Home', 'Kitchen'])).toEqual(['Home', 'Home > Kitchen'])
    expect(categoryPaths(['a', 'b', 'c', 'd', 'e'])).toHaveLength(4)
  })
})
