import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AVAILABILITIES, type Product } from '../../src/contracts/product.ts'
import { collect } from './sample-events.ts'
import type { CurrentStore } from './store-contract.ts'

export const MUG: Product = {
  id: 'mug',
  groupId: 'mugs',
  title: 'Blue mug',
  description: 'A mug.\nIt is blue.',
  brand: 'Cup & Co',
  categories: ['Home', 'Kitchen'],
  attributes: { colour: 'blue', __proto__x: 'y' },
  replenishable: false,
  releasedAt: 0,
  offers: [
    { market: 'default', priceMicros: 9_990_000, currency: 'EUR', availability: 'in_stock', stock: 3 },
    { market: 'uk', priceMicros: 8_000_000, currency: 'GBP', salePriceMicros: 7_000_000, availability: 'backorder' },
  ],
}

const text = (maxLength: number) => fc.string({ minLength: 1, maxLength, unit: 'grapheme' })
const product = fc.record(
  {
    id: text(12),
    title: text(30),
    categories: fc.array(text(10), { maxLength: 3 }),
    attributes: fc.dictionary(text(8), fc.string({ maxLength: 8 })),
    brand: text(10),
    replenishable: fc.boolean(),
    offers: fc.array(
      fc.record(
        {
          market: fc.constantFrom('default', 'uk'),
          priceMicros: fc.maxSafeInteger(),
          currency: fc.constantFrom('EUR', 'GBP'),
          availability: fc.constantFrom(...AVAILABILITIES),
          stock: fc.nat(),
        },
        { requiredKeys: ['market', 'priceMicros', 'currency', 'availability'], noNullPrototype: true },
      ),
      { maxLength: 3 },
    ),
  },
  { requiredKeys: ['id', 'title', 'categories', 'attributes', 'offers'], noNullPrototype: true },
)

export function catalogContract(it: CurrentStore): void {
  describe('catalogue', () => {
    test('products come back as they were written', async () => {
      const store = it.store()
      await fc.assert(
        fc.asyncProperty(fc.uniqueArray(product, { selector: ({ id }) => id, maxLength: 5 }), async (products) => {
          await store.catalog.upsert(products, 'test')
          for (const one of products) {
            const stored = await store.catalog.byId(one.id)
            expect(JSON.parse(JSON.stringify(stored?.product))).toEqual(JSON.parse(JSON.stringify(one)))
          }
        }),
        { seed: 1, numRuns: 20 },
      )
    })

    test('an equal product changes nothing, whatever the order of its keys', async () => {
      const store = it.store()
      expect(await store.catalog.upsert([MUG], 'feed')).toEqual({ changed: 1, unchanged: 0 })
      const revision = await store.catalog.revision()
      const { offers, ...rest } = MUG
      expect(await store.catalog.upsert([{ offers, ...rest }], 'feed')).toEqual({ changed: 0, unchanged: 1 })
      expect(await store.catalog.revision()).toBe(revision)
      expect(await store.catalog.upsert([{ ...MUG, title: 'Red mug' }], 'feed')).toEqual({ changed: 1, unchanged: 0 })
      expect(await store.catalog.revision()).toBeGreaterThan(revision)
    })

    test('a product that only events named waits for its description under the same row', async () => {
      const store = it.store()
      const [row = -1, again = -2] = await store.catalog.resolve(['mug', 'mug'])
      expect(again).toBe(row)
      expect(await store.catalog.byId('mug')).toMatchObject({ row, described: false, product: { id: 'mug' } })
      await store.catalog.upsert([MUG], 'feed')
      expect(await store.catalog.byId('mug')).toMatchObject({ row, described: true, product: MUG })
    })

    test('a deleted product keeps its row and its words, and can come back', async () => {
      const store = it.store()
      await store.catalog.upsert([MUG], 'feed')
      const [row = -1] = await store.catalog.resolve(['mug'])
      expect(await store.catalog.delete(['mug', 'nothing'])).toBe(1)
      expect(await store.catalog.delete(['mug'])).toBe(0)
      expect(await store.catalog.count()).toBe(0)
      const [deleted] = await store.catalog.byRows([row])
      expect(deleted).toMatchObject({ row, product: { title: 'Blue mug' }, deletedAt: expect.any(Number) })
      expect(await store.catalog.upsert([MUG], 'feed')).toEqual({ changed: 1, unchanged: 0 })
      expect(await store.catalog.byId('mug')).not.toHaveProperty('deletedAt')
    })

    test('all products come in chunks by row', async () => {
      const store = it.store()
      const products = Array.from({ length: 23 }, (_, i) => ({ ...MUG, id: `p${i}` }))
      await store.catalog.upsert(products, 'feed')
      const chunks = await collect(store.catalog.all({ chunk: 10 }))
      expect(chunks.map((chunk) => chunk.length)).toEqual([10, 10, 3])
      expect(chunks.flat().map(({ product: { id } }) => id)).toEqual(products.map(({ id }) => id))
      expect(chunks.flat().every(({ product: { offers } }) => offers.length === 2)).toBe(true)
      const after = chunks[0]?.at(-1)?.row ?? 0
      expect((await collect(store.catalog.all({ afterRow: after, chunk: 100 }))).flat()).toHaveLength(13)
    })

    test('what changed after a revision comes in chunks, each product as it is now', async () => {
      const store = it.store()
      await store.catalog.upsert(
        Array.from({ length: 7 }, (_, i) => ({ ...MUG, id: `p${i}` })),
        'feed',
      )
      const before = await store.catalog.revision()
      const changesAfter = async (revision: number, chunk?: number) =>
        (await collect(store.catalog.changes(revision, chunk))).map((all) => all.map(({ product }) => product.id))
      expect(await changesAfter(before)).toEqual([])
      await store.catalog.upsert([{ ...MUG, id: 'p5', title: 'Red mug' }], 'feed')
      await store.catalog.delete(['p1'])
      await store.catalog.resolve(['named'])
      await store.catalog.upsert([{ ...MUG, id: 'p5', title: 'Green mug' }], 'feed')
      expect(await changesAfter(before, 2)).toEqual([['p1', 'named'], ['p5']])
      const [first = []] = await collect(store.catalog.changes(before))
      expect(first[0]).toMatchObject({ deletedAt: expect.any(Number) })
      expect(first[2]).toMatchObject({ product: { title: 'Green mug', offers: MUG.offers } })
      expect((await changesAfter(0, 3)).flat()).toHaveLength(8)
      expect(await changesAfter(await store.catalog.revision())).toEqual([])
    })

    test('many ids are resolved as few are', async () => {
      const store = it.store()
      const ids = Array.from({ length: 600 }, (_, i) => `sku-${i % 500}`)
      const rows = await store.catalog.resolve(ids)
      expect(new Set(rows).size).toBe(500)
      expect([...(await store.catalog.resolve(ids.slice(0, 100)))]).toEqual([...rows.slice(0, 100)])
    })
  })
}
