import { type Blend, blend, type Interactions, MlError, type Model, type Query } from '@storemind/ml'
import { CodedError } from '../../contracts/errors.ts'
import { FRAMES, type Frame, type SourceName } from '../contracts.ts'
import { withoutItemsFrom } from './questions.ts'
import { BoardPool, type OpenVoice, Ranker } from './ranker.ts'
import { type CandidateSource, type OpenSource, SOURCES, sourceNamed } from './sources.ts'
import { VOICES } from './voices.ts'

/** Candidates that go on to the policies. */
export const CANDIDATES = 500

/** The part of a bundle that is no algorithm's: which products the models speak of. */
const PRODUCTS_KIND = 'recommendation-products'

/** A version opened for one thread. */
export interface OpenModels {
  readonly items: number
  /** Items that were there when it was trained; what is numbered on from them came later, and only content knows it. */
  readonly trained: number
  /** [items] ProductRow */
  readonly rows: Int32Array
  /** [highest row + 1] index, −1 where the models do not know the product. */
  readonly itemOf: Int32Array
  /** [items] shrunk share of a product's buyers who bought it again. */
  readonly repeatShare: Float32Array
  readonly replenishableFrom: ReplenishableFrom
  /** What everybody buys, best first: fills a list that nothing else fills. */
  readonly popular: Int32Array
  readonly source: (name: SourceName) => OpenSource | undefined
  readonly ranker: (frame: Frame) => Ranker
}

/**
 * From which share of returning buyers on a product is replenished: shown again although it was just bought. `null`:
 * no product is.
 */
export type ReplenishableFrom = number | null

/** What holds where it was not learned: in bundles from before it was, and where there is too little to learn it from. */
export const STATED_REPLENISHABLE_FROM = 0.25

export function productsModel(
  rows: Int32Array,
  repeatShare: Float32Array,
  replenishableFrom: ReplenishableFrom,
  trained = rows.length,
): Model {
  return { kind: PRODUCTS_KIND, params: { replenishableFrom, trained }, arrays: { rows, repeatShare } }
}

export function sourceModelName(name: SourceName): string {
  return `source-${name}`
}

export function blendModelName(frame: Frame): string {
  return `blend-${frame}`
}

interface OpenedSource {
  readonly source: CandidateSource
  readonly opened: OpenSource
}

/** A frame's voices, of those that have a model. */
export function openVoices(frame: Frame, opened: readonly OpenedSource[]): OpenVoice[] {
  return VOICES[frame].flatMap((voice) => {
    const one = opened.find(({ source }) => source.name === voice.source)
    return one ? [{ voice, source: one.source, model: one.opened }] : []
  })
}

/**
 * The voices that a blend hears, column by column; one whose source has nothing to say any more is silent.
 * @throws MlError `bad_model` for a column that no voice of the frame is called: the blend is of another version
 */
export function voicesOf(frame: Frame, hears: Blend, opened: readonly OpenedSource[], items: number): OpenVoice[] {
  return hears.sources.map((name) => {
    const voice = VOICES[frame].find((one) => one.name === name)
    if (!voice) throw new MlError('bad_model', `its blend for ${frame} hears ${name}, which is not known here`)
    const one = opened.find(({ source }) => source.name === voice.source)
    return { voice, source: sourceNamed(voice.source), model: one?.opened ?? { items, score: () => undefined } }
  })
}

/** A bundle never changes, and scratch for a large catalogue is dear: each is opened once a thread. */
const OPENED = new WeakMap<ReadonlyMap<string, Model>, OpenModels>()

/**
 * Opens a bundle. Arrays stay where they are, in shared memory; scratch is this thread's own.
 * @throws CodedError MODEL_BROKEN when a part is missing or parts do not fit together
 */
export function openModels(bundle: ReadonlyMap<string, Model>): OpenModels {
  try {
    const opened = OPENED.get(bundle) ?? open(bundle)
    OPENED.set(bundle, opened)
    return opened
  } catch (error) {
    if (!(error instanceof MlError)) throw error
    throw new CodedError('MODEL_BROKEN', { file: 'recommendations', problem: error.message }, { cause: error })
  }
}

function open(bundle: ReadonlyMap<string, Model>): OpenModels {
  const { rows, repeatShare, replenishableFrom, trained } = readProducts(bundle.get('products'))
  const items = rows.length
  const opened = SOURCES.flatMap((source) => {
    const model = bundle.get(sourceModelName(source.name))
    if (!model) return []
    const scorer = source.open(model)
    const expected = source.extend ? items : trained
    if (scorer.items !== expected) {
      throw new MlError('bad_model', `${source.name} knows ${scorer.items} items of ${expected}`)
    }
    return [{ source, opened: expected === items ? scorer : askedOfKnown(scorer, items) }]
  })
  const boards = new BoardPool(items)
  const rankers = new Map<Frame, Ranker>()
  for (const frame of FRAMES) {
    const model = bundle.get(blendModelName(frame))
    if (!model) throw new MlError('bad_model', `there is no blend for ${frame}`)
    const hears = blend.open(model)
    const voices = voicesOf(frame, hears, opened, items)
    rankers.set(frame, new Ranker(frame, items, { voices, blend: hears }, boards, CANDIDATES))
  }
  const popularity = bundle.get(sourceModelName('popularity'))?.arrays['ids']
  return {
    items,
    trained,
    rows,
    itemOf: inverse(rows),
    repeatShare,
    replenishableFrom,
    popular: popularity instanceof Int32Array ? popularity : new Int32Array(0),
    source: (name) => opened.find(({ source }) => source.name === name)?.opened,
    ranker(frame) {
      const ranker = rankers.get(frame)
      if (!ranker) throw new MlError('bad_model', `there is no blend for ${frame}`)
      return ranker
    },
  }
}

/** A source among items that came after it was trained: it neither hears nor speaks of them. */
function askedOfKnown(source: OpenSource, items: number): OpenSource {
  const { explain } = source
  const known = (query: Query): Query => withoutItemsFrom(query, source.items)
  return {
    items,
    score: (query, board) => source.score(known(query), board),
    ...(explain
      ? { explain: (query, item, limit) => (item < source.items ? explain(known(query), item, limit) : []) }
      : {}),
  }
}

type Products = Pick<OpenModels, 'rows' | 'repeatShare' | 'replenishableFrom' | 'trained'>

function readProducts(model: Model | undefined): Products {
  const rows = model?.arrays['rows']
  const repeatShare = model?.arrays['repeatShare']
  if (model?.kind !== PRODUCTS_KIND || !(rows instanceof Int32Array) || !(repeatShare instanceof Float32Array)) {
    throw new MlError('bad_model', 'it does not say which products it knows')
  }
  if (rows.length !== repeatShare.length || rows.some((row) => row < 0)) {
    throw new MlError('bad_model', 'its list of products is damaged')
  }
  const trained = paramOf(model.params, 'trained') ?? rows.length
  if (typeof trained !== 'number' || !(trained <= rows.length)) {
    throw new MlError('bad_model', 'its list of products is damaged')
  }
  return { rows, repeatShare, replenishableFrom: readReplenishableFrom(model.params), trained }
}

function readReplenishableFrom(params: unknown): ReplenishableFrom {
  const replenishableFrom = paramOf(params, 'replenishableFrom')
  if (replenishableFrom === undefined) return STATED_REPLENISHABLE_FROM
  if (replenishableFrom === null || (typeof replenishableFrom === 'number' && replenishableFrom >= 0)) {
    return replenishableFrom
  }
  throw new MlError('bad_model', 'it does not say which products are bought again')
}

function paramOf(params: unknown, name: string): unknown {
  return typeof params === 'object' && params !== null
    ? Object.getOwnPropertyDescriptor(params, name)?.value
    : undefined
}

/** [highest row + 1] the index of a product row, −1 where it has none. */
export function inverse(rows: Int32Array): Int32Array {
  const itemOf = new Int32Array(rows.reduce((most, row) => Math.max(most, row + 1), 0)).fill(-1)
  rows.forEach((row, item) => {
    itemOf[row] = item
  })
  return itemOf
}

/** How many returning buyers the mean over all products is worth. */
const PRIOR_BUYERS = 10

/**
 * Solves   share(i) = (r(i) + a·m) / (n(i) + a), with n(i) the buyers of item i, r(i) those who bought it again in
 *          another order within the window, m = Σr / Σn and a the prior
 * Source   a Beta prior at the mean of all items; the share itself as in Bhagat et al., KDD 2018, §3.1
 */
export function repeatShares(bought: Interactions, withinMs: number): Float32Array {
  const buyers = new Float64Array(bought.items)
  const again = new Float64Array(bought.items)
  const last = new Map<number, { at: number; basket: number; counted: boolean }>()
  for (let user = 0; user < bought.users; user++) {
    last.clear()
    for (let e = bought.offsets[user]!; e < bought.offsets[user + 1]!; e++) {
      const item = bought.item[e]!
      const before = last.get(item)
      const at = bought.at[e]!
      const basket = bought.basket[e]!
      if (!before) buyers[item]!++
      else if (!before.counted && basket !== before.basket && at - before.at <= withinMs) {
        again[item]!++
        before.counted = true
      }
      last.set(item, { at, basket, counted: before?.counted ?? false })
    }
  }
  const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0)
  const mean = total(again) / Math.max(1, total(buyers))
  return Float32Array.from(buyers, (n, item) => (again[item]! + PRIOR_BUYERS * mean) / (n + PRIOR_BUYERS))
}
