import type { Interactions } from '../frame/interactions.ts'
import { decay, latest } from '../frame/time.ts'

/** How a history is cut into moments, each with a past and a future. */
export interface MomentRule {
  /** Later baskets after which an item of the past counts half; 0: position does not count. */
  readonly halfLifeBaskets: number
  /** Baskets further ahead after which an item of the future counts half; 0: distance does not count. */
  readonly futureHalfLifeBaskets: number
  /** Days before the latest entry after which a moment counts half; 0: moments never fade. */
  readonly trainingHalfLifeDays: number
  /** Distinct items of a past, and of a future, that count: the nearest. */
  readonly momentItems: number
}

/** Distinct items with values > 0: `items` and `values` [0 … count − 1]. */
export class SparseRow {
  count = 0
  readonly items: Int32Array
  readonly values: Float64Array
  readonly #held: Uint8Array

  constructor(items: number, capacity: number) {
    this.items = new Int32Array(Math.min(items, capacity))
    this.values = new Float64Array(this.items.length)
    this.#held = new Uint8Array(items)
  }

  get full(): boolean {
    return this.count === this.items.length
  }

  /** Takes the item unless it is held already or there is no room. */
  take(item: number, value: number): void {
    if (this.full || this.#held[item] === 1) return
    this.#held[item] = 1
    this.items[this.count] = item
    this.values[this.count++] = value
  }

  clear(): void {
    for (let e = 0; e < this.count; e++) this.#held[this.items[e]!] = 0
    this.count = 0
  }
}

/**
 * Visits every moment between two baskets of every user.
 *
 * Given    interactions; `place` Int32 [items]: where an item stands among those that count, −1 for the others
 * Returns  for each moment the past and the future as sparse rows over places, nearest basket first with value 1, and
 *          the moment's own weight; the rows are reused
 * Cost     O(entries · momentItems) and what `visit` costs
 * Source   the partial sessions of Choi et al., WWW 2021, §4.2
 */
export async function eachMoment(
  data: Interactions,
  place: Int32Array,
  rule: MomentRule,
  visit: (past: SparseRow, future: SparseRow, weight: number) => void,
  breathe: () => Promise<void>,
): Promise<void> {
  const now = latest(data.at)
  const past = new SparseRow(data.items, rule.momentItems)
  const future = new SparseRow(data.items, rule.momentItems)
  let work = 0
  for (let u = 0; u < data.users; u++) {
    const from = data.offsets[u]!
    const to = data.offsets[u + 1]!
    for (let cut = from + 1; cut < to; cut++) {
      if (data.basket[cut] === data.basket[cut - 1]) continue
      gather(past, data, place, cut - 1, from - 1, rule.halfLifeBaskets)
      gather(future, data, place, cut, to, rule.futureHalfLifeBaskets)
      visit(past, future, decay(now - data.at[cut]!, rule.trainingHalfLifeDays))
      work += past.count * (past.count + future.count) + 100
      if (work > 2_000_000) {
        work = 0
        await breathe()
      }
    }
  }
}

/** Walks away from the cut, `start` towards `stop` (not included), until the row is full. */
function gather(
  row: SparseRow,
  { item, basket }: Interactions,
  place: Int32Array,
  start: number,
  stop: number,
  halfLife: number,
): void {
  const direction = start < stop ? 1 : -1
  row.clear()
  let steps = 0
  for (let e = start; e !== stop && !row.full; e += direction) {
    if (e !== start && basket[e] !== basket[e - direction]) steps++
    const at = place[item[e]!]!
    if (at >= 0) row.take(at, halfLife === 0 ? 1 : Math.max(2 ** (-steps / halfLife), FAINTEST))
  }
}

/** As for histories: weak, but never absent. */
const FAINTEST = 2 ** -60
