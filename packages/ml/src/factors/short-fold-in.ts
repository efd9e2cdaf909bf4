import { FoldIn } from './fold-in.ts'

/**
 * Rows of n entries each, n being less than d, with the other side held: what `FoldIn` solves, by a system of n.
 *
 * Solves   (Σ c·h·hᵀ + G + λ·I)·w = Σ c·h with G + λ·I = L·Lᵀ and Y = L⁻¹·[h_1 … h_n]:
 *            w = L⁻ᵀ·Y·z where (C⁻¹ + Yᵀ·Y)·z = 1
 * Cost     d³/6 multiplications once; for each row n·d²/2 + n²·d/2 + n³/6 + d²/2; nothing allocated after construction
 * Source   the Sherman-Morrison-Woodbury formula: Golub and Van Loan, Matrix Computations, 4th edition, §2.1.4
 */
export class ShortFoldIn {
  readonly n: number
  readonly #large: FoldIn
  readonly #small: FoldIn
  /** [n × d] Yᵀ */
  readonly #rows: readonly Float64Array[]
  readonly #z: Float64Array

  /** @param gram [d × d] G: what all pairs add */
  constructor(n: number, d: number, gram: Float32Array, lambda: number) {
    this.n = n
    this.#large = new FoldIn(d, gram)
    this.#large.begin(lambda)
    this.#large.factor()
    this.#small = new FoldIn(n, new Float32Array(n * n))
    this.#rows = Array.from({ length: n }, () => new Float64Array(d))
    this.#z = new Float64Array(n)
  }

  /** Writes w at `at`, of entries `from` … `from + n − 1` with their values and the factors of their items. */
  solve(
    items: Int32Array,
    values: ArrayLike<number>,
    from: number,
    factors: Float32Array,
    out: Float32Array,
    at: number,
  ): void {
    const d = this.#large.d
    this.#small.begin(0)
    for (let i = 0; i < this.n; i++) {
      const row = this.#rows[i]!
      const place = items[from + i]! * d
      for (let p = 0; p < d; p++) row[p] = factors[place + p]!
      this.#large.forward(row)
      for (let j = 0; j <= i; j++) this.#small.addAt(i, j, dot(row, this.#rows[j]!))
      this.#small.addAt(i, i, 1 / values[from + i]!)
    }
    this.#small.factor()
    this.#z.fill(1)
    this.#small.solve(this.#z)
    const sum = this.#rows[0]!
    for (let p = 0; p < d; p++) sum[p]! *= this.#z[0]!
    for (let i = 1; i < this.n; i++) {
      const row = this.#rows[i]!
      for (let p = 0; p < d; p++) sum[p]! += this.#z[i]! * row[p]!
    }
    this.#large.backward(sum)
    out.set(sum, at)
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let p = 0; p < a.length; p++) sum += a[p]! * b[p]!
  return sum
}
