import { calibrationError } from '../evaluation/calibration-error.ts'
import { pairedDifference } from '../evaluation/interval.ts'
import { userFolds } from '../evaluation/splits.ts'
import type { FitRun, Rng } from '../frame/model.ts'
import { shuffle } from '../frame/rng.ts'
import type { BlendData, BlendParams } from './blend.ts'
import { type Calibration, chanceOf } from './calibration.ts'
import { type BlendCase, FEATURES_PER_SOURCE, usualBests } from './candidates.ts'
import { ndcgOfCases, type SearchShare, singleNdcg } from './fit-weights.ts'
import { calibrated, firstOf, type LearnedShare, learnShare } from './learn-share.ts'
import { drawOpponents, opponentBytes } from './pairwise-start.ts'
import { type SearchCases, searchCases, sharedCases } from './search-cases.ts'
import { searchAll, searchThreads } from './search-threads.ts'

/** How good weights are where they were not learned. */
export interface Validation {
  /** [sources] mean NDCG of each source alone. */
  readonly singleNdcg: Float64Array
  /** Source with the largest. */
  readonly best: number
  readonly fellBack: boolean
  /** [6] cases, cross-validated NDCG, gain over the best source, its interval's ends, fell back. */
  readonly figures: Float64Array
}

/** What a blend's model holds. */
export interface Weighed extends Validation {
  /** [sources] */
  readonly usual: Float32Array
  /** [width] */
  readonly weights: Float64Array
  readonly calibration: Calibration
  /** [3] mean chance, share of hits, calibration error, of the first `cutoff` items of each case. */
  readonly chances: Float64Array
}

interface Prepared {
  readonly chosen: readonly BlendCase[]
  readonly usual: Float32Array
  readonly cases: SearchCases
  /** [width × cases] as `singleNdcg` gives them. */
  readonly singles: Float64Array
  readonly threads: number
}

/** Bytes that `weigh` takes at most. */
export function weighingBytes(
  cases: readonly BlendCase[],
  sources: number,
  { depth, maxCases, epochs, folds }: Readonly<BlendParams>,
): number {
  const width = FEATURES_PER_SOURCE * sources
  const taken = Math.min(cases.length, maxCases)
  const targets = cases.reduce((sum, one) => sum + one.targets.length, 0) * (taken / Math.max(1, cases.length))
  // Candidates with what their sources say, those that may reach the list with all features, and scores in each thread.
  const rows = taken * depth * sources
  return rows * (4 * width + 64) + taken * (8 * width + 400) + folds * opponentBytes(targets, epochs)
}

/** Weights learned from all cases, and how good such weights are on the cases of others; one source's where not better. */
export async function weigh(data: BlendData, params: Readonly<BlendParams>, run: FitRun): Promise<Weighed> {
  const prepared = prepare(data, params, run)
  const { cases, singles, usual, threads } = prepared
  const folds = foldsOf(prepared, params, run)
  const parts = folds.map(({ learned }) => shareOf(prepared, learned, params, run))
  const everything = Int32Array.from({ length: cases.cases }, (_, c) => c)
  const whole = shareOf(prepared, everything, params, run)
  // With threads to spare the last search goes along with the others, wanted or not.
  const shares = threads > 1 ? [...parts, whole] : parts
  const task = { cases, singles, rules: params, calibrates: true, shares }
  const found = await searchAll(task, threads, run)
  const validation = validationOf(prepared, folds, found, data.sources.length)
  const learned = (): Pick<Weighed, 'weights' | 'calibration'> => {
    const own = validation.fellBack ? undefined : (found[folds.length] ?? learnShare(task, whole))
    const weights = own?.weights ?? singleWeights(validation.best, cases.width)
    return { weights, calibration: own?.calibration ?? calibrated(cases, everything, weights, params.depth) }
  }
  return { ...validation, usual, ...learned(), chances: chancesOf(prepared, folds, found) }
}

/** The validation of `weigh`, to the same figures, where neither weights nor chances are wanted. */
export async function validate(data: BlendData, params: Readonly<BlendParams>, run: FitRun): Promise<Validation> {
  const prepared = prepare(data, params, run)
  const { cases, singles, threads } = prepared
  const folds = foldsOf(prepared, params, run)
  const shares = folds.map(({ learned }) => shareOf(prepared, learned, params, run))
  const found = await searchAll({ cases, singles, rules: params, calibrates: false, shares }, threads, run)
  return validationOf(prepared, folds, found, data.sources.length)
}

function prepare({ cases, sources }: BlendData, params: Readonly<BlendParams>, run: FitRun): Prepared {
  const chosen = drawn(cases, params.maxCases, run.rng)
  const usual = usualBests(chosen, sources.length)
  const own = searchCases(chosen, usual, params)
  const threads = searchThreads(own, params.folds + 1, run.threads)
  return { chosen, usual, cases: threads > 1 ? sharedCases(own) : own, singles: singleNdcg(own), threads }
}

interface Fold {
  /** Cases of the fold, and all others. */
  readonly held: Int32Array
  readonly learned: Int32Array
}

/** Cases of one user stay in one fold. */
function foldsOf({ chosen }: Prepared, { folds }: Readonly<BlendParams>, run: FitRun): Fold[] {
  const groups = new Map<number, number>()
  const groupOf = chosen.map(({ user }, c) => {
    const key = user === -1 ? -1 - c : user
    const group = groups.get(key) ?? groups.size
    groups.set(key, group)
    return group
  })
  const foldOf = userFolds(groups.size, folds, run.rng)
  const all = Int32Array.from(chosen, (_, c) => c)
  return Array.from({ length: folds }, (_, fold) => ({
    held: all.filter((c) => foldOf[groupOf[c]!] === fold),
    learned: all.filter((c) => foldOf[groupOf[c]!] !== fold),
  }))
}

function shareOf(
  { cases }: Prepared,
  chosen: Int32Array,
  { epochs }: Readonly<BlendParams>,
  { rng }: FitRun,
): SearchShare {
  return { chosen, opponents: drawOpponents(cases, chosen, epochs, rng) }
}

function validationOf(
  { cases, singles }: Prepared,
  folds: readonly Fold[],
  found: readonly LearnedShare[],
  sources: number,
): Validation {
  const held = new Float64Array(cases.cases)
  folds.forEach((fold, f) => {
    const ndcg = ndcgOfCases(cases, fold.held, found[f]!.weights)
    fold.held.forEach((c, at) => {
      held[c] = ndcg[at]!
    })
  })
  const alone = Array.from({ length: sources }, (_, source) => {
    const from = rankFeature(source) * cases.cases
    return singles.subarray(from, from + cases.cases)
  })
  const means = Float64Array.from(alone, mean)
  const best = means.indexOf(means.reduce((most, value) => Math.max(most, value), 0))
  const gain = pairedDifference(held, alone[best] ?? held)
  const fellBack = !(gain.mean > 0)
  const figures = Float64Array.of(cases.cases, mean(held), gain.mean, gain.low, gain.high, fellBack ? 1 : 0)
  return { singleNdcg: means, best, fellBack, figures }
}

/** What the chances of each fold, told by the other folds, came to: [3] as `Weighed` has them. */
function chancesOf({ cases }: Prepared, folds: readonly Fold[], found: readonly LearnedShare[]): Float64Array {
  const chances: number[] = []
  const hits: number[] = []
  folds.forEach(({ held }, f) => {
    const { weights, calibration } = found[f]!
    if (!calibration) return
    const first = firstOf(cases, held, weights, cases.cutoff)
    for (const score of first.scores) chances.push(chanceOf(calibration, score))
    hits.push(...first.hits)
  })
  const told = Float64Array.from(chances)
  const right = Float64Array.from(hits)
  return Float64Array.of(mean(told), mean(right), hits.length > 0 ? calibrationError(told, right) : Number.NaN)
}

function drawn(cases: readonly BlendCase[], most: number, random: Rng): readonly BlendCase[] {
  if (cases.length <= most) return cases
  const order = shuffle(
    random,
    Int32Array.from(cases, (_, c) => c),
  ).subarray(0, most)
  return Array.from(order.sort(), (c) => cases[c]!)
}

/** A source alone is its ranks: the same order as its scores. */
function rankFeature(source: number): number {
  return FEATURES_PER_SOURCE * source + 1
}

function singleWeights(source: number, width: number): Float64Array {
  const weights = new Float64Array(width)
  weights[rankFeature(source)] = 1
  return weights
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
