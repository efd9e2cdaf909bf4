import { isRefusal } from '../kit/amounts.ts'
import { categoryPath, describeProduct } from '../kit/described-product.ts'
import { plainText } from '../kit/html.ts'
import type { Importer, ImportFile, ImportItem } from '../kit/importer.ts'
import { problem } from '../kit/problem.ts'
import { OPTIONS, readSettings, type Settings } from '../kit/settings.ts'
import { type FieldSpec, fieldsInfo, openTable, type Table, type TableRow } from '../kit/table.ts'

const FIELDS: readonly FieldSpec[] = [
  {
    name: 'id',
    columns: ['ID'],
    required: true,
    meaning: 'WooCommerce’s number; the product id where the SKU is empty.',
  },
  {
    name: 'type',
    columns: ['Type'],
    required: false,
    meaning: 'simple, variable, variation …; what is neither a product nor a variant is kept too.',
  },
  { name: 'sku', columns: ['SKU'], required: false, meaning: 'The product id.' },
  { name: 'name', columns: ['Name'], required: true, meaning: 'Name of the product.' },
  {
    name: 'published',
    columns: ['Published'],
    required: false,
    meaning: 'Products that are not published (1) are kept as out of stock.',
  },
  { name: 'short', columns: ['Short description'], required: false, meaning: 'Used where the description is empty.' },
  { name: 'description', columns: ['Description'], required: false, meaning: 'Text with markup, which is taken out.' },
  { name: 'in_stock', columns: ['In stock?'], required: false, meaning: '1, 0 or `backorder`.' },
  { name: 'stock', columns: ['Stock'], required: false, meaning: 'Pieces on hand.' },
  {
    name: 'backorders',
    columns: ['Backorders allowed?'],
    required: false,
    meaning: '1 or `notify` where it is sold beyond its stock.',
  },
  { name: 'sale_price', columns: ['Sale price'], required: false, meaning: 'Price while it is reduced.' },
  { name: 'price', columns: ['Regular price'], required: true, meaning: 'Price.' },
  {
    name: 'categories',
    columns: ['Categories'],
    required: false,
    meaning: '“Home > Mugs, Gifts”; the deepest path counts.',
  },
  { name: 'tags', columns: ['Tags'], required: false, meaning: 'Kept as an attribute.' },
  { name: 'images', columns: ['Images'], required: false, meaning: 'The first address counts.' },
  {
    name: 'parent',
    columns: ['Parent'],
    required: false,
    meaning: 'SKU of the variable product, or `id:` and its number; the variants’ group.',
  },
  { name: 'brand', columns: ['Brands', 'Brand'], required: false, meaning: 'Brand.' },
]

/** Variable products whose variants may still follow; the export writes them soon after their parent. */
const PARENTS_KEPT = 10_000

interface Parent {
  readonly group: string
  readonly categories: string[]
  readonly brand: string
  readonly image: string
}

/** WooCommerce → Products → Export (the exporter of WooCommerce itself). */
export const woocommerceProducts: Importer = {
  info: {
    id: 'woocommerce-products',
    title: 'WooCommerce product export',
    reads: 'The CSV file of WooCommerce’s own product export, with the column names in English.',
    example: 'storemind import woocommerce-products wc-product-export.csv --option currency=EUR',
    fields: fieldsInfo(FIELDS),
    options: [OPTIONS.encoding, OPTIONS.delimiter, OPTIONS.decimal, OPTIONS.currency, OPTIONS.market],
  },
  async plan(source) {
    const settings = readSettings(source, this.info)
    return [fileOf(await openTable(source.path, FIELDS, settings), settings)]
  },
}

function fileOf(table: Table, settings: Settings): ImportFile {
  return {
    path: table.file.path,
    bytes: table.file.bytes,
    fingerprint: table.fingerprint,
    async *read(options): AsyncGenerator<ImportItem> {
      const parents = new Map<string, Parent>()
      for await (const row of table.rows(options)) {
        if (row.kind === 'problem') {
          yield row
          continue
        }
        const product = productOf(table, row, parents, settings)
        yield isRefusal(product) ? problem(row.at, product) : { kind: 'product', line: row.at, product }
      }
    },
  }
}

function productOf(
  table: Table,
  row: TableRow,
  parents: Map<string, Parent>,
  settings: Settings,
): ReturnType<typeof describeProduct> {
  const text = (field: string) => table.text(row, field)
  const id = text('sku') === '' ? text('id') : text('sku')
  const parent = parents.get(text('parent'))
  const categories = deepestPath(text('categories'))
  const image = text('images').split(',')[0]?.trim() ?? ''
  // A parent that was not seen is named as well as the row names it, so that its variants still stand together.
  const group = parent?.group ?? text('parent').replace(/^id:/, '')
  if (/\bvariable\b/i.test(text('type'))) {
    rememberParent(parents, [text('sku'), `id:${text('id')}`], { group: id, categories, brand: text('brand'), image })
  }
  const description = plainText(text('description'))
  return describeProduct(
    {
      id,
      title: text('name'),
      groupId: group !== '' ? group : /\bvariable\b/i.test(text('type')) ? id : '',
      description: description === '' ? plainText(text('short')) : description,
      brand: text('brand') === '' ? (parent?.brand ?? '') : text('brand'),
      categories: categories.length === 0 ? (parent?.categories ?? []) : categories,
      imageLink: image === '' ? (parent?.image ?? '') : image,
      price: text('price') === '' ? text('sale_price') : text('price'),
      salePrice: text('price') === '' ? '' : text('sale_price'),
      availability: availabilityOf(text),
      stock: text('stock'),
      attributes: new Map([['tags', text('tags')]]),
    },
    settings,
  )
}

function rememberParent(parents: Map<string, Parent>, names: readonly string[], parent: Parent): void {
  for (const name of names) if (name !== '') parents.set(name, parent)
  for (const oldest of parents.keys()) {
    if (parents.size <= 2 * PARENTS_KEPT) break
    parents.delete(oldest)
  }
}

/** Commas part paths; one inside a name is written `\,`. */
function deepestPath(text: string): string[] {
  const paths = text.split(/(?<!\\),/).map((path) => categoryPath(path.replaceAll('\\,', ','), '>'))
  return paths.reduce((deepest, path) => (path.length > deepest.length ? path : deepest), [])
}

function availabilityOf(text: (field: string) => string): string {
  if (text('published') !== '' && text('published') !== '1') return 'out_of_stock'
  if (text('in_stock') === 'backorder') return 'backorder'
  if (text('in_stock') !== '0') return 'in_stock'
  return text('backorders') === '1' || text('backorders') === 'notify' ? 'backorder' : 'out_of_stock'
}
