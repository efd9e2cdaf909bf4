import { logistic } from './activation.ts'
import { denseKernels } from './dense.ts'
import type { Floats, Part } from './vector.ts'

export function gruKernels(f: Floats): Part<'gruForward' | 'gruBackward'> {
  const { gemm } = denseKernels(f)
  return {
    gruForward(time, rows, d, pitch, gates, memory, states, weights, bias, scratch) {
      const wide = 3 * d
      for (let t = 0; t < time; t++) {
        const s = states + 4 * t * pitch * d
        const m = memory + 4 * t * pitch * wide
        gemm(rows, wide, d, 1, s, d, 1, weights, wide, 1, 0, m, wide, scratch)
        for (let r = 0; r < rows; r++) {
          const at = (block: number, j: number) => (t * pitch + r) * wide + block * d + j
          for (let j = 0; j < d; j++) {
            const b = (block: number) => f[bias / 4 + block * d + j]!
            const added = (block: number) => f[gates / 4 + at(block, j)]! + f[memory / 4 + at(block, j)]! + b(block)
            const reset = logistic(added(0))
            const update = logistic(added(1))
            const remembered = f[memory / 4 + at(2, j)]! + b(3)
            const candidate = Math.tanh(f[gates / 4 + at(2, j)]! + b(2) + reset * remembered)
            f[gates / 4 + at(0, j)] = reset
            f[gates / 4 + at(1, j)] = update
            f[gates / 4 + at(2, j)] = candidate
            f[memory / 4 + at(2, j)] = remembered
            const state = (t * pitch + r) * d + j
            f[states / 4 + state + pitch * d] = (1 - update) * candidate + update * f[states / 4 + state]!
          }
        }
      }
    },
    gruBackward(time, rows, d, pitch, gates, memory, states, weights, gradients, scratch) {
      const wide = 3 * d
      for (let t = time - 1; t >= 0; t--) {
        for (let r = 0; r < rows; r++) {
          for (let j = 0; j < d; j++) {
            const at = (block: number) => (t * pitch + r) * wide + block * d + j
            const state = (t * pitch + r) * d + j
            const [reset, update, candidate] = [0, 1, 2].map((block) => f[gates / 4 + at(block)]!) as [
              number,
              number,
              number,
            ]
            const given = f[gradients / 4 + state + pitch * d]!
            const toCandidate = given * (1 - update) * (1 - candidate ** 2)
            const toUpdate = given * (f[states / 4 + state]! - candidate) * update * (1 - update)
            const toReset = toCandidate * f[memory / 4 + at(2)]! * reset * (1 - reset)
            f[gates / 4 + at(0)] = toReset
            f[gates / 4 + at(1)] = toUpdate
            f[gates / 4 + at(2)] = toCandidate
            f[memory / 4 + at(0)] = toReset
            f[memory / 4 + at(1)] = toUpdate
            f[memory / 4 + at(2)] = toCandidate * reset
            f[gradients / 4 + state]! += given * update
          }
        }
        const m = memory + 4 * t * pitch * wide
        gemm(rows, d, wide, 1, m, wide, 1, weights, 1, wide, 1, gradients + 4 * t * pitch * d, d, scratch)
      }
    },
  }
}
