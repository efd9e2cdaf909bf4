import type { Contribution, Explains, ScoresItems } from '../frame/abilities.ts'
import { type ArrayReader, defineAlgorithm } from '../frame/algorithm.ts'
import type { Csr } from '../frame/csr.ts'
import type { Interactions, Query } from '../frame/interactions.ts'
import { checkInteractions } from '../frame/interactions-builder.ts'
import { declareParameters } from '../frame/parameters.ts'
import { checkCount, checkItem, checkQuery } from '../frame/query.ts'
import { pause } from '../frame/run.ts'
import type { Scoreboard } from '../frame/scoreboard.ts'
import { latest } from '../frame/time.ts'
import { TopK } from '../frame/topk.ts'
import { GROUP_DECAY_PARAMETERS, GroupDecay, type GroupDecayParams } from './group-decay.ts'
import { largestFirst } from './item-graph.ts'
import { holdersBytes, latestHolders, usersByRecency } from './latest-holders.ts'
import { Overlap } from './overlap.ts'
import { preferencesBytes, rowsRead } from './preferences.ts'
import { squaredNorms } from './similarity.ts'

export interface BasketNeighboursParams extends GroupDecayParams {
  ownShare: number
  neighbours: number
  posting: number
}

/**
 * TIFU-kNN: what this user comes back for, and what users of like baskets come back for.
 *
 * Solves   s(q, j) = ownShare · q(j) + (1 − ownShare) · mean of v(j) over the k users v nearest to q by ‖q − v‖, q and v
 *          being baskets read by GroupDecay
 * Given    interactions with baskets
 * Returns  userOffsets Int32 [users + 1], userItems Int32 [n], userValues Float32 [n]; squares Float64 [users]: ‖v‖²;
 *          holderOffsets Int32 [items + 1], holders Int32 and holderValues Float32 [m]: who holds each item, seen last
 *          first, at most `posting` of them
 * Cost     O(entries) to train; a query costs O(distinct items · posting + k · items of a user)
 * Source   Hu, He, Gao and Zhang, Modeling Personalized Item Frequency Information for Next-basket Recommendation (TIFU-kNN),
 *          SIGIR 2020, §4, eq. 1 to 6
 * Differs  only users who share an item can be near, through an inverted index of the latest; a known user is compared like
 *          an unknown one, and so finds itself
 */
export const basketNeighbours = defineAlgorithm({
  kind: 'basket-neighbours',
  parameters: declareParameters<BasketNeighboursParams>({
    ownShare: {
      type: 'number',
      default: 0.3,
      min: 0,
      max: 1,
      meaning: 'weight of what the user took before against what like users take',
    },
    neighbours: { type: 'integer', default: 300, min: 1, max: 100_000, meaning: 'nearest users who are asked' },
    posting: {
      type: 'integer',
      default: 1000,
      min: 1,
      max: 10_000_000,
      meaning: 'users remembered per item, those seen last; bounds the cost of popular items',
    },
    ...GROUP_DECAY_PARAMETERS,
  }),
  memory: (data: Interactions, { posting }) => preferencesBytes(data) + 8 * data.users + holdersBytes(data, posting),
  async fit(data: Interactions, params, run) {
    checkInteractions(data)
    const values = groupDecayed(data, params)
    await pause(run, 0.7)
    const holders = latestHolders(values, usersByRecency(data), params.posting)
    return {
      userOffsets: values.offsets,
      userItems: values.indices,
      userValues: values.values,
      squares: squaredNorms(values),
      holderOffsets: holders['item.offsets']!,
      holders: holders['item.users']!,
      holderValues: holders['item.values']!,
    }
  },
  open: (arrays, params) => new BasketNeighbours(arrays, params),
  extend: 'fit',
})

/** Every user's baskets as one row. */
function groupDecayed(data: Interactions, rule: GroupDecayParams): Csr {
  const reader = new GroupDecay(data.items, rule)
  const now = latest(data.at)
  return rowsRead(data, reader, (from, to) => reader.read(data, from, to, now))
}

/** An opened basket-neighbours model. It keeps buffers, so one instance serves one thread. */
export class BasketNeighbours implements ScoresItems, Explains {
  readonly items: number
  readonly #ownShare: number
  readonly #own: GroupDecay
  readonly #offsets: Int32Array
  readonly #held: Int32Array
  readonly #values: Float32Array
  readonly #squares: Float64Array
  readonly #holderOffsets: Int32Array
  readonly #holders: Int32Array
  readonly #holderValues: Float32Array
  readonly #overlap: Overlap
  readonly #nearest: TopK

  constructor(arrays: ArrayReader, params: Readonly<BasketNeighboursParams>) {
    this.#squares = arrays.f64('squares')
    const users = this.#squares.length
    this.#holders = arrays.indices('holders', users)
    this.#holderValues = arrays.f32('holderValues', this.#holders.length)
    this.#holderOffsets = arrays.offsets('holderOffsets', this.#holders.length)
    this.items = this.#holderOffsets.length - 1
    this.#held = arrays.indices('userItems', this.items)
    this.#values = arrays.f32('userValues', this.#held.length)
    this.#offsets = arrays.offsets('userOffsets', this.#held.length)
    arrays.i32('userOffsets', users + 1)
    this.#ownShare = params.ownShare
    this.#own = new GroupDecay(this.items, params)
    this.#overlap = new Overlap(users)
    this.#nearest = new TopK(Math.min(params.neighbours, users))
  }

  score(query: Query, board: Scoreboard): void {
    this.#find(query)
    const own = this.#own
    if (this.#ownShare > 0) {
      for (let i = 0; i < own.count; i++) board.add(own.items[i]!, this.#ownShare * own.valueOf(own.items[i]!))
    }
    const share = this.#shareOfEach()
    if (share === 0) return
    for (let n = 0; n < this.#nearest.count; n++) {
      const end = this.#offsets[this.#nearest.ids[n]! + 1]!
      for (let e = this.#offsets[this.#nearest.ids[n]!]!; e < end; e++) {
        board.add(this.#held[e]!, share * this.#values[e]!)
      }
    }
  }

  /**
   * The history's items by what they brought: the item itself by its own value, and each near user's part shared among
   * the items in common, in proportion to their products. All of them together are the score.
   */
  explain(query: Query, item: number, limit: number): Contribution[] {
    checkCount(limit)
    checkItem(item, this.items)
    this.#find(query)
    const own = this.#own
    const brought = new Map<number, number>()
    const add = (index: number, weight: number): void => void brought.set(index, (brought.get(index) ?? 0) + weight)
    const share = this.#shareOfEach()
    if (own.valueOf(item) > 0 && this.#ownShare > 0) add(item, this.#ownShare * own.valueOf(item))
    for (let n = 0; n < this.#nearest.count; n++) {
      const [from, end] = [this.#offsets[this.#nearest.ids[n]!]!, this.#offsets[this.#nearest.ids[n]! + 1]!]
      const at = this.#held.subarray(from, end).indexOf(item)
      if (at < 0 || share === 0) continue
      let total = 0
      for (let e = from; e < end; e++) total += this.#values[e]! * own.valueOf(this.#held[e]!)
      for (let e = from; e < end; e++) {
        const product = this.#values[e]! * own.valueOf(this.#held[e]!)
        if (product > 0) add(this.#held[e]!, (share * this.#values[from + at]! * product) / total)
      }
    }
    const found = [...brought].map(([index, weight]): Contribution => ({ kind: 'item', index, weight }))
    return largestFirst(found).slice(0, limit)
  }

  #shareOfEach(): number {
    return this.#nearest.count === 0 ? 0 : (1 - this.#ownShare) / this.#nearest.count
  }

  /** ‖q − v‖² = ‖q‖² − (2 q·v − ‖v‖²): the nearest have the largest of what is in brackets. */
  #find(query: Query): void {
    checkQuery(query, this.items)
    const own = this.#own
    own.read({ ...query, item: query.items, weight: query.weights }, 0, query.items.length, query.now)
    const overlap = this.#overlap
    overlap.clear()
    for (let i = 0; i < own.count; i++) {
      const item = own.items[i]!
      const [from, to] = [this.#holderOffsets[item]!, this.#holderOffsets[item + 1]!]
      overlap.addColumn(own.valueOf(item), this.#holders, this.#holderValues, from, to)
    }
    const top = this.#nearest
    top.count = 0
    for (let t = 0; t < overlap.count; t++) {
      const user = overlap.touched[t]!
      top.offer(user, 2 * overlap.dot[user]! - this.#squares[user]!)
    }
    top.finish()
  }
}
