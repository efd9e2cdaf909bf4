import type { Contribution, Explains, FindsSimilar, Ranked, ScoresItems } from '../frame/abilities.ts'
import type { ArrayReader } from '../frame/algorithm.ts'
import type { Csr } from '../frame/csr.ts'
import { MlError } from '../frame/errors.ts'
import type { Query } from '../frame/interactions.ts'
import { checkCount, checkItem } from '../frame/query.ts'
import { Scoreboard } from '../frame/scoreboard.ts'
import { TopK } from '../frame/topk.ts'
import { History } from '../neighbours/history.ts'
import { type PastRule, pastScale } from './affinity-moments.ts'
import { FeatureProfile } from './feature-profile.ts'
import { readPostings, readRows } from './feature-rows.ts'
import { FeatureScan, type ScanBounds } from './feature-scan.ts'
import { type FeaturePlace, type ItemEncoder, placeOf, readEncoder } from './item-encoder.ts'
import { Kinship } from './kinship.ts'

export interface AffinityScoring extends PastRule, ScanBounds {
  readonly likeness: number
  readonly likenessPower: number
  readonly demand: number
}

/**
 * An attribute affinity model opened. It keeps buffers, so one instance serves one thread.
 *
 * Solves   s(j) = (demand·W(constant) + Σ_h v_h·(x(h)·W + c(h)) + likeness·scale·p)·x(j); the terms stand at
 *          `attributeAffinity`
 * Given    that model's arrays
 * Returns  scores of the best items that a bounded scan finds
 * Cost     O(history · affinities) and the bounds of the scan
 * Source   Park and Chu, RecSys 2009, §3
 */
export class AffinityScorer implements ScoresItems, FindsSimilar, Explains {
  readonly items: number
  readonly #params: AffinityScoring
  readonly #encoder: ItemEncoder
  readonly #rows: Csr
  readonly #affinities: Csr
  readonly #learned: Int32Array
  readonly #demand: Float32Array
  /** [2] of likeness as it is and of its power */
  readonly #scale: Float32Array
  readonly #kin: Kinship
  readonly #history: History
  /** What each value of the history is multiplied with. */
  #pastScale = 0
  readonly #profile: FeatureProfile
  readonly #scan: FeatureScan

  constructor(arrays: ArrayReader, params: AffinityScoring) {
    this.#params = params
    this.#encoder = readEncoder(arrays)
    const features = this.#encoder.scale.length
    this.#rows = readRows(arrays, features)
    this.items = this.#rows.rows
    this.#learned = arrays.indices('learned', features)
    this.#demand = arrays.f32('demand', this.#learned.length)
    arrays.f32('weights', this.#learned.length ** 2)
    this.#scale = arrays.f32('scaleOfLikeness', 2)
    const indices = arrays.indices('affinityFeatures', features)
    const offsets = arrays.offsets('affinityOffsets', indices.length)
    const values = arrays.f32('affinityValues', indices.length)
    if (offsets.length !== this.items + 1) throw new MlError('bad_model', 'affinities of other items')
    this.#affinities = { rows: this.items, columns: features, offsets, indices, values }
    this.#history = new History(this.items, {
      weighting: 'binary',
      halfLifeDays: 0,
      halfLifeBaskets: params.halfLifeBaskets,
      historyItems: params.historyItems,
    })
    this.#profile = new FeatureProfile(features)
    this.#kin = new Kinship(this.#rows)
    this.#scan = new FeatureScan(this.#rows, readPostings(arrays, this.#rows), params)
  }

  score(query: Query, board: Scoreboard): void {
    this.#read(query)
    this.#scan.score(this.#profile, board)
    this.#profile.clear()
    const { items, values, count } = this.#history
    for (let h = 0; h < count; h++) this.#bend(items[h]!, this.#pastScale * values[h]!, board)
  }

  /** What goes with one item, were it the whole past. */
  similar(item: number, k: number): Ranked {
    checkCount(k)
    checkItem(item, this.items)
    this.#addDemand()
    this.#addItem(item, 1)
    const board = new Scoreboard(this.items)
    this.#scan.score(this.#profile, board)
    this.#profile.clear()
    this.#bend(item, 1, board)
    const top = new TopK(Math.min(k, this.items))
    for (let t = 0; t < board.count; t++) {
      if (board.touched[t] !== item) top.offer(board.touched[t]!, board.scores[board.touched[t]!]!)
    }
    top.finish()
    return top.ranked()
  }

  /** The item's features and what each adds to the score, to which they sum. */
  explain(query: Query, item: number, limit: number): Contribution[] {
    checkCount(limit)
    checkItem(item, this.items)
    this.#read(query)
    const { items, values, count } = this.#history
    for (let h = 0; h < count; h++) {
      this.#kin.of(items[h]!)
      // Each shared feature has its share in the power: s^n = s^(n−1) · Σ_f x_f(h)·x_f(j).
      this.#profile.addRow(this.#rows, items[h]!, this.#pastScale * values[h]! * this.#excess(this.#kin.to(item)))
    }
    const found = this.#profile.contributions(this.#rows, item)
    this.#profile.clear()
    return found.slice(0, limit)
  }

  /** Where an attribute of an explanation stands in the blocks given to training. @throws MlError `index_out_of_range` */
  featureOf(index: number): FeaturePlace {
    return placeOf(this.#encoder, index)
  }

  #read(query: Query): void {
    const history = this.#history
    history.readQuery(query)
    this.#addDemand()
    this.#pastScale = pastScale(history.values, history.count, this.#params.lengthPower)
    for (let h = 0; h < history.count; h++) this.#addItem(history.items[h]!, this.#pastScale * history.values[h]!)
  }

  #addDemand(): void {
    const { demand } = this.#params
    if (demand === 0) return
    for (let f = 0; f < this.#learned.length; f++) this.#profile.add(this.#learned[f]!, demand * this.#demand[f]!)
  }

  #addItem(item: number, value: number): void {
    this.#profile.addRow(this.#affinities, item, value)
    const likeness = this.#params.likeness * this.#scale[0]!
    if (likeness > 0) this.#profile.addRow(this.#rows, item, likeness * value)
  }

  /** Puts the power of the likeness to an item of the past in the place of the likeness by which items were found. */
  #bend(item: number, value: number, board: Scoreboard): void {
    if (this.#params.likeness === 0 || this.#params.likenessPower === 1) return
    this.#kin.of(item)
    for (let t = 0; t < board.count; t++) {
      const other = board.touched[t]!
      const alike = this.#kin.to(other)
      if (alike !== 0) board.scores[other]! += value * alike * this.#excess(alike)
    }
  }

  /** By how much the weight of a likeness exceeds that by which items were found. */
  #excess(alike: number): number {
    const { likeness, likenessPower } = this.#params
    return likeness * (this.#scale[1]! * alike ** (likenessPower - 1) - this.#scale[0]!)
  }
}
