import { categoryPath, describeProduct, type ProductSettings } from '../kit/described-product.ts'
import type { Importer } from '../kit/importer.ts'
import { parseTime } from '../kit/times.ts'

type Field = Importer['info']['fields'][number]

/** Attributes of the Merchant Center product data specification that become fields of a product. */
export const READ: readonly Field[] = [
  { name: 'id', required: true, meaning: 'The store’s product id.' },
  { name: 'title', required: true, meaning: 'Name of the product.' },
  { name: 'description', required: false, meaning: 'Text.' },
  { name: 'link', required: false, meaning: 'Address of the product’s page.' },
  { name: 'image_link', required: false, meaning: 'Address of its picture.' },
  { name: 'item_group_id', required: false, meaning: 'Equal for variants of one product.' },
  { name: 'price', required: false, meaning: '“12.34 EUR”.' },
  { name: 'sale_price', required: false, meaning: 'Price while it is reduced, “9.99 EUR”.' },
  { name: 'availability', required: false, meaning: 'in_stock, out_of_stock, preorder or backorder.' },
  { name: 'quantity', required: false, meaning: 'Pieces on hand.' },
  { name: 'brand', required: false, meaning: 'Brand.' },
  { name: 'product_type', required: false, meaning: 'The store’s own category path, “Home > Kitchen > Mugs”.' },
  {
    name: 'google_product_category',
    required: false,
    meaning: 'Google’s category; used where product_type is missing and it is a path.',
  },
]

/** Kept as attributes of the product: what tells it from others, for its neighbours and for people. */
export const KEPT = [
  'color',
  'size',
  'material',
  'pattern',
  'gender',
  'age_group',
  'condition',
  'gtin',
  'mpn',
  'google_product_category',
  'additional_image_link',
  'custom_label_0',
  'custom_label_1',
  'custom_label_2',
  'custom_label_3',
  'custom_label_4',
] as const

/** Attribute name → text. Of an attribute that comes several times the first counts. */
export function productOf(
  attributes: ReadonlyMap<string, string>,
  settings: ProductSettings & { readonly timezone: string },
): ReturnType<typeof describeProduct> {
  const text = (name: string) => attributes.get(name)?.trim() ?? ''
  const releasedAt =
    text('availability_date') === '' ? undefined : parseTime(text('availability_date'), settings.timezone)
  return describeProduct(
    {
      id: text('id'),
      title: text('title'),
      groupId: text('item_group_id'),
      description: text('description'),
      brand: text('brand'),
      categories: categoriesOf(text('product_type'), text('google_product_category')),
      link: text('link'),
      imageLink: text('image_link'),
      price: text('price'),
      salePrice: text('sale_price'),
      availability: text('availability'),
      stock: text('quantity'),
      ...(releasedAt !== undefined && { releasedAt }),
      attributes: new Map(KEPT.map((name) => [name, text(name)])),
    },
    settings,
  )
}

/** Google's category may also be a number of its taxonomy, which says nothing to a person. */
function categoriesOf(own: string, google: string): string[] {
  if (own !== '') return categoryPath(own, '>')
  return /^\d*$/.test(google) ? [] : categoryPath(google, '>')
}
