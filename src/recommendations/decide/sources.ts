import {
  type Algorithm,
  abilitiesOf,
  basketNeighbours,
  boughtTogether,
  contentNeighbours,
  decayedPopularity,
  type Explains,
  ease,
  extendContent,
  type FitRun,
  type Interactions,
  type ItemAttributes,
  itemNeighbours,
  MlError,
  type Model,
  personalFrequency,
  type ScoresItems,
  transitions,
  trend,
  userNeighbours,
} from '@storemind/ml'
import type { SourceName } from '../contracts.ts'

/** What sources learn from. Items and users are numbered alike in all parts. */
export interface SourceData {
  readonly bought: Interactions
  readonly engaged: Interactions
  /** Undefined where no product is described by anything but its id. */
  readonly attributes: ItemAttributes | undefined
}

/** A source's model in service. */
export interface OpenSource extends ScoresItems, Partial<Explains> {}

/** A source's parameters, JSON. */
export type SourceParams = Readonly<Record<string, unknown>>

/** One way of finding candidates: an algorithm, what it learns from, and which parameters are worth trying. */
export interface CandidateSource {
  readonly name: SourceName
  readonly kind: string
  /** Which side of a history it is asked about; `nothing`: its answer is the same for everyone. */
  readonly reads: 'bought' | 'engaged' | 'nothing'
  /** Tried on validation; the first is the one taken where there is nothing to choose by. */
  readonly grid: readonly SourceParams[]
  /** Bytes that fitting takes at its peak beside the data, its model included, at most. */
  memory(data: SourceData, params: SourceParams): number
  /** Undefined where the data holds nothing for it. @throws MlError on faults and on cancellation */
  fit(data: SourceData, params: SourceParams, run: FitRun): Promise<Model | undefined>
  /** @throws MlError `bad_model` */
  open(model: Model): OpenSource
  /** The model with further items, numbered on from those it has; undefined where it learns from shoppers only. */
  readonly extend?: (model: Model, attributes: ItemAttributes) => Model | Promise<Model>
}

/** Products listed by a source that says the same to everyone; what a blend reads of it is less. */
const RANKING_DEPTH = 2000
/** Partners kept per product; lists are dense, and 100,000 products take 40 MB. */
const PARTNERS = 50

/**
 * What a neighbourhood reads of a shopper, and keeps of a product. Long pasts cost most and say least: on Online Retail
 * reading the last 100 or 50 products instead of 500 raised validation NDCG@10 of item-item from .168 to .216, of
 * user-user from .255 to .293; on Complete Journey item-item went from .0256 to .0249, user-user from .0504 to .0506.
 */
const LATELY = { historyItems: 100, neighbours: 100 }

/** What neighbours by baskets read, bounded for the same reason. */
const BASKETS = { posting: 500, historyBaskets: 20 }

/** Of two products bought equally often, the one that more buyers come back for, and more buy lately, comes first. */
const COMES_BACK = { fill: 0, propensity: true, popularityExponent: 0.2, fillHalfLifeDays: 14 }

export const SOURCES: readonly CandidateSource[] = [
  source({
    name: 'personal_frequency',
    algorithm: personalFrequency,
    reads: 'bought',
    learns: (data) => data.bought,
    grid: [
      { ...COMES_BACK, halfLifeDays: 240 },
      { ...COMES_BACK, halfLifeDays: 120 },
      { ...COMES_BACK, halfLifeDays: 0 },
      { ...COMES_BACK, halfLifeDays: 240, popularityExponent: 0.1 },
      { ...COMES_BACK, halfLifeDays: 240, popularityExponent: 0.35, fillHalfLifeDays: 30 },
      { ...COMES_BACK, halfLifeDays: 60, readiness: true, spread: 1 },
    ],
  }),
  source({
    name: 'item_neighbours',
    algorithm: itemNeighbours,
    reads: 'engaged',
    learns: (data) => data.engaged,
    grid: [
      { ...LATELY, similarity: 'cosine', shrinkage: 20, weighting: 'log' },
      { ...LATELY, similarity: 'cosine', shrinkage: 20, weighting: 'log', historyItems: 50 },
      { ...LATELY, similarity: 'cosine', shrinkage: 0, weighting: 'log', historyItems: 50 },
      { ...LATELY, similarity: 'jaccard', shrinkage: 0, historyItems: 50 },
      { ...LATELY, similarity: 'bm25', shrinkage: 0, weighting: 'log' },
      { ...LATELY, similarity: 'bm25', shrinkage: 20, weighting: 'log', historyItems: 50 },
      { ...LATELY, similarity: 'euclidean', shrinkage: 20, historyItems: 50 },
    ],
  }),
  source({
    name: 'user_neighbours',
    algorithm: userNeighbours,
    reads: 'engaged',
    learns: (data) => data.engaged,
    grid: [
      { ...LATELY, posting: 500, similarity: 'cosine', shrinkage: 20, weighting: 'log' },
      { ...LATELY, posting: 500, similarity: 'cosine', shrinkage: 20, weighting: 'log', historyItems: 50 },
      {
        ...LATELY,
        posting: 500,
        similarity: 'cosine',
        shrinkage: 0,
        weighting: 'log',
        historyItems: 50,
        neighbours: 50,
      },
      { ...LATELY, posting: 500, similarity: 'jaccard', shrinkage: 0, weighting: 'log' },
      {
        ...LATELY,
        posting: 500,
        similarity: 'bm25',
        weighting: 'log',
        neighbours: 300,
        historyItems: 50,
        halfLifeDays: 90,
        trainingHalfLifeDays: 90,
      },
    ],
  }),
  source({
    name: 'transitions',
    algorithm: transitions,
    reads: 'bought',
    learns: (data) => data.bought,
    grid: [
      {
        repeats: true,
        popularityDiscount: 0,
        historySteps: 30,
        stepDecay: 0.9,
        shrinkage: 20,
        window: 10,
        distanceDecay: 0.9,
        neighbours: PARTNERS,
      },
      { repeats: true, popularityDiscount: 0.3, neighbours: PARTNERS },
      { repeats: true, popularityDiscount: 0.5, historySteps: 30, stepDecay: 0.9, neighbours: PARTNERS },
    ],
  }),
  source({
    name: 'bought_together',
    algorithm: boughtTogether,
    reads: 'bought',
    learns: (data) => data.bought,
    grid: [
      { measure: 'lift', neighbours: PARTNERS },
      { measure: 'confidence', neighbours: PARTNERS },
      { measure: 'log-likelihood', neighbours: PARTNERS },
    ],
  }),
  source({
    name: 'closed_form',
    algorithm: ease,
    reads: 'engaged',
    learns: (data) => data.engaged,
    // One entry: a fit costs the cube of the products, and what we tried beside it was no better.
    grid: [{ l2: 30, weighting: 'log', lengthPower: 0.3 }],
  }),
  source({
    name: 'content',
    algorithm: contentNeighbours,
    reads: 'engaged',
    learns: (data) => data.attributes,
    extend: extendContent,
    grid: [
      { measure: 'cosine', textWeighting: 'bm25' },
      { measure: 'cosine', textWeighting: 'tfidf', historySteps: 30, stepDecay: 0.95 },
      { measure: 'cosine', textWeighting: 'bm25', historySteps: 50, stepDecay: 1 },
      { measure: 'euclidean', textWeighting: 'bm25' },
    ],
  }),
  source({
    name: 'popularity',
    algorithm: decayedPopularity,
    reads: 'nothing',
    learns: (data) => data.engaged,
    grid: [
      { halfLifeDays: 14, depth: RANKING_DEPTH },
      { halfLifeDays: 30, depth: RANKING_DEPTH },
      { halfLifeDays: 90, depth: RANKING_DEPTH },
      { halfLifeDays: 0, depth: RANKING_DEPTH },
    ],
  }),
  source({
    name: 'trend',
    algorithm: trend,
    reads: 'nothing',
    learns: (data) => data.engaged,
    grid: [
      { recentDays: 7, baseDays: 28 },
      { recentDays: 14, baseDays: 56 },
    ],
  }),
  source({
    name: 'basket_neighbours',
    algorithm: basketNeighbours,
    reads: 'bought',
    learns: (data) => data.bought,
    grid: [
      { ...BASKETS, groups: 1, withinDecay: 0.95, ownShare: 0.1, neighbours: 100 },
      { ...BASKETS, groups: 1, withinDecay: 1, ownShare: 0.3, neighbours: 100, halfLifeDays: 120 },
      { ...BASKETS, groups: 1, withinDecay: 1, ownShare: 0.5, neighbours: 100, halfLifeDays: 120 },
      { ...BASKETS, groups: 7, withinDecay: 0.9, betweenDecay: 0.7, ownShare: 0.7, neighbours: 100 },
    ],
  }),
]

export function sourceNamed(name: SourceName): CandidateSource {
  const found = SOURCES.find((one) => one.name === name)
  if (!found) throw new MlError('bad_model', `there is no source ${name}`)
  return found
}

interface SourceDefinition<P extends object, D> {
  readonly name: SourceName
  readonly algorithm: Algorithm<P, D, ScoresItems>
  readonly reads: CandidateSource['reads']
  readonly learns: (data: SourceData) => D | undefined
  readonly grid: readonly Partial<P>[]
  readonly extend?: CandidateSource['extend']
}

function source<P extends object, D>(definition: SourceDefinition<P, D>): CandidateSource {
  const { name, algorithm, reads, learns, grid, extend } = definition
  return {
    name,
    kind: algorithm.kind,
    reads,
    grid: grid.map((params) => ({ ...params })),
    ...(extend ? { extend } : {}),
    memory(data, params) {
      const learned = learns(data)
      return learned === undefined ? 0 : algorithm.trainer(algorithm.parameters.resolve(params)).memory(learned)
    },
    async fit(data, params, run) {
      const learned = learns(data)
      if (learned === undefined) return undefined
      try {
        return await algorithm.trainer(algorithm.parameters.resolve(params)).fit(learned, run)
      } catch (error) {
        // A source without anything to learn from leaves the others to answer; every other fault is one.
        if (error instanceof MlError && error.code === 'empty_data') return undefined
        throw error
      }
    },
    open(model) {
      const opened = algorithm.open(model)
      const { explains } = abilitiesOf(opened)
      return explains
        ? {
            items: opened.items,
            score: (query, board) => opened.score(query, board),
            explain: (query, item, limit) => explains.explain(query, item, limit),
          }
        : opened
    },
  }
}
