import type { Csr } from '../frame/csr.ts'
import type { Declarations } from '../frame/parameters.ts'
import { Scoreboard } from '../frame/scoreboard.ts'
import { TopK } from '../frame/topk.ts'
import type { FeatureProfile } from './feature-profile.ts'

/** What one scan may read. */
export interface ScanBounds {
  /** Features of a profile that may bring items. */
  readonly profileFeatures: number
  /** Postings that may be read. */
  readonly postings: number
  /** Items that are scored in full. */
  readonly candidates: number
}

export const SCAN_PARAMETERS: Declarations<{ profileFeatures: number; postings: number; candidates: number }> = {
  profileFeatures: {
    type: 'integer',
    default: 300,
    min: 1,
    max: 1_000_000,
    meaning: 'features of a query that may bring items',
  },
  postings: {
    type: 'integer',
    default: 20_000,
    min: 1,
    max: 2_000_000_000,
    meaning: 'entries by feature that a query may read to find items; bounds the cost in large catalogues',
  },
  candidates: {
    type: 'integer',
    default: 500,
    min: 1,
    max: 2_000_000_000,
    meaning: 'items found that are scored in full and answered with',
  },
}

/**
 * Finds the items whose rows have the largest dot product with a profile of any signs, within stated bounds.
 *
 * Given    rows items × features with values > 0, and the same by feature
 * Returns  on the board, the exact products of the best candidates: the features that promise most, weight times their
 *          largest value, bring items until `postings` are read; the `candidates` best of what was read are scored by
 *          all of their features
 * Cost     O(active + postings + candidates · (features of an item + log candidates)), whatever the catalogue's size
 * Source   impact-ordered evaluation with accumulators, Anh, de Kretser and Moffat, SIGIR 2001
 * Differs  lists are read whole or, when they exceed what is left of the bound, not at all; only where nothing was read
 *          is the head of the strongest list taken. In catalogues with fewer entries than `postings` nothing is skipped
 */
export class FeatureScan {
  readonly #rows: Csr
  readonly #postings: Csr
  readonly #bounds: ScanBounds
  /** [features] largest value of each. */
  readonly #largest: Float32Array
  readonly #strongest: TopK
  readonly #partial: Scoreboard
  readonly #candidates: TopK

  constructor(rows: Csr, postings: Csr, bounds: ScanBounds) {
    this.#rows = rows
    this.#postings = postings
    this.#bounds = bounds
    this.#largest = new Float32Array(rows.columns)
    for (let e = 0; e < rows.indices.length; e++) {
      const feature = rows.indices[e]!
      if (rows.values[e]! > this.#largest[feature]!) this.#largest[feature] = rows.values[e]!
    }
    this.#strongest = new TopK(Math.min(bounds.profileFeatures, rows.columns))
    this.#partial = new Scoreboard(rows.rows)
    this.#candidates = new TopK(Math.min(bounds.candidates, rows.rows))
  }

  score(profile: FeatureProfile, board: Scoreboard): void {
    this.#gather(profile)
    const partial = this.#partial
    const top = this.#candidates
    top.count = 0
    if (partial.count <= top.k) {
      for (let t = 0; t < partial.count; t++) this.#scoreInFull(profile, partial.touched[t]!, board)
    } else {
      for (let t = 0; t < partial.count; t++) {
        const score = partial.scores[partial.touched[t]!]!
        // Asked here too, since most are worse than the worst kept, and a call for each boxes its score.
        if (top.count < top.k || score >= top.scores[0]!) top.offer(partial.touched[t]!, score)
      }
      for (let c = 0; c < top.count; c++) this.#scoreInFull(profile, top.ids[c]!, board)
    }
    partial.clear()
  }

  /** Reads the lists of the features that promise most. */
  #gather({ weights, active, count }: FeatureProfile): void {
    const strongest = this.#strongest
    strongest.count = 0
    for (let a = 0; a < count; a++) {
      const feature = active[a]!
      const promise = weights[feature]! * this.#largest[feature]!
      if (promise > 0) strongest.offer(feature, promise)
    }
    strongest.finish()
    let left = this.#bounds.postings
    for (let s = 0; s < strongest.count; s++) {
      const feature = strongest.ids[s]!
      const length = this.#postings.offsets[feature + 1]! - this.#postings.offsets[feature]!
      if (length > left) continue
      this.#read(feature, weights[feature]!, length)
      left -= length
    }
    if (this.#partial.count === 0 && strongest.count > 0) {
      const feature = strongest.ids[0]!
      this.#read(feature, weights[feature]!, left)
    }
  }

  #read(feature: number, weight: number, most: number): void {
    const { offsets, indices, values } = this.#postings
    const end = Math.min(offsets[feature + 1]!, offsets[feature]! + most)
    for (let p = offsets[feature]!; p < end; p++) this.#partial.add(indices[p]!, weight * values[p]!)
  }

  #scoreInFull(profile: FeatureProfile, item: number, board: Scoreboard): void {
    board.set(item, profile.dot(this.#rows, item))
  }
}
