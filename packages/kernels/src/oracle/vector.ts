import type { KernelExports } from '../exports.ts'

/** The memory as floats; doubles where gradients are compared with slopes. */
export type Floats = Float32Array | Float64Array

export type Part<Name extends keyof KernelExports> = Pick<KernelExports, Name>

/** Sums run in doubles, and are rounded once. */
export function vectorKernels(f: Floats): Part<'dot' | 'axpy' | 'scale'> {
  return {
    dot(n, x, y) {
      let sum = 0
      for (let i = 0; i < n; i++) sum += f[x / 4 + i]! * f[y / 4 + i]!
      return Math.fround(sum)
    },
    axpy(n, alpha, x, y) {
      for (let i = 0; i < n; i++) f[y / 4 + i]! += alpha * f[x / 4 + i]!
    },
    scale(n, alpha, x) {
      for (let i = 0; i < n; i++) f[x / 4 + i] = alpha === 0 ? 0 : alpha * f[x / 4 + i]!
    },
  }
}
