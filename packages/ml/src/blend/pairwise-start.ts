import type { Rng } from '../frame/model.ts'
import { integer } from '../frame/rng.ts'
import { FEATURES_PER_SOURCE } from './candidates.ts'
import type { SearchCases } from './search-cases.ts'

/** Wrong candidates that each right one is compared with in an epoch. */
const PAIRS = 8
const LEARNING_RATE = 0.1

/** Bytes of the opponents of so many right candidates. */
export function opponentBytes(hits: number, epochs: number): number {
  return 4 * epochs * PAIRS * hits
}

/**
 * Whom each right candidate is compared with, drawn beforehand: then several searches can go at the same time and still
 * draw as they would one after the other.
 *
 * @param chosen the cases that weights are learned from
 * @returns [epochs × hits of the chosen × PAIRS] rows of their case, in memory that threads share
 */
export function drawOpponents(
  { candidates }: SearchCases,
  chosen: Int32Array,
  epochs: number,
  random: Rng,
): Int32Array {
  const { rowsAt, hitsAt } = candidates
  const hits = chosen.reduce((sum, c) => sum + hitsAt[c + 1]! - hitsAt[c]!, 0)
  const opponents = new Int32Array(new SharedArrayBuffer(opponentBytes(hits, epochs)))
  let at = 0
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const c of chosen) {
      const rows = rowsAt[c + 1]! - rowsAt[c]!
      const end = at + PAIRS * (hitsAt[c + 1]! - hitsAt[c]!)
      while (at < end) opponents[at++] = integer(random, rows)
    }
  }
  return opponents
}

/**
 * Weights from which the search begins.
 *
 * Solves   pairwise logistic loss of right candidates against drawn ones, by projected gradient over w ≥ 0
 * Given    cases, and opponents as `drawOpponents` gives them for the chosen
 * Returns  Float64 [width]
 * Cost     O(epochs · hits · PAIRS · features that a source of either candidate speaks of)
 * Source   Burges et al., ICML 2005 (RankNet, linear)
 */
export function pairwiseStart(
  { width, candidates }: SearchCases,
  chosen: Int32Array,
  opponents: Int32Array,
  epochs: number,
): Float64Array {
  const { rowsAt, entriesAt, source, features, isHit, hitsAt, hits } = candidates
  const weights = new Float64Array(width).fill(1 / width)
  /** What the right candidate has, and what it has more than the other, by feature; the same between two pairs. */
  const mine = new Float64Array(width)
  const more = new Float64Array(width)
  /** First features of the sources that speak of either, ascending. */
  const spoken = new Int32Array(width)
  let at = 0
  for (let epoch = 0; epoch < epochs; epoch++) {
    const rate = LEARNING_RATE / (1 + epoch)
    for (const c of chosen) {
      const from = rowsAt[c]!
      for (let h = hitsAt[c]!; h < hitsAt[c + 1]!; h++) {
        const hit = from + hits[h]!
        const [first, end] = [entriesAt[hit]!, entriesAt[hit + 1]!]
        mine.fill(0)
        for (let entry = first; entry < end; entry++) {
          const f = FEATURES_PER_SOURCE * source[entry]!
          for (let k = 0; k < FEATURES_PER_SOURCE; k++) mine[f + k] = features[FEATURES_PER_SOURCE * entry + k]!
        }
        more.set(mine)
        for (let p = 0; p < PAIRS; p++) {
          const other = from + opponents[at++]!
          if (isHit[other] === 1) continue
          let own = first
          let count = 0
          const last = entriesAt[other + 1]!
          for (let entry = entriesAt[other]!; entry < last; entry++) {
            const s = source[entry]!
            while (own < end && source[own]! < s) spoken[count++] = FEATURES_PER_SOURCE * source[own++]!
            if (own < end && source[own] === s) own++
            const f = FEATURES_PER_SOURCE * s
            const e = FEATURES_PER_SOURCE * entry
            spoken[count++] = f
            more[f] = mine[f]! - features[e]!
            more[f + 1] = mine[f + 1]! - features[e + 1]!
            more[f + 2] = mine[f + 2]! - features[e + 2]!
          }
          while (own < end) spoken[count++] = FEATURES_PER_SOURCE * source[own++]!
          let margin = 0
          for (let n = 0; n < count; n++) {
            const f = spoken[n]!
            margin += weights[f]! * more[f]!
            margin += weights[f + 1]! * more[f + 1]!
            margin += weights[f + 2]! * more[f + 2]!
          }
          const step = rate / (1 + Math.exp(margin))
          for (let n = 0; n < count; n++) {
            for (let f = spoken[n]!; f < spoken[n]! + FEATURES_PER_SOURCE; f++) {
              weights[f] = Math.max(0, weights[f]! + step * more[f]!)
              more[f] = mine[f]!
            }
          }
        }
      }
    }
  }
  return weights
}
