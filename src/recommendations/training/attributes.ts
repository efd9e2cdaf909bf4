import {
  type AttributeBlock,
  type Csr,
  countTerms,
  csrFromEntries,
  type ItemAttributes,
  Vocabulary,
} from '@storemind/ml'
import type { Product } from '../../contracts/product.ts'

/** What content is compared by. Text says the most; the rest helps where texts are short. */
const WEIGHTS = { text: 5, category: 3, brand: 1, price: 1 }
/** Of a description the beginning tells what the thing is; the rest is conditions and care. */
const DESCRIPTION_CHARACTERS = 600
/** A word of one product only cannot liken it to another. */
const FEWEST_DOCUMENTS = 2
/** A word that half of the catalogue carries tells nothing apart. */
const LARGEST_SHARE = 0.5

/**
 * The catalogue as content: title, description and attributes as text; each level of the category path; brand; price.
 *
 * @param products one per item, undefined where an item is known by events only: it has no content
 * @returns undefined where nothing is described
 */
export function attributesOf(products: readonly (Product | undefined)[]): ItemAttributes | undefined {
  const described = products.filter((product) => product !== undefined).length
  if (described === 0) return undefined
  const blocks: AttributeBlock[] = [
    {
      kind: 'text',
      weight: WEIGHTS.text,
      counts: countTerms(
        products.map(textOf),
        Math.min(FEWEST_DOCUMENTS, described),
        described < 10 ? 1 : LARGEST_SHARE,
      ).counts,
    },
    { kind: 'category', weight: WEIGHTS.category, values: categoriesOf(products) },
    {
      kind: 'category',
      weight: WEIGHTS.brand,
      values: indicator(products.map((product) => (product?.brand ? [product.brand] : []))),
    },
    { kind: 'number', weight: WEIGHTS.price, values: Float32Array.from(products, logPrice) },
  ]
  return { items: products.length, blocks: blocks.filter(holdsAnything) }
}

function textOf(product: Product | undefined): string {
  if (!product) return ''
  const description = product.description?.slice(0, DESCRIPTION_CHARACTERS) ?? ''
  // The title twice: it names the thing, the rest describes it.
  return `${product.title}\n${product.title}\n${description}\n${Object.values(product.attributes).join('\n')}`
}

/** Each prefix of the path is a category, so that "Home > Kitchen" is near "Home > Garden" and nearer its own kind. */
function categoriesOf(products: readonly (Product | undefined)[]): Csr {
  return indicator(
    products.map(
      (product) => product?.categories.map((_, depth, path) => path.slice(0, depth + 1).join('\u0000')) ?? [],
    ),
  )
}

function indicator(names: readonly (readonly string[])[]): Csr {
  const vocabulary = new Vocabulary()
  const row: number[] = []
  const column: number[] = []
  names.forEach((values, item) => {
    for (const value of new Set(values)) {
      row.push(item)
      column.push(vocabulary.add(value))
    }
  })
  return csrFromEntries(
    names.length,
    vocabulary.size,
    Int32Array.from(row),
    Int32Array.from(column),
    new Float32Array(row.length).fill(1),
  )
}

/** Prices are compared by their ratio. */
function logPrice(product: Product | undefined): number {
  const offer = product?.offers[0]
  const micros = offer?.salePriceMicros ?? offer?.priceMicros
  return micros !== undefined && micros > 0 ? Math.log(micros) : Number.NaN
}

function holdsAnything(block: AttributeBlock): boolean {
  if (block.kind === 'number') return block.values.some((value) => !Number.isNaN(value))
  return (block.kind === 'text' ? block.counts : block.values).indices.length > 0
}
