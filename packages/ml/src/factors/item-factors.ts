import type { Contribution, Explains, FindsSimilar, Ranked, ScoresItems } from '../frame/abilities.ts'
import type { ArrayReader } from '../frame/algorithm.ts'
import { MlError } from '../frame/errors.ts'
import type { Query } from '../frame/interactions.ts'
import type { Model } from '../frame/model.ts'
import { checkItem } from '../frame/query.ts'
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
  readonly #newItems: FoldIn
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
    this.#newItems = new FoldIn(d, arrays.f32('userGram', d * d))
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

  /**
   * The vector of an item that training has not met, from the pasts of the users who took it: Float32 [d].
   * `withItems` makes a model that knows it.
   */
  itemVector(takers: readonly Query[]): Float32Array {
    const { l2, unobserved, frequencyPower } = this.#params
    const side = this.#newItems
    const right = new Float64Array(this.d)
    side.begin(ridgeOf(takers.length, this.#trained[0]!, l2, unobserved, frequencyPower))
    for (const taker of takers) {
      if (!this.#foldIn(taker)) continue
      side.add(1, this.#vector, 0)
      for (let p = 0; p < this.d; p++) right[p]! += this.#vector[p]!
    }
    side.factor()
    side.solve(right)
    return Float32Array.from(right)
  }

  /** Solves for the asker's vector and leaves his system factored. False for a history that says nothing. */
  #foldIn(query: Query): boolean {
    const history = this.#history
    history.readQuery(query)
    const { l2, unobserved, frequencyPower } = this.#params
    this.#vector.fill(0)
    let known = 0
    for (let slot = 0; slot < history.count; slot++) if (this.#norms[history.items[slot]!]! > 0) known++
    if (known === 0) return false
    this.#users.begin(ridgeOf(history.count, this.#trained[1]!, l2, unobserved, frequencyPower))
    for (let slot = 0; slot < history.count; slot++) {
      const from = history.items[slot]! * this.d
      const value = history.values[slot]!
      this.#users.add(value, this.#factors, from)
      for (let p = 0; p < this.d; p++) this.#vector[p]! += value * this.#factors[from + p]!
    }
    this.#users.factor()
    this.#users.solve(this.#vector)
    return true
  }
}

/** The model with further items at its end, each with its vector [d]; nothing else changes. @throws MlError `bad_model` */
export function withItems(model: Model, vectors: readonly Float32Array[]): Model {
  const { factors, itemGram } = model.arrays
  if (!(factors instanceof Float32Array) || !itemGram) throw new MlError('bad_model', 'it has no factors')
  const d = Math.sqrt(itemGram.length)
  if (vectors.some((vector) => vector.length !== d)) throw new MlError('length_mismatch', `vectors of other than ${d}`)
  const grown = new Float32Array(factors.length + vectors.length * d)
  grown.set(factors)
  vectors.forEach((vector, v) => {
    grown.set(vector, factors.length + v * d)
  })
  return { ...model, arrays: { ...model.arrays, factors: grown } }
}

function dot(d: number, a: ArrayLike<number>, from: number, b: ArrayLike<number>, at: number): number {
  let sum = 0
  for (let p = 0; p < d; p++) sum += a[from + p]! * b[at + p]!
  return sum
}
