import type { Contribution, Explains, ScoresItems } from '../frame/abilities.ts'
import { type ArrayReader, defineAlgorithm } from '../frame/algorithm.ts'
import type { Interactions, Query } from '../frame/interactions.ts'
import { checkInteractions } from '../frame/interactions-builder.ts'
import type { TypedArray } from '../frame/model.ts'
import { declareParameters } from '../frame/parameters.ts'
import { checkCount, checkItem } from '../frame/query.ts'
import type { Scoreboard } from '../frame/scoreboard.ts'
import { type Bm25Statistics, bm25Statistics, bm25Weighted } from './bm25.ts'
import { History } from './history.ts'
import { largestFirst } from './item-graph.ts'
import { holdersBytes, latestHolders, usersByRecency } from './latest-holders.ts'
import { NearestUsers } from './nearest-users.ts'
import { HISTORY_PARAMETERS, type HistoryParams, queryRule, SIMILARITY_PARAMETERS, trainingRule } from './parameters.ts'
import { preferencesBytes, preferencesOf } from './preferences.ts'
import { type SimilarityParams, squaredNorms } from './similarity.ts'

export interface UserNeighboursParams extends HistoryParams, SimilarityParams {
  neighbours: number
  posting: number
}

/**
 * User-user neighbours on implicit feedback, for users known and unknown alike.
 *
 * Solves   s(q, j) = Σ_v s(q, v) · w(v, j) over the k users v whose past is closest to the query's (see COMPARE),
 *          likeness resting on n shared items counting n/(n + shrinkage)
 * Given    interactions, read into users × items values by the history parameters
 * Returns  user.offsets Int32 [users + 1], user.items Int32 [n], user.values Float32 [n]: each user's values;
 *          user.squares Float64 [users], user.sizes Int32 [users]; item.offsets Int32 [items + 1], item.users Int32 [m],
 *          item.values Float32 [m]: who met each item, seen last first, at most `posting` of them
 * Cost     O(n) to train; a query costs O(history · posting + k · historyItems), whatever the number of users
 * Source   Herlocker et al., SIGIR 1999, §3 to §5; the capped inverted index of the latest after Ludewig and Jannach,
 *          UMUAI 2018, §3.2.1 (session kNN), and Kersbergen et al., SIGMOD 2022, algorithm 2 (VMIS-kNN)
 * Differs  scores are sums, not means, there being no ratings; a known user is compared like an unknown one, and so
 *          finds itself; what an item shares with users beyond `posting` is not counted, which lowers their likeness
 */
export const userNeighbours = defineAlgorithm({
  kind: 'user-neighbours',
  parameters: declareParameters<UserNeighboursParams>({
    ...SIMILARITY_PARAMETERS,
    neighbours: { type: 'integer', default: 100, min: 1, max: 100_000, meaning: 'closest users who are asked' },
    posting: {
      type: 'integer',
      default: 1000,
      min: 1,
      max: 10_000_000,
      meaning: 'users remembered per item, those seen last; bounds the cost of popular items',
    },
    ...HISTORY_PARAMETERS,
  }),
  memory: (data: Interactions, { posting }) =>
    preferencesBytes(data) + 4 * data.item.length + 20 * data.users + 8 * data.items + holdersBytes(data, posting),
  async fit(data: Interactions, params) {
    checkInteractions(data)
    const values = preferencesOf(data, trainingRule(params))
    const statistics = params.similarity === 'bm25' ? bm25Statistics(values) : undefined
    const weights = statistics ? bm25Weighted(values, statistics) : values
    return {
      'user.offsets': values.offsets,
      'user.items': values.indices,
      'user.values': values.values,
      'user.squares': squaredNorms(weights),
      'user.sizes': Int32Array.from({ length: values.rows }, (_, u) => values.offsets[u + 1]! - values.offsets[u]!),
      ...latestHolders(weights, usersByRecency(data), params.posting),
      ...(statistics ? statisticsArrays(statistics) : {}),
    }
  },
  open: (arrays, params) => new UserNeighbours(arrays, params),
  extend: 'fit',
})

function statisticsArrays({ rarity, meanLength }: Bm25Statistics): Record<string, TypedArray> {
  return { 'item.rarity': rarity, meanLength: Float64Array.of(meanLength) }
}

/** An opened user-neighbours model. */
export class UserNeighbours implements ScoresItems, Explains {
  readonly items: number
  readonly #nearest: NearestUsers
  readonly #history: History
  readonly #offsets: Int32Array
  readonly #held: Int32Array
  readonly #values: Float32Array

  constructor(arrays: ArrayReader, params: Readonly<UserNeighboursParams>) {
    this.#nearest = new NearestUsers(arrays, params, params.neighbours)
    this.items = this.#nearest.items
    this.#history = new History(this.items, queryRule(params))
    this.#values = arrays.f32('user.values')
    this.#offsets = arrays.offsets('user.offsets', this.#values.length)
    this.#held = arrays.indices('user.items', this.items, this.#values.length)
    arrays.i32('user.offsets', this.#nearest.users + 1)
  }

  score(query: Query, board: Scoreboard): void {
    this.#history.readQuery(query)
    const nearest = this.#nearest
    nearest.find(this.#history)
    for (let n = 0; n < nearest.count; n++) {
      const likeness = nearest.likeness[n]!
      const end = this.#offsets[nearest.ids[n]! + 1]!
      for (let e = this.#offsets[nearest.ids[n]!]!; e < end; e++) board.add(this.#held[e]!, likeness * this.#values[e]!)
    }
  }

  /** How many of the closest users hold the item. */
  supporters(query: Query, item: number): number {
    checkItem(item, this.items)
    this.#history.readQuery(query)
    this.#nearest.find(this.#history)
    let supporters = 0
    for (let n = 0; n < this.#nearest.count; n++) {
      if (this.#valueOf(this.#nearest.ids[n]!, item) > 0) supporters++
    }
    return supporters
  }

  /**
   * The history's items by what they brought to the score, largest first: each close user's part is shared among the
   * items that user has in common with the history, in proportion to their products. All of them together are the score.
   */
  explain(query: Query, item: number, limit: number): Contribution[] {
    checkCount(limit)
    checkItem(item, this.items)
    const history = this.#history
    const nearest = this.#nearest
    history.readQuery(query)
    nearest.find(history)
    const brought = new Float64Array(history.count)
    const products = new Float64Array(history.count)
    const length = nearest.lengthOf(history.values, 0, history.count)
    for (let n = 0; n < nearest.count; n++) {
      const user = nearest.ids[n]!
      const part = nearest.likeness[n]! * this.#valueOf(user, item)
      if (part === 0) continue
      const userLength = nearest.lengthOf(this.#values, this.#offsets[user]!, this.#offsets[user + 1]!)
      let total = 0
      for (let slot = 0; slot < history.count; slot++) {
        const source = history.items[slot]!
        products[slot] =
          nearest.weightOf(source, history.values[slot]!, length) *
          nearest.weightOf(source, this.#valueOf(user, source), userLength)
        total += products[slot]!
      }
      for (let slot = 0; slot < history.count; slot++) brought[slot]! += (part * products[slot]!) / total
    }
    const found: Contribution[] = []
    for (let slot = 0; slot < history.count; slot++) {
      if (brought[slot]! > 0) found.push({ kind: 'item', index: history.items[slot]!, weight: brought[slot]! })
    }
    return largestFirst(found).slice(0, limit)
  }

  /** What the user holds of the item, 0 for nothing. */
  #valueOf(user: number, item: number): number {
    const from = this.#offsets[user]!
    const at = this.#held.subarray(from, this.#offsets[user + 1]).indexOf(item)
    return at < 0 ? 0 : this.#values[from + at]!
  }
}
