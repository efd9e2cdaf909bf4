import { BoundedMap } from './bounded-map.ts'

/** Names kept of each kind; two hundred bytes each. */
const KEPT = 100_000

/**
 * What the writer's thread has lately looked up or made: rows by name. Everything in it is in the database or in the
 * transaction under way, so it is forgotten whole when a transaction is undone or rows are erased.
 */
export class NameCache {
  /** By `u` for a userId or `a` for an anonymousId, and the id. */
  readonly profiles = new BoundedMap<string, number>(KEPT)
  readonly products = new BoundedMap<string, number>(KEPT)
  /** Pairs of rows that need not be linked again. */
  readonly links = new BoundedMap<string, true>(KEPT)

  clear(): void {
    this.profiles.clear()
    this.products.clear()
    this.links.clear()
  }
}
