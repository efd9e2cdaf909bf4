import type { Floats, Part } from './vector.ts'

type Names = 'gatherRows' | 'scatterAddRows' | 'addBias' | 'sumRows' | 'dotRows' | 'axpyRows' | 'dropout'

export function rowKernels(f: Floats, i32: Int32Array): Part<Names> {
  return {
    gatherRows(count, d, ids, table, to) {
      for (let r = 0; r < count; r++) {
        const id = i32[ids / 4 + r]!
        for (let j = 0; j < d; j++) f[to / 4 + r * d + j] = id < 0 ? 0 : f[table / 4 + id * d + j]!
      }
    },
    scatterAddRows(count, d, ids, from, table, row) {
      for (let r = 0; r < count; r++) {
        const id = i32[ids / 4 + r]!
        for (let j = 0; j < d && id >= 0; j++) f[table / 4 + id * row + j]! += f[from / 4 + r * row + j]!
      }
    },
    addBias(rows, d, bias, x) {
      for (let r = 0; r < rows; r++) for (let j = 0; j < d; j++) f[x / 4 + r * d + j]! += f[bias / 4 + j]!
    },
    sumRows(rows, d, x, xRow, to) {
      for (let j = 0; j < d; j++) {
        let sum = f[to / 4 + j]!
        for (let r = 0; r < rows; r++) sum += f[x / 4 + r * xRow + j]!
        f[to / 4 + j] = sum
      }
    },
    dotRows(rows, d, x, y, to) {
      for (let r = 0; r < rows; r++) {
        let sum = 0
        for (let j = 0; j < d; j++) sum += f[x / 4 + r * d + j]! * f[y / 4 + r * d + j]!
        f[to / 4 + r] = sum
      }
    },
    axpyRows(rows, d, alphas, x, y) {
      for (let r = 0; r < rows; r++) {
        for (let j = 0; j < d; j++) f[y / 4 + r * d + j]! += f[alphas / 4 + r]! * f[x / 4 + r * d + j]!
      }
    },
    dropout(n, seed, first, keep, x) {
      const key = mixed(seed)
      const limit = Math.trunc(keep * 2 ** 24)
      for (let i = 0; i < n; i++) {
        const kept = mixed(mixed(first + i) ^ key) >>> 8 < limit
        f[x / 4 + i] = kept ? f[x / 4 + i]! / keep : 0
      }
    },
  }
}

/** The finaliser of MurmurHash3. */
function mixed(word: number): number {
  let x = word
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return x ^ (x >>> 16)
}
