import { TopK } from '../frame/topk.ts'
import { type Calibration, fitCalibration } from './calibration.ts'
import { FEATURES_PER_SOURCE } from './candidates.ts'
import { fitWeights, type SearchShare, type WeightSearch } from './fit-weights.ts'
import type { SearchCases } from './search-cases.ts'

/** How weights are learned. */
export interface ShareRules extends WeightSearch {
  readonly depth: number
  readonly leastShare: number
}

/** All that several searches of one run have in common. */
export interface SearchTask {
  readonly cases: SearchCases
  /** [width × cases] as `singleNdcg` gives them. */
  readonly singles: Float64Array
  readonly rules: ShareRules
  /** Whether chances are wanted, too. */
  readonly calibrates: boolean
  readonly shares: readonly SearchShare[]
}

/** What is learned from a share of the cases. */
export interface LearnedShare {
  /** [width] that sum to 1, without the sources that hardly count. */
  readonly weights: Float64Array
  /** Undefined where it is not wanted. */
  readonly calibration: Calibration | undefined
}

/** The weights of one share, and the chances that belong to the scores that these give. */
export function learnShare({ cases, singles, rules, calibrates }: SearchTask, share: SearchShare): LearnedShare {
  const weights = kept(fitWeights(cases, share, singles, rules), rules.leastShare)
  return { weights, calibration: calibrates ? calibrated(cases, share.chosen, weights, rules.depth) : undefined }
}

/** Weights that sum to 1, without the sources that have less than the least share of them. */
function kept(found: Float64Array, leastShare: number): Float64Array {
  const weights = found.slice()
  const least = leastShare * sum(weights)
  for (let from = 0; from < weights.length; from += FEATURES_PER_SOURCE) {
    const own = weights.subarray(from, from + FEATURES_PER_SOURCE)
    if (sum(own) < least) own.fill(0)
  }
  const total = sum(weights)
  return total > 0 ? weights.map((weight) => weight / total) : weights
}

export function calibrated(cases: SearchCases, chosen: Int32Array, weights: Float64Array, depth: number): Calibration {
  const { scores, hits } = firstOf(cases, chosen, weights, depth)
  return fitCalibration(scores, hits)
}

/** The scores of each chosen case's best `most` candidates, case after case, and 1 for the targets among them. */
export function firstOf(
  { candidates }: SearchCases,
  chosen: Int32Array,
  weights: Float64Array,
  most: number,
): { scores: Float64Array; hits: Uint8Array } {
  const { rowsAt, entriesAt, source, features, isHit } = candidates
  const scores = new Float64Array(chosen.length * most)
  const hits = new Uint8Array(scores.length)
  const top = new TopK(most)
  let end = 0
  for (const c of chosen) {
    top.count = 0
    for (let row = rowsAt[c]!; row < rowsAt[c + 1]!; row++) {
      let score = 0
      for (let entry = entriesAt[row]!; entry < entriesAt[row + 1]!; entry++) {
        const f = FEATURES_PER_SOURCE * source[entry]!
        const at = FEATURES_PER_SOURCE * entry
        for (let k = 0; k < FEATURES_PER_SOURCE; k++) score += weights[f + k]! * features[at + k]!
      }
      // No score at all means not on the board.
      if (score > 0) top.offer(row, score)
    }
    const count = top.finish()
    for (let place = 0; place < count; place++) {
      scores[end] = top.scores[place]!
      hits[end++] = isHit[top.ids[place]!]!
    }
  }
  return { scores: scores.subarray(0, end), hits: hits.subarray(0, end) }
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0)
}
