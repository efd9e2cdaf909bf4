import type { Floats, Part } from './vector.ts'

/** Sums run in doubles, and are rounded once. */
export function denseKernels(f: Floats): Part<'gemm' | 'cholesky' | 'solveLower'> {
  return {
    gemm(m, n, k, alpha, a, aRow, aColumn, b, bRow, bColumn, beta, c, cRow) {
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let sum = 0
          for (let p = 0; p < k; p++) {
            sum += f[a / 4 + i * aRow + p * aColumn]! * f[b / 4 + p * bRow + j * bColumn]!
          }
          const at = c / 4 + i * cRow + j
          f[at] = alpha * sum + (beta === 0 ? 0 : beta * f[at]!)
        }
      }
    },
    cholesky(n, a, row) {
      const l = a / 4
      for (let i = 0; i < n; i++) {
        for (let j = 0; j <= i; j++) {
          let sum = f[l + i * row + j]!
          for (let p = 0; p < j; p++) sum -= f[l + i * row + p]! * f[l + j * row + p]!
          if (j < i) f[l + i * row + j] = sum / f[l + j * row + j]!
          else if (sum > 0 && sum < Infinity) f[l + i * row + i] = Math.sqrt(sum)
          else return i + 1
        }
      }
      return 0
    },
    solveLower(n, m, l, row, transposed, x, xRow) {
      const at = (i: number, j: number) => f[l / 4 + (transposed ? j * row + i : i * row + j)]!
      for (let c = 0; c < m; c++) {
        for (let step = 0; step < n; step++) {
          const i = transposed ? n - 1 - step : step
          let sum = f[x / 4 + i * xRow + c]!
          for (let j = transposed ? i + 1 : 0; j < (transposed ? n : i); j++) {
            sum -= at(i, j) * f[x / 4 + j * xRow + c]!
          }
          f[x / 4 + i * xRow + c] = sum / at(i, i)
        }
      }
    },
  }
}
