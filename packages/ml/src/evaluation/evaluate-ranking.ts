import type { ScoresItems } from '../frame/abilities.ts'
import { MlError } from '../frame/errors.ts'
import type { Interactions, Query } from '../frame/interactions.ts'
import type { FitRun } from '../frame/model.ts'
import { pause } from '../frame/run.ts'
import { Scoreboard } from '../frame/scoreboard.ts'
import { type Mask, TopK } from '../frame/topk.ts'
import { coverage } from './coverage.ts'
import { gini } from './gini.ts'
import { hitRate } from './hit-rate.ts'
import { type Estimate, normalInterval } from './interval.ts'
import { reciprocalRank } from './mrr.ts'
import { ndcg } from './ndcg.ts'
import { meanPopularity, popularityPercentiles } from './popularity-bias.ts'
import { recall } from './recall.ts'
import type { Case } from './splits.ts'
import { MarkedTargets, type Targets } from './targets.ts'

/** Ranks for a query: item indices best first, at most k. The array may be reused by the next call. */
export type Ranker = (query: Query, k: number) => Int32Array

/** The ranker of a scorer: all items are candidates but those that `maskOf` excludes. */
export function rankerOf(scorer: ScoresItems, maskOf?: (query: Query) => Mask | undefined): Ranker {
  const board = new Scoreboard(scorer.items)
  let top = new TopK(0)
  return (query, k) => {
    if (top.k !== k) top = new TopK(k)
    board.clear()
    scorer.score(query, board)
    top.select(board, maskOf?.(query))
    return top.ids.subarray(0, top.count)
  }
}

/** Excludes what a query's history holds; for catalogues where nothing is bought twice. Reuses one mask. */
export function historyMask(items: number): (query: Query) => Mask {
  const mask = new Uint8Array(items)
  let last = new Int32Array(0)
  return (query) => {
    for (const item of last) mask[item] = 0
    for (const item of query.items) mask[item] = 1
    last = query.items.slice()
    return mask
  }
}

export interface RankingEvaluation {
  readonly ranker: Ranker
  /** Read once, in order; a generator streams. Cases without targets are counted as skipped. */
  readonly cases: Iterable<Case>
  readonly items: number
  /** Cut-offs, for example [10, 20]. */
  readonly ks: readonly number[]
  /** [items] occurrences in training, for the popularity of what is recommended. */
  readonly popularity: ArrayLike<number>
  readonly run?: Pick<FitRun, 'signal' | 'onEpoch'>
}

/** What is measured at one cut-off. */
export interface RankingAtK {
  readonly k: number
  readonly recall: Estimate
  readonly ndcg: Estimate
  readonly mrr: Estimate
  readonly hitRate: Estimate
  readonly coverage: number
  readonly gini: number
  /** Mean popularity percentile of recommended items; compare with the targets'. NaN when nothing was recommended. */
  readonly popularityOfRecommended: number
  /** Per case, in order, for paired comparisons. */
  readonly recallOf: Float32Array
  readonly ndcgOf: Float32Array
}

export interface RankingReport {
  readonly cases: number
  readonly skipped: number
  /** Cases for which nothing at all was recommended; they count as zeros. */
  readonly unanswered: number
  readonly popularityOfTargets: number
  readonly at: readonly RankingAtK[]
}

/**
 * Ranks the whole catalogue for every case and compares with what followed: no sampled negatives.
 *
 * Returns  at each cut-off the means with 95 % normal intervals over cases, and exposure figures over all lists
 * Cost     one ranking per case and some 2 µs beside it: a million cases take seconds; 16 bytes a case and cut-off
 * Source   full ranking after Krichene and Rendle, KDD 2020, on why sampled metrics mislead
 * @throws MlError `bad_parameter`, `empty_data` when no case has a target, `cancelled`
 */
export async function evaluateRanking(evaluation: RankingEvaluation): Promise<RankingReport> {
  const { ranker, items, ks, popularity, run } = evaluation
  if (ks.length === 0 || ks.some((k) => !Number.isInteger(k) || k < 1))
    throw new MlError('bad_parameter', `cut-offs ${ks}`)
  if (popularity.length !== items) throw new MlError('length_mismatch', 'popularity and items')
  const deepest = Math.max(...ks)
  const tallies = ks.map((k) => new Tally(k, items))
  const expected = Array.isArray(evaluation.cases) ? evaluation.cases.length : Number.NaN
  const targetCounts = new Int32Array(items)
  const wanted = new MarkedTargets(items)
  let cases = 0
  let skipped = 0
  let unanswered = 0
  for (const { query, targets } of evaluation.cases) {
    if (targets.length === 0) {
      skipped++
      continue
    }
    if (run && cases % 128 === 0) await pause(run, Number.isFinite(expected) ? cases / expected : 0)
    const ranking = ranker(query, deepest)
    if (ranking.length === 0) unanswered++
    wanted.mark(targets)
    for (let t = 0; t < targets.length; t++) {
      if (t === 0 || targets[t] !== targets[t - 1]) targetCounts[targets[t]!]!++
    }
    for (const tally of tallies) tally.add(ranking, wanted)
    cases++
  }
  if (cases === 0) throw new MlError('empty_data', 'no case has a target')
  const percentiles = popularityPercentiles(popularity)
  return {
    cases,
    skipped,
    unanswered,
    popularityOfTargets: meanPopularity(targetCounts, percentiles),
    at: tallies.map((tally) => tally.report(percentiles)),
  }
}

/** How often each item occurs: Int32 [items]. */
export function itemCounts(data: Interactions): Int32Array {
  const counts = new Int32Array(data.items)
  for (const item of data.item) counts[item]!++
  return counts
}

class Tally {
  readonly #k: number
  readonly #shown: Int32Array
  readonly #recall = new Column()
  readonly #ndcg = new Column()
  readonly #mrr = new Column()
  readonly #hits = new Column()

  constructor(k: number, items: number) {
    this.#k = k
    this.#shown = new Int32Array(items)
  }

  add(ranking: Int32Array, targets: Targets): void {
    for (let r = 0; r < Math.min(this.#k, ranking.length); r++) this.#shown[ranking[r]!]!++
    this.#recall.push(recall(ranking, targets, this.#k))
    this.#ndcg.push(ndcg(ranking, targets, this.#k))
    this.#mrr.push(reciprocalRank(ranking, targets, this.#k))
    this.#hits.push(hitRate(ranking, targets, this.#k))
  }

  report(percentiles: Float64Array): RankingAtK {
    const [recallOf, ndcgOf] = [this.#recall.values(), this.#ndcg.values()]
    return {
      k: this.#k,
      recall: normalInterval(recallOf),
      ndcg: normalInterval(ndcgOf),
      mrr: normalInterval(this.#mrr.values()),
      hitRate: normalInterval(this.#hits.values()),
      coverage: coverage(this.#shown),
      gini: gini(this.#shown),
      popularityOfRecommended: meanPopularity(this.#shown, percentiles),
      recallOf,
      ndcgOf,
    }
  }
}

/** One number per case, as many as come. */
class Column {
  #values = new Float32Array(1024)
  #count = 0

  push(value: number): void {
    if (this.#count === this.#values.length) {
      const longer = new Float32Array(2 * this.#count)
      longer.set(this.#values)
      this.#values = longer
    }
    this.#values[this.#count++] = value
  }

  values(): Float32Array {
    return this.#values.slice(0, this.#count)
  }
}
