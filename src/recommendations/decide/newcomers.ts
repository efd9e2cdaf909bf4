import { createHash } from 'node:crypto'
import { MlError, type Model, Vocabulary } from '@storemind/ml'
import type { Product } from '../../contracts/product.ts'
import type { CatalogSnapshot } from '../../core/catalog/snapshot.ts'
import type { CatalogRepository, ProductRow } from '../../core/ports.ts'
import { type ContentWords, describeIn } from '../training/attributes.ts'
import { type OpenModels, openModels, productsModel, sourceModelName } from './models.ts'
import { SOURCES } from './sources.ts'

/** The part of a bundle that tells further products in the words of training. */
export const WORDS_MODEL = 'content-words'
/** Products that came after training and are met; of more the latest, since so many want a training. */
const MOST_NEWCOMERS = 10_000

type Bundle = ReadonlyMap<string, Model>

export function wordsModel({ terms, categories, brands, told }: ContentWords): Model {
  const [term, category, brand] = [terms.toArrays(), categories.toArrays(), brands.toArrays()]
  return {
    kind: WORDS_MODEL,
    params: {},
    arrays: {
      termBytes: term.bytes,
      termOffsets: term.offsets,
      categoryBytes: category.bytes,
      categoryOffsets: category.offsets,
      brandBytes: brand.bytes,
      brandOffsets: brand.offsets,
      told: Uint8Array.from(told, (one) => (one ? 1 : 0)),
    },
  }
}

/** @throws MlError `bad_model` */
export function readWords(model: Model): ContentWords {
  const vocabulary = (name: string): Vocabulary => {
    const [bytes, offsets] = [model.arrays[`${name}Bytes`], model.arrays[`${name}Offsets`]]
    if (!(bytes instanceof Uint8Array && offsets instanceof Int32Array)) {
      throw new MlError('bad_model', `it lacks the words of ${name}`)
    }
    return Vocabulary.fromArrays({ bytes, offsets })
  }
  const told = model.arrays['told']
  if (!(told instanceof Uint8Array)) throw new MlError('bad_model', 'it does not say what products were told by')
  return {
    terms: vocabulary('term'),
    categories: vocabulary('category'),
    brands: vocabulary('brand'),
    told: Array.from(told, (one) => one === 1),
  }
}

/**
 * A bundle with products that came after training, by what they are: those sources that need nobody to have touched a
 * product learn to know them, the others go on as they were.
 *
 * @param rows [n] ProductRow of the new products
 * @returns undefined where the bundle has no source that could
 * @cost O(entries of the whole content model): about 0.1 s with 100,000 products
 * @throws MlError `bad_model`
 */
export async function extendBundle(
  bundle: Bundle,
  rows: Int32Array,
  products: readonly Product[],
): Promise<Bundle | undefined> {
  const words = bundle.get(WORDS_MODEL)
  const extendable = SOURCES.flatMap(({ name, extend }) => {
    const model = bundle.get(sourceModelName(name))
    return extend && model ? [{ name, extend, model }] : []
  })
  if (!words || extendable.length === 0) return undefined
  const attributes = describeIn(readWords(words), products)
  const known = openModels(bundle)
  const extended = new Map(bundle)
  const repeatShare = joined(Float32Array, known.repeatShare, new Float32Array(rows.length))
  const all = joined(Int32Array, known.rows, rows)
  extended.set('products', productsModel(all, repeatShare, known.replenishableFrom, known.items))
  for (const { name, extend, model } of extendable) {
    extended.set(sourceModelName(name), await extend(model, attributes))
  }
  return extended
}

function joined<A extends Float32Array | Int32Array>(type: new (length: number) => A, first: A, second: A): A {
  const both = new type(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}

/** Products that came after training and that models have met. */
export interface MetProducts {
  /** [n] ascending */
  readonly rows: Int32Array
  /** Of what they were then; empty where there are none. */
  readonly fingerprint: string
}

const NOBODY: MetProducts = { rows: new Int32Array(0), fingerprint: '' }

interface Met {
  readonly bundle: Bundle
  readonly revision: number
  /** Those that are unknown to the bundle, whether it could meet them or not. */
  readonly rows: Int32Array
  readonly met: MetProducts
  readonly models: OpenModels
}

/** Keeps the serving models acquainted with the catalogue as it grows between trainings. */
export class Newcomers {
  readonly #products: Pick<CatalogRepository, 'byRows'>
  #met: Met | undefined
  #meeting: Promise<void> | undefined

  constructor(products: Pick<CatalogRepository, 'byRows'>) {
    this.#products = products
  }

  /** The bundle with all newcomers met so far. @throws CodedError MODEL_BROKEN */
  open(bundle: Bundle): OpenModels {
    return this.#met?.bundle === bundle ? this.#met.models : openModels(bundle)
  }

  /** Whom the bundle has met so far. */
  metBy(bundle: Bundle): MetProducts {
    return this.#met?.bundle === bundle ? this.#met.met : NOBODY
  }

  /**
   * The bundle with just these newcomers, for a replay.
   * @returns undefined where one of them is described in other words now
   * @throws CodedError MODEL_BROKEN
   */
  async openAsMet(bundle: Bundle, met: MetProducts): Promise<OpenModels | undefined> {
    if (met.rows.length === 0) return openModels(bundle)
    const known = this.#met
    if (known?.bundle === bundle && known.met.fingerprint === met.fingerprint) return known.models
    const stored = await this.#products.byRows([...met.rows])
    const products = stored.map(({ product }) => product)
    if (fingerprintOf(products) !== met.fingerprint) return undefined
    const extended = await extendBundle(bundle, met.rows, products)
    return extended && openModels(extended)
  }

  /** Meets what the catalogue holds and the bundle does not know; at once where nothing changed. */
  async meet(bundle: Bundle, catalog: CatalogSnapshot): Promise<void> {
    if (this.#met?.bundle === bundle && this.#met.revision === catalog.revision) return
    this.#meeting ??= this.#extend(bundle, catalog).finally(() => {
      this.#meeting = undefined
    })
    await this.#meeting
  }

  async #extend(bundle: Bundle, catalog: CatalogSnapshot): Promise<void> {
    const known = openModels(bundle)
    const unknown = unknownRows(known, catalog)
    const { revision } = catalog
    const isSame = this.#met?.bundle === bundle && isEqual(this.#met.rows, unknown)
    if (this.#met && isSame) {
      this.#met = { ...this.#met, revision }
      return
    }
    const stored = unknown.length === 0 ? [] : await this.#products.byRows([...unknown])
    const found = stored.filter(({ described }) => described)
    const rows = Int32Array.from(found, ({ row }) => row)
    const products = found.map(({ product }) => product)
    const extended = rows.length === 0 ? undefined : await extendBundle(bundle, rows, products)
    const met = extended === undefined ? NOBODY : { rows, fingerprint: fingerprintOf(products) }
    this.#met = { bundle, revision, rows: unknown, met, models: extended ? openModels(extended) : known }
  }
}

/** Of all that the models read of them: offers are no part of it. */
function fingerprintOf(products: readonly Product[]): string {
  const sum = createHash('sha256')
  for (const { offers: _, ...product } of products) sum.update(JSON.stringify(product)).update('\n')
  return sum.digest('base64url')
}

/** Rows that the catalogue describes and the models do not know, the latest of them, ascending. */
function unknownRows({ itemOf }: OpenModels, catalog: CatalogSnapshot): Int32Array {
  const rows: ProductRow[] = []
  for (let row = catalog.rows - 1; row >= 0 && rows.length < MOST_NEWCOMERS; row--) {
    if ((itemOf[row] ?? -1) < 0 && catalog.described(row) && !catalog.deleted(row)) rows.push(row)
  }
  return Int32Array.from(rows).reverse()
}

function isEqual(a: Int32Array, b: Int32Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i])
}
