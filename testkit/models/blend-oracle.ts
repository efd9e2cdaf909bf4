import {
  type BlendCase,
  FEATURES_PER_SOURCE,
  idealGain,
  integer,
  normalisedScore,
  type Rng,
  rankScore,
  strength,
} from '@storemind/ml'

/*
 * The search for a blend's weights as it reads in the papers, one case and one weight at a time: what the fast one of
 * `packages/ml/src/blend` is checked against, bit for bit.
 */

/** All candidates of a case with their features, FEATURES_PER_SOURCE of each source, 0 where unranked. */
export interface FeatureRows {
  /** [candidates] ascending. */
  readonly items: Int32Array
  /** [FEATURES_PER_SOURCE·sources × candidates], one feature after the other */
  readonly features: Float32Array
  /** Per source the rows that it ranked; its features are 0 elsewhere. */
  readonly rankedBy: readonly Int32Array[]
  /** Rows of candidates that are targets. */
  readonly hits: Int32Array
  /** [candidates] 1 for those rows. */
  readonly isHit: Uint8Array
  readonly targets: number
}

/** @param usual [sources] as `usualBests` gives them */
export function featureRows(
  { rankings, targets }: BlendCase,
  depth: number,
  rankOffset: number,
  usual: Float32Array,
): FeatureRows {
  const items = Int32Array.from(new Set(rankings.flatMap(({ ids }) => [...ids.subarray(0, depth)]))).sort()
  const rowOf = new Map(Array.from(items, (item, row) => [item, row]))
  const features = new Float32Array(FEATURES_PER_SOURCE * rankings.length * items.length)
  rankings.forEach(({ ids, scores }, source) => {
    const n = Math.min(depth, ids.length)
    for (let rank = 0; rank < n; rank++) {
      const at = FEATURES_PER_SOURCE * source * items.length + (rowOf.get(ids[rank]!) ?? 0)
      features[at] = normalisedScore(scores[rank]!, scores[0]!, scores[n - 1]!)
      features[at + items.length] = rankScore(rank, rankOffset)
      features[at + 2 * items.length] = strength(scores[rank]!, usual[source]!)
    }
  })
  const hits = Int32Array.from(targets, (target) => rowOf.get(target) ?? -1).filter((row) => row !== -1)
  const isHit = new Uint8Array(items.length)
  for (const row of hits) isHit[row] = 1
  const rankedBy = rankings.map(({ ids }) => ids.slice(0, depth).map((item) => rowOf.get(item) ?? 0))
  return { items, features, rankedBy, hits, isHit, targets: targets.length }
}

/**
 * The candidates that any blend can place among its best `cutoff`. Within a source every feature falls with the rank, and
 * weights are never negative, so who is outranked by `cutoff` others in each source that ranks it stays behind them
 * whatever the weights; ties keep that order too, since equals of a source stand in the order of items.
 *
 * Returns  the same case with the remaining rows only, still ascending; a third to a quarter of them where ten sources speak
 * Cost     O(candidates · depth · sources) at most; nearly all are settled by the source that ranks them best
 * Source   the skyline's k-dominance, Papadias et al., TODS 2005, §5 (skyband)
 */
export function contenders({ items, features, rankedBy, hits, targets }: FeatureRows, cutoff: number): FeatureRows {
  const n = items.length
  const unranked = n
  const ranks = rankedBy.map((rows) => {
    const rank = new Int32Array(n).fill(unranked)
    rows.forEach((row, place) => {
      rank[row] = place
    })
    return rank
  })
  const stays = (row: number): boolean => {
    const asked = ranks.filter((rank) => rank[row]! < unranked)
    const best = asked.reduce((least, rank) => (rank[row]! < least[row]! ? rank : least))
    let before = 0
    for (const other of rankedBy[ranks.indexOf(best)]!.subarray(0, best[row]!)) {
      if (asked.every((rank) => rank[other]! < rank[row]!) && ++before === cutoff) return false
    }
    return true
  }
  const kept = Int32Array.from(items, (_, row) => row).filter(stays)
  const rowOf = new Int32Array(n).fill(-1)
  kept.forEach((row, at) => {
    rowOf[row] = at
  })
  const width = features.length / n
  const few = new Float32Array(width * kept.length)
  for (let f = 0; f < width; f++) {
    for (let row = 0; row < kept.length; row++) few[f * kept.length + row] = features[f * n + kept[row]!]!
  }
  const moved = (rows: Int32Array) => rows.map((row) => rowOf[row]!).filter((row) => row >= 0)
  const keptHits = moved(hits)
  const isHit = new Uint8Array(kept.length)
  for (const row of keptHits) isHit[row] = 1
  return {
    items: kept.map((row) => items[row]!),
    features: few,
    rankedBy: rankedBy.map(moved),
    hits: keptHits,
    isHit,
    targets,
  }
}

export interface WeightSearch {
  readonly cutoff: number
  readonly epochs: number
  readonly rounds: number
}

/** Wrong candidates that each right one is compared with in an epoch. */
const PAIRS = 8
const LEARNING_RATE = 0.1
/** What a weight is tried at, times itself. */
const FACTORS = [0, 0.5, 0.8, 1.25, 2]
/** What a silent feature is tried at, times the largest weight. */
const ENTRIES = [0.05, 0.2, 0.6]

/** One case for the search. */
export interface SearchCase {
  readonly all: FeatureRows
  /** Of them, who can come into the first `cutoff` (`contenders`). */
  readonly contenders: FeatureRows
}

/** Room for the best rows of one case, reused from case to case. */
interface Best {
  /** [cutoff] */
  readonly rows: Int32Array
  readonly values: Float64Array
  /** [cutoff + 1] the gain of a perfect ranking by number of targets; its steps are the discounts of the ranks. */
  readonly ideal: Float64Array
}

function bestOf(cutoff: number): Best {
  const ideal = Float64Array.from({ length: cutoff + 1 }, (_, targets) => idealGain(targets, cutoff))
  return { rows: new Int32Array(cutoff), values: new Float64Array(cutoff), ideal }
}

/** NDCG at `cutoff` of each case under the weights: Float64 [cases]. Ties rank by item, as in serving. */
export function ndcgOfCases(cases: readonly FeatureRows[], weights: Float64Array, cutoff: number): Float64Array {
  const best = bestOf(cutoff)
  return Float64Array.from(cases, (rows) => ndcgOf(rows, scoresOf(rows, weights), best))
}

/**
 * Non-negative weights of features.
 *
 * Solves   max over w ≥ 0 of mean NDCG@cutoff of the ranking by w · features
 * Given    cases of candidates with features [width × candidates]
 * Returns  Float64 [width]
 * Cost     O(epochs · Σ candidates + rounds · width · 5 · Σ contenders)
 * Source   start: pairwise logistic loss by projected gradient, Burges et al., ICML 2005 (RankNet, linear); then
 *          coordinate ascent on the metric itself, Metzler and Croft, Information Retrieval 2007, §4.3
 * Differs  the ascent also starts from each single feature and goes on from the best start, so that the result is never
 *          below the best feature on these cases
 */
export function fitWeights(
  cases: readonly SearchCase[],
  width: number,
  search: WeightSearch,
  random: Rng,
): Float64Array {
  // Cases that no weights can answer would only cost time.
  const useful = cases.flatMap(({ contenders }) => (contenders.hits.length > 0 ? [contenders] : []))
  let best = pairwise(
    cases.flatMap(({ all }) => (all.hits.length > 0 ? [all] : [])),
    width,
    search.epochs,
    random,
  )
  let bestGain = sum(ndcgOfCases(useful, best, search.cutoff))
  for (let f = 0; f < width; f++) {
    const single = new Float64Array(width)
    single[f] = 1
    const gain = sum(ndcgOfCases(useful, single, search.cutoff))
    if (gain > bestGain) [best, bestGain] = [single, gain]
  }
  return ascend(useful, best, search)
}

function pairwise(cases: readonly FeatureRows[], width: number, epochs: number, random: Rng): Float64Array {
  const weights = new Float64Array(width).fill(1 / width)
  for (let epoch = 0; epoch < epochs; epoch++) {
    const rate = LEARNING_RATE / (1 + epoch)
    for (const { features, items, hits, isHit } of cases) {
      const n = items.length
      for (const hit of hits) {
        for (let p = 0; p < PAIRS; p++) {
          const other = integer(random, items.length)
          if (isHit[other] === 1) continue
          let margin = 0
          for (let f = 0; f < width; f++) {
            margin += weights[f]! * (features[f * n + hit]! - features[f * n + other]!)
          }
          const step = rate / (1 + Math.exp(margin))
          for (let f = 0; f < width; f++) {
            const difference = features[f * n + hit]! - features[f * n + other]!
            weights[f] = Math.max(0, weights[f]! + step * difference)
          }
        }
      }
    }
  }
  return weights
}

function ascend(cases: readonly FeatureRows[], start: Float64Array, { cutoff, rounds }: WeightSearch): Float64Array {
  const weights = start.slice()
  const width = weights.length
  const scores = cases.map((rows) => scoresOf(rows, weights))
  const trial = scores.map((row) => row.slice())
  const best = bestOf(cutoff)
  let gain = totalNdcg(cases, scores, best)
  for (let round = 0; round < rounds; round++) {
    const before = gain
    for (let f = 0; f < width; f++) {
      const from = weights[f]!
      const largest = weights.reduce((most, weight) => Math.max(most, weight), 0)
      let to = from
      for (const value of from > 0 ? FACTORS.map((factor) => factor * from) : ENTRIES.map((e) => e * largest)) {
        shift(cases, scores, trial, f, value - from)
        const tried = totalNdcg(cases, trial, best)
        if (tried > gain + 1e-12) [gain, to] = [tried, value]
      }
      if (to !== from) shift(cases, scores, scores, f, to - from)
      // Back to equality on the rows that were tried.
      shift(cases, scores, trial, f, 0)
      weights[f] = to
    }
    if (gain - before < 5e-4 * before) break
  }
  return weights
}

/** to = from + delta · feature f, on the rows that the feature's source ranked; the others are taken to be equal. */
function shift(
  cases: readonly FeatureRows[],
  from: readonly Float64Array[],
  to: readonly Float64Array[],
  f: number,
  delta: number,
): void {
  for (let c = 0; c < cases.length; c++) {
    const { features, rankedBy } = cases[c]!
    const rows = rankedBy[Math.floor(f / FEATURES_PER_SOURCE)]!
    const [source, target] = [from[c]!, to[c]!]
    const at = f * source.length
    for (let r = 0; r < rows.length; r++) target[rows[r]!] = source[rows[r]!]! + delta * features[at + rows[r]!]!
  }
}

function scoresOf({ items, features }: FeatureRows, weights: Float64Array): Float64Array {
  const scores = new Float64Array(items.length)
  const n = items.length
  for (let f = 0; f < weights.length; f++) {
    const weight = weights[f]!
    if (weight === 0) continue
    for (let row = 0; row < n; row++) scores[row]! += weight * features[f * n + row]!
  }
  return scores
}

/** So few targets are each counted ahead of; with more of them, the best rows are kept in order instead. */
const COUNTED_HITS = 4

function ndcgOf(rows: FeatureRows, scores: Float64Array, best: Best): number {
  const gain = rows.hits.length <= COUNTED_HITS ? countedGain(rows, scores, best) : sortedGain(rows, scores, best)
  return gain / best.ideal[Math.min(rows.targets, best.rows.length)]!
}

/** Each target's rank by counting who is ahead of it: no branch that a processor would guess wrongly. */
function countedGain({ hits }: FeatureRows, scores: Float64Array, { rows, ideal }: Best): number {
  let gain = 0
  for (let h = 0; h < hits.length; h++) {
    const hit = hits[h]!
    const score = scores[hit]!
    // No score at all means not on the board.
    if (score <= 0) continue
    let rank = 0
    // Rows ascend by item, so an equal score ranks behind.
    for (let row = 0; row < hit; row++) rank += scores[row]! >= score ? 1 : 0
    for (let row = hit + 1; row < scores.length; row++) rank += scores[row]! > score ? 1 : 0
    if (rank < rows.length) gain += ideal[rank + 1]! - ideal[rank]!
  }
  return gain
}

/** The best `cutoff` rows kept in order by insertion: nearly all rows fail the first comparison. */
function sortedGain({ isHit }: FeatureRows, scores: Float64Array, { rows, values, ideal }: Best): number {
  const cutoff = rows.length
  let count = 0
  for (let row = 0; row < scores.length; row++) {
    const score = scores[row]!
    // No score at all means not on the board. Rows ascend by item, so an equal score ranks behind.
    if (score <= 0 || (count === cutoff && score <= values[count - 1]!)) continue
    if (count < cutoff) count++
    let at = count - 1
    while (at > 0 && values[at - 1]! < score) {
      values[at] = values[at - 1]!
      rows[at] = rows[at - 1]!
      at--
    }
    values[at] = score
    rows[at] = row
  }
  let gain = 0
  for (let rank = 0; rank < count; rank++) if (isHit[rows[rank]!] === 1) gain += ideal[rank + 1]! - ideal[rank]!
  return gain
}

function totalNdcg(cases: readonly FeatureRows[], scores: readonly Float64Array[], best: Best): number {
  let total = 0
  for (let c = 0; c < cases.length; c++) total += ndcgOf(cases[c]!, scores[c]!, best)
  return total
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0)
}
