/**
 * Solves A·x = b for a symmetric positive definite A.
 *
 * Given    `a` [≥ n × n] row-major with rows `n` apart; `b` [≥ n]
 * Returns  x in `x`, and how many steps it took
 * Cost     2·n² operations a step; nothing is allocated after construction
 * Source   Hestenes and Stiefel, J. Res. NBS 1952, §3
 * Differs  ends at a relative residual of `tolerance`, or where A turns out not to be positive definite along a
 *          direction: what was reached before it stands
 */
export class ConjugateGradients {
  readonly x: Float64Array
  readonly #residual: Float64Array
  readonly #direction: Float64Array
  readonly #image: Float64Array

  constructor(size: number) {
    this.x = new Float64Array(size)
    this.#residual = new Float64Array(size)
    this.#direction = new Float64Array(size)
    this.#image = new Float64Array(size)
  }

  solve(a: Float64Array, b: Float64Array, n: number, tolerance: number, mostSteps: number): number {
    const x = this.x
    const r = this.#residual
    const p = this.#direction
    const ap = this.#image
    let square = 0
    for (let i = 0; i < n; i++) {
      x[i] = 0
      r[i] = b[i]!
      p[i] = b[i]!
      square += b[i]! * b[i]!
    }
    const goal = tolerance * tolerance * square
    let step = 0
    for (; step < mostSteps && square > goal; step++) {
      let curvature = 0
      for (let i = 0; i < n; i++) {
        let sum = 0
        const row = i * n
        for (let j = 0; j < n; j++) sum += a[row + j]! * p[j]!
        ap[i] = sum
        curvature += sum * p[i]!
      }
      if (!(curvature > 0)) break
      const length = square / curvature
      let next = 0
      for (let i = 0; i < n; i++) {
        x[i]! += length * p[i]!
        r[i]! -= length * ap[i]!
        next += r[i]! * r[i]!
      }
      const turn = next / square
      square = next
      for (let i = 0; i < n; i++) p[i] = r[i]! + turn * p[i]!
    }
    return step
  }
}
