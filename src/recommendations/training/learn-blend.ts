import {
  type BlendCase,
  type BlendReport,
  blend,
  FEATURES_PER_SOURCE,
  type Model,
  pause,
  rankingsOf,
  rng,
  Vocabulary,
} from '@storemind/ml'
import { FRAMES, type Frame } from '../contracts.ts'
import { BoardPool, type OpenVoice, queryOf } from '../decide/ranker.ts'
import type { FrameCase } from '../evaluation/cases.ts'
import type { FitOptions } from './fit-sources.ts'

/** Items read of each voice, in learning and in serving. */
export const BLEND_DEPTH = 100
/** A voice with less than this share of a blend's weight is left out. */
const LEAST_WEIGHT = 0.02
/** Fewer cases than this teach noise; the weights below are taken instead. */
export const FEWEST_CASES = 30

/**
 * Weights where there is too little history to learn them, after what held on the shops we measured: what a shopper
 * came back for first, then neighbours, then what everybody buys.
 */
const DEFAULT_WEIGHTS: Readonly<Record<string, number>> = {
  personal_frequency: 1,
  user_neighbours: 0.5,
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
    return { frame, model: defaultBlend(voices.map(({ voice }) => voice.name)), report: undefined, cases: cases.length }
  }
  const asked = await askAll(voices, cases, items, options)
  const trainer = blend.trainer({ depth: BLEND_DEPTH })
  const model = await trainer.fit(
    { sources: voices.map(({ voice }) => voice.name), cases: asked },
    { rng: rng(options.seed * 64 + 32 + FRAMES.indexOf(frame)), threads: options.threads, signal: options.signal },
  )
  return { frame, model: pruned(model), report: blend.open(model).report, cases: cases.length }
}

/**
 * The blend without the voices that hardly count: each costs a request as much as any other.
 * Differs from what cross-validation saw by less than a voice of this share can move.
 */
function pruned(model: Model): Model {
  const opened = blend.open(model)
  const least = LEAST_WEIGHT * opened.weights.reduce((sum, weight) => sum + weight, 0)
  const kept = Float32Array.from(opened.weights, (weight, k) => {
    return opened.weightOf(Math.floor(k / FEATURES_PER_SOURCE)) < least ? 0 : weight
  })
  return { ...model, arrays: { ...model.arrays, weights: kept } }
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
      options.onProgress('blend', (0.5 * c) / cases.length)
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
      report: new Float64Array(6),
      sourceBytes: bytes,
      sourceOffsets: offsets,
    },
  }
}
