import type { Part } from './vector.ts'

interface Entry {
  readonly id: number
  readonly value: number
}

/** The kept entries lie in order, best first, where the kernels keep a heap: both are a heap's content in any order. */
export function topkKernels(
  f: Float32Array,
  i32: Int32Array,
  u8: Uint8Array,
): Part<'topkOffer' | 'topkFinish' | 'topkProducts'> {
  const better = (a: Entry, b: Entry) => b.value - a.value || a.id - b.id
  const read = (ids: number, values: number, count: number): Entry[] =>
    Array.from({ length: count }, (_, e) => ({ id: i32[ids / 4 + e]!, value: f[values / 4 + e]! })).sort(better)
  const write = (ids: number, values: number, entries: readonly Entry[]) => {
    entries.forEach(({ id, value }, e) => {
      i32[ids / 4 + e] = id
      f[values / 4 + e] = value
    })
  }
  return {
    topkOffer(n, scores, mask, first, k, ids, values, count) {
      const entries = read(ids, values, count)
      for (let i = 0; i < n; i++) {
        const value = f[scores / 4 + i]!
        if (!Number.isNaN(value) && (mask === 0 || u8[mask + i] === 0)) entries.push({ id: first + i, value })
      }
      const kept = entries.sort(better).slice(0, k)
      // The worst stands at the root, as the next call of either engine expects.
      write(ids, values, kept.toReversed())
      return kept.length
    },
    topkFinish(k, ids, values, count) {
      write(ids, values, read(ids, values, count))
      i32.fill(-1, ids / 4 + count, ids / 4 + k)
      f.fill(Number.NaN, values / 4 + count, values / 4 + k)
    },
    topkProducts(m, n, d, users, userRow, items, itemRow, _norms, labels, offsets, excluded, k, ids, values) {
      for (let u = 0; u < m; u++) {
        const entries: Entry[] = []
        const barred = new Set<number>()
        if (offsets !== 0) {
          for (let e = i32[offsets / 4 + u]!; e < i32[offsets / 4 + u + 1]!; e++) barred.add(i32[excluded / 4 + e]!)
        }
        for (let place = 0; place < n; place++) {
          const id = labels === 0 ? place : i32[labels / 4 + place]!
          let sum = 0
          for (let p = 0; p < d; p++) sum += f[users / 4 + u * userRow + p]! * f[items / 4 + place * itemRow + p]!
          const value = Math.fround(sum)
          if (!Number.isNaN(value) && !barred.has(id)) entries.push({ id, value })
        }
        const kept = entries.sort(better).slice(0, k)
        write(ids + 4 * u * k, values + 4 * u * k, kept)
        i32.fill(-1, ids / 4 + u * k + kept.length, ids / 4 + (u + 1) * k)
        f.fill(Number.NaN, values / 4 + u * k + kept.length, values / 4 + (u + 1) * k)
      }
    },
  }
}
