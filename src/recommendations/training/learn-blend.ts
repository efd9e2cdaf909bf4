import {
  type BlendCase,
  type BlendData,
  type BlendReport,
  type BlendValidation,
  blend,
  FEATURES_PER_SOURCE,
  type FitRun,
  type Model,
  ndcg,
  pause,
  rankingsOf,
  rng,
  Vocabulary,
  validateBlend,
} from '@storemind/ml'
import { FRAMES, type Frame } from '../contracts.ts'
import { BoardPool, type OpenVoice, queryOf } from '../decide/ranker.ts'
import type { FrameCase } from '../evaluation/cases.ts'
import type { FitOptions } from './fit-sources.ts'

/** Items read of each voice, in learning and in serving. */
export const BLEND_DEPTH = 100
/** A voice with less than this share of a blend's weight is left out. */
const LEAST_SHARE = 0.02
/**
 * Two ways of finding shoppers like this one. They say much the same and cost about as much, so that one of them is heard:
 * the one with which the blend is better.
 */
const ALTERNATIVES = ['user_neighbours', 'basket_neighbours']
/** Cases of a ladder, which only tells what each voice adds; the weights are learned on all. */
const LADDER_CASES = 600
/** Cases that weights are learned on. */
const MOST_CASES = 2000
/** Fewer cases than this teach noise; the weights below are taken instead. */
export const FEWEST_CASES = 30

/**
 * Weights where there is too little history to learn them, after what held on the shops we measured: what a shopper
 * came back for first, then neighbours, then what everybody buys.
 */
const DEFAULT_WEIGHTS: Readonly<Record<string, number>> = {
  personal_frequency: 1,
  user_neighbours: 0.5,
  basket_neighbours: 0,
  item_neighbours: 0.3,
  closed_form: 0.3,
  transitions: 0.3,
  content: 0.15,
  popularity: 0.3,
  trend: 0.05,
  'bought_together/anchors': 1,
  'item_neighbours/anchors': 0.8,
  'closed_form/anchors': 0.8,
  'transitions/anchors': 0.5,
  'content/anchors': 0.6,
}

export interface LearnedBlend {
  readonly frame: Frame
  readonly model: Model
  /** Undefined where the weights are the defaults. */
  readonly report: BlendReport | undefined
  readonly cases: number
  /** What each voice that is heard adds, the best alone first; of home only, and empty where the weights are the defaults. */
  readonly ladder: readonly BlendRung[]
}

/** What one voice is worth: NDCG@10 on validation alone, and of the blend of all up to it, by weights learned from others. */
export interface BlendRung {
  readonly voice: string
  readonly alone: number
  readonly blended: number
}

/**
 * A frame's blend from cases that no voice has learned from; the default weights where cases are too few.
 * @throws MlError `cancelled`
 */
export async function learnBlend(
  frame: Frame,
  voices: readonly OpenVoice[],
  cases: readonly FrameCase[],
  items: number,
  options: FitOptions,
): Promise<LearnedBlend> {
  if (cases.length < FEWEST_CASES) {
    const model = defaultBlend(voices.map(({ voice }) => voice.name))
    return { frame, model, report: undefined, cases: cases.length, ladder: [] }
  }
  const asked = await askAll(voices, cases, items, options)
  const run = (): FitRun => ({
    rng: rng(options.seed * 64 + 32 + FRAMES.indexOf(frame)),
    threads: options.threads,
    signal: options.signal,
  })
  const dataOf = (columns: readonly number[]): BlendData => ({
    sources: columns.map((column) => voices[column]?.voice.name ?? ''),
    cases: asked.map((one) => ({ ...one, rankings: columns.flatMap((column) => one.rankings[column] ?? []) })),
  })
  const params = { depth: BLEND_DEPTH, leastShare: LEAST_SHARE }
  let best: { columns: readonly number[]; model: Model; report: BlendReport } | undefined
  for (const columns of alternatives(voices)) {
    options.onProgress('blend', 0.5)
    const model = await blend.trainer({ ...params, maxCases: MOST_CASES }).fit(dataOf(columns), run())
    const { report } = blend.open(model)
    if (!best || worth(report) > worth(best.report)) best = { columns, model, report }
  }
  if (!best) throw new RangeError('a frame without voices')
  const { model, report } = best
  const ladder: BlendRung[] = []
  if (frame === 'home') {
    const served = blend.open(model)
    const heard = best.columns.filter((_, k) => served.uses(k))
    const alone = heard.map((column) => ({ column, ndcg: meanNdcg(asked, column) }))
    alone.sort((a, b) => b.ndcg - a.ndcg)
    for (const [step, { column, ndcg: value }] of alone.entries()) {
      options.onProgress('blend', 0.7 + (0.3 * step) / alone.length)
      const heardSoFar = dataOf(alone.slice(0, step + 1).map((one) => one.column))
      const validation = await validateBlend(heardSoFar, { ...params, maxCases: LADDER_CASES }, run())
      ladder.push({ voice: voices[column]?.voice.name ?? '', alone: value, blended: worth(validation) })
    }
  }
  return { frame, model, report, cases: cases.length, ladder }
}

/** The columns of all voices, once for each of the alternatives that there are. */
function alternatives(voices: readonly OpenVoice[]): number[][] {
  const columns = voices.map((_, column) => column)
  const others = ALTERNATIVES.filter((name) => voices.some(({ voice }) => voice.name === name))
  if (others.length < 2) return [columns]
  return others.map((heard) =>
    columns.filter((column) => {
      const name = voices[column]?.voice.name ?? ''
      return name === heard || !ALTERNATIVES.includes(name)
    }),
  )
}

/** What a blend does for shoppers it has not learned from; the best source alone answers where it fell back. */
function worth(report: BlendValidation): number {
  return report.fellBack ? report.bestSourceNdcg : report.crossValidated
}

/** Mean NDCG@10 of one voice's own rankings. */
function meanNdcg(cases: readonly BlendCase[], column: number): number {
  let sum = 0
  for (const { rankings, targets } of cases) {
    sum += ndcg(rankings[column]?.ids ?? new Int32Array(0), new Set(targets), 10)
  }
  return sum / cases.length
}

async function askAll(
  voices: readonly OpenVoice[],
  cases: readonly FrameCase[],
  items: number,
  options: FitOptions,
): Promise<BlendCase[]> {
  const pool = new BoardPool(items)
  const mask = new Uint8Array(items)
  const asked: BlendCase[] = []
  for (const [c, { user, questions, targets }] of cases.entries()) {
    if (c % 32 === 0) {
      options.onProgress('blend', (0.3 * c) / cases.length)
      await pause({ signal: options.signal }, 0)
    }
    const boards = voices.map((one, v) => {
      const board = pool.board(v)
      board.clear()
      const query = queryOf(one, questions)
      if (query) one.model.score(query, board)
      return board
    })
    for (const item of questions.anchors.items) mask[item] = 1
    asked.push({ user, rankings: rankingsOf(boards, BLEND_DEPTH, mask), targets })
    for (const item of questions.anchors.items) mask[item] = 0
  }
  return asked
}

/** A blend of the stated weights, in the form that learning gives. */
export function defaultBlend(names: readonly string[]): Model {
  const { bytes, offsets } = new Vocabulary(names).toArrays()
  const weights = new Float32Array(FEATURES_PER_SOURCE * names.length)
  names.forEach((name, v) => {
    weights[FEATURES_PER_SOURCE * v] = DEFAULT_WEIGHTS[name] ?? 0.1
  })
  return {
    kind: blend.kind,
    params: blend.parameters.resolve({ depth: BLEND_DEPTH }),
    arrays: {
      weights,
      usual: new Float32Array(names.length).fill(1),
      singleNdcg: new Float64Array(names.length),
      report: Float64Array.of(0, 0, 0, 0, 0, 0, 0, 0, Number.NaN),
      'calibration.scores': new Float32Array(0),
      'calibration.chances': new Float32Array(0),
      sourceBytes: bytes,
      sourceOffsets: offsets,
    },
  }
}
