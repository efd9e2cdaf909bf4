import type { ArrayReader } from '../frame/algorithm.ts'
import { TopK } from '../frame/topk.ts'
import { bm25Weight } from './bm25.ts'
import type { History } from './history.ts'
import { Overlap } from './overlap.ts'
import { COMPARE, type Compare, type SimilarityParams, trust } from './similarity.ts'

/**
 * The users of the training data whose past is closest to a history.
 *
 * Given    arrays `item.offsets`, `item.users`, `item.values`: who met an item, seen last first, at most `posting`
 *          of them, with their weights; `user.squares` Float64 [users], `user.sizes` Int32 [users]; for BM25 also
 *          `item.rarity` and `meanLength`
 * Returns  `ids` and `likeness` [0 … count − 1], closest first, ties by user
 * Source   Herlocker et al., SIGIR 1999, §4; the capped index: Kersbergen et al., SIGMOD 2022, algorithm 2
 * Cost     O(history · posting + touched · log k), whatever the number of users; nothing is allocated after opening
 */
export class NearestUsers {
  readonly items: number
  readonly users: number
  readonly #top: TopK
  readonly #offsets: Int32Array
  readonly #holders: Int32Array
  readonly #values: Float32Array
  readonly #squares: Float64Array
  readonly #sizes: Int32Array
  readonly #rarity: Float32Array | undefined
  readonly #meanLength: number
  readonly #overlap: Overlap
  readonly #compare: Compare
  readonly #shrinkage: number

  constructor(arrays: ArrayReader, params: Readonly<SimilarityParams>, neighbours: number) {
    this.#squares = arrays.f64('user.squares')
    this.users = this.#squares.length
    this.#sizes = arrays.i32('user.sizes', this.users)
    this.#values = arrays.f32('item.values')
    this.#offsets = arrays.offsets('item.offsets', this.#values.length)
    this.items = this.#offsets.length - 1
    this.#holders = arrays.indices('item.users', this.users, this.#values.length)
    this.#rarity = params.similarity === 'bm25' ? arrays.f32('item.rarity', this.items) : undefined
    this.#meanLength = params.similarity === 'bm25' ? arrays.f64('meanLength', 1)[0]! : 1
    this.#overlap = new Overlap(this.users)
    this.#compare = COMPARE[params.similarity]
    this.#shrinkage = params.shrinkage
    this.#top = new TopK(Math.min(neighbours, this.users))
  }

  get count(): number {
    return this.#top.count
  }

  get ids(): Int32Array {
    return this.#top.ids
  }

  get likeness(): Float32Array {
    return this.#top.scores
  }

  find(history: History): void {
    const overlap = this.#overlap
    const top = this.#top
    overlap.clear()
    top.count = 0
    const length = this.lengthOf(history.values, 0, history.count)
    let square = 0
    for (let slot = 0; slot < history.count; slot++) {
      const item = history.items[slot]!
      const value = this.weightOf(item, history.values[slot]!, length)
      square += value * value
      overlap.addColumn(value, this.#holders, this.#values, this.#offsets[item]!, this.#offsets[item + 1]!)
    }
    for (let t = 0; t < overlap.count; t++) {
      const user = overlap.touched[t]!
      const both = overlap.both[user]!
      const dot = overlap.dot[user]!
      const likeness = this.#compare(dot, both, square, this.#squares[user]!, history.count, this.#sizes[user]!)
      top.offer(user, likeness * trust(both, this.#shrinkage))
    }
    top.finish()
  }

  /** What a value weighs when users are compared; `length` is the sum of its user's values. */
  weightOf(item: number, value: number, length: number): number {
    return this.#rarity ? bm25Weight(value, this.#rarity[item]!, length, this.#meanLength) : value
  }

  lengthOf(values: Float32Array | Float64Array, from: number, to: number): number {
    let length = 0
    for (let e = from; e < to; e++) length += values[e]!
    return length
  }
}
