import { createHash } from 'node:crypto'
import { isRefusal } from '../kit/amounts.ts'
import { describeProduct } from '../kit/described-product.ts'
import type { ImportFile, ImportItem } from '../kit/importer.ts'
import { problem } from '../kit/problem.ts'
import type { Settings } from '../kit/settings.ts'
import type { FieldSpec, Table, TableRow } from '../kit/table.ts'
import { latestPrices } from './transactions.ts'

export const PRODUCT_FIELDS: readonly FieldSpec[] = [
  { name: 'product_id', columns: ['product_id'], required: true, meaning: 'The product (products.csv).' },
  {
    name: 'manufacturer_id',
    columns: ['manufacturer_id'],
    required: true,
    meaning: 'Who makes it; with `brand` the brand.',
  },
  { name: 'department', columns: ['department'], required: true, meaning: 'First level of its category.' },
  { name: 'brand', columns: ['brand'], required: true, meaning: 'National or Private.' },
  { name: 'product_category', columns: ['product_category'], required: true, meaning: 'Second level.' },
  { name: 'product_type', columns: ['product_type'], required: true, meaning: 'Third level; with the size the title.' },
  { name: 'package_size', columns: ['package_size'], required: true, meaning: '“22 LB”.' },
]

/** The range, with the last price that each product was sold at. */
export function productsFile(products: Table, transactions: Table, settings: Settings): ImportFile {
  const content = createHash('sha256').update(products.fingerprint).update(transactions.fingerprint)
  return {
    path: products.file.path,
    bytes: transactions.file.bytes + products.file.bytes,
    // The prices come out of the transactions: new ones are a new range.
    fingerprint: `products-${content.digest('hex')}`,
    async *read({ signal, onBytes }): AsyncGenerator<ImportItem> {
      const prices = await latestPrices(transactions, { signal, onBytes })
      const onRange = (bytes: number) => onBytes(transactions.file.bytes + bytes)
      for await (const row of products.rows({ signal, onBytes: onRange })) {
        if (row.kind === 'problem') {
          yield row
          continue
        }
        const product = productOf(products, row, prices, settings)
        yield isRefusal(product) ? problem(row.at, product) : { kind: 'product', line: row.at, product }
      }
    },
  }
}

function productOf(
  table: Table,
  row: TableRow,
  prices: ReadonlyMap<string, string>,
  settings: Settings,
): ReturnType<typeof describeProduct> {
  const text = (field: string) => known(table.text(row, field))
  const id = text('product_id')
  const levels = [text('department'), text('product_category'), text('product_type')].filter((level) => level !== '')
  const kind = levels.at(-1) ?? ''
  // Where only the department is known the number tells products apart.
  const title = [titleCase(kind), levels.length > 1 ? text('package_size') : id].filter((part) => part !== '').join(' ')
  const brand = [text('brand'), text('manufacturer_id')].filter((part) => part !== '').join(' ')
  return describeProduct(
    {
      id,
      title: kind === '' ? '' : title,
      brand,
      categories: levels.map(titleCase),
      price: prices.get(id) ?? '',
      attributes: new Map([
        ['brand_kind', text('brand')],
        ['package_size', text('package_size')],
      ]),
    },
    settings,
  )
}

/** R writes a missing value as NA. */
function known(text: string): string {
  return text === 'NA' ? '' : text
}

/** "ICE - CRUSHED/CUBED" → "Ice - Crushed/Cubed"; a letter after a digit or an apostrophe stays small. */
function titleCase(text: string): string {
  return text.toLowerCase().replace(/(?<![\p{L}\p{N}'’])\p{L}/gu, (letter) => letter.toUpperCase())
}
