import type { ProductRow } from '../ports.ts'
import { DEFAULT_MARKET } from './facts.ts'
import type { Interned, Interning } from './interning.ts'
import { latestOf } from './latest.ts'
import type { MarketOffer, OfferColumns } from './offers.ts'

export const NONE = -1
/** Levels of a category path that are kept. */
export const MOST_CATEGORIES = 32
/** Products that were released last and are kept at hand. */
const LATEST = 1000
/** Longer attribute values are texts: no rule asks for them. */
export const ATTRIBUTE_LENGTH = 200

/** One product as an answer shows it. */
export interface CatalogEntry {
  readonly row: ProductRow
  readonly id: string
  readonly title: string
  readonly link?: string
  readonly imageLink?: string
}

export const DESCRIBED = 1
export const DELETED = 2
export const REPLENISHABLE = 4
export const NOT_REPLENISHABLE = 8

/** What the builder has gathered; see the snapshot for the meaning of each. */
export interface SnapshotParts {
  readonly revision: number
  readonly count: number
  readonly group: Int32Array
  readonly brand: Int32Array
  readonly category: Int32Array
  readonly releasedAt: Float64Array
  readonly brands: Interning
  readonly categories: Interning
  readonly groups: Interning
  readonly attributeNames: Interning
  /** [rows] */
  readonly entries: readonly (CatalogEntry | undefined)[]
  /** [rows] numbers of `attributeName`s, ascending */
  readonly attributes: readonly (readonly number[] | undefined)[]
  /** [rows] sums of the constants above */
  readonly flags: Uint8Array
  readonly offers: ReadonlyMap<string, OfferColumns>
  readonly byId: Map<string, ProductRow>
  /** Which rows differ from the snapshot of an earlier revision; left out where it was read whole. */
  readonly changes?: { readonly since: number; readonly rows: readonly ProductRow[] }
}

interface Under {
  /** How many categories there were. */
  readonly of: number
  readonly inside: ReadonlySet<number>
}

/** Categories are only ever added, so what was found holds until there are more of them. */
const UNDER = new WeakMap<Interning, Map<string, Under>>()

/** An attribute with its value as one name. */
export function attributeName(name: string, value: string): string {
  return `${name}\0${value}`
}

/**
 * The whole catalogue at one revision, in columns by product row. It never changes: a decision that began with one
 * snapshot ends with it. Rows that hold no product are neither described nor deleted.
 */
export class CatalogSnapshot {
  /** For the builder of the next snapshot. */
  readonly parts: SnapshotParts
  readonly revision: number
  /** Products, described or only named by events, without those that were deleted. */
  readonly count: number
  /** One more than the highest row. */
  readonly rows: number
  /** [rows] NONE where a product has no group: variants share a number. */
  readonly group: Int32Array
  /** [rows] NONE where unknown; named by `brands`. */
  readonly brand: Int32Array
  /** [rows] the most special category's path, NONE where unknown; named by `categories`. */
  readonly category: Int32Array
  /** [rows] milliseconds UTC: when it was released, or came into the catalogue. NaN where there is no product. */
  readonly releasedAt: Float64Array
  readonly brands: Interned
  /** Paths, "Home > Kitchen". */
  readonly categories: Interned
  readonly #entries: readonly (CatalogEntry | undefined)[]
  readonly #flags: Uint8Array
  readonly #offers: ReadonlyMap<string, OfferColumns>
  readonly #byId: ReadonlyMap<string, ProductRow>
  readonly #under = new Map<string, Int32Array>()
  #latest: Int32Array | undefined

  constructor(parts: SnapshotParts) {
    this.parts = parts
    this.revision = parts.revision
    this.count = parts.count
    this.rows = parts.entries.length
    this.group = parts.group
    this.brand = parts.brand
    this.category = parts.category
    this.releasedAt = parts.releasedAt
    this.brands = parts.brands
    this.categories = parts.categories
    this.#entries = parts.entries
    this.#flags = parts.flags
    this.#offers = parts.offers
    this.#byId = parts.byId
  }

  /** NONE where the store has no such product. */
  rowOf(productId: string): ProductRow {
    const row = this.#byId.get(productId) ?? NONE
    // The ids are shared with later snapshots.
    return row < this.rows ? row : NONE
  }

  /** Deleted products too, so that old decisions can be told. */
  at(row: ProductRow): CatalogEntry | undefined {
    return this.#entries[row]
  }

  described(row: ProductRow): boolean {
    return ((this.#flags[row] ?? 0) & DESCRIBED) !== 0
  }

  deleted(row: ProductRow): boolean {
    return ((this.#flags[row] ?? 0) & DELETED) !== 0
  }

  /** Whether the store says that it is bought again and again; undefined where the store does not say. */
  replenishable(row: ProductRow): boolean | undefined {
    const flags = this.#flags[row] ?? 0
    return (flags & REPLENISHABLE) !== 0 ? true : (flags & NOT_REPLENISHABLE) !== 0 ? false : undefined
  }

  /** The offer in a market, else the default market's, else that of the first market that has one. */
  offer(row: ProductRow, market: string = DEFAULT_MARKET): MarketOffer | undefined {
    const named = this.#offers.get(market)?.at(row) ?? this.#offers.get(DEFAULT_MARKET)?.at(row)
    if (named !== undefined) return named
    for (const columns of this.#offers.values()) {
      const offer = columns.at(row)
      if (offer !== undefined) return offer
    }
    return undefined
  }

  /** Whether it can be had now. A product without any offer counts as available: the store does not say otherwise. */
  available(row: ProductRow, market: string = DEFAULT_MARKET): boolean {
    const named = this.#offers.get(market)
    if (named?.has(row)) return named.available(row)
    return this.offer(row, market)?.available ?? true
  }

  /**
   * Rows of a category and all below it, ascending, without deleted products; kept for the snapshot's life.
   * @param path "Home > Kitchen"
   */
  under(path: string): Int32Array {
    const known = this.#under.get(path)
    if (known !== undefined) return known
    const inside = this.categoriesUnder(path)
    const rows: ProductRow[] = []
    for (let row = 0; row < this.rows; row++) {
      if (inside.has(this.category[row] ?? NONE) && !this.deleted(row)) rows.push(row)
    }
    const found = Int32Array.from(rows)
    this.#under.set(path, found)
    return found
  }

  /** Up to a thousand products that were released last, latest first; described and not deleted. */
  get latest(): Int32Array {
    this.#latest ??= latestOf(this, LATEST, (row) => this.described(row) && !this.deleted(row))
    return this.#latest
  }

  /** Numbers of a category and of all below it. */
  categoriesUnder(path: string): ReadonlySet<number> {
    const known = UNDER.get(this.parts.categories) ?? new Map<string, Under>()
    UNDER.set(this.parts.categories, known)
    const before = known.get(path)
    if (before?.of === this.categories.size) return before.inside
    const inside = new Set<number>()
    known.set(path, { of: this.categories.size, inside })
    for (let c = 0; c < this.categories.size; c++) {
      const name = this.categories.name(c) ?? ''
      if (name === path || name.startsWith(`${path} > `)) inside.add(c)
    }
    return inside
  }

  /** Numbers of the product's attributes with their values, see `attributeNumber`; ascending. */
  attributesOf(row: ProductRow): readonly number[] {
    return this.parts.attributes[row] ?? []
  }

  /** NONE where no product has this attribute with this value. */
  attributeNumber(name: string, value: string): number {
    return this.parts.attributeNames.index(attributeName(name, value))
  }
}
