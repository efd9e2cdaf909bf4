/**
 * One row of a factorisation with the other side held: the system of a user, or of an item, solved exactly in doubles.
 *
 * Solves   (Σ c·h·hᵀ + G + λ·I)·w = Σ c·h by Cholesky
 * Cost     entries·d²/2 + d³/6 multiplications, nothing allocated after construction
 * Source   Hu, Koren, Volinsky, Collaborative Filtering for Implicit Feedback Datasets, ICDM 2008, eq. 4
 */
export class FoldIn {
  readonly d: number
  /** [d × d], the lower triangle: first the system, after `factor` its factor. */
  readonly #matrix: Float64Array
  readonly #gram: Float32Array

  /** @param gram [d × d]: what all pairs add */
  constructor(d: number, gram: Float32Array) {
    this.d = d
    this.#gram = gram
    this.#matrix = new Float64Array(d * d)
  }

  /** Begins a system. */
  begin(lambda: number): void {
    this.#matrix.set(this.#gram)
    for (let i = 0; i < this.d; i++) this.#matrix[i * this.d + i]! += lambda
  }

  /** Adds an entry of weight c with the factors at `from`. */
  add(c: number, factors: ArrayLike<number>, from: number): void {
    const { d } = this
    for (let i = 0; i < d; i++) {
      const scaled = c * factors[from + i]!
      const row = i * d
      for (let j = 0; j <= i; j++) this.#matrix[row + j]! += scaled * factors[from + j]!
    }
  }

  /** Call after the last entry. Pivots that rounding took away are lifted to a trace of the diagonal's size. */
  factor(): void {
    const { d } = this
    const a = this.#matrix
    for (let i = 0; i < d; i++) {
      const row = i * d
      const floor = 1e-12 * Math.abs(a[row + i]!) + Number.MIN_VALUE
      let j = 0
      for (; j + 4 <= i; j += 4) this.#fourOf(row, j)
      for (; j <= i; j++) {
        let sum = a[row + j]!
        for (let p = 0; p < j; p++) sum -= a[row + p]! * a[j * d + p]!
        a[row + j] = i === j ? Math.sqrt(Math.max(sum, floor)) : sum / a[j * d + j]!
      }
    }
  }

  /** Columns j to j + 3 of a row: four sums that need not wait for each other, each in the order of one alone. */
  #fourOf(row: number, j: number): void {
    const { d } = this
    const a = this.#matrix
    const [r0, r1, r2, r3] = [j * d, (j + 1) * d, (j + 2) * d, (j + 3) * d]
    let [s0, s1, s2, s3] = [a[row + j]!, a[row + j + 1]!, a[row + j + 2]!, a[row + j + 3]!]
    for (let p = 0; p < j; p++) {
      const value = a[row + p]!
      s0 -= value * a[r0 + p]!
      s1 -= value * a[r1 + p]!
      s2 -= value * a[r2 + p]!
      s3 -= value * a[r3 + p]!
    }
    const x0 = s0 / a[r0 + j]!
    const x1 = (s1 - x0 * a[r1 + j]!) / a[r1 + j + 1]!
    const x2 = (s2 - x0 * a[r2 + j]! - x1 * a[r2 + j + 1]!) / a[r2 + j + 2]!
    const x3 = (s3 - x0 * a[r3 + j]! - x1 * a[r3 + j + 1]! - x2 * a[r3 + j + 2]!) / a[r3 + j + 3]!
    a[row + j] = x0
    a[row + j + 1] = x1
    a[row + j + 2] = x2
    a[row + j + 3] = x3
  }

  /** Adds to one place of the lower triangle. */
  addAt(row: number, column: number, value: number): void {
    this.#matrix[row * this.d + column]! += value
  }

  /** The right side becomes the solution. */
  solve(x: Float64Array): void {
    this.forward(x)
    this.backward(x)
  }

  /** x becomes L⁻¹·x, with L the factor. */
  forward(x: Float64Array): void {
    const { d } = this
    const l = this.#matrix
    for (let i = 0; i < d; i++) {
      let sum = x[i]!
      for (let j = 0; j < i; j++) sum -= l[i * d + j]! * x[j]!
      x[i] = sum / l[i * d + i]!
    }
  }

  /** x becomes L⁻ᵀ·x. */
  backward(x: Float64Array): void {
    const { d } = this
    const l = this.#matrix
    for (let i = d - 1; i >= 0; i--) {
      let sum = x[i]!
      for (let j = i + 1; j < d; j++) sum -= l[j * d + i]! * x[j]!
      x[i] = sum / l[i * d + i]!
    }
  }
}
