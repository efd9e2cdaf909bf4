import {
  type AttributeBlock,
  type Csr,
  countKnownTerms,
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

/** What a catalogue's content is told in; products that come later are told in the same. */
export interface ContentWords {
  readonly terms: Vocabulary
  readonly categories: Vocabulary
  readonly brands: Vocabulary
  /** Which of text, category, brand and price some product had, in this order. */
  readonly told: readonly boolean[]
}

/** A catalogue as content. */
export interface Described {
  readonly attributes: ItemAttributes
  readonly words: ContentWords
}

/**
 * The catalogue as content: title, description and attributes as text; each level of the category path; brand; price.
 *
 * @param products one per item, undefined where an item is known by events only: it has no content
 * @returns undefined where nothing is described
 */
export function describe(products: readonly (Product | undefined)[]): Described | undefined {
  const described = products.filter((product) => product !== undefined).length
  if (described === 0) return undefined
  const least = Math.min(FEWEST_DOCUMENTS, described)
  const most = described < 10 ? 1 : LARGEST_SHARE
  const { counts, vocabulary: terms } = countTerms(products.map(textOf), least, most)
  const categories = vocabularyOf(products.map(pathsOf))
  const brands = vocabularyOf(products.map(brandOf))
  const blocks = blocksOf(products, counts, categories, brands)
  const told = blocks.map(holdsAnything)
  return {
    attributes: { items: products.length, blocks: blocks.filter((_, b) => told[b]) },
    words: { terms, categories, brands, told },
  }
}

/** Further products in the words of those that were described before; what has no word is passed over. */
export function describeIn(words: ContentWords, products: readonly Product[]): ItemAttributes {
  const counts = countKnownTerms(products.map(textOf), words.terms)
  const blocks = blocksOf(products, counts, words.categories, words.brands)
  return { items: products.length, blocks: blocks.filter((_, b) => words.told[b]) }
}

function blocksOf(
  products: readonly (Product | undefined)[],
  counts: Csr,
  categories: Vocabulary,
  brands: Vocabulary,
): AttributeBlock[] {
  return [
    { kind: 'text', weight: WEIGHTS.text, counts },
    { kind: 'category', weight: WEIGHTS.category, values: indicator(products.map(pathsOf), categories) },
    { kind: 'category', weight: WEIGHTS.brand, values: indicator(products.map(brandOf), brands) },
    { kind: 'number', weight: WEIGHTS.price, values: Float32Array.from(products, logPrice) },
  ]
}

function textOf(product: Product | undefined): string {
  if (!product) return ''
  const description = product.description?.slice(0, DESCRIPTION_CHARACTERS) ?? ''
  // The title twice: it names the thing, the rest describes it.
  return `${product.title}\n${product.title}\n${description}\n${Object.values(product.attributes).join('\n')}`
}

/** Each prefix of the path is a category, so that "Home > Kitchen" is near "Home > Garden" and nearer its own kind. */
function pathsOf(product: Product | undefined): string[] {
  return product?.categories.map((_, depth, path) => path.slice(0, depth + 1).join('\u0000')) ?? []
}

function brandOf(product: Product | undefined): string[] {
  return product?.brand ? [product.brand] : []
}

function vocabularyOf(names: readonly (readonly string[])[]): Vocabulary {
  const vocabulary = new Vocabulary()
  for (const values of names) for (const value of values) vocabulary.add(value)
  return vocabulary
}

function indicator(names: readonly (readonly string[])[], vocabulary: Vocabulary): Csr {
  const row: number[] = []
  const column: number[] = []
  names.forEach((values, item) => {
    for (const value of new Set(values)) {
      const known = vocabulary.index(value)
      if (known < 0) continue
      row.push(item)
      column.push(known)
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
