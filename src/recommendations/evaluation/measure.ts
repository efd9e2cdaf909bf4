import {
  blend,
  decayedPopularity,
  type Estimate,
  evaluateRanking,
  itemCounts,
  type Ranker as ListRanker,
  type Model,
  personalFrequency,
  rng,
  Scoreboard,
  TopK,
} from '@storemind/ml'
import type { EvaluationRow } from '../../contracts/model-version.ts'
import type { Frame } from '../contracts.ts'
import type { ShopHistory } from '../decide/history.ts'
import { CANDIDATES, voicesOf } from '../decide/models.ts'
import type { Questions } from '../decide/questions.ts'
import { BoardPool, type OpenVoice, queryOf, Ranker } from '../decide/ranker.ts'
import type { CandidateSource, OpenSource } from '../decide/sources.ts'
import type { FrameCase } from './cases.ts'

/** Ranks items for one moment's questions, best first; the array may be reused by the next call. */
export type Answer = (questions: Questions, k: number) => Int32Array

/** A row's metrics with what is needed to compare two rows on the same cases. */
export interface Measured {
  readonly row: EvaluationRow
  readonly recallOf: Float32Array
  readonly ndcgOf: Float32Array
  readonly popularityOfTargets: number
}

/**
 * Full ranking at 10 over the cases.
 *
 * @throws MlError `empty_data` without cases, `cancelled`
 */
export async function measure(
  name: string,
  role: EvaluationRow['role'],
  answer: Answer,
  cases: readonly FrameCase[],
  popularity: Int32Array,
  signal: AbortSignal,
): Promise<Measured> {
  // The library asks about one query; a case's other questions are found again by their number.
  let next = 0
  const ranker: ListRanker = (_, k) => {
    const one = cases[next++]
    return one ? answer(one.questions, k) : new Int32Array(0)
  }
  const report = await evaluateRanking({
    ranker,
    cases: cases.map(({ questions, targets }) => ({ query: questions.bought, targets })),
    items: popularity.length,
    ks: [10],
    popularity,
    run: { signal },
  })
  const at = report.at[0]
  if (!at) throw new RangeError('one cut-off was asked for and none came back')
  const estimates: Record<string, Estimate> = {
    recallAt10: at.recall,
    ndcgAt10: at.ndcg,
    mrrAt10: at.mrr,
    hitRateAt10: at.hitRate,
  }
  return {
    row: {
      name,
      role,
      metrics: {
        ...Object.fromEntries(Object.entries(estimates).map(([key, { mean }]) => [key, mean])),
        coverageAt10: at.coverage,
        giniAt10: at.gini,
        // How much more popular than what shoppers bought; 0 where lists are as popular as purchases.
        popularityBiasAt10: finite(at.popularityOfRecommended - report.popularityOfTargets),
      },
      intervals: Object.fromEntries(Object.entries(estimates).map(([key, { low, high }]) => [key, [low, high]])),
    },
    recallOf: at.recallOf,
    ndcgOf: at.ndcgOf,
    popularityOfTargets: report.popularityOfTargets,
  }
}

/** One voice alone. */
export function voiceAnswer(voice: OpenVoice, items: number): Answer {
  const board = new Scoreboard(items)
  return (questions, k) => {
    board.clear()
    const query = queryOf(voice, questions)
    if (query) voice.model.score(query, board)
    return best(board, k)
  }
}

/** A frame's ranker with boards of its own. */
export function rankerFor(
  frame: Frame,
  fitted: readonly { readonly source: CandidateSource; readonly opened: OpenSource }[],
  model: Model,
  items: number,
): Ranker {
  const hears = blend.open(model)
  const voices = voicesOf(frame, hears, fitted, items)
  return new Ranker(frame, items, { voices, blend: hears }, new BoardPool(items), CANDIDATES)
}

export function blendAnswer(ranker: Ranker): Answer {
  return (questions, k) => {
    const top = ranker.rank(questions)
    return top.ids.subarray(0, Math.min(k, top.count))
  }
}

/** What any list must beat: what everybody buys lately, and what the shopper bought most, filled up with the former. */
export async function baselines(
  history: ShopHistory,
  signal: AbortSignal,
): Promise<{ name: string; answer: Answer }[]> {
  const run = { rng: rng(1), threads: 1, signal }
  const popular = decayedPopularity.open(await decayedPopularity.trainer({ halfLifeDays: 30 }).fit(history.bought, run))
  const personal = personalFrequency.open(
    await personalFrequency.trainer({ fillHalfLifeDays: 30 }).fit(history.bought, run),
  )
  const board = new Scoreboard(history.bought.items)
  return [
    {
      name: 'popularity',
      answer: (questions, k) => {
        board.clear()
        popular.score(questions.anchors, board)
        return best(board, k)
      },
    },
    {
      name: 'personal_top_frequency',
      answer: (questions, k) => {
        board.clear()
        personal.score(questions.bought, board)
        return best(board, k)
      },
    },
  ]
}

/** How often each item was bought. */
export function popularityOf(history: ShopHistory): Int32Array {
  return itemCounts(history.bought)
}

function best(board: Scoreboard, k: number): Int32Array {
  const top = new TopK(k)
  const count = top.select(board)
  return top.ids.subarray(0, count)
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : 0
}
