import { type FitRun, MlError, type Model, ndcg, pause, rng, Scoreboard, TopK } from '@storemind/ml'
import type { SourceName } from '../contracts.ts'
import {
  type CandidateSource,
  type OpenSource,
  SOURCES,
  type SourceData,
  type SourceParams,
} from '../decide/sources.ts'
import type { FrameCase } from '../evaluation/cases.ts'

/** A source that has learned. */
export interface FittedSource {
  readonly source: CandidateSource
  readonly params: SourceParams
  readonly model: Model
  readonly opened: OpenSource
  readonly seconds: number
}

/** What fitting needs to know beside the data. */
export interface FitOptions {
  readonly seed: number
  readonly threads: number
  readonly closedFormItems: number
  /** Bytes that learning one source may take beside the data. */
  readonly memory: number
  readonly now: () => number
  readonly signal: AbortSignal
  /** Fraction of the whole task. */
  readonly onProgress: (what: string, fraction: number) => void
}

/** The parameters to try for each source under these options; none where a source is switched off. */
export function gridOf(source: CandidateSource, options: Pick<FitOptions, 'closedFormItems'>): readonly SourceParams[] {
  if (source.name !== 'closed_form') return source.grid
  if (options.closedFormItems === 0) return []
  return source.grid.map((params) => ({ ...params, maxItems: options.closedFormItems }))
}

/**
 * Asks of every source what it will take, before hours of work end for want of it.
 *
 * @param data all that is learned from in the end
 * @throws MlError `too_large`
 */
export function checkRoom(data: SourceData, options: Pick<FitOptions, 'closedFormItems' | 'memory'>): void {
  for (const source of SOURCES) {
    const bytes = Math.max(0, ...gridOf(source, options).map((params) => source.memory(data, params)))
    if (bytes <= options.memory) continue
    const [needed, free] = [bytes, options.memory].map((n) => Math.ceil(n / 1e6))
    throw new MlError(
      'too_large',
      `the source ${source.name} takes up to ${needed} MB to learn, and ${free} MB are free`,
    )
  }
}

/** Undefined where the data holds nothing for the source. */
export async function fitSource(
  source: CandidateSource,
  data: SourceData,
  params: SourceParams,
  options: FitOptions,
): Promise<FittedSource | undefined> {
  const started = options.now()
  const model = await source.fit(data, params, fitRun(source.name, options))
  if (!model) return undefined
  return { source, params, model, opened: source.open(model), seconds: (options.now() - started) / 1000 }
}

/** One way of fitting a source, and how good it alone was where nothing had been learned from. */
export interface Trial {
  readonly params: SourceParams
  /** Mean NDCG@10. */
  readonly ndcg: number
}

/**
 * The best of a source's parameters by mean NDCG@10 over cases; the first of equals. With no case the first.
 *
 * @param data what the chosen way learns from in the end
 * @param tryOut what the entries of the grid are compared on: `data` itself, or fewer shoppers of it
 * @cost one fit and one ranking of all cases for each entry of the grid, and one more fit where `tryOut` is not `data`
 */
export async function chooseSource(
  source: CandidateSource,
  data: SourceData,
  tryOut: SourceData,
  cases: readonly FrameCase[],
  options: FitOptions,
): Promise<{ fitted: FittedSource; trials: readonly Trial[] } | undefined> {
  const grid = gridOf(source, options)
  const tried = cases.length === 0 ? grid.slice(0, 1) : grid
  // A single way needs no comparison.
  const compared = tried.length > 1 ? tryOut : data
  let best: FittedSource | undefined
  let bestNdcg = Number.NEGATIVE_INFINITY
  const trials: Trial[] = []
  for (const [g, params] of tried.entries()) {
    options.onProgress(source.name, g / tried.length)
    const fitted = await fitSource(source, compared, params, options)
    if (!fitted) break
    const value = await meanNdcg(fitted, cases, options)
    trials.push({ params, ndcg: value })
    if (value > bestNdcg || !best) {
      best = fitted
      bestNdcg = value
    }
  }
  if (compared === data) return best && { fitted: best, trials }
  // What too few shoppers say nothing about, all of them may.
  if (!best) return chooseSource(source, data, data, cases, options)
  const whole = await fitSource(source, data, best.params, options)
  return whole && { fitted: whole, trials }
}

async function meanNdcg(
  { source, opened }: FittedSource,
  cases: readonly FrameCase[],
  options: FitOptions,
): Promise<number> {
  const board = new Scoreboard(opened.items)
  const top = new TopK(10)
  let sum = 0
  for (const [c, { questions, targets }] of cases.entries()) {
    if (c % 64 === 0) await pause({ signal: options.signal }, 0)
    const past = source.reads === 'nothing' ? questions.anchors : questions[source.reads]
    board.clear()
    opened.score(questions.anchors.items.length > 0 ? questions.anchors : past, board)
    top.select(board)
    sum += ndcg(top.ids.subarray(0, top.count), new Set(targets), 10)
  }
  return cases.length === 0 ? 0 : sum / cases.length
}

/** A run of its own for each source, so that what one learns does not hang on which others there are. */
function fitRun(name: SourceName, options: FitOptions): FitRun {
  const number = SOURCES.findIndex((one) => one.name === name)
  return { rng: rng(options.seed * 64 + number), threads: options.threads, signal: options.signal }
}
