import type { Part } from './vector.ts'

/** Newton steps block by block, as the kernel's formula reads, in doubles. */
export function factorKernels(f: Float32Array, i32: Int32Array): Part<'factorRows' | 'factorLanes'> {
  return {
    factorRows(rows, d, width, offsets, indices, weights, others, own, gram, ridge, _predictions, failures) {
      for (let r = 0; r < rows; r++) improve(r, d, width, offsets, indices, weights, others, own, gram, ridge, failures)
    },
    factorLanes(rows, d, order, offsets, indices, weights, others, own, gram, ridge, _residuals, failures) {
      for (let n = 0; n < rows; n++) {
        improve(i32[order / 4 + n]!, d, 4, offsets, indices, weights, others, own, gram, ridge, failures)
      }
    },
  }

  function improve(
    r: number,
    d: number,
    width: number,
    offsets: number,
    indices: number,
    weights: number,
    others: number,
    own: number,
    gram: number,
    ridge: number,
    failures: number,
  ): void {
    const row = own / 4 + r * d
    const [start, end] = [i32[offsets / 4 + r]!, i32[offsets / 4 + r + 1]!]
    if (start === end) {
      f.fill(0, row, row + d)
      return
    }
    const factor = (e: number, p: number) => f[others / 4 + i32[indices / 4 + e]! * d + p]!
    for (let from = 0; from < d; from += width) {
      const size = Math.min(width, d - from)
      const matrix = Array.from({ length: size }, (_, i) =>
        Array.from({ length: size }, (_, j) => f[gram / 4 + (from + i) * d + from + j]!),
      )
      const gradient = Array.from({ length: size }, (_, i) => {
        let sum = f[ridge / 4 + r]! * f[row + from + i]!
        for (let p = 0; p < d; p++) sum += f[gram / 4 + (from + i) * d + p]! * f[row + p]!
        return sum
      })
      for (let i = 0; i < size; i++) matrix[i]![i]! += f[ridge / 4 + r]!
      for (let e = start; e < end; e++) {
        const c = weights === 0 ? 1 : f[weights / 4 + e]!
        let prediction = 0
        for (let p = 0; p < d; p++) prediction += factor(e, p) * f[row + p]!
        for (let i = 0; i < size; i++) {
          gradient[i]! += c * (prediction - 1) * factor(e, from + i)
          for (let j = 0; j < size; j++) matrix[i]![j]! += c * factor(e, from + i) * factor(e, from + j)
        }
      }
      const step = solve(matrix, gradient)
      if (step) for (let i = 0; i < size; i++) f[row + from + i]! -= step[i]!
      else i32[failures / 4]!++
    }
  }
}

/** A·x = b by elimination; undefined where a pivot is not above zero. */
function solve(a: number[][], b: number[]): number[] | undefined {
  const n = b.length
  for (let k = 0; k < n; k++) {
    const pivot = a[k]![k]!
    if (!(pivot > 0 && pivot < Infinity)) return undefined
    for (let i = k + 1; i < n; i++) {
      const factor = a[i]![k]! / pivot
      for (let j = k; j < n; j++) a[i]![j]! -= factor * a[k]![j]!
      b[i]! -= factor * b[k]!
    }
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let j = i + 1; j < n; j++) b[i]! -= a[i]![j]! * b[j]!
    b[i]! /= a[i]![i]!
  }
  return b
}
