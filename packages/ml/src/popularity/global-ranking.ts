import type { ScoresItems } from '../frame/abilities.ts'
import type { ArrayReader } from '../frame/algorithm.ts'
import type { Query } from '../frame/interactions.ts'
import type { TypedArray } from '../frame/model.ts'
import { checkQuery } from '../frame/query.ts'
import type { Scoreboard } from '../frame/scoreboard.ts'
import { TopK } from '../frame/topk.ts'

/** A ranking that is the same for everyone: `ids` [m] best first with their `scores` [m], and `size` [1] = items. */
export function globalRankingArrays(scores: Float64Array, depth: number): Record<string, TypedArray> {
  const top = new TopK(depth === 0 ? scores.length : Math.min(depth, scores.length))
  for (let i = 0; i < scores.length; i++) if (scores[i]! > 0) top.offer(i, scores[i]!)
  top.finish()
  return { ...top.ranked(), size: Int32Array.of(scores.length) }
}

/** Bytes that a ranking of items takes, the result included. */
export function rankingBytes(items: number, depth: number): number {
  return 16 * (depth === 0 ? items : Math.min(depth, items))
}

/** Puts the same ranking on every board. @cost O(m) a query */
export class GlobalRanking implements ScoresItems {
  readonly items: number
  readonly ids: Int32Array
  readonly scores: Float32Array

  constructor(arrays: ArrayReader) {
    this.items = arrays.i32('size', 1)[0]!
    this.ids = arrays.indices('ids', this.items)
    this.scores = arrays.f32('scores', this.ids.length)
  }

  score(query: Query, board: Scoreboard): void {
    checkQuery(query, this.items)
    for (let r = 0; r < this.ids.length; r++) board.set(this.ids[r]!, this.scores[r]!)
  }
}
