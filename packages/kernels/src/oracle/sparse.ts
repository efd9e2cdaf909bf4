import type { Part } from './vector.ts'

export function sparseKernels(f: Float32Array, i32: Int32Array): Part<'sparseDense'> {
  return {
    sparseDense(rows, columns, offsets, indices, values, x, xRow, y, yRow) {
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < columns; c++) {
          let sum = 0
          for (let e = i32[offsets / 4 + r]!; e < i32[offsets / 4 + r + 1]!; e++) {
            sum += f[values / 4 + e]! * f[x / 4 + i32[indices / 4 + e]! * xRow + c]!
          }
          f[y / 4 + r * yRow + c] = sum
        }
      }
    },
  }
}
