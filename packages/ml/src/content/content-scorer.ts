import type { Contribution, Explains, FindsSimilar, Ranked, ScoresItems } from '../frame/abilities.ts'
import type { ArrayReader } from '../frame/algorithm.ts'
import type { Csr } from '../frame/csr.ts'
import type { Query } from '../frame/interactions.ts'
import { checkCount, checkItem, checkQuery } from '../frame/query.ts'
import { Scoreboard } from '../frame/scoreboard.ts'
import { TopK } from '../frame/topk.ts'
import { FeatureProfile } from './feature-profile.ts'
import { readPostings, readRows } from './feature-rows.ts'
import { FeatureScan, type ScanBounds } from './feature-scan.ts'
import { type FeaturePlace, type ItemEncoder, placeOf, readEncoder } from './item-encoder.ts'

export interface ContentScoring extends ScanBounds {
  readonly measure: 'cosine' | 'euclidean'
  readonly historySteps: number
  readonly stepDecay: number
}

/**
 * A content model opened. It keeps buffers, so one instance serves one thread.
 *
 * Solves   the similarity of each item's row with the profile of the history, as `contentNeighbours` defines both
 * Given    that model's arrays
 * Returns  scores of the best items that a bounded scan finds
 * Cost     O(features of the history's items) and the bounds of the scan
 * Source   Rocchio, 1971, for the profile; Salton, Wong and Yang, CACM 1975, for the comparison
 */
export class ContentScorer implements ScoresItems, FindsSimilar, Explains {
  readonly items: number
  readonly #params: ContentScoring
  readonly #encoder: ItemEncoder
  readonly #rows: Csr
  readonly #squares: Float32Array
  readonly #profile: FeatureProfile
  readonly #scan: FeatureScan

  constructor(arrays: ArrayReader, params: ContentScoring) {
    this.#params = params
    this.#encoder = readEncoder(arrays)
    const features = this.#encoder.scale.length
    this.#rows = readRows(arrays, features)
    this.items = this.#rows.rows
    this.#squares = arrays.f32('squares', this.items)
    this.#profile = new FeatureProfile(features)
    this.#scan = new FeatureScan(this.#rows, readPostings(arrays, this.#rows), params)
  }

  score(query: Query, board: Scoreboard): void {
    this.#read(query)
    this.#scoreProfile(board)
  }

  similar(item: number, k: number): Ranked {
    checkCount(k)
    checkItem(item, this.items)
    this.#profile.addRow(this.#rows, item, 1)
    const board = new Scoreboard(this.items)
    this.#scoreProfile(board)
    const top = new TopK(Math.min(k, this.items))
    for (let t = 0; t < board.count; t++) {
      const other = board.touched[t]!
      if (other !== item) top.offer(other, board.scores[other]!)
    }
    top.finish()
    return top.ranked()
  }

  /** The features that query and item share. Under the cosine their weights sum to the score. */
  explain(query: Query, item: number, limit: number): Contribution[] {
    checkCount(limit)
    checkItem(item, this.items)
    this.#read(query)
    const shared = this.#profile.contributions(this.#rows, item)
    this.#profile.clear()
    return shared.slice(0, limit)
  }

  /** Where an attribute of an explanation stands in the blocks given to training. @throws MlError `index_out_of_range` */
  featureOf(index: number): FeaturePlace {
    return placeOf(this.#encoder, index)
  }

  #read(query: Query): void {
    checkQuery(query, this.items)
    const { items, weights, basket } = query
    let steps = 1
    let decay = 1
    let total = 0
    for (let h = items.length - 1; h >= 0; h--) {
      if (h + 1 < items.length && basket[h] !== basket[h + 1]) {
        if (++steps > this.#params.historySteps) break
        decay *= this.#params.stepDecay
      }
      if (decay === 0) break
      this.#profile.addRow(this.#rows, items[h]!, decay * weights[h]!)
      total += decay * weights[h]!
    }
    this.#profile.divide(total)
  }

  /** Scores by the profile and forgets it. */
  #scoreProfile(board: Scoreboard): void {
    this.#scan.score(this.#profile, board)
    if (this.#params.measure === 'euclidean') this.#toCloseness(board)
    this.#profile.clear()
  }

  /** From dot products to 1 / (1 + distance). */
  #toCloseness(board: Scoreboard): void {
    const square = this.#profile.square()
    for (let t = 0; t < board.count; t++) {
      const item = board.touched[t]!
      const distance = Math.sqrt(Math.max(0, square + this.#squares[item]! - 2 * board.scores[item]!))
      board.scores[item] = 1 / (1 + distance)
    }
  }
}
