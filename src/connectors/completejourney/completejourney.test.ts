import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readText } from '../../../testkit/importers/read-text.ts'
import type { ImportItem } from '../kit/importer.ts'
import { readSettings } from '../kit/settings.ts'
import { openTable } from '../kit/table.ts'
import { completeJourney } from './importer.ts'
import { TRANSACTION_FIELDS, transactionsFile } from './transactions.ts'

const PRODUCTS = 'product_id,manufacturer_id,department,brand,product_category,product_type,package_size\n'
const SALES =
  'household_id,store_id,basket_id,product_id,quantity,sales_value,retail_disc,coupon_disc,coupon_match_disc,week,transaction_timestamp\n'
const sale = (household: number, basket: number, product: number, quantity: number, value: number, time: string) =>
  `${household},1,${basket},${product},${quantity},${value},0,0,0,1,${time}\n`

describe('completejourney', () => {
  it('describes products from their levels, at the price of the latest sale', async () => {
    const { products } = await readText(completeJourney, {
      'products.csv': `${PRODUCTS}1,2,GROCERY,National,FRZN ICE,ICE - CRUSHED/CUBED,22 LB\n2,69,DELI,Private,BREAD,NA,NA\n3,5,MISCELLANEOUS,National,NA,NA,NA\n`,
      'transactions.csv':
        SALES +
        sale(1, 1, 1, 2, 7, '2017-03-01 10:00:00') +
        sale(1, 2, 1, 1, 3, '2017-02-01 10:00:00') +
        sale(1, 3, 1, 1, 0, '2017-04-01 10:00:00'),
    })
    expect(products.map((product) => [product.title, product.brand, product.categories])).toEqual([
      ['Ice - Crushed/Cubed 22 LB', 'National 2', ['Grocery', 'Frzn Ice', 'Ice - Crushed/Cubed']],
      ['Bread', 'Private 69', ['Deli', 'Bread']],
      ['Miscellaneous 3', 'National 5', ['Miscellaneous']],
    ])
    expect(products.map((product) => product.offers[0]?.priceMicros)).toEqual([3_500_000, undefined, undefined])
  })

  it('gathers the rows of a basket from anywhere, in the order of time', async () => {
    const { events } = await readText(completeJourney, {
      'products.csv': `${PRODUCTS}1,2,GROCERY,National,ICE,ICE,1\n`,
      'transactions_sample.csv':
        SALES +
        sale(1, 20, 1, 1, 3, '2017-07-02 10:00:00') +
        sale(2, 10, 1, 9000, 18, '2017-01-01 10:00:00') +
        sale(1, 20, 2, 1, 0, '2017-07-02 10:00:00'),
    })
    expect(events).toMatchObject([
      {
        userId: '2',
        timestamp: '2017-01-01T15:00:00.000Z',
        properties: { products: [{ product_id: '1', quantity: 1, price: 18 }] },
      },
      {
        userId: '1',
        timestamp: '2017-07-02T14:00:00.000Z',
        properties: {
          order_id: '20',
          products: [
            { product_id: '1', price: 3 },
            { product_id: '2', quantity: 1 },
          ],
        },
      },
    ])
  })

  it('says which file is missing', async () => {
    const none = readText(completeJourney, { 'products.csv': PRODUCTS, 'x.csv': 'x' })
    await expect(none).rejects.toThrow(/FILE_NOT_FOUND.*transactions_sample\.csv/)
  })

  describe('in parts', () => {
    const folder = mkdtempSync(join(tmpdir(), 'storemind-parts-'))
    afterAll(() => rmSync(folder, { recursive: true, force: true }))

    it('reads the same baskets in one part and in many', async () => {
      const path = join(folder, 'transactions.csv')
      const rows = Array.from({ length: 500 }, (_, i) =>
        sale(i % 7, (i * 37) % 101, i, 1, 2, `2017-01-${String((i % 28) + 1).padStart(2, '0')} 10:00:00`),
      )
      writeFileSync(path, `${SALES}${rows.join('')}1,1\n`)
      const source = { path, map: {}, options: {}, basis: 'sample', currency: 'USD', timezone: 'UTC' } as const
      const table = await openTable(path, TRANSACTION_FIELDS, readSettings(source, completeJourney.info))
      const all = async (partBytes: number) => {
        const items: ImportItem[] = []
        const heard: number[] = []
        const file = transactionsFile(table, partBytes)
        for await (const item of file.read({
          signal: new AbortController().signal,
          onBytes: (bytes) => heard.push(bytes),
        }))
          items.push(item)
        expect(heard).toEqual([...heard].sort((a, b) => a - b))
        expect(heard.at(-1)).toBe(file.bytes)
        return items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
      }
      const whole = await all(table.file.bytes)
      expect(await all(2000)).toEqual(whole)
      expect(whole.filter((item) => item.kind === 'event')).toHaveLength(101)
      expect(whole.filter((item) => item.kind === 'problem')).toHaveLength(1)
    })
  })
})
