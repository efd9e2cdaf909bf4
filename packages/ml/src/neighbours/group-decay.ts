import type { Declarations } from '../frame/parameters.ts'
import { decay } from '../frame/time.ts'
import type { EntryColumns } from './history.ts'

/** How a user's baskets become one value per item. */
export interface GroupDecayParams {
  groups: number
  withinDecay: number
  betweenDecay: number
  halfLifeDays: number
  historyBaskets: number
}

export const GROUP_DECAY_PARAMETERS: Declarations<GroupDecayParams> = {
  groups: { type: 'integer', default: 7, min: 1, max: 10_000, meaning: 'equal stretches a history is cut into' },
  withinDecay: {
    type: 'number',
    default: 0.9,
    min: 0.01,
    max: 1,
    meaning: 'weight of each basket against the one after it in its stretch',
  },
  betweenDecay: {
    type: 'number',
    default: 0.7,
    min: 0.01,
    max: 1,
    meaning: 'weight of each stretch against the one after it',
  },
  halfLifeDays: {
    type: 'number',
    default: 0,
    min: 0,
    max: 36_500,
    meaning: 'days after which a basket counts half on top of that; 0: age does not count',
  },
  historyBaskets: { type: 'integer', default: 200, min: 1, max: 1_000_000, meaning: 'newest baskets that are read' },
}

/** The faintest a basket may fade to: weak, but its square is still a number. */
const FAINTEST = 2 ** -60

/**
 * Reads one user's baskets into distinct items with one value each, by decays within and between groups of baskets.
 *
 * Solves   value(i) = Σ over baskets b holding i of between^g · within^p · 2^(−age(b) / halfLife) / (size(g) · groups),
 *          with g the group of b counted from the newest, p the newer baskets in that group
 * Given    entries whose items lie in 0 … items − 1, oldest first, and the moment their age is measured from
 * Returns  `items` and `values` [0 … count − 1], distinct, latest first, values > 0
 * Cost     O(entries)
 * Source   Hu, He, Gao and Zhang, Modeling Personalized Item Frequency Information for Next-basket Recommendation (TIFU-kNN),
 *          SIGIR 2020, §4.1, eq. 1 to 3
 * Differs  the oldest group takes what the others leave; age in days may count beside the number of baskets
 */
export class GroupDecay {
  count = 0
  items: Int32Array
  readonly #rule: Readonly<GroupDecayParams>
  /** [items] */
  readonly #values: Float64Array
  /** [items] the reading and the basket in which an item was last met. */
  readonly #seenIn: Int32Array
  readonly #seen: Uint8Array

  constructor(items: number, rule: Readonly<GroupDecayParams>) {
    this.#rule = rule
    this.items = new Int32Array(Math.min(items, 256))
    this.#values = new Float64Array(items)
    this.#seenIn = new Int32Array(items)
    this.#seen = new Uint8Array(items)
  }

  /** The value of an item, 0 where the history does not hold it. */
  valueOf(item: number): number {
    return this.#seen[item] === 1 ? this.#values[item]! : 0
  }

  read({ item, at, basket }: EntryColumns, from: number, to: number, now: number): void {
    const { groups, withinDecay, betweenDecay, halfLifeDays, historyBaskets } = this.#rule
    this.#clear()
    const baskets = Math.min(historyBaskets, countBaskets(basket, from, to))
    const size = Math.ceil(baskets / groups)
    const filled = Math.ceil(baskets / size)
    let b = -1
    let value = 0
    for (let e = to - 1; e >= from; e--) {
      if (e === to - 1 || basket[e] !== basket[e + 1]) {
        if (++b === baskets) return
        const group = Math.floor(b / size)
        const held = group === filled - 1 ? baskets - group * size : size
        const faded = betweenDecay ** group * withinDecay ** (b - group * size) * decay(now - at[e]!, halfLifeDays)
        value = Math.max(FAINTEST, faded) / (held * filled)
      }
      this.#add(item[e]!, b, value)
    }
  }

  #add(item: number, basket: number, value: number): void {
    if (this.#seen[item] === 0) {
      if (this.count === this.items.length) this.#grow()
      this.items[this.count++] = item
      this.#seen[item] = 1
      this.#values[item] = value
    } else {
      // Twice in one basket is once.
      if (this.#seenIn[item] === basket) return
      this.#values[item]! += value
    }
    this.#seenIn[item] = basket
  }

  #grow(): void {
    const items = new Int32Array(Math.min(this.#values.length, 2 * this.items.length))
    items.set(this.items)
    this.items = items
  }

  #clear(): void {
    for (let i = 0; i < this.count; i++) this.#seen[this.items[i]!] = 0
    this.count = 0
  }
}

function countBaskets(basket: Int32Array, from: number, to: number): number {
  let count = 0
  for (let e = from; e < to; e++) if (e === from || basket[e] !== basket[e - 1]) count++
  return count
}
