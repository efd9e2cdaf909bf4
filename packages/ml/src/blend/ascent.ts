import { ListGain } from './list-gain.ts'
import type { SearchCases } from './search-cases.ts'

/** What a weight is tried at, times itself. */
const FACTORS = [0, 0.5, 0.8, 1.25, 2]
/** What a silent feature is tried at, times the largest weight. */
const ENTRIES = [0.05, 0.2, 0.6]
/** A round that gains less than this share ends the ascent. */
const LEAST_GAIN = 5e-4

/**
 * Coordinate ascent on NDCG itself: one weight after the other is tried at a few values and stays at the best.
 *
 * Solves   max over w ≥ 0 of Σ NDCG@cutoff over the chosen cases, from a start
 * Returns  Float64 [width]
 * Cost     O(rounds · width · Σ contenders), all values of a weight in one pass
 * Source   Metzler and Croft, Information Retrieval 2007, §4.3
 * Differs  rows that no tried value brings into the list are left out of the comparison. Scores rise with the weight, so
 *          `cutoff` rows whose lowest score is above a row's highest shut it out; and a case all of whose targets are shut
 *          out adds 0 without being ranked. No gain is changed by that
 */
export function ascend(cases: SearchCases, chosen: Int32Array, start: Float64Array, rounds: number): Float64Array {
  const weights = start.slice()
  const state = new Ascent(cases, chosen, weights)
  let gain = state.total()
  for (let round = 0; round < rounds; round++) {
    const before = gain
    for (let f = 0; f < weights.length; f++) {
      const from = weights[f]!
      const largest = weights.reduce((most, weight) => Math.max(most, weight), 0)
      const values = from > 0 ? FACTORS.map((factor) => factor * from) : ENTRIES.map((entry) => entry * largest)
      const gains = state.tried(
        f,
        values.map((value) => value - from),
      )
      let to = from
      values.forEach((value, t) => {
        if (gains[t]! > gain + 1e-12) [gain, to] = [gains[t]!, value]
      })
      if (to !== from) state.shift(f, to - from)
      weights[f] = to
    }
    if (gain - before < LEAST_GAIN * before) break
  }
  return weights
}

/** Scores of the chosen cases' contenders under the weights so far. */
class Ascent {
  readonly #cases: SearchCases
  readonly #chosen: Int32Array
  readonly #list: ListGain
  /** [chosen + 1] */
  readonly #scoresAt: Int32Array
  readonly #scores: Float64Array
  /** [chosen × cutoff] the best rows of each case, and how many these are; any `cutoff` rows bound the list from below. */
  readonly #best: Int32Array
  readonly #bestCount: Int32Array
  /** [most rows of a case] of rows that may come into the list: their score, the feature, the score that is tried. */
  readonly #base: Float64Array
  readonly #feature: Float64Array
  readonly #trial: Float64Array
  /** [most rows of a case] where a row of the case is among these; and [most rows] those that are targets. */
  readonly #moved: Int32Array
  readonly #hits: Int32Array

  constructor(cases: SearchCases, chosen: Int32Array, weights: Float64Array) {
    const { rowsAt } = cases.contenders
    this.#cases = cases
    this.#chosen = chosen
    this.#list = new ListGain(cases.cutoff)
    this.#scoresAt = new Int32Array(chosen.length + 1)
    let most = 0
    chosen.forEach((c, k) => {
      const rows = rowsAt[c + 1]! - rowsAt[c]!
      this.#scoresAt[k + 1] = this.#scoresAt[k]! + rows
      most = Math.max(most, rows)
    })
    this.#scores = new Float64Array(this.#scoresAt[chosen.length]!)
    chosen.forEach((c, k) => {
      addScores(cases, c, weights, this.#scores, this.#scoresAt[k]!)
    })
    this.#best = new Int32Array(chosen.length * cases.cutoff)
    this.#bestCount = new Int32Array(chosen.length)
    this.#base = new Float64Array(most)
    this.#feature = new Float64Array(most)
    this.#trial = new Float64Array(most)
    this.#moved = new Int32Array(most)
    this.#hits = new Int32Array(most)
    for (let k = 0; k < chosen.length; k++) this.#select(k, Number.NEGATIVE_INFINITY)
  }

  /** Σ NDCG as it is. */
  total(): number {
    return this.tried(0, [0])[0]!
  }

  /** Σ NDCG with weight f moved by each of the deltas: Float64 [deltas]. */
  tried(f: number, deltas: readonly number[]): Float64Array {
    const { width, contenders, targets } = this.#cases
    const { rowsAt, features, hitsAt, hits } = contenders
    const scores = this.#scores
    const base = this.#base
    const feature = this.#feature
    const trial = this.#trial
    const moved = this.#moved
    const asked = this.#hits
    const totals = new Float64Array(deltas.length)
    const low = Math.min(...deltas)
    const high = Math.max(...deltas)
    for (let k = 0; k < this.#chosen.length; k++) {
      const c = this.#chosen[k]!
      const rows = rowsAt[c + 1]! - rowsAt[c]!
      const at = this.#scoresAt[k]!
      const x = width * rowsAt[c]! + f * rows
      const firstHit = hitsAt[c]!
      const lastHit = hitsAt[c + 1]!
      const least = this.#least(k, x, low)
      let reaching = 0
      for (let h = firstHit; h < lastHit; h++) {
        const hit = hits[h]!
        if (scores[at + hit]! + high * features[x + hit]! >= least) reaching++
      }
      if (reaching === 0) continue
      let near = 0
      for (let row = 0; row < rows; row++) {
        const score = scores[at + row]!
        const value = features[x + row]!
        if (score + high * value < least) continue
        base[near] = score
        feature[near] = value
        moved[row] = near++
      }
      let count = 0
      for (let h = firstHit; h < lastHit; h++) {
        const hit = hits[h]!
        if (scores[at + hit]! + high * features[x + hit]! >= least) asked[count++] = moved[hit]!
      }
      const ideal = this.#list.ideal(targets[c]!)
      for (let t = 0; t < totals.length; t++) {
        const delta = deltas[t]!
        for (let row = 0; row < near; row++) trial[row] = base[row]! + delta * feature[row]!
        totals[t]! += this.#list.gain(trial, near, asked, count, lastHit - firstHit) / ideal
      }
    }
    return totals
  }

  /** Weight f moved by delta for good. */
  shift(f: number, delta: number): void {
    const { width, contenders } = this.#cases
    const { rowsAt, features } = contenders
    for (let k = 0; k < this.#chosen.length; k++) {
      const c = this.#chosen[k]!
      const rows = rowsAt[c + 1]! - rowsAt[c]!
      const at = this.#scoresAt[k]!
      const x = width * rowsAt[c]! + f * rows
      for (let row = 0; row < rows; row++) this.#scores[at + row]! += delta * features[x + row]!
      this.#select(k, this.#least(k, x, 0))
    }
  }

  /** A score that the list's last place has at least, whatever delta of at least `low` moves weight f. */
  #least(k: number, x: number, low: number): number {
    const { cutoff, contenders } = this.#cases
    const { features } = contenders
    if (this.#bestCount[k]! < cutoff) return Number.NEGATIVE_INFINITY
    const at = this.#scoresAt[k]!
    let least = Number.POSITIVE_INFINITY
    for (let place = k * cutoff; place < (k + 1) * cutoff; place++) {
      const row = this.#best[place]!
      const score = this.#scores[at + row]! + low * features[x + row]!
      if (score < least) least = score
    }
    return least
  }

  #select(k: number, least: number): void {
    const at = this.#scoresAt[k]!
    const { cutoff } = this.#cases
    const list = this.#list
    list.select(this.#scores, at, this.#scoresAt[k + 1]! - at, least)
    this.#bestCount[k] = list.count
    for (let place = 0; place < list.count; place++) this.#best[k * cutoff + place] = list.rows[place]!
  }
}

/** Adds w · features of a case's contenders to `scores` from `at` on. */
export function addScores(
  { contenders: { rowsAt, features }, width }: SearchCases,
  c: number,
  weights: Float64Array,
  scores: Float64Array,
  at: number,
): void {
  const rows = rowsAt[c + 1]! - rowsAt[c]!
  const from = width * rowsAt[c]!
  for (let f = 0; f < width; f++) {
    const weight = weights[f]!
    if (weight === 0) continue
    for (let row = 0; row < rows; row++) scores[at + row]! += weight * features[from + f * rows + row]!
  }
}
