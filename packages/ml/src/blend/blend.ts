import { calibrationError } from '../evaluation/calibration-error.ts'
import { pairedDifference } from '../evaluation/interval.ts'
import { userFolds } from '../evaluation/splits.ts'
import { type ArrayReader, defineAlgorithm } from '../frame/algorithm.ts'
import { MlError } from '../frame/errors.ts'
import type { FitRun, Rng } from '../frame/model.ts'
import { declareParameters } from '../frame/parameters.ts'
import { shuffle } from '../frame/rng.ts'
import { pause } from '../frame/run.ts'
import type { Scoreboard } from '../frame/scoreboard.ts'
import { type Mask, TopK } from '../frame/topk.ts'
import { Vocabulary } from '../frame/vocabulary.ts'
import { type Calibration, chanceOf, fitCalibration, readCalibration } from './calibration.ts'
import {
  type BlendCase,
  contenders,
  FEATURES_PER_SOURCE,
  featureRows,
  normalisedScore,
  rankScore,
  strength,
  usualBests,
} from './candidates.ts'
import { fitWeights, ndcgOfCases, type SearchCase, scoresOf } from './fit-weights.ts'

export interface BlendParams {
  depth: number
  cutoff: number
  rankOffset: number
  folds: number
  epochs: number
  rounds: number
  maxCases: number
  leastShare: number
}

export interface BlendData {
  /** Names of the sources, in the order of every case's rankings. */
  readonly sources: readonly string[]
  readonly cases: readonly BlendCase[]
}

/** How well the blend did where it had not learned: NDCG at the cut-off. */
export interface BlendReport {
  readonly cases: number
  /** Mean over cases, each answered by weights learned from other users. */
  readonly crossValidated: number
  /** The best single source, and its mean over the same cases. */
  readonly bestSource: string
  readonly bestSourceNdcg: number
  /** The blend's mean gain over the best source with its 95 % interval, paired by case. */
  readonly gain: number
  readonly gainLow: number
  readonly gainHigh: number
  /** Over the first `cutoff` items of all those cases: what was told to be the chance of a hit, and the share of hits. */
  readonly meanChance: number
  readonly hitShare: number
  /** How far chances were off, expected calibration error over them; NaN where chances are not known. */
  readonly calibrationError: number
  /** The blend did not beat the best source, so the model is that source. */
  readonly fellBack: boolean
}

/**
 * One ranking out of several sources'.
 *
 * Solves   s(i) = Σ_k a(k) · n(k, i) + b(k) · r(k, i) + c(k) · t(k, i), with n the score normalised per query to at most
 *          1, r the reciprocal rank (1 + offset) / (rank + offset), and t the score against what is usual for the best of
 *          its source; a, b, c ≥ 0, summing to 1, maximise mean NDCG@cutoff (fitWeights); and the chance that an item
 *          of this score is a target (fitCalibration)
 * Given    validation cases that no source has learned from
 * Returns  weights Float32 [3 · sources]: a, b and c of each; usual Float32 [sources], the medians of best scores;
 *          singleNdcg Float64 [sources]; report Float64 [9]: cases, cross-validated NDCG, gain, its interval's ends,
 *          fell back, mean chance, share of hits, calibration error; calibration.scores and calibration.chances Float32
 *          [knots]; names of the sources as UTF-8 bytes and offsets
 * Cost     (folds + 1) weight searches; memory O(cases · candidates · sources)
 * Source   linear fusion of normalised scores, Fox and Shaw, TREC-2 1994 (CombSUM); reciprocal ranks, Cormack et al.,
 *          SIGIR 2009
 * Differs  weights are learned, all three kinds of evidence enter (a normalised score alone would let a source that knows
 *          next to nothing of a query speak as loudly as ever), and the blend must prove itself: where cross-validation over
 *          users does not find it above the best single source, the model is that source and the report says so
 */
export const blend = defineAlgorithm({
  kind: 'blend',
  parameters: declareParameters<BlendParams>({
    depth: { type: 'integer', default: 100, min: 1, max: 10_000, meaning: 'items read of each source' },
    cutoff: { type: 'integer', default: 10, min: 1, max: 1000, meaning: 'list length whose NDCG is maximised' },
    rankOffset: { type: 'number', default: 10, min: 0, max: 1000, meaning: 'how slowly evidence falls with the rank' },
    folds: { type: 'integer', default: 5, min: 2, max: 100, meaning: 'folds over users' },
    epochs: { type: 'integer', default: 5, min: 0, max: 1000, meaning: 'passes of the pairwise start' },
    rounds: { type: 'integer', default: 5, min: 0, max: 1000, meaning: 'rounds of coordinate ascent' },
    maxCases: {
      type: 'integer',
      default: 2000,
      min: 10,
      max: 1_000_000,
      meaning: 'cases read, drawn at random if more',
    },
    leastShare: {
      type: 'number',
      default: 0,
      min: 0,
      max: 0.5,
      meaning:
        'a source with less than this share of all weight is left out: each costs a request as much as any other',
    },
  }),
  memory({ sources, cases }: BlendData, { depth, maxCases }) {
    const width = FEATURES_PER_SOURCE * sources.length
    // A case's candidates with their features, twice: all of them, and those that may reach the list.
    const perCase = 2 * depth * sources.length * (4 * width + 16) + 400
    return Math.min(cases.length, maxCases) * (perCase + 24)
  },
  async fit(data: BlendData, params, run) {
    const names = checkData(data)
    const chosen = drawn(data.cases, params.maxCases, run.rng)
    const usual = usualBests(chosen, data.sources.length)
    const rows = chosen.map((one): SearchCase => {
      const all = featureRows(one, params.depth, params.rankOffset, usual)
      return { all, contenders: contenders(all, params.cutoff) }
    })
    const ranked = rows.map((one) => one.contenders)
    const width = FEATURES_PER_SOURCE * data.sources.length
    const singles = data.sources.map((_, source) => ndcgOfCases(ranked, singleWeights(source, width), params.cutoff))
    const means = Float64Array.from(singles, mean)
    const best = means.indexOf(means.reduce((most, value) => Math.max(most, value), 0))
    const held = await crossValidate(rows, chosen, width, params, run)
    const gain = pairedDifference(held.ndcg, singles[best] ?? held.ndcg)
    const fellBack = !(gain.mean > 0)
    const weights = fellBack ? singleWeights(best, width) : learnWeights(rows, width, params, run.rng)
    const calibration = calibrated(rows, weights, params.depth)
    await pause(run, 1)
    const { bytes, offsets } = names.toArrays()
    return {
      weights: Float32Array.from(weights),
      usual,
      singleNdcg: means,
      'calibration.scores': calibration.scores,
      'calibration.chances': calibration.chances,
      report: Float64Array.of(
        rows.length,
        mean(held.ndcg),
        gain.mean,
        gain.low,
        gain.high,
        fellBack ? 1 : 0,
        mean(held.chances),
        mean(held.hits),
        held.hits.length > 0 ? calibrationError(held.chances, held.hits) : Number.NaN,
      ),
      sourceBytes: bytes,
      sourceOffsets: offsets,
    }
  },
  open: (arrays, params) => new Blend(arrays, params),
})

/** What weights that a case's user had no part in make of it. */
interface HeldOut {
  /** [cases] */
  readonly ndcg: Float64Array
  /** Of the first `cutoff` items of each case, case after case: what was told, and 1 where it was right. */
  readonly chances: Float64Array
  readonly hits: Float64Array
}

async function crossValidate(
  rows: readonly SearchCase[],
  cases: readonly BlendCase[],
  width: number,
  params: Readonly<BlendParams>,
  run: FitRun,
): Promise<HeldOut> {
  const groups = new Map<number, number>()
  const groupOf = cases.map(({ user }, c) => {
    const key = user === -1 ? -1 - c : user
    const group = groups.get(key) ?? groups.size
    groups.set(key, group)
    return group
  })
  const fold = userFolds(groups.size, params.folds, run.rng)
  const ndcg = new Float64Array(rows.length)
  const chances: number[] = []
  const hits: number[] = []
  for (let f = 0; f < params.folds; f++) {
    await pause(run, f / (params.folds + 1))
    const inside = (c: number): boolean => fold[groupOf[c]!] === f
    const learned = rows.filter((_, c) => !inside(c))
    const asked = Array.from(rows, (_, c) => c).filter(inside)
    const weights = learnWeights(learned, width, params, run.rng)
    const values = ndcgOfCases(
      asked.map((c) => rows[c]!.contenders),
      weights,
      params.cutoff,
    )
    asked.forEach((c, place) => {
      ndcg[c] = values[place]!
    })
    const calibration = calibrated(learned, weights, params.depth)
    const first = firstOf(
      asked.map((c) => rows[c]!),
      weights,
      params.cutoff,
    )
    for (const score of first.scores) chances.push(chanceOf(calibration, score))
    hits.push(...first.hits)
  }
  return { ndcg, chances: Float64Array.from(chances), hits: Float64Array.from(hits) }
}

/** Weights that sum to 1, without the sources that hardly count. */
function learnWeights(
  rows: readonly SearchCase[],
  width: number,
  params: Readonly<BlendParams>,
  random: Rng,
): Float64Array {
  const weights = fitWeights(rows, width, params, random)
  const least = params.leastShare * sum(weights)
  for (let from = 0; from < width; from += FEATURES_PER_SOURCE) {
    const own = weights.subarray(from, from + FEATURES_PER_SOURCE)
    if (sum(own) < least) own.fill(0)
  }
  const total = sum(weights)
  return total > 0 ? weights.map((weight) => weight / total) : weights
}

function calibrated(rows: readonly SearchCase[], weights: Float64Array, depth: number): Calibration {
  const { scores, hits } = firstOf(rows, weights, depth)
  return fitCalibration(scores, hits)
}

/** The scores of each case's best `most` candidates, case after case, and 1 for the targets among them. */
function firstOf(
  rows: readonly SearchCase[],
  weights: Float64Array,
  most: number,
): { scores: Float64Array; hits: Uint8Array } {
  const scores = new Float64Array(rows.length * most)
  const hits = new Uint8Array(scores.length)
  const top = new TopK(most)
  let end = 0
  for (const { all } of rows) {
    const own = scoresOf(all, weights)
    top.count = 0
    // No score at all means not on the board.
    for (let row = 0; row < own.length; row++) if (own[row]! > 0) top.offer(row, own[row]!)
    const count = top.finish()
    for (let place = 0; place < count; place++) {
      scores[end] = top.scores[place]!
      hits[end++] = all.isHit[top.ids[place]!]!
    }
  }
  return { scores: scores.subarray(0, end), hits: hits.subarray(0, end) }
}

function checkData({ sources, cases }: BlendData): Vocabulary {
  const names = new Vocabulary(sources)
  if (sources.length === 0 || cases.length === 0) {
    throw new MlError('empty_data', `${sources.length} sources, ${cases.length} cases`)
  }
  if (names.size !== sources.length) throw new MlError('bad_parameter', 'two sources share a name')
  for (const { rankings, targets } of cases) {
    if (rankings.length !== sources.length) {
      throw new MlError('length_mismatch', `${rankings.length} rankings of ${sources.length} sources`)
    }
    if (targets.length === 0) throw new MlError('empty_data', 'a case without targets')
    for (const { ids, scores } of rankings) {
      if (ids.length !== scores.length) throw new MlError('length_mismatch', 'ids and scores of a ranking')
      if (!scores.every((score) => Number.isFinite(score)))
        throw new MlError('bad_weight', 'a score that is not finite')
    }
  }
  return names
}

function drawn(cases: readonly BlendCase[], most: number, random: Rng): readonly BlendCase[] {
  if (cases.length <= most) return cases
  const order = shuffle(
    random,
    Int32Array.from(cases, (_, c) => c),
  ).subarray(0, most)
  return Array.from(order.sort(), (c) => cases[c]!)
}

/** Only the source's ranks count: the same order as its scores. */
function singleWeights(source: number, width: number): Float64Array {
  const weights = new Float64Array(width)
  weights[FEATURES_PER_SOURCE * source + 1] = 1
  return weights
}

function mean(values: Float64Array): number {
  return sum(values) / values.length
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0)
}

/** What one source added to an item's blended score. */
export interface SourceShare {
  readonly source: number
  readonly name: string
  readonly weight: number
}

/** A blend opened. It keeps its sources' rankings between calls, so one instance serves one thread. */
export class Blend {
  readonly sources: readonly string[]
  readonly report: BlendReport
  /** [3 · sources] weight of the normalised score, of the reciprocal rank and of the strength of each source. */
  readonly weights: Float32Array
  readonly #usual: Float32Array
  readonly #calibration: Calibration
  readonly #rankings: readonly TopK[]
  readonly #rankOffset: number

  constructor(arrays: ArrayReader, params: Readonly<BlendParams>) {
    this.sources = Vocabulary.fromArrays({
      bytes: arrays.u8('sourceBytes'),
      offsets: arrays.i32('sourceOffsets'),
    }).names()
    this.weights = arrays.f32('weights', FEATURES_PER_SOURCE * this.sources.length)
    this.#usual = arrays.f32('usual', this.sources.length)
    this.#calibration = readCalibration(arrays)
    this.report = reportOf(arrays.f64('report', 9), arrays.f64('singleNdcg', this.sources.length), this.sources)
    this.#rankings = this.sources.map(() => new TopK(params.depth))
    this.#rankOffset = params.rankOffset
  }

  /**
   * Blends the sources' boards onto `out`, which must be clear. Sources of weight 0 may leave theirs empty.
   *
   * @cost O(touched · log depth) per source, nothing allocated
   * @throws MlError `length_mismatch` when there is not one board per source
   */
  combine(boards: readonly Scoreboard[], out: Scoreboard, mask?: Mask): void {
    if (boards.length !== this.sources.length) {
      throw new MlError('length_mismatch', `${boards.length} boards for ${this.sources.length} sources`)
    }
    for (let s = 0; s < boards.length; s++) {
      const top = this.#rankings[s]!
      top.count = 0
      if (!this.uses(s)) continue
      top.select(boards[s]!, mask)
      for (let rank = 0; rank < top.count; rank++) out.add(top.ids[rank]!, this.#evidence(s, rank))
    }
  }

  /**
   * The chance that an item of this score is a target, as it was among the cases of training; NaN where too few were.
   * @cost O(log knots)
   */
  chance(score: number): number {
    return chanceOf(this.#calibration, score)
  }

  /** Whether a source has any weight; the others need not be asked. */
  uses(source: number): boolean {
    return this.weightOf(source) > 0
  }

  /** The weight of all that a source says. */
  weightOf(source: number): number {
    const at = FEATURES_PER_SOURCE * source
    return this.weights[at]! + this.weights[at + 1]! + this.weights[at + 2]!
  }

  /** Which sources made an item's score in the last `combine`, largest first; together they are the score. */
  explain(item: number): SourceShare[] {
    const shares: SourceShare[] = []
    for (let source = 0; source < this.sources.length; source++) {
      const top = this.#rankings[source]!
      const rank = top.ids.indexOf(item)
      // Beyond its count a ranking holds what was ranked before.
      if (rank === -1 || rank >= top.count) continue
      shares.push({ source, name: this.sources[source]!, weight: this.#evidence(source, rank) })
    }
    return shares.sort((a, b) => b.weight - a.weight || a.source - b.source)
  }

  #evidence(source: number, rank: number): number {
    const top = this.#rankings[source]!
    const at = FEATURES_PER_SOURCE * source
    const score = top.scores[rank]!
    return (
      this.weights[at]! * normalisedScore(score, top.scores[0]!, top.scores[top.count - 1]!) +
      this.weights[at + 1]! * rankScore(rank, this.#rankOffset) +
      this.weights[at + 2]! * strength(score, this.#usual[source]!)
    )
  }
}

function reportOf(report: Float64Array, singles: Float64Array, sources: readonly string[]): BlendReport {
  const bestSourceNdcg = singles.reduce((most, value) => Math.max(most, value), 0)
  return {
    cases: report[0]!,
    crossValidated: report[1]!,
    bestSource: sources[singles.indexOf(bestSourceNdcg)] ?? '',
    bestSourceNdcg,
    gain: report[2]!,
    gainLow: report[3]!,
    gainHigh: report[4]!,
    fellBack: report[5] === 1,
    meanChance: report[6]!,
    hitShare: report[7]!,
    calibrationError: report[8]!,
  }
}
