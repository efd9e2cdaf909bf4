import type { ScoresItems } from '../frame/abilities.ts'
import type { Algorithm } from '../frame/algorithm.ts'
import { MlError, type MlErrorCode } from '../frame/errors.ts'
import type { Interactions } from '../frame/interactions.ts'
import type { FitRun, Rng } from '../frame/model.ts'
import { shuffle } from '../frame/rng.ts'
import { evaluateRanking, historyMask, itemCounts, rankerOf } from './evaluate-ranking.ts'
import { type Estimate, pairedDifference } from './interval.ts'
import type { Case, Split } from './splits.ts'

/** What may be tried of each parameter; one that is not named stays as it starts. */
export type SearchSpace<P extends object> = { readonly [K in keyof P]?: readonly P[K][] }

export interface Tuning<P extends object> {
  readonly algorithm: Algorithm<P, Interactions, ScoresItems>
  readonly space: SearchSpace<P>
  /** Where the search starts; the defaults where absent. */
  readonly start?: Partial<P>
  /** Cuts a validation part from what it is given, for example `(data, random) => leaveShareOut(data, 0.2, random)`. */
  readonly cut: (training: Interactions, random: Rng) => Split
  readonly metric: 'ndcg' | 'recall'
  readonly k: number
  /** Whether what the past holds may be the answer. @default false */
  readonly repeats?: boolean
  /** Cases that a trial is judged by, drawn at random; all where absent. */
  readonly mostCases?: number
  /** Passes over the parameters; the search ends earlier when a pass changes nothing. @default 2 */
  readonly rounds?: number
}

/** One set of parameters that was tried. */
export interface TuningTrial<P extends object> {
  readonly params: Readonly<P>
  /** NaN where it could not be fitted. */
  readonly value: number
  /** Why it could not be fitted. */
  readonly refused?: MlErrorCode
}

/** One change that was kept: what an ingredient added, on validation. */
export interface TuningStep {
  readonly parameter: string
  readonly from: unknown
  readonly to: unknown
  readonly value: number
  /** Paired over cases, against the step before. */
  readonly gain: Estimate
}

export interface TuningReport<P extends object> {
  readonly params: Readonly<P>
  readonly value: number
  readonly start: number
  readonly ladder: readonly TuningStep[]
  readonly trials: readonly TuningTrial<P>[]
  readonly cases: number
}

/**
 * Chooses parameters by what they are worth on validation. It is given the training data and nothing else, and cuts
 * validation from it by itself: whoever keeps the test apart cannot tune on it by mistake.
 *
 * Solves   max over the grid of mean metric@k of the validation cases, one parameter at a time, each at its best before
 *          the next (coordinate ascent); the first of equals stays, and nothing is tried twice
 * Cost     one fit and one ranking of the cases for each trial; Σ (values of a parameter − 1) trials a round
 * Source   coordinate search: Nocedal and Wright, Numerical Optimization, 2006, §9.3, on a grid
 * Differs  a trial that the algorithm refuses (`too_large`, `bad_parameter`) is noted and passed over
 * @throws MlError what the start itself is refused with, `empty_data` without cases, `cancelled`
 */
export async function tune<P extends object>(
  training: Interactions,
  tuning: Tuning<P>,
  run: FitRun,
): Promise<TuningReport<P>> {
  const { algorithm, space, start } = tuning
  const { train, cases } = tuning.cut(training, run.rng)
  const judge = judgeOf(tuning, train, sampled(cases, tuning.mostCases, run.rng), run)
  const tried = new Map<string, Tried<P>>()
  const attempt = async (params: Readonly<P>): Promise<Tried<P>> => {
    const key = JSON.stringify(params)
    const known = tried.get(key) ?? (await judge(params))
    tried.set(key, known)
    return known
  }
  const first = await judge(algorithm.parameters.resolve(start), true)
  tried.set(JSON.stringify(first.params), first)
  let best = first
  const ladder: TuningStep[] = []
  for (let round = 0; round < (tuning.rounds ?? 2); round++) {
    const before = best
    for (const [parameter, values] of Object.entries<readonly unknown[] | undefined>(space)) {
      const from = best
      for (const value of values ?? []) {
        const one = await attempt(algorithm.parameters.resolve({ ...from.params, [parameter]: value }))
        if (one.value > best.value) best = one
      }
      if (best === from) continue
      ladder.push({
        parameter,
        from: parameterOf(from.params, parameter),
        to: parameterOf(best.params, parameter),
        value: best.value,
        gain: pairedDifference(best.of, from.of),
      })
    }
    if (best === before) break
  }
  return {
    params: best.params,
    value: best.value,
    start: first.value,
    ladder,
    trials: Array.from(tried.values(), ({ params, value, refused }) => ({
      params,
      value,
      ...(refused ? { refused } : {}),
    })),
    cases: first.of.length,
  }
}

interface Tried<P extends object> extends TuningTrial<P> {
  /** [cases] */
  readonly of: Float32Array
}

function judgeOf<P extends object>(
  { algorithm, metric, k, repeats }: Tuning<P>,
  train: Interactions,
  cases: readonly Case[],
  run: FitRun,
): (params: Readonly<P>, must?: boolean) => Promise<Tried<P>> {
  const popularity = itemCounts(train)
  return async (params, must = false) => {
    try {
      const model = algorithm.open(await algorithm.trainer(params).fit(train, run))
      const ranker = rankerOf(model, repeats ? undefined : historyMask(train.items))
      const { at } = await evaluateRanking({ ranker, cases, items: train.items, ks: [k], popularity, run })
      const report = at[0]!
      return metric === 'ndcg'
        ? { params, value: report.ndcg.mean, of: report.ndcgOf }
        : { params, value: report.recall.mean, of: report.recallOf }
    } catch (error) {
      const refusal = error instanceof MlError && (error.code === 'too_large' || error.code === 'bad_parameter')
      if (must || !refusal) throw error
      return { params, value: Number.NaN, refused: error.code, of: new Float32Array(cases.length) }
    }
  }
}

function sampled(cases: readonly Case[], most: number | undefined, random: Rng): readonly Case[] {
  if (most === undefined || cases.length <= most) return cases
  const order = shuffle(
    random,
    Int32Array.from(cases, (_, c) => c),
  )
    .slice(0, most)
    .sort()
  return Array.from(order, (c) => cases[c]!)
}

function parameterOf(params: object, name: string): unknown {
  return Object.getOwnPropertyDescriptor(params, name)?.value
}
