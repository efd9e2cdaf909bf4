/** Names kept of each kind; two hundred bytes each. */
const KEPT = 100_000

/**
 * What the writer's thread has lately looked up or made: rows by name. Everything in it is in the database or in the
 * transaction under way, so it is forgotten whole when a transaction is undone or rows are erased.
 */
export class NameCache {
  /** By `u` for a userId or `a` for an anonymousId, and the id. */
  readonly profiles = new BoundedMap<string, number>()
  readonly products = new BoundedMap<string, number>()
  /** Pairs of rows that need not be linked again. */
  readonly links = new BoundedMap<string, true>()

  clear(): void {
    this.profiles.clear()
    this.products.clear()
    this.links.clear()
  }
}

/** Keeps the entries that were set last, between `KEPT` and twice as many. */
class BoundedMap<Key, Value> {
  #young = new Map<Key, Value>()
  #old = new Map<Key, Value>()

  get(key: Key): Value | undefined {
    const young = this.#young.get(key)
    if (young !== undefined) return young
    const old = this.#old.get(key)
    if (old !== undefined) this.set(key, old)
    return old
  }

  set(key: Key, value: Value): void {
    this.#young.set(key, value)
    if (this.#young.size < KEPT) return
    this.#old = this.#young
    this.#young = new Map()
  }

  clear(): void {
    this.#young.clear()
    this.#old.clear()
  }
}
