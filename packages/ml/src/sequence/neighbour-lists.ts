import type { Contribution, Explains, FindsSimilar, Ranked, ScoresItems } from '../frame/abilities.ts'
import type { ArrayReader } from '../frame/algorithm.ts'
import { MlError } from '../frame/errors.ts'
import type { Query } from '../frame/interactions.ts'
import type { TypedArray } from '../frame/model.ts'
import { checkItem, checkQuery } from '../frame/query.ts'
import type { Scoreboard } from '../frame/scoreboard.ts'
import { TopK } from '../frame/topk.ts'

/** How much of a history speaks: basket by basket from the newest, each counting `stepDecay` times the one after it. */
export interface HistoryParams {
  readonly historySteps: number
  readonly stepDecay: number
}

/** Collects each item's best neighbours as training comes to them. */
export class NeighbourListsBuilder {
  readonly #items: number
  readonly #top: TopK
  readonly #ids: Int32Array
  readonly #weights: Float32Array

  constructor(items: number, k: number) {
    this.#items = items
    this.#top = new TopK(k)
    this.#ids = new Int32Array(items * k).fill(-1)
    this.#weights = new Float32Array(items * k)
  }

  /** Keeps the k candidates with the largest positive weights. */
  keep(item: number, candidates: Int32Array, weightOf: (candidate: number) => number): void {
    const top = this.#top
    top.count = 0
    for (let c = 0; c < candidates.length; c++) {
      const weight = weightOf(candidates[c]!)
      if (weight > 0) top.offer(candidates[c]!, weight)
    }
    top.finish()
    this.#ids.set(top.ids.subarray(0, top.count), item * top.k)
    this.#weights.set(top.scores.subarray(0, top.count), item * top.k)
  }

  /** `neighbours` Int32 [items × k], −1 where there are fewer; `weights` Float32 [items × k]; `size` Int32 [1] = items. */
  arrays(): Record<string, TypedArray> {
    return { neighbours: this.#ids, weights: this.#weights, size: Int32Array.of(this.#items) }
  }
}

/**
 * Scores by stored neighbours: s(j) = Σ_h decay(step of h) · weight(h → j) over the newest steps of the history.
 *
 * @cost O(entries in the newest steps · k) a query, nothing allocated
 */
export class NeighbourLists implements ScoresItems, FindsSimilar, Explains {
  readonly items: number
  readonly k: number
  readonly #params: HistoryParams
  readonly #ids: Int32Array
  readonly #weights: Float32Array

  constructor(arrays: ArrayReader, params: HistoryParams) {
    this.items = arrays.i32('size', 1)[0]!
    this.#ids = arrays.indices('neighbours', this.items, undefined, -1)
    this.#weights = arrays.f32('weights', this.#ids.length)
    this.k = this.items === 0 ? 0 : this.#ids.length / this.items
    if (!Number.isInteger(this.k)) throw new MlError('bad_model', 'neighbours are not items × k')
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
      const row = items[h]! * this.k
      for (let n = row; n < row + this.k && this.#ids[n] !== -1; n++) {
        board.add(this.#ids[n]!, weight * this.#weights[n]!)
      }
    }
  }

  similar(item: number, k: number): Ranked {
    checkItem(item, this.items)
    const top = new TopK(Math.min(k, this.k))
    for (let n = item * this.k; n < (item + 1) * this.k && this.#ids[n] !== -1; n++) {
      if (this.#ids[n] !== item) top.offer(this.#ids[n]!, this.#weights[n]!)
    }
    top.finish()
    return top.ranked()
  }

  explain(query: Query, item: number, limit: number): Contribution[] {
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
    for (let n = from * this.k; n < (from + 1) * this.k; n++) if (this.#ids[n] === to) return this.#weights[n]!
    return 0
  }
}
