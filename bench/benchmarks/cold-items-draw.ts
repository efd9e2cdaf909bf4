import {
  buildInteractions,
  emptyQuery,
  type Interactions,
  type ItemAttributes,
  type Query,
  rng,
  shuffle,
} from '@storemind/ml'
import type { ColdItemsStage } from './cold-items-data.ts'

/** One choice of items to withhold. */
export interface ColdDraw {
  readonly attributes: ItemAttributes
  /** What is left to learn from: nothing of withheld items. */
  readonly interactions: Interactions
  /** [items] 1 where an item is withheld. */
  readonly isNew: Uint8Array
  /** [items] a random order, by which equals are ranked: the data's own numbers follow popularity. */
  readonly order: Int32Array
  /** [items] users who took each, withheld items counted as none. */
  readonly known: Float64Array
  /** [items] users who took each. */
  readonly hindsight: Float64Array
  /** Withheld targets, with what users took before that is not withheld. */
  readonly cases: readonly { readonly query: Query; readonly target: number }[]
}

/** Writes a score for every item; −Infinity where there is none. */
export type Scores = (query: Query, scores: Float64Array) => void

/** Recall and NDCG at 10 with one target each, among all items and among the withheld ones. */
export interface Readings {
  readonly recallAt10: number
  readonly ndcgAt10: number
  readonly newOnlyRecallAt10: number
  readonly newOnlyNdcgAt10: number
}

/** Equal seeds withhold the same items, whatever the stage. */
export function drawCold(attributes: ItemAttributes, data: ColdItemsStage, withheld: number, seed: number): ColdDraw {
  const random = rng(seed)
  const { items } = attributes
  const order = shuffle(
    random,
    Int32Array.from({ length: items }, (_, item) => item),
  )
  const isNew = Uint8Array.from({ length: items }, () => (random.next() < withheld ? 1 : 0))
  const hindsight = new Float64Array(items)
  for (const sequence of data.sequences)
    for (const item of new Set(sequence)) hindsight[item] = (hindsight[item] ?? 0) + 1
  const kept = data.sequences.map((sequence) => sequence.filter((item) => isNew[item] === 0))
  const entries = kept.flatMap((sequence, user) => Array.from(sequence, (item, step) => ({ user, item, step })))
  return {
    attributes,
    interactions: buildInteractions({
      users: kept.length,
      items,
      user: Int32Array.from(entries, ({ user }) => user),
      item: Int32Array.from(entries, ({ item }) => item),
      at: Float64Array.from(entries, ({ step }) => step),
    }),
    isNew,
    order,
    known: hindsight.map((count, item) => (isNew[item] === 1 ? 0 : count)),
    hindsight,
    cases: data.cases.flatMap(({ past, target }) => {
      const warm = past.filter((item) => isNew[item] === 0)
      return isNew[target] === 1 && warm.length > 0 ? [{ query: queryOfItems(warm), target }] : []
    }),
  }
}

/** Every item of the past was taken by itself, one step after the other. */
function queryOfItems(items: Int32Array): Query {
  return {
    ...emptyQuery(items.length),
    items,
    weights: new Float32Array(items.length).fill(1),
    at: Float64Array.from(items, (_, step) => step),
    basket: Int32Array.from(items, (_, step) => step),
  }
}

export function readingsOf({ cases, isNew, order }: ColdDraw, score: Scores): Readings {
  const scores = new Float64Array(isNew.length)
  const sums = { recallAt10: 0, ndcgAt10: 0, newOnlyRecallAt10: 0, newOnlyNdcgAt10: 0 }
  for (const { query, target } of cases) {
    score(query, scores)
    const past = new Set(query.items)
    const own = scores[target] ?? Number.NaN
    const place = order[target] ?? 0
    let before = 0
    let newBefore = 0
    for (let item = 0; item < scores.length; item++) {
      const other = scores[item] ?? Number.NaN
      const ahead = other > own || (other === own && (order[item] ?? 0) < place)
      if (!ahead || item === target || past.has(item)) continue
      before++
      if (isNew[item] === 1) newBefore++
    }
    if (before < 10) {
      sums.recallAt10 += 1 / cases.length
      sums.ndcgAt10 += 1 / Math.log2(before + 2) / cases.length
    }
    if (newBefore < 10) {
      sums.newOnlyRecallAt10 += 1 / cases.length
      sums.newOnlyNdcgAt10 += 1 / Math.log2(newBefore + 2) / cases.length
    }
  }
  return sums
}
