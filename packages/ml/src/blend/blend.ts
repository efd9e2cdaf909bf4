import { type ArrayReader, defineAlgorithm } from '../frame/algorithm.ts'
import { MlError } from '../frame/errors.ts'
import type { FitRun } from '../frame/model.ts'
import { declareParameters } from '../frame/parameters.ts'
import { checkThreads, pause } from '../frame/run.ts'
import type { Scoreboard } from '../frame/scoreboard.ts'
import { type Mask, TopK } from '../frame/topk.ts'
import { Vocabulary } from '../frame/vocabulary.ts'
import { type Calibration, chanceOf, readCalibration } from './calibration.ts'
import { type BlendCase, FEATURES_PER_SOURCE, normalisedScore, rankScore, strength } from './candidates.ts'
import { type BlendReport, type BlendValidation, reportOf, validationOf } from './report.ts'
import { validate, weigh, weighingBytes } from './weigh.ts'

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
 * Cost     (folds + 1) weight searches, on run.threads threads; memory O(cases · (candidates + contenders · sources))
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
  memory: ({ sources, cases }: BlendData, params) => weighingBytes(cases, sources.length, params),
  async fit(data: BlendData, params, run) {
    const names = checkData(data)
    const { usual, weights, calibration, singleNdcg, figures, chances } = await weigh(data, params, run)
    await pause(run, 1)
    const { bytes, offsets } = names.toArrays()
    return {
      weights: Float32Array.from(weights),
      usual,
      singleNdcg,
      'calibration.scores': calibration.scores,
      'calibration.chances': calibration.chances,
      report: Float64Array.of(...figures, ...chances),
      sourceBytes: bytes,
      sourceOffsets: offsets,
    }
  },
  open: (arrays, params) => new Blend(arrays, params),
})

/**
 * How good a blend is where it has not learned, as learning one would report it, without its chances and a search cheaper.
 * @throws MlError as learning it
 */
export async function validateBlend(
  data: BlendData,
  params: Partial<BlendParams>,
  run: FitRun,
): Promise<BlendValidation> {
  checkThreads(run)
  checkData(data)
  const { figures, singleNdcg } = await validate(data, blend.parameters.resolve(params), run)
  return validationOf(figures, singleNdcg, data.sources)
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
    this.report = reportOf(
      arrays.f64Unbounded('report', 9),
      arrays.f64('singleNdcg', this.sources.length),
      this.sources,
    )
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
