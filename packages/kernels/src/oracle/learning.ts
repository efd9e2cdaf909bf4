import type { Part } from './vector.ts'

export function learningKernels(f: Float32Array, i32: Int32Array): Part<'softmaxRows' | 'adagradRows'> {
  return {
    softmaxRows(rows, n, z, zRow, targets, scale, losses) {
      for (let r = 0; r < rows; r++) {
        const row = f.subarray(z / 4 + r * zRow, z / 4 + r * zRow + n)
        const target = i32[targets / 4 + r]!
        const most = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
        const powers = Float64Array.from(row, (value) => Math.exp(value - most))
        const sum = powers.reduce((a, b) => a + b, 0)
        f[losses / 4 + r] = Math.log(sum) + most - row[target]!
        for (let j = 0; j < n; j++) row[j] = scale * (powers[j]! / sum - (j === target ? 1 : 0))
      }
    },
    adagradRows(count, d, rows, gradients, rate, epsilon, table, squares) {
      for (let r = 0; r < count; r++) {
        for (let p = 0; p < d; p++) {
          const at = i32[rows / 4 + r]! * d + p
          const g = f[gradients / 4 + r * d + p]!
          f[squares / 4 + at]! += g * g
          f[table / 4 + at]! -= (rate * g) / (Math.sqrt(f[squares / 4 + at]!) + epsilon)
        }
      }
    },
  }
}
