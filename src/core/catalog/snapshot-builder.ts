import type { ProductRow, StoredProduct } from '../ports.ts'
import { grown } from './columns.ts'
import { categoryPaths } from './facts.ts'
import { Interning } from './interning.ts'
import { OfferColumns } from './offers.ts'
import {
  ATTRIBUTE_LENGTH,
  attributeName,
  type CatalogEntry,
  CatalogSnapshot,
  DELETED,
  DESCRIBED,
  MOST_CATEGORIES,
  NONE,
  NOT_REPLENISHABLE,
  REPLENISHABLE,
} from './snapshot.ts'

/**
 * Gathers a snapshot product by product, so that descriptions, which serving does not need, are let go as they pass.
 * One that begins from a snapshot takes only what changed since; the snapshot itself stays as it is.
 */
export class SnapshotBuilder {
  #count: number
  #rows: number
  #group: Int32Array
  #brand: Int32Array
  #category: Int32Array
  #releasedAt: Float64Array
  #flags: Uint8Array
  readonly #entries: (CatalogEntry | undefined)[]
  readonly #attributes: (readonly number[] | undefined)[]
  /** Names and ids are only ever added, so that snapshots share them: what came later is in no row of an earlier one. */
  readonly #brands: Interning
  readonly #categories: Interning
  readonly #groups: Interning
  readonly #attributeNames: Interning
  readonly #byId: Map<string, ProductRow>
  readonly #offers: Map<string, OfferColumns>
  /** Offer columns that are this builder's own to write. */
  readonly #own = new Set<OfferColumns>()
  readonly #from: CatalogSnapshot | undefined
  readonly #changed: number[] = []

  constructor(from?: CatalogSnapshot) {
    const parts = from?.parts
    this.#from = from
    this.#count = parts?.count ?? 0
    this.#rows = parts?.entries.length ?? 0
    this.#group = parts?.group.slice() ?? new Int32Array(0)
    this.#brand = parts?.brand.slice() ?? new Int32Array(0)
    this.#category = parts?.category.slice() ?? new Int32Array(0)
    this.#releasedAt = parts?.releasedAt.slice() ?? new Float64Array(0)
    this.#flags = parts?.flags.slice() ?? new Uint8Array(0)
    this.#entries = parts?.entries.slice() ?? []
    this.#attributes = parts?.attributes.slice() ?? []
    this.#brands = parts?.brands ?? new Interning()
    this.#categories = parts?.categories ?? new Interning()
    this.#groups = parts?.groups ?? new Interning()
    this.#attributeNames = parts?.attributeNames ?? new Interning()
    this.#byId = parts?.byId ?? new Map()
    this.#offers = new Map(parts?.offers)
  }

  add({ row, product, described, deletedAt, createdAt }: StoredProduct): void {
    this.#reach(row)
    const { id, title, link, imageLink, groupId, brand } = product
    if (this.#entries[row] !== undefined && ((this.#flags[row] ?? 0) & DELETED) === 0) this.#count--
    this.#entries[row] = {
      row,
      id,
      title,
      ...(link === undefined ? {} : { link }),
      ...(imageLink === undefined ? {} : { imageLink }),
    }
    this.#group[row] = groupId === undefined ? NONE : this.#groups.add(groupId)
    this.#brand[row] = brand === undefined || brand === '' ? NONE : this.#brands.add(brand)
    const path = categoryPaths(product.categories, MOST_CATEGORIES).at(-1)
    this.#category[row] = path === undefined ? NONE : this.#categories.add(path)
    this.#releasedAt[row] = product.releasedAt ?? createdAt
    this.#flags[row] = flagsOf(described, deletedAt !== undefined, product.replenishable)
    this.#attributes[row] = this.#attributesOf(product.attributes)
    for (const columns of this.#offers.values()) if (columns.has(row)) this.#ownOffers(columns).clear(row)
    for (const offer of product.offers) {
      const columns = this.#offers.get(offer.market)
      const own = columns === undefined ? this.#newOffers(offer.market) : this.#ownOffers(columns)
      own.set(row, offer)
    }
    // A deleted product keeps its name for old decisions; where its id came back in a new row, that row is meant.
    if (deletedAt === undefined || !this.#byId.has(id)) this.#byId.set(id, row)
    if (deletedAt === undefined) this.#count++
    this.#changed.push(row)
  }

  finish(revision: number): CatalogSnapshot {
    const rows = this.#rows
    return new CatalogSnapshot({
      revision,
      count: this.#count,
      group: this.#group.slice(0, rows),
      brand: this.#brand.slice(0, rows),
      category: this.#category.slice(0, rows),
      releasedAt: this.#releasedAt.slice(0, rows),
      brands: this.#brands,
      categories: this.#categories,
      groups: this.#groups,
      attributeNames: this.#attributeNames,
      entries: this.#entries,
      attributes: this.#attributes,
      flags: this.#flags.slice(0, rows),
      offers: this.#offers,
      byId: this.#byId,
      ...(this.#from === undefined ? {} : { changes: { since: this.#from.revision, rows: this.#changed } }),
    })
  }

  /** The attributes that a rule may ask for, as numbers, ascending; long ones are texts and no rule asks for them. */
  #attributesOf(attributes: Readonly<Record<string, string>>): readonly number[] | undefined {
    const numbers = Object.entries(attributes).flatMap(([name, value]) =>
      value.length > ATTRIBUTE_LENGTH ? [] : [this.#attributeNames.add(attributeName(name, value))],
    )
    return numbers.length === 0 ? undefined : numbers.sort((a, b) => a - b)
  }

  #newOffers(market: string): OfferColumns {
    const columns = new OfferColumns()
    this.#own.add(columns)
    this.#offers.set(market, columns)
    return columns
  }

  #ownOffers(columns: OfferColumns): OfferColumns {
    if (this.#own.has(columns)) return columns
    const copy = new OfferColumns(columns)
    this.#own.add(copy)
    for (const [market, known] of this.#offers) if (known === columns) this.#offers.set(market, copy)
    return copy
  }

  #reach(row: ProductRow): void {
    const length = row + 1
    if (length <= this.#rows) return
    this.#group = grown(this.#group, length, NONE)
    this.#brand = grown(this.#brand, length, NONE)
    this.#category = grown(this.#category, length, NONE)
    this.#releasedAt = grown(this.#releasedAt, length, Number.NaN)
    this.#flags = grown(this.#flags, length, 0)
    while (this.#entries.length < length) {
      this.#entries.push(undefined)
      this.#attributes.push(undefined)
    }
    this.#rows = length
  }
}

function flagsOf(described: boolean, deleted: boolean, replenishable: boolean | undefined): number {
  const said = replenishable === undefined ? 0 : replenishable ? REPLENISHABLE : NOT_REPLENISHABLE
  return (described ? DESCRIBED : 0) | (deleted ? DELETED : 0) | said
}
