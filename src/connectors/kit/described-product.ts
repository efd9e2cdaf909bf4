import { AVAILABILITIES, type Availability, type Offer, type Product } from '../../contracts/product.ts'
import { type DecimalMark, isRefusal, parseNumber, parsePrice } from './amounts.ts'
import { quoted, type Refusal, refuse } from './problem.ts'

/** A product as text fields, '' where the source says nothing. */
export interface ProductText {
  readonly id: string
  readonly title: string
  readonly groupId?: string
  readonly description?: string
  readonly brand?: string
  /** From general to special. */
  readonly categories?: readonly string[]
  readonly link?: string
  readonly imageLink?: string
  readonly price?: string
  readonly salePrice?: string
  readonly availability?: string
  readonly stock?: string
  readonly releasedAt?: number
  readonly replenishable?: boolean
  readonly attributes?: ReadonlyMap<string, string>
}

export interface ProductSettings {
  readonly currency: string
  readonly market: string
  readonly decimal: DecimalMark
}

/** Longest texts a product may hold, as its contract states them; characters. */
const LIMITS = {
  id: 256,
  groupId: 256,
  title: 1000,
  description: 65_536,
  brand: 500,
  link: 4000,
  imageLink: 4000,
} as const
const CATEGORY_LIMIT = 500
const CATEGORIES_KEPT = 32
const ATTRIBUTE_LIMIT = 4000

/**
 * Text fields → product. A price that cannot be read refuses the product rather than offering it at another one; a
 * missing price leaves it without an offer.
 */
export function describeProduct(raw: ProductText, settings: ProductSettings): Product | Refusal {
  const text = { ...raw, title: oneLine(raw.title), brand: oneLine(raw.brand ?? '') }
  if (text.id === '') return refuse('ROW_FIELD_MISSING', { field: 'id' })
  if (text.title === '') return refuse('ROW_FIELD_MISSING', { field: 'title' })
  for (const [field, limit] of Object.entries(LIMITS)) {
    const size = text[field as keyof typeof LIMITS]?.length ?? 0
    if (size > limit) return refuse('ROW_FIELD_TOO_LONG', { field, size, limit })
  }
  const offers = offersOf(text, settings)
  if (isRefusal(offers)) return offers
  const attributes = [...(text.attributes ?? [])].filter(([name, value]) => name !== '' && value !== '')
  return {
    id: text.id,
    title: text.title,
    ...present('groupId', text.groupId),
    ...present('description', text.description?.replace(/\r\n?/g, '\n')),
    ...present('brand', text.brand),
    ...present('link', text.link),
    ...present('imageLink', text.imageLink),
    categories: (text.categories ?? [])
      .filter((name) => name !== '')
      .slice(0, CATEGORIES_KEPT)
      .map((name) => oneLine(name).slice(0, CATEGORY_LIMIT).toWellFormed()),
    // Own properties also for names like __proto__.
    attributes: Object.fromEntries(
      attributes.map(([name, value]) => [name, value.slice(0, ATTRIBUTE_LIMIT).toWellFormed()]),
    ),
    ...(text.releasedAt !== undefined && { releasedAt: text.releasedAt }),
    ...(text.replenishable !== undefined && { replenishable: text.replenishable }),
    offers,
  }
}

/** Names are shown on one line; spreadsheets break and pad them. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

/** "Home > Kitchen > Mugs" → its parts. */
export function categoryPath(text: string, separator: string): string[] {
  return text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

function offersOf(text: ProductText, { currency, market, decimal }: ProductSettings): Offer[] | Refusal {
  const availability = availabilityOf(text.availability ?? '')
  if (isRefusal(availability)) return availability
  if ((text.price ?? '') === '') return []
  const price = parsePrice(text.price ?? '', 'price', decimal)
  if (isRefusal(price)) return price
  const sale = (text.salePrice ?? '') === '' ? undefined : parsePrice(text.salePrice ?? '', 'sale_price', decimal)
  if (isRefusal(sale)) return sale
  const own = price.currency ?? currency
  if (sale?.currency !== undefined && sale.currency !== own) {
    return refuse('ROW_VALUE_INVALID', {
      field: 'sale_price',
      value: quoted(text.salePrice ?? ''),
      known: `prices in ${own}`,
    })
  }
  const stock = stockOf(text.stock ?? '')
  if (isRefusal(stock)) return stock
  const offer: Offer = {
    market,
    priceMicros: price.micros,
    currency: own,
    ...(sale !== undefined && { salePriceMicros: sale.micros }),
    availability,
    ...(stock !== undefined && { stock }),
  }
  return [offer]
}

const SPELLINGS = new Map<string, Availability>([
  ...AVAILABILITIES.map((name) => [name, name] as const),
  ['', 'in_stock'],
  ['instock', 'in_stock'],
  ['outofstock', 'out_of_stock'],
  ['pre_order', 'preorder'],
  ['onbackorder', 'backorder'],
  ['back_order', 'backorder'],
])

/** "in stock", "in_stock", "https://schema.org/InStock" → one of ours; nothing said means in stock. */
function availabilityOf(text: string): Availability | Refusal {
  const name = text.toLowerCase().replace(/^https?:\/\/schema\.org\//, '')
  return (
    SPELLINGS.get(name.replace(/[\s_-]+/g, '_')) ??
    refuse('ROW_VALUE_INVALID', { field: 'availability', value: quoted(text), known: AVAILABILITIES.join(', ') })
  )
}

/** Pieces on hand. Shops that oversell count below zero; then none is on hand. */
function stockOf(text: string): number | undefined | Refusal {
  if (text === '') return undefined
  const pieces = parseNumber(text, 'stock')
  return isRefusal(pieces) ? pieces : Math.max(0, Math.floor(pieces))
}

function present<Name extends string>(name: Name, value: string | undefined): { [N in Name]?: string } | object {
  return value === undefined || value === '' ? {} : { [name]: value }
}
