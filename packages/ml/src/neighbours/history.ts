import type { Query } from '../frame/interactions.ts'
import { checkQuery } from '../frame/query.ts'
import { decay } from '../frame/time.ts'

export type Weighting = 'binary' | 'log' | 'linear'

/** How a user's entries become one value per distinct item. Training rows and queries are read alike. */
export interface HistoryRule {
  /**
   * `binary`: 1 for the latest entry of an item, decayed; `linear`: the decayed weights summed;
   * `log`: log2(1 + that sum), so that one entry of weight 1 counts 1.
   */
  readonly weighting: Weighting
  /** Days after which an entry counts half; 0 leaves age out. */
  readonly halfLifeDays: number
  /** Later baskets after which an entry counts half; 0 leaves position out. */
  readonly halfLifeBaskets: number
  /** Only this many distinct items count, the latest ones, so that one endless history has a bounded cost. */
  readonly historyItems: number
}

/** One user's entries as columns, oldest first, repeats kept. */
export interface EntryColumns {
  readonly item: Int32Array
  readonly weight: Float32Array
  readonly at: Float64Array
  readonly basket: Int32Array
}

/** The faintest an entry may decay to: an old item is weak but never absent, and its square is still a number. */
const FAINTEST = 2 ** -60

/**
 * Reads one user's entries into distinct items with one value each, latest item first.
 *
 * Solves   value(i) by `HistoryRule`: of the decays d_e = 2^(−age/halfLife) · 2^(−later baskets/halfLife) of the entries
 *          of i the latest (binary), Σ d_e·w_e (linear), or log2(1 + Σ d_e·w_e) (log)
 * Given    entries whose items lie in 0 … items − 1, and the moment their age is measured from
 * Returns  `items` and `values` [0 … count − 1], values > 0
 * Cost     O(entries); nothing is allocated after construction
 * Source   weights of repeats: Hu, Koren and Volinsky, ICDM 2008, eq. 6 (log); half-lives are exponential smoothing
 */
export class History {
  count = 0
  /** [min(items, historyItems)] distinct. */
  readonly items: Int32Array
  /** [min(items, historyItems)] > 0. */
  readonly values: Float64Array
  readonly #rule: HistoryRule
  /** [items] where an item stands in `items`, plus one; 0 where it does not. */
  readonly #slots: Int32Array

  constructor(items: number, rule: HistoryRule) {
    const capacity = Math.min(items, rule.historyItems)
    this.items = new Int32Array(capacity)
    this.values = new Float64Array(capacity)
    this.#rule = rule
    this.#slots = new Int32Array(items)
  }

  /** Reads a query as it stands at its own `now`. @throws MlError as `checkQuery` does */
  readQuery(query: Query): void {
    checkQuery(query, this.#slots.length)
    this.#read(query.items, query.weights, query.at, query.basket, 0, query.items.length, query.now)
  }

  /** Reads the entries `from … to − 1` of checked columns as they stand at `now`. */
  readEntries(columns: EntryColumns, from: number, to: number, now: number): void {
    this.#read(columns.item, columns.weight, columns.at, columns.basket, from, to, now)
  }

  /** The value of an item, 0 where the history does not hold it. */
  valueOf(item: number): number {
    const slot = this.#slots[item]!
    return slot === 0 ? 0 : this.values[slot - 1]!
  }

  #read(
    item: Int32Array,
    weight: Float32Array,
    at: Float64Array,
    basket: Int32Array,
    from: number,
    to: number,
    now: number,
  ): void {
    const { weighting, halfLifeDays, halfLifeBaskets } = this.#rule
    this.#clear()
    let later = 0
    for (let e = to - 1; e >= from; e--) {
      if (e < to - 1 && basket[e] !== basket[e + 1]) later++
      const slot = this.#slotOf(item[e]!)
      if (slot < 0 || (weighting === 'binary' && this.values[slot]! > 0)) continue
      const byAge = decay(now - at[e]!, halfLifeDays)
      const byPosition = halfLifeBaskets === 0 ? 1 : 2 ** (-later / halfLifeBaskets)
      const left = Math.max(byAge * byPosition, FAINTEST)
      this.values[slot]! += weighting === 'binary' ? left : left * weight[e]!
    }
    if (weighting === 'log') {
      for (let slot = 0; slot < this.count; slot++) this.values[slot] = Math.log1p(this.values[slot]!) * Math.LOG2E
    }
  }

  /** Finds the item's slot or gives it one; −1 when the history is full. */
  #slotOf(item: number): number {
    const held = this.#slots[item]!
    if (held > 0) return held - 1
    if (this.count === this.items.length) return -1
    const slot = this.count++
    this.#slots[item] = this.count
    this.items[slot] = item
    this.values[slot] = 0
    return slot
  }

  #clear(): void {
    for (let slot = 0; slot < this.count; slot++) this.#slots[this.items[slot]!] = 0
    this.count = 0
  }
}
