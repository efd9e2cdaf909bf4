/** The right answers of one case: what a metric asks about them. A `Set` of items will do. */
export interface Targets {
  readonly size: number
  has(item: number): boolean
}

/** Right answers that are set anew for each case: no allocation, and a look-up is one read. */
export class MarkedTargets implements Targets {
  size = 0
  /** [items] the number of the last case that an item was a target of. */
  readonly #case: Int32Array
  #current = 0

  constructor(items: number) {
    this.#case = new Int32Array(items)
  }

  /** Repeats count once. */
  mark(targets: Int32Array): void {
    this.#current++
    this.size = 0
    for (let t = 0; t < targets.length; t++) {
      if (this.#case[targets[t]!] === this.#current) continue
      this.#case[targets[t]!] = this.#current
      this.size++
    }
  }

  has(item: number): boolean {
    return this.#case[item] === this.#current
  }
}
