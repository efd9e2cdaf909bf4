import type { Product } from '../../contracts/product.ts'
import { DAY, type WorldOptions } from '../options.ts'
import type { Catalogue } from './catalogue.ts'
import { pictureName } from './picture.ts'
import { brandName, COLOURS, familyWords, SIZES, STYLES } from './words.ts'

export const CURRENCY = 'EUR'
/** Google Merchant feeds have no field for either; a store puts such things into its custom labels. */
export const CHINESE_TITLE = 'custom_label_0'
export const STYLE = 'custom_label_1'

export function productId(product: number): string {
  return `p${String(product + 1).padStart(6, '0')}`
}

/** The index behind an id; undefined where this store has no such product. */
export function productIndex({ size }: Catalogue, id: string): number | undefined {
  if (!/^p\d{6,8}$/.test(id)) return undefined
  const index = Number(id.slice(1)) - 1
  return index >= 0 && index < size && productId(index) === id ? index : undefined
}

/** The first moment of the history. */
export function startOf({ until, days }: WorldOptions): number {
  return Math.floor(until / DAY) * DAY - days * DAY
}

/** A product as the store's feed would describe it at the end of the history. Not released ones are preordered. */
export function describe(catalogue: Catalogue, options: WorldOptions, product: number): Product {
  const shelf = catalogue.shelves[catalogue.shelf[product]!]
  if (shelf === undefined || product >= catalogue.size) throw new RangeError(`there is no product ${product}`)
  const { group, leaf } = shelf
  const style = STYLES[catalogue.style[product]!] ?? STYLES[0]
  const words = familyWords(catalogue.family[product]!)
  const brand = brandName(catalogue.brand[product]!)
  const variant = catalogue.variant[product]!
  const size = leaf.sized ? SIZES[variant] : undefined
  const colourIndex = leaf.sized ? catalogue.family[product]! % COLOURS.length : variant
  const colour = COLOURS[colourIndex] ?? COLOURS[0]
  const several = catalogue.variants[product]! > 1
  const suffix = size ? `, ${size}` : several ? `, ${colour.name}` : ''
  const suffixZh = size ? `，${size} 码` : several ? `，${colour.zh}` : ''
  const soldOut = catalogue.soldOutDay[product]! < options.days
  const sale = catalogue.salePriceMicros[product]!
  return {
    id: productId(product),
    ...(several ? { groupId: `g${String(catalogue.family[product]! + 1).padStart(6, '0')}` } : {}),
    title: `${brand} ${words.english} ${leaf.noun}${suffix}`,
    description: descriptionOf(brand, words.english, leaf.noun, leaf.lasts, group.name, style.name, style.phrase),
    brand,
    categories: [group.department, group.name, leaf.name],
    attributes: {
      [CHINESE_TITLE]: `${brand} ${words.chinese}${leaf.nounZh}${suffixZh}`,
      [STYLE]: style.name,
      color: colour.name,
      ...(size ? { size } : {}),
    },
    link: `/demo/#/product/${productId(product)}`,
    imageLink: `/demo/pictures/${pictureName(leaf.shape, colourIndex, catalogue.style[product]!)}`,
    replenishable: leaf.lasts > 0,
    releasedAt: startOf(options) + catalogue.releasedDay[product]! * DAY,
    offers: [
      {
        market: 'default',
        priceMicros: catalogue.priceMicros[product]!,
        currency: CURRENCY,
        ...(sale > 0 ? { salePriceMicros: sale } : {}),
        availability: soldOut ? 'out_of_stock' : 'in_stock',
        stock: soldOut ? 0 : catalogue.stock[product]!,
      },
    ],
  }
}

function descriptionOf(
  brand: string,
  family: string,
  noun: string,
  lasts: number,
  group: string,
  style: string,
  phrase: string,
): string {
  const use =
    lasts > 0 ? `One pack lasts about ${Math.round(lasts / 7) || 1} weeks in most homes.` : 'Made to last for years.'
  return `${noun} by ${brand} from the ${family} line, ${style.toLowerCase()} in style. ${phrase} For everyone who is serious about ${group.toLowerCase()}. ${use}`
}
