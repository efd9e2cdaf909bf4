import type { Floats, Part } from './vector.ts'

export function optimiserKernels(f: Floats, i32: Int32Array): Part<'adagradRows' | 'adamRows'> {
  return {
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
    adamRows(count, d, rows, gradients, rate, beta1, beta2, epsilon, table, first, second, steps) {
      for (let r = 0; r < count; r++) {
        const row = i32[rows / 4 + r]!
        const step = ++i32[steps / 4 + row]!
        for (let p = 0; p < d; p++) {
          const at = row * d + p
          const g = f[gradients / 4 + r * d + p]!
          const m = beta1 * f[first / 4 + at]! + (1 - beta1) * g
          const v = beta2 * f[second / 4 + at]! + (1 - beta2) * g * g
          f[first / 4 + at] = m
          f[second / 4 + at] = v
          f[table / 4 + at]! -= (rate * m) / (1 - beta1 ** step) / (Math.sqrt(v / (1 - beta2 ** step)) + epsilon)
        }
      }
    },
  }
}
