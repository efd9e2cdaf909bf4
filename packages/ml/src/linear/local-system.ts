import { ConjugateGradients } from './conjugate-gradients.ts'
import type { SparseGram } from './sparse-gram.ts'

export interface LocalParams {
  readonly neighbours: number
  readonly l2: number
  readonly ridgePower: number
}

/** Relative residual at which an item's weights are taken to be found: far below what ranks. */
const TOLERANCE = 1e-4
const MOST_STEPS = 40

/** n^power, 0 for items of nobody. */
export function powers(users: Int32Array, power: number): Float64Array {
  return Float64Array.from(users, (n) => (n === 0 ? 0 : n ** power))
}

/**
 * The regression of one item at a time. Solved for b·n^(ridgePower / 2), whose matrix is nearly the identity times l2
 * where items have little in common: few steps suffice.
 */
export class LocalSystem {
  /** [≥ n] the items that explain, and what they weigh. */
  readonly ids: Int32Array
  readonly weights: Float64Array
  readonly #gram: SparseGram
  readonly #l2: number
  readonly #scale: Float64Array
  readonly #place: Int32Array
  readonly #matrix: Float64Array
  readonly #right: Float64Array
  readonly #solver: ConjugateGradients

  constructor(gram: SparseGram, { neighbours, l2, ridgePower }: LocalParams) {
    const size = Math.min(neighbours, gram.items)
    this.#gram = gram
    this.#l2 = l2
    this.#scale = powers(gram.users, -ridgePower / 2)
    this.#place = new Int32Array(gram.items).fill(-1)
    this.ids = new Int32Array(size)
    this.weights = new Float64Array(size)
    this.#matrix = new Float64Array(size * size)
    this.#right = new Float64Array(size)
    this.#solver = new ConjugateGradients(size)
  }

  /** @returns how many items explain item j */
  solve(j: number): number {
    const { offsets, ids, values, diagonal } = this.#gram
    const from = offsets[j]!
    const n = Math.min(this.ids.length, offsets[j + 1]! - from)
    const matrix = this.#matrix
    const scale = this.#scale
    const place = this.#place
    matrix.fill(0, 0, n * n)
    for (let a = 0; a < n; a++) {
      const i = ids[from + a]!
      this.ids[a] = i
      place[i] = a
      this.#right[a] = values[from + a]! * scale[i]!
      matrix[a * n + a] = diagonal[i]! * scale[i]! * scale[i]! + this.#l2
    }
    for (let a = 0; a < n; a++) {
      const i = this.ids[a]!
      const end = offsets[i + 1]!
      for (let e = offsets[i]!; e < end; e++) {
        const b = place[ids[e]!]!
        if (b < 0) continue
        const value = values[e]! * scale[i]! * scale[ids[e]!]!
        matrix[a * n + b] = value
        matrix[b * n + a] = value
      }
    }
    for (let a = 0; a < n; a++) place[this.ids[a]!] = -1
    this.#solver.solve(matrix, this.#right, n, TOLERANCE, MOST_STEPS)
    for (let a = 0; a < n; a++) this.weights[a] = this.#solver.x[a]! * scale[this.ids[a]!]!
    return n
  }
}
