import type { ProductRow, StoredProduct } from '../ports.ts'
import { categoryPaths } from './facts.ts'
import { Interning } from './interning.ts'
import { OfferColumns } from './offers.ts'
import {
  type CatalogEntry,
  CatalogSnapshot,
  DELETED,
  DESCRIBED,
  NONE,
  NOT_REPLENISHABLE,
  REPLENISHABLE,
} from './snapshot.ts'

/**
 * Gathers a snapshot product by product, so that descriptions and attributes, which serving does not need, are let
 * go as they pass.
 */
export class SnapshotBuilder {
  #count = 0
  readonly #group: number[] = []
  readonly #brand: number[] = []
  readonly #category: number[] = []
  readonly #releasedAt: number[] = []
  readonly #flags: number[] = []
  readonly #entries: (CatalogEntry | undefined)[] = []
  readonly #brands = new Interning()
  readonly #categories = new Interning()
  readonly #groups = new Interning()
  readonly #offers = new Map<string, OfferColumns>()
  readonly #byId = new Map<string, ProductRow>()

  add({ row, product, described, deletedAt, createdAt }: StoredProduct): void {
    this.#reach(row)
    const { id, title, link, imageLink, groupId, brand } = product
    this.#entries[row] = {
      row,
      id,
      title,
      ...(link === undefined ? {} : { link }),
      ...(imageLink === undefined ? {} : { imageLink }),
    }
    if (groupId !== undefined) this.#group[row] = this.#groups.add(groupId)
    if (brand !== undefined && brand !== '') this.#brand[row] = this.#brands.add(brand)
    const path = categoryPaths(product.categories).at(-1)
    if (path !== undefined) this.#category[row] = this.#categories.add(path)
    this.#releasedAt[row] = product.releasedAt ?? createdAt
    this.#flags[row] = flagsOf(described, deletedAt !== undefined, product.replenishable)
    for (const offer of product.offers) {
      const columns = this.#offers.get(offer.market) ?? new OfferColumns()
      this.#offers.set(offer.market, columns)
      columns.set(row, offer)
    }
    // A deleted product keeps its name for old decisions; where its id came back in a new row, that row is meant.
    if (deletedAt === undefined || !this.#byId.has(id)) this.#byId.set(id, row)
    if (deletedAt === undefined) this.#count++
  }

  finish(revision: number): CatalogSnapshot {
    return new CatalogSnapshot({
      revision,
      count: this.#count,
      group: Int32Array.from(this.#group),
      brand: Int32Array.from(this.#brand),
      category: Int32Array.from(this.#category),
      releasedAt: Float64Array.from(this.#releasedAt),
      brands: this.#brands,
      categories: this.#categories,
      entries: this.#entries,
      flags: Uint8Array.from(this.#flags),
      offers: this.#offers,
      byId: this.#byId,
    })
  }

  #reach(row: ProductRow): void {
    while (this.#entries.length <= row) {
      this.#entries.push(undefined)
      this.#group.push(NONE)
      this.#brand.push(NONE)
      this.#category.push(NONE)
      this.#releasedAt.push(Number.NaN)
      this.#flags.push(0)
    }
  }
}

function flagsOf(described: boolean, deleted: boolean, replenishable: boolean | undefined): number {
  const said = replenishable === undefined ? 0 : replenishable ? REPLENISHABLE : NOT_REPLENISHABLE
  return (described ? DESCRIBED : 0) | (deleted ? DELETED : 0) | said
}
