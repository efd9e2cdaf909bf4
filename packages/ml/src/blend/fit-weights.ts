import { addScores, ascend } from './ascent.ts'
import { ListGain } from './list-gain.ts'
import { pairwiseStart } from './pairwise-start.ts'
import type { SearchCases } from './search-cases.ts'

export interface WeightSearch {
  readonly epochs: number
  readonly rounds: number
}

/** What one search learns from. */
export interface SearchShare {
  /** Cases, ascending. */
  readonly chosen: Int32Array
  /** As `drawOpponents` gives them for these cases. */
  readonly opponents: Int32Array
}

/**
 * Non-negative weights of features.
 *
 * Solves   max over w ≥ 0 of mean NDCG@cutoff of the ranking by w · features
 * Given    cases, which of them to learn from, and what each feature alone is worth (`singleNdcg`)
 * Returns  Float64 [width]
 * Cost     O(epochs · Σ hits + rounds · width · Σ contenders)
 * Source   start: pairwise logistic loss (`pairwiseStart`); then coordinate ascent on the metric itself (`ascend`)
 * Differs  the ascent also starts from each single feature and goes on from the best start, so that the result is never
 *          below the best feature on these cases
 */
export function fitWeights(
  cases: SearchCases,
  { chosen, opponents }: SearchShare,
  singles: Float64Array,
  { epochs, rounds }: WeightSearch,
): Float64Array {
  const { hitsAt } = cases.contenders
  // Cases that no weights can answer would only cost time.
  const useful = chosen.filter((c) => hitsAt[c + 1]! > hitsAt[c]!)
  let best = pairwiseStart(cases, chosen, opponents, epochs)
  let bestGain = ndcgOfCases(cases, useful, best).reduce((total, value) => total + value, 0)
  for (let f = 0; f < cases.width; f++) {
    let gain = 0
    for (const c of useful) gain += singles[f * cases.cases + c]!
    if (gain > bestGain) {
      best = new Float64Array(cases.width)
      best[f] = 1
      bestGain = gain
    }
  }
  return ascend(cases, useful, best, rounds)
}

/** NDCG at the cut-off of each chosen case under the weights: Float64 [chosen]. Ties rank by item, as in serving. */
export function ndcgOfCases(cases: SearchCases, chosen: Int32Array, weights: Float64Array): Float64Array {
  const { rowsAt, hitsAt, hits } = cases.contenders
  const list = new ListGain(cases.cutoff)
  let scores = new Float64Array(0)
  return Float64Array.from(chosen, (c) => {
    const rows = rowsAt[c + 1]! - rowsAt[c]!
    if (scores.length < rows) scores = new Float64Array(2 * rows)
    scores.fill(0, 0, rows)
    addScores(cases, c, weights, scores, 0)
    const right = hits.subarray(hitsAt[c]!, hitsAt[c + 1]!)
    return list.gain(scores, rows, right, right.length, right.length) / list.ideal(cases.targets[c]!)
  })
}

/** What each feature alone is worth in each case: NDCG at the cut-off, Float64 [width × cases]. */
export function singleNdcg(cases: SearchCases): Float64Array {
  const all = Int32Array.from({ length: cases.cases }, (_, c) => c)
  const singles = new Float64Array(cases.width * cases.cases)
  for (let f = 0; f < cases.width; f++) {
    const weights = new Float64Array(cases.width)
    weights[f] = 1
    singles.set(ndcgOfCases(cases, all, weights), f * cases.cases)
  }
  return singles
}
