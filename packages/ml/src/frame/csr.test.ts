import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Csr, csrFromEntries, csrFromInteractions, rowNorms, transpose } from './csr.ts'
import { buildInteractions } from './interactions-builder.ts'

const entries = fc.array(fc.tuple(fc.nat(5), fc.nat(7), fc.integer({ min: 1, max: 9 })), { maxLength: 60 })

function dense(matrix: Csr): number[][] {
  const out = Array.from({ length: matrix.rows }, () => new Array<number>(matrix.columns).fill(0))
  for (let r = 0; r < matrix.rows; r++) {
    for (let e = matrix.offsets[r]!; e < matrix.offsets[r + 1]!; e++) out[r]![matrix.indices[e]!]! += matrix.values[e]!
  }
  return out
}

function summed(rows: number, columns: number, list: readonly (readonly [number, number, number])[]): number[][] {
  const out = Array.from({ length: rows }, () => new Array<number>(columns).fill(0))
  for (const [r, c, v] of list) out[r]![c]! += v
  return out
}

test('entries in any order sum to their dense matrix, columns ascending without repeats', () => {
  fc.assert(
    fc.property(entries, (list) => {
      const matrix = csrFromEntries(
        6,
        8,
        Int32Array.from(list, ([r]) => r),
        Int32Array.from(list, ([, c]) => c),
        Float32Array.from(list, ([, , v]) => v),
      )
      expect(dense(matrix)).toEqual(summed(6, 8, list))
      for (let r = 0; r < 6; r++) {
        const row = [...matrix.indices.subarray(matrix.offsets[r], matrix.offsets[r + 1])]
        expect(row).toEqual([...new Set(row)].sort((a, b) => a - b))
      }
      expect(transpose(transpose(matrix))).toEqual(matrix)
    }),
    { seed: 1 },
  )
})

test('interactions become the same matrix as their entries', () => {
  fc.assert(
    fc.property(entries, (list) => {
      const columns = {
        user: Int32Array.from(list, ([u]) => u),
        item: Int32Array.from(list, ([, i]) => i),
        weight: Float32Array.from(list, ([, , w]) => w),
      }
      const built = buildInteractions({ users: 6, items: 8, at: new Float64Array(list.length), ...columns })
      expect(csrFromInteractions(built)).toEqual(csrFromEntries(6, 8, columns.user, columns.item, columns.weight))
    }),
    { seed: 2 },
  )
})

test('weights can be replaced entry by entry, and norms are Euclidean', () => {
  const built = buildInteractions({
    users: 1,
    items: 3,
    user: Int32Array.of(0, 0, 0),
    item: Int32Array.of(2, 0, 2),
    at: Float64Array.of(1, 2, 3),
  })
  const matrix = csrFromInteractions(built, (e) => built.at[e]!)
  expect(dense(matrix)).toEqual([[2, 0, 4]])
  expect(rowNorms(matrix)[0]).toBeCloseTo(Math.sqrt(20), 12)
})

test('an index outside the matrix is refused', () => {
  const one = Int32Array.of(1)
  expect(() => csrFromEntries(1, 2, one, one, Float32Array.of(1))).toThrow(
    expect.objectContaining({ code: 'index_out_of_range' }),
  )
})
