import type { Floats, Part } from './vector.ts'

export function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x))
}

export function activationKernels(f: Floats): Part<'sigmoid' | 'tanh' | 'relu' | 'reluBackward'> {
  return {
    sigmoid(n, x) {
      for (let i = 0; i < n; i++) f[x / 4 + i] = logistic(f[x / 4 + i]!)
    },
    tanh(n, x) {
      for (let i = 0; i < n; i++) f[x / 4 + i] = Math.tanh(f[x / 4 + i]!)
    },
    relu(n, x) {
      for (let i = 0; i < n; i++) f[x / 4 + i] = Math.max(0, f[x / 4 + i]!)
    },
    reluBackward(n, y, gradient) {
      for (let i = 0; i < n; i++) if (f[y / 4 + i] === 0) f[gradient / 4 + i] = 0
    },
  }
}
