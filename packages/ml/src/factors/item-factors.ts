import type { Contribution, Explains, FindsSimilar, Ranked, ScoresItems } from '../frame/abilities.ts'
import type { ArrayReader } from '../frame/algorithm.ts'
import { MlError } from '../frame/errors.ts'
import type { Query } from '../frame/interactions.ts'
import { checkCount, checkItem } from '../frame/query.ts'
import type { Scoreboard } from '../frame/scoreboard.ts'
import { TopK } from '../frame/topk.ts'
import { History, type HistoryRule } from '../neighbours/history.ts'
import { largestFirst } from '../neighbours/item-graph.ts'
import { ridgeOf } from './factor-sides.ts'
import { FoldIn } from './fold-in.ts'
import type { IalsParams } from './ials.ts'

/**
 * Items as vectors; who asks becomes one from his history. Items of which nothing is known are not scored.
 *
 * Solves   s(q, j) = w·h_j with w = M⁻¹·Σ_h c·h, M = Σ_h c·h·hᵀ + itemGram + λ·I over the history
 * Given    factors Float32 [items × d], itemGram and userGram Float32 [d × d], trained Float64 [2]
 * Returns  a score for every item that has a vector
 * Cost     history·d² + d³/6 + items·d
 * Source   Hu, Koren and Volinsky, ICDM 2008, eq. 4 and §5
 */
export class ItemFactors implements ScoresItems, FindsSimilar, Explains {
  readonly items: number
  readonly d: number
  readonly #factors: Float32Array
  readonly #params: Readonly<IalsParams>
  readonly #history: History
  readonly #users: FoldIn
  readonly #trained: Float64Array
  /** The items that have a vector at all, and the norm of each. */
  readonly #known: Int32Array
  readonly #norms: Float64Array
  readonly #vector: Float64Array

  constructor(arrays: ArrayReader, params: Readonly<IalsParams>, rule: HistoryRule) {
    const d = params.factors
    this.d = d
    this.#params = params
    this.#factors = arrays.f32('factors')
    if (this.#factors.length % d !== 0) throw new MlError('bad_model', `factors are not rows of ${d}`)
    this.items = this.#factors.length / d
    this.#users = new FoldIn(d, arrays.f32('itemGram', d * d))
    arrays.f32('userGram', d * d)
    this.#trained = arrays.f64('trained', 2)
    this.#history = new History(this.items, rule)
    this.#norms = Float64Array.from({ length: this.items }, (_, i) =>
      Math.sqrt(dot(d, this.#factors, i * d, this.#factors, i * d)),
    )
    this.#known = Int32Array.from([...this.#norms.keys()].filter((i) => this.#norms[i]! > 0))
    this.#vector = new Float64Array(d)
  }

  score(query: Query, board: Scoreboard): void {
    if (!this.#foldIn(query)) return
    for (const item of this.#known) board.set(item, dot(this.d, this.#vector, 0, this.#factors, item * this.d))
  }

  similar(item: number, k: number): Ranked {
    checkCount(k)
    checkItem(item, this.items)
    const top = new TopK(Math.min(k, this.items))
    const norm = this.#norms[item]!
    if (norm > 0) {
      for (const other of this.#known) {
        if (other === item) continue
        const product = dot(this.d, this.#factors, item * this.d, this.#factors, other * this.d)
        if (product > 0) top.offer(other, product / (norm * this.#norms[other]!))
      }
    }
    top.finish()
    return top.ranked()
  }

  /**
   * What each item of the history added to the score: w = M⁻¹·Σ c·h, so that the score of an item g is the sum of
   * c·h·(M⁻¹·g) over the history.
   */
  explain(query: Query, item: number, limit: number): Contribution[] {
    checkCount(limit)
    checkItem(item, this.items)
    if (!this.#foldIn(query)) return []
    const towards = Float64Array.from(this.#factors.subarray(item * this.d, (item + 1) * this.d))
    this.#users.solve(towards)
    const found: Contribution[] = []
    for (let slot = 0; slot < this.#history.count; slot++) {
      const index = this.#history.items[slot]!
      const weight = this.#history.values[slot]! * dot(this.d, towards, 0, this.#factors, index * this.d)
      if (weight !== 0) found.push({ kind: 'item', index, weight })
    }
    return largestFirst(found).slice(0, limit)
  }

  /** The vector of whoever has this past, Float32 [d]; zeros for an empty one. */
  userVector(query: Query): Float32Array {
    return this.#foldIn(query) ? Float32Array.from(this.#vector) : new Float32Array(this.d)
  }

  /** Solves for the asker's vector and leaves his system factored. False for a history that says nothing. */
  #foldIn(query: Query): boolean {
    const history = this.#history
    history.readQuery(query)
    return this.#solve(history.items, history.values, 0, history.count)
  }

  #solve(items: Int32Array, values: ArrayLike<number>, from: number, to: number): boolean {
    const { l2, unobserved, frequencyPower } = this.#params
    this.#vector.fill(0)
    let known = 0
    for (let e = from; e < to; e++) if (this.#norms[items[e]!]! > 0) known++
    if (known === 0) return false
    this.#users.begin(ridgeOf(to - from, this.#trained[1]!, l2, unobserved, frequencyPower))
    for (let e = from; e < to; e++) {
      const place = items[e]! * this.d
      const value = values[e]!
      this.#users.add(value, this.#factors, place)
      for (let p = 0; p < this.d; p++) this.#vector[p]! += value * this.#factors[place + p]!
    }
    this.#users.factor()
    this.#users.solve(this.#vector)
    return true
  }
}

function dot(d: number, a: ArrayLike<number>, from: number, b: ArrayLike<number>, at: number): number {
  let sum = 0
  for (let p = 0; p < d; p++) sum += a[from + p]! * b[at + p]!
  return sum
}
