import { isRefusal, parsePrice } from '../kit/amounts.ts'
import { categoryPath, describeProduct } from '../kit/described-product.ts'
import { groupedRows } from '../kit/grouped-rows.ts'
import { plainText } from '../kit/html.ts'
import type { Importer, ImportItem, SourceLine } from '../kit/importer.ts'
import { problem, type Refusal, refuse } from '../kit/problem.ts'
import { OPTIONS, readSettings, type Settings } from '../kit/settings.ts'
import { type FieldSpec, fieldsInfo, openTable, type Table, type TableRow } from '../kit/table.ts'
import { lineItemName } from './line-item-name.ts'

const FIELDS: readonly FieldSpec[] = [
  {
    name: 'handle',
    columns: ['Handle', 'URL handle'],
    required: true,
    meaning: 'Equal for the rows of one product; its variants’ group.',
  },
  { name: 'title', columns: ['Title'], required: true, meaning: 'Name, on the first row of a product.' },
  {
    name: 'body',
    columns: ['Body (HTML)', 'Body HTML', 'Description'],
    required: false,
    meaning: 'Text with markup, which is taken out.',
  },
  { name: 'vendor', columns: ['Vendor'], required: false, meaning: 'Brand.' },
  {
    name: 'category',
    columns: ['Product Category', 'Product category'],
    required: false,
    meaning: 'Path in Shopify’s taxonomy.',
  },
  {
    name: 'type',
    columns: ['Type'],
    required: false,
    meaning: 'The shop’s own kind of product; the last part of the category.',
  },
  { name: 'tags', columns: ['Tags'], required: false, meaning: 'Kept as an attribute.' },
  {
    name: 'status',
    columns: ['Status'],
    required: false,
    meaning: 'Products that are not `active` are kept as out of stock.',
  },
  {
    name: 'published',
    columns: ['Published', 'Published on online store'],
    required: false,
    meaning: 'Likewise where it is false.',
  },
  {
    name: 'option1',
    columns: ['Option1 Value', 'Option1 value'],
    required: false,
    meaning: 'First option of a variant.',
  },
  { name: 'option2', columns: ['Option2 Value', 'Option2 value'], required: false, meaning: 'Second option.' },
  { name: 'option3', columns: ['Option3 Value', 'Option3 value'], required: false, meaning: 'Third option.' },
  {
    name: 'sku',
    columns: ['Variant SKU', 'SKU'],
    required: false,
    meaning: 'The product id; a variant without one is called as its line item is in orders.',
  },
  { name: 'price', columns: ['Variant Price', 'Price'], required: true, meaning: 'Price of the variant.' },
  {
    name: 'compare_at',
    columns: ['Variant Compare At Price', 'Compare-at price'],
    required: false,
    meaning: 'Price before a reduction.',
  },
  {
    name: 'stock',
    columns: ['Variant Inventory Qty', 'Inventory quantity'],
    required: false,
    meaning: 'Pieces on hand.',
  },
  {
    name: 'tracker',
    columns: ['Variant Inventory Tracker', 'Inventory tracker'],
    required: false,
    meaning: 'Stock counts only where something tracks it.',
  },
  {
    name: 'oversell',
    columns: ['Variant Inventory Policy', 'Continue selling when out of stock'],
    required: false,
    meaning: 'Whether it is sold beyond its stock.',
  },
  { name: 'image', columns: ['Image Src', 'Product image URL'], required: false, meaning: 'Picture of the product.' },
  {
    name: 'variant_image',
    columns: ['Variant Image', 'Variant image URL'],
    required: false,
    meaning: 'Picture of the variant.',
  },
]

/** Shopify admin → Products → Export. One product per variant; variants share their handle as group. */
export const shopifyProducts: Importer = {
  info: {
    id: 'shopify-products',
    title: 'Shopify product export',
    reads: 'The CSV file of Shopify’s product export.',
    example: 'storemind import shopify-products products_export.csv --option currency=EUR',
    fields: fieldsInfo(FIELDS),
    options: [OPTIONS.encoding, OPTIONS.delimiter, OPTIONS.currency, OPTIONS.market],
  },
  async plan(source) {
    const settings = readSettings(source, this.info)
    const table = await openTable(source.path, FIELDS, settings)
    return [
      groupedRows<Variant>(table, {
        line: (row) => variantOf(table, row),
        group: (handle, variants) => productsOf(handle, variants, settings),
      }),
    ]
  },
}

type Variant = Readonly<Record<string, string>> & { readonly at: SourceLine }

function variantOf(table: Table, row: TableRow): { group: string; line: Variant } | Refusal {
  const handle = table.text(row, 'handle')
  if (handle === '') return refuse('ROW_FIELD_MISSING', { field: 'Handle' })
  const texts = Object.fromEntries(FIELDS.map(({ name }) => [name, table.text(row, name)]))
  return { group: handle, line: Object.assign(texts, { at: row.at }) }
}

function* productsOf(handle: string, rows: readonly Variant[], settings: Settings): Iterable<ImportItem> {
  const first = rows[0]
  if (first === undefined) return
  const head = (field: string) => first[field] ?? ''
  const options = (row: Variant) => [row['option1'], row['option2'], row['option3']].map((value) => value ?? '')
  for (const row of rows) {
    const text = (field: string) => row[field] ?? ''
    // Further pictures of a product stand on rows of their own, without a variant.
    if (row !== first && text('price') === '' && text('sku') === '') continue
    const name = lineItemName(head('title'), options(row))
    const prices = pricesOf(text('price'), text('compare_at'))
    if (isRefusal(prices)) {
      yield problem(row.at, prices)
      continue
    }
    const product = describeProduct(
      {
        id: text('sku') === '' ? name : text('sku'),
        title: name,
        groupId: handle,
        description: plainText(head('body')),
        brand: head('vendor'),
        categories: categoriesOf(head('category'), head('type')),
        imageLink: text('variant_image') === '' ? head('image') : text('variant_image'),
        ...prices,
        availability: availabilityOf(row, first),
        stock: text('tracker') === '' ? '' : text('stock'),
        attributes: new Map([['tags', head('tags')]]),
      },
      settings,
    )
    yield isRefusal(product) ? problem(row.at, product) : { kind: 'product', line: row.at, product }
  }
}

/** A higher compare-at price makes the price a reduced one. */
function pricesOf(price: string, compareAt: string): { price: string; salePrice: string } | Refusal {
  const now = price === '' ? undefined : parsePrice(price, 'Variant Price')
  const before = compareAt === '' ? undefined : parsePrice(compareAt, 'Variant Compare At Price')
  if (isRefusal(now)) return now
  if (isRefusal(before)) return before
  const reduced = now !== undefined && before !== undefined && before.micros > now.micros
  return reduced ? { price: compareAt, salePrice: price } : { price, salePrice: '' }
}

function categoriesOf(category: string, type: string): string[] {
  const path = categoryPath(category, '>')
  return type === '' || path.at(-1)?.toLowerCase() === type.toLowerCase() ? path : [...path, type]
}

function availabilityOf(row: Variant, first: Variant): string {
  const hidden = /^(draft|archived|unlisted)$/i.test(first['status'] ?? '') || /^false$/i.test(first['published'] ?? '')
  if (hidden) return 'out_of_stock'
  const counted = (row['tracker'] ?? '') !== '' && (row['stock'] ?? '') !== ''
  if (!counted || Number(row['stock']) > 0) return 'in_stock'
  return /^(continue|true)$/i.test(row['oversell'] ?? '') ? 'backorder' : 'out_of_stock'
}
