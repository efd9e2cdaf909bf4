export interface Group<Item> {
  readonly name: string
  readonly items: readonly Item[]
}

/**
 * Groups items that come one after the other under the same name: the lines of an order, the variants of a product.
 * Holds one group of at most `limit` items; a longer one comes out in several.
 */
export class Consecutive<Item> {
  readonly #limit: number
  #name = ''
  #items: Item[] = []

  constructor(limit: number) {
    this.#limit = limit
  }

  /** The group that this item ends, if it ends one. */
  add(name: string, item: Item): Group<Item> | undefined {
    const ended = this.#items.length > 0 && (name !== this.#name || this.#items.length >= this.#limit)
    const group = ended ? this.end() : undefined
    this.#name = name
    this.#items.push(item)
    return group
  }

  /** The group that is still open. */
  end(): Group<Item> | undefined {
    if (this.#items.length === 0) return undefined
    const group = { name: this.#name, items: this.#items }
    this.#items = []
    return group
  }
}
