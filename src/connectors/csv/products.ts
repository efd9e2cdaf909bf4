import { isRefusal, parseCurrency } from '../kit/amounts.ts'
import { parseConsent } from '../kit/consent-text.ts'
import { categoryPath, describeProduct } from '../kit/described-product.ts'
import type { Importer, ImportFile, ImportItem } from '../kit/importer.ts'
import { problem, quoted, type Refusal, refuse } from '../kit/problem.ts'
import { OPTIONS, readSettings, type Settings } from '../kit/settings.ts'
import { type FieldSpec, fieldsInfo, openTable, type Table, type TableRow } from '../kit/table.ts'
import { parseTime } from '../kit/times.ts'

const FIELDS: readonly FieldSpec[] = [
  { name: 'id', columns: ['id', 'product_id', 'sku'], required: true, meaning: 'The store’s product id.' },
  { name: 'title', columns: ['title', 'name', 'product_name'], required: true, meaning: 'Name of the product.' },
  {
    name: 'price',
    columns: ['price', 'unit_price'],
    required: false,
    meaning: 'Price of a piece, “12.34” or “12.34 EUR”.',
  },
  { name: 'sale_price', columns: ['sale_price'], required: false, meaning: 'Price while it is reduced.' },
  { name: 'currency', columns: ['currency'], required: false, meaning: 'ISO 4217 code of the prices.' },
  {
    name: 'group_id',
    columns: ['group_id', 'item_group_id', 'parent_id'],
    required: false,
    meaning: 'Equal for variants of one product.',
  },
  { name: 'description', columns: ['description'], required: false, meaning: 'Text.' },
  { name: 'brand', columns: ['brand', 'vendor', 'manufacturer'], required: false, meaning: 'Brand.' },
  {
    name: 'category',
    columns: ['category', 'categories', 'product_type'],
    required: false,
    meaning: 'Path from general to special, “Home > Kitchen > Mugs”.',
  },
  { name: 'link', columns: ['link', 'url'], required: false, meaning: 'Address of the product’s page.' },
  {
    name: 'image_link',
    columns: ['image_link', 'image', 'image_url'],
    required: false,
    meaning: 'Address of its picture.',
  },
  {
    name: 'availability',
    columns: ['availability'],
    required: false,
    meaning: 'in_stock, out_of_stock, preorder or backorder; in_stock if left out.',
  },
  { name: 'stock', columns: ['stock', 'quantity', 'inventory'], required: false, meaning: 'Pieces on hand.' },
  {
    name: 'replenishable',
    columns: ['replenishable'],
    required: false,
    meaning: 'Whether it is bought again and again, yes or no.',
  },
  {
    name: 'released_at',
    columns: ['released_at', 'created_at'],
    required: false,
    meaning: 'When it came into the range.',
  },
]

export const csvProducts: Importer = {
  info: {
    id: 'csv-products',
    title: 'Products as CSV',
    reads: 'A CSV file with a header and one product a row; columns are found by name or by --map.',
    example: 'storemind import csv-products products.csv --map id=SKU --map title="Product name"',
    fields: fieldsInfo(FIELDS),
    options: [
      ...Object.values(OPTIONS),
      { name: 'attributes', meaning: 'Columns to keep as attributes, separated by commas.' },
    ],
  },
  async plan(source) {
    const settings = readSettings(source, this.info)
    const attributes = (source.options['attributes'] ?? '').split(',').map((name) => name.trim())
    const extra = attributes
      .filter((name) => name !== '')
      .map((name) => ({ name: `attribute ${name}`, columns: [name], required: true, meaning: '' }))
    const table = await openTable(source.path, [...FIELDS, ...extra], {
      ...settings,
      signature: `${settings.signature}${JSON.stringify(attributes)}`,
    })
    return [
      fileOf(
        table,
        settings,
        extra.map((field) => [field.columns[0] ?? '', field.name] as const),
      ),
    ]
  },
}

function fileOf(table: Table, settings: Settings, attributes: readonly (readonly [string, string])[]): ImportFile {
  return {
    path: table.file.path,
    bytes: table.file.bytes,
    fingerprint: table.fingerprint,
    async *read(options): AsyncGenerator<ImportItem> {
      for await (const row of table.rows(options)) {
        if (row.kind === 'problem') yield row
        else {
          const read = productOf(table, row, settings, attributes)
          yield isRefusal(read) ? problem(row.at, read) : { kind: 'product', line: row.at, product: read }
        }
      }
    },
  }
}

function productOf(
  table: Table,
  row: TableRow,
  settings: Settings,
  attributes: readonly (readonly [string, string])[],
): ReturnType<typeof describeProduct> {
  const text = (field: string) => table.text(row, field)
  const currency = text('currency') === '' ? settings.currency : parseCurrency(text('currency'), 'currency')
  if (isRefusal(currency)) return currency
  const replenishable = parseConsent(text('replenishable'), 'replenishable')
  if (isRefusal(replenishable)) return replenishable
  const releasedAt = optionalTime(text('released_at'), 'released_at', settings.timezone)
  if (isRefusal(releasedAt)) return releasedAt
  return describeProduct(
    {
      id: text('id'),
      title: text('title'),
      groupId: text('group_id'),
      description: text('description'),
      brand: text('brand'),
      categories: categoryPath(text('category'), '>'),
      link: text('link'),
      imageLink: text('image_link'),
      price: text('price'),
      salePrice: text('sale_price'),
      availability: text('availability'),
      stock: text('stock'),
      ...(replenishable !== undefined && { replenishable }),
      ...(releasedAt !== undefined && { releasedAt }),
      attributes: new Map(attributes.map(([name, field]) => [name, text(field)])),
    },
    { ...settings, currency },
  )
}

function optionalTime(text: string, field: string, zone: string): number | undefined | Refusal {
  if (text === '') return undefined
  return parseTime(text, zone) ?? refuse('ROW_TIME_INVALID', { field, value: quoted(text) })
}
