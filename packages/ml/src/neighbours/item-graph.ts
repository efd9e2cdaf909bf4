import type { Contribution, Explains, FindsSimilar, Ranked, ScoresItems } from '../frame/abilities.ts'
import type { ArrayReader } from '../frame/algorithm.ts'
import type { Query } from '../frame/interactions.ts'
import { checkCount, checkItem } from '../frame/query.ts'
import type { Scoreboard } from '../frame/scoreboard.ts'
import { TopK } from '../frame/topk.ts'
import { History, type HistoryRule } from './history.ts'

/**
 * A sparse matrix of item-to-item weights as a model that serves: s(q, j) = Σ_h value(q, h) · w(h, j).
 *
 * Given    arrays `offsets` Int32 [items + 1], `ids` and `weights` [n]: row h lists the items that h speaks for,
 *          largest weight first, never itself
 * Returns  a score for every item that the history's items list
 * Source   Deshpande and Karypis, ACM TOIS 2004, §4
 * Cost     scoring adds one number per listed neighbour of each history item and allocates nothing
 */
export class ItemGraph implements ScoresItems, FindsSimilar, Explains {
  readonly items: number
  readonly #offsets: Int32Array
  readonly #ids: Int32Array
  readonly #weights: Float32Array
  readonly #history: History

  constructor(arrays: ArrayReader, rule: HistoryRule) {
    this.#weights = arrays.f32('weights')
    this.#offsets = arrays.offsets('offsets', this.#weights.length)
    this.items = this.#offsets.length - 1
    this.#ids = arrays.indices('ids', this.items, this.#weights.length)
    this.#history = new History(this.items, rule)
  }

  score(query: Query, board: Scoreboard): void {
    const history = this.#history
    history.readQuery(query)
    for (let slot = 0; slot < history.count; slot++) {
      const value = history.values[slot]!
      const end = this.#offsets[history.items[slot]! + 1]!
      for (let e = this.#offsets[history.items[slot]!]!; e < end; e++) {
        board.add(this.#ids[e]!, value * this.#weights[e]!)
      }
    }
  }

  similar(item: number, k: number): Ranked {
    checkCount(k)
    checkItem(item, this.items)
    const from = this.#offsets[item]!
    let to = Math.min(this.#offsets[item + 1]!, from + k)
    // A negative weight speaks against the other item.
    while (to > from && this.#weights[to - 1]! <= 0) to--
    return { ids: this.#ids.slice(from, to), scores: this.#weights.slice(from, to) }
  }

  /** What each item of the history added to the score, largest first; all of them together are the score. */
  explain(query: Query, item: number, limit: number): Contribution[] {
    checkCount(limit)
    checkItem(item, this.items)
    const history = this.#history
    history.readQuery(query)
    const found: Contribution[] = []
    for (let slot = 0; slot < history.count; slot++) {
      const source = history.items[slot]!
      const end = this.#offsets[source + 1]!
      let at = this.#offsets[source]!
      while (at < end && this.#ids[at] !== item) at++
      if (at === end) continue
      const weight = history.values[slot]! * this.#weights[at]!
      found.push({ kind: 'item', index: source, weight })
    }
    return largestFirst(found).slice(0, limit)
  }
}

/** In place: by weight, ties by index. */
export function largestFirst(contributions: Contribution[]): Contribution[] {
  return contributions.sort((a, b) => b.weight - a.weight || a.index - b.index)
}

/** Bytes that building a graph of at most k neighbours an item takes, the result included: room doubles as it fills. */
export function graphBytes(items: number, k: number): number {
  return 3 * 8 * items * Math.min(k, items) + 8 * items
}

const NO_IDS = new Int32Array(0)
const NO_WEIGHTS = new Float32Array(0)

/** Collects the rows of an ItemGraph in item order, keeping the strongest of each. */
export class ItemGraphBuilder {
  readonly #offsets: Int32Array
  readonly #selected: TopK
  #ids: Int32Array
  #weights: Float32Array
  #row = 0

  constructor(items: number, neighbours: number) {
    this.#offsets = new Int32Array(items + 1)
    this.#selected = new TopK(Math.min(neighbours, items))
    this.#ids = new Int32Array(1024)
    this.#weights = new Float32Array(1024)
  }

  /** Considers a neighbour for the row at hand; only the strongest are kept, ties by item. */
  offer(item: number, weight: number): void {
    this.#selected.offer(item, weight)
  }

  /**
   * Closes the row at hand.
   *
   * @param ids with `weights` what the row lists already, in its order: all of it stays, and of what was offered as many
   *   as bring the row to twice the neighbours at most
   */
  endRow(ids: Int32Array = NO_IDS, weights: Float32Array = NO_WEIGHTS): void {
    const selected = this.#selected
    const count = Math.max(0, Math.min(selected.finish(), 2 * selected.k - ids.length))
    const end = this.#offsets[this.#row]! + ids.length + count
    this.#reserve(end)
    let held = 0
    let taken = 0
    for (let to = this.#offsets[this.#row]!; to < end; to++) {
      const isHeld = taken === count || (held < ids.length && weights[held]! >= selected.scores[taken]!)
      this.#ids[to] = isHeld ? ids[held]! : selected.ids[taken]!
      this.#weights[to] = isHeld ? weights[held++]! : selected.scores[taken++]!
    }
    this.#offsets[++this.#row] = end
    selected.count = 0
  }

  arrays(): { offsets: Int32Array; ids: Int32Array; weights: Float32Array } {
    const end = this.#offsets[this.#row]!
    return { offsets: this.#offsets, ids: this.#ids.slice(0, end), weights: this.#weights.slice(0, end) }
  }

  #reserve(length: number): void {
    if (length <= this.#ids.length) return
    const ids = new Int32Array(Math.max(length, 2 * this.#ids.length))
    const weights = new Float32Array(ids.length)
    ids.set(this.#ids)
    weights.set(this.#weights)
    this.#ids = ids
    this.#weights = weights
  }
}
