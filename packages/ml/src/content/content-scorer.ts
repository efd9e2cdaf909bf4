import type { Contribution, Explains, FindsSimilar, Ranked, ScoresItems } from '../frame/abilities.ts'
import type { ArrayReader } from '../frame/algorithm.ts'
import type { Csr } from '../frame/csr.ts'
import { MlError } from '../frame/errors.ts'
import type { Query } from '../frame/interactions.ts'
import { checkItem, checkQuery } from '../frame/query.ts'
import { Scoreboard } from '../frame/scoreboard.ts'
import { TopK } from '../frame/topk.ts'
import { type ItemEncoder, readEncoder } from './item-encoder.ts'

export interface ContentScoring {
  readonly measure: 'cosine' | 'euclidean'
  readonly historySteps: number
  readonly stepDecay: number
  readonly profileFeatures: number
  readonly commonFrom: number
}

/** Where a feature stands: its block, and its term, category or knot within the block. */
export interface FeaturePlace {
  readonly block: number
  readonly feature: number
}

/** A content model opened. It keeps one profile buffer, so one instance serves one thread. */
export class ContentScorer implements ScoresItems, FindsSimilar, Explains {
  readonly items: number
  readonly #params: ContentScoring
  readonly #encoder: ItemEncoder
  readonly #rows: Csr
  readonly #squares: Float32Array
  readonly #postingOffsets: Int32Array
  readonly #postingItems: Int32Array
  readonly #postingValues: Float32Array
  /** [features] the query's profile; zero wherever `#active` does not point. */
  readonly #profile: Float64Array
  /** [features] the profile's common features only. */
  readonly #common: Float64Array
  readonly #active: Int32Array
  #activeCount = 0
  readonly #strongest: TopK

  constructor(arrays: ArrayReader, params: ContentScoring) {
    this.#params = params
    this.#encoder = readEncoder(arrays)
    const features = this.#encoder.scale.length
    this.#rows = readRows(arrays, features)
    this.items = this.#rows.rows
    this.#squares = arrays.f32('squares', this.items)
    this.#postingItems = arrays.indices('postingItems', this.items, this.#rows.indices.length)
    this.#postingValues = arrays.f32('postingValues', this.#postingItems.length)
    this.#postingOffsets = arrays.offsets('postingOffsets', this.#postingItems.length)
    if (this.#postingOffsets.length !== features + 1) throw new MlError('bad_model', 'postings of other features')
    this.#profile = new Float64Array(features)
    this.#common = new Float64Array(features)
    this.#active = new Int32Array(features)
    this.#strongest = new TopK(Math.min(params.profileFeatures, features))
  }

  score(query: Query, board: Scoreboard): void {
    this.#profileOf(query)
    this.#scan(board)
    this.#forget()
  }

  similar(item: number, k: number): Ranked {
    checkItem(item, this.items)
    this.#addRow(item, 1)
    const board = new Scoreboard(this.items)
    this.#scan(board)
    this.#forget()
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
    checkItem(item, this.items)
    this.#profileOf(query)
    const { offsets, indices, values } = this.#rows
    const shared: Contribution[] = []
    for (let e = offsets[item]!; e < offsets[item + 1]!; e++) {
      const weight = this.#profile[indices[e]!]! * values[e]!
      if (weight > 0) shared.push({ kind: 'attribute', index: indices[e]!, weight })
    }
    this.#forget()
    return shared.sort((a, b) => b.weight - a.weight || a.index - b.index).slice(0, limit)
  }

  /** Where an attribute of an explanation stands in the blocks given to training. @throws MlError `index_out_of_range` */
  featureOf(index: number): FeaturePlace {
    checkItem(index, this.#profile.length)
    const { blockOffsets } = this.#encoder
    let block = 0
    while (blockOffsets[block + 1]! <= index) block++
    return { block, feature: index - blockOffsets[block]! }
  }

  #profileOf(query: Query): void {
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
      this.#addRow(items[h]!, decay * weights[h]!)
      total += decay * weights[h]!
    }
    for (let a = 0; a < this.#activeCount; a++) this.#profile[this.#active[a]!]! /= total
    if (this.#activeCount > this.#strongest.k) this.#keepStrongest()
  }

  #addRow(item: number, weight: number): void {
    const { offsets, indices, values } = this.#rows
    if (weight === 0) return
    for (let e = offsets[item]!; e < offsets[item + 1]!; e++) {
      const feature = indices[e]!
      if (this.#profile[feature] === 0) this.#active[this.#activeCount++] = feature
      this.#profile[feature]! += weight * values[e]!
    }
  }

  #keepStrongest(): void {
    const top = this.#strongest
    top.count = 0
    for (let a = 0; a < this.#activeCount; a++) top.offer(this.#active[a]!, this.#profile[this.#active[a]!]!)
    top.finish()
    this.#forget()
    for (let r = 0; r < top.count; r++) {
      this.#profile[top.ids[r]!] = top.scores[r]!
      this.#active[this.#activeCount++] = top.ids[r]!
    }
  }

  #scan(board: Scoreboard): void {
    let square = 0
    let common = 0
    for (let a = 0; a < this.#activeCount; a++) {
      const feature = this.#active[a]!
      square += this.#profile[feature]! * this.#profile[feature]!
      if (this.#isCommon(feature)) {
        common++
        this.#common[feature] = this.#profile[feature]!
      } else {
        this.#addPostings(feature, board)
      }
    }
    if (common > 0 && board.count > 0) this.#addCommon(board)
    else if (common > 0) for (let a = 0; a < this.#activeCount; a++) this.#addPostings(this.#active[a]!, board)
    if (this.#params.measure === 'cosine') return
    for (let t = 0; t < board.count; t++) {
      const item = board.touched[t]!
      const distance = Math.sqrt(Math.max(0, square + this.#squares[item]! - 2 * board.scores[item]!))
      board.scores[item] = 1 / (1 + distance)
    }
  }

  #isCommon(feature: number): boolean {
    return this.#postingOffsets[feature + 1]! - this.#postingOffsets[feature]! > this.#params.commonFrom
  }

  #addPostings(feature: number, board: Scoreboard): void {
    const weight = this.#profile[feature]!
    const items = this.#postingItems
    const values = this.#postingValues
    const end = this.#postingOffsets[feature + 1]!
    for (let p = this.#postingOffsets[feature]!; p < end; p++) board.add(items[p]!, weight * values[p]!)
  }

  /** What common features add to the items that others have brought. */
  #addCommon(board: Scoreboard): void {
    const { offsets, indices, values } = this.#rows
    const common = this.#common
    for (let t = 0; t < board.count; t++) {
      const item = board.touched[t]!
      let sum = 0
      for (let e = offsets[item]!; e < offsets[item + 1]!; e++) sum += common[indices[e]!]! * values[e]!
      board.scores[item]! += sum
    }
  }

  #forget(): void {
    for (let a = 0; a < this.#activeCount; a++) {
      this.#profile[this.#active[a]!] = 0
      this.#common[this.#active[a]!] = 0
    }
    this.#activeCount = 0
  }
}

/** The encoded items out of a model. @throws MlError `bad_model` */
export function readRows(arrays: ArrayReader, features: number): Csr {
  const indices = arrays.indices('features', features)
  const offsets = arrays.offsets('offsets', indices.length)
  return { rows: offsets.length - 1, columns: features, offsets, indices, values: arrays.f32('values', indices.length) }
}
