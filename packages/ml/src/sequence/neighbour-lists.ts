import type { Contribution, Explains, FindsSimilar, Ranked, ScoresItems } from '../frame/abilities.ts'
import type { ArrayReader } from '../frame/algorithm.ts'
import type { Query } from '../frame/interactions.ts'
import type { TypedArray } from '../frame/model.ts'
import { checkCount, checkItem, checkQuery } from '../frame/query.ts'
import type { Scoreboard } from '../frame/scoreboard.ts'
import { TopK } from '../frame/topk.ts'

/** How much of a history speaks: basket by basket from the newest, each counting `stepDecay` times the one after it. */
export interface HistoryParams {
  readonly historySteps: number
  readonly stepDecay: number
}

/** Bytes that lists of at most k neighbours an item take, the result included: room doubles as it fills. */
export function listsBytes(items: number, k: number): number {
  return 3 * 8 * items * Math.min(k, items) + 8 * items
}

/** Collects each item's best neighbours as training comes to them, item by item from 0. */
export class NeighbourListsBuilder {
  readonly #top: TopK
  readonly #offsets: Int32Array
  #ids: Int32Array
  #weights: Float32Array
  #item = 0

  constructor(items: number, k: number) {
    this.#top = new TopK(k)
    this.#offsets = new Int32Array(items + 1)
    this.#ids = new Int32Array(1024)
    this.#weights = new Float32Array(1024)
  }

  /** Keeps the next item's k candidates with the largest positive weights. */
  keep(candidates: Int32Array, weightOf: (candidate: number) => number): void {
    const top = this.#top
    top.count = 0
    for (let c = 0; c < candidates.length; c++) {
      const weight = weightOf(candidates[c]!)
      if (weight > 0) top.offer(candidates[c]!, weight)
    }
    top.finish()
    const start = this.#offsets[this.#item]!
    const end = start + top.count
    if (end > this.#ids.length) this.#grow(end)
    this.#ids.set(top.ids.subarray(0, top.count), start)
    this.#weights.set(top.scores.subarray(0, top.count), start)
    this.#offsets[++this.#item] = end
  }

  /** `offsets` Int32 [items + 1]; `neighbours` Int32 and `weights` Float32 [entries], best first within each item. */
  arrays(): Record<string, TypedArray> {
    const end = this.#offsets[this.#item]!
    return { offsets: this.#offsets, neighbours: this.#ids.slice(0, end), weights: this.#weights.slice(0, end) }
  }

  #grow(needed: number): void {
    const size = Math.max(needed, 2 * this.#ids.length)
    const [ids, weights] = [this.#ids, this.#weights]
    this.#ids = new Int32Array(size)
    this.#ids.set(ids)
    this.#weights = new Float32Array(size)
    this.#weights.set(weights)
  }
}

/**
 * Scores by stored neighbours: s(j) = Σ_h decay(step of h) · weight(h → j) over the newest steps of the history.
 *
 * Source   the decayed sum of rules of Ludewig and Jannach, UMUAI 2018, §3.1, over baskets
 * @cost O(neighbours of the items in the newest steps) a query, nothing allocated
 */
export class NeighbourLists implements ScoresItems, FindsSimilar, Explains {
  readonly items: number
  readonly #params: HistoryParams
  readonly #offsets: Int32Array
  readonly #ids: Int32Array
  readonly #weights: Float32Array

  constructor(arrays: ArrayReader, params: HistoryParams) {
    this.#weights = arrays.f32('weights')
    this.#offsets = arrays.offsets('offsets', this.#weights.length)
    this.items = this.#offsets.length - 1
    this.#ids = arrays.indices('neighbours', this.items, this.#weights.length)
    this.#params = params
  }

  score(query: Query, board: Scoreboard): void {
    checkQuery(query, this.items)
    const { items, basket } = query
    let steps = 1
    let weight = 1
    for (let h = items.length - 1; h >= 0; h--) {
      if (h + 1 < items.length && basket[h] !== basket[h + 1]) {
        if (++steps > this.#params.historySteps) return
        weight *= this.#params.stepDecay
      }
      const end = this.#offsets[items[h]! + 1]!
      for (let n = this.#offsets[items[h]!]!; n < end; n++) {
        board.add(this.#ids[n]!, weight * this.#weights[n]!)
      }
    }
  }

  similar(item: number, k: number): Ranked {
    checkCount(k)
    checkItem(item, this.items)
    const [start, end] = [this.#offsets[item]!, this.#offsets[item + 1]!]
    const top = new TopK(Math.min(k, end - start))
    for (let n = start; n < end; n++) {
      if (this.#ids[n] !== item) top.offer(this.#ids[n]!, this.#weights[n]!)
    }
    top.finish()
    return top.ranked()
  }

  explain(query: Query, item: number, limit: number): Contribution[] {
    checkCount(limit)
    checkQuery(query, this.items)
    checkItem(item, this.items)
    const { items, basket } = query
    const added = new Map<number, number>()
    let steps = 1
    let weight = 1
    for (let h = items.length - 1; h >= 0; h--) {
      if (h + 1 < items.length && basket[h] !== basket[h + 1]) {
        if (++steps > this.#params.historySteps) break
        weight *= this.#params.stepDecay
      }
      const from = items[h]!
      const link = this.#link(from, item)
      if (link > 0) added.set(from, (added.get(from) ?? 0) + weight * link)
    }
    return [...added]
      .map(([index, contribution]): Contribution => ({ kind: 'item', index, weight: contribution }))
      .sort((a, b) => b.weight - a.weight || a.index - b.index)
      .slice(0, limit)
  }

  #link(from: number, to: number): number {
    for (let n = this.#offsets[from]!; n < this.#offsets[from + 1]!; n++)
      if (this.#ids[n] === to) return this.#weights[n]!
    return 0
  }
}
