import { type Kernels, matrix, type SparseMatrix } from '@storemind/kernels'
import { type Rng, rng } from '@storemind/ml'
import { describe, expect, test } from 'vitest'
import { element, filled, gaps, type OpenKernels, randomMatrix, worstOf } from './under-test.ts'

export function sparseContract(name: string, open: OpenKernels): void {
  describe(`${name}: sparse × dense`, () => {
    test.each([1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 40])(
      'equals the dense product with %d columns, within 1e-5',
      async (columns) => {
        const k = open()
        for (const [rows, inner] of [
          [1, 1],
          [50, 30],
          [333, 90],
        ] as const) {
          const s = randomSparse(k, rows, inner, rng(rows))
          const x = randomMatrix(k, inner, columns, 2)
          const y = randomMatrix(k, rows, columns, 3)
          const before = { ...y, data: y.data.slice() }
          await k.sparse(y, s, x)
          const worst = worstOf(rows, columns, (r, c) => {
            let sum = 0
            for (let e = s.offsets[r]!; e < s.offsets[r + 1]!; e++) sum += s.values[e]! * element(x, s.indices[e]!, c)
            return sum - element(y, r, c)
          })
          expect(worst).toBeLessThan(1e-5)
          expect(gaps(y)).toEqual(gaps(before))
        }
      },
    )
  })

  describe(`${name}: top-k`, () => {
    test.each([0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 100, 1000])(
      'of %d scores in two offers, as sorting says',
      async (n) => {
        const k = open()
        const random = rng(n)
        for (const kept of [0, 1, 5, 20]) {
          // Few different values, so that ties decide; one NaN in ten; half of the items masked in the second round.
          const scores = k.arena.f32(n).map(() => (random.next() < 0.1 ? Number.NaN : Math.floor(random.next() * 9)))
          const shared = k.arena.f32(n)
          shared.set(scores)
          for (const masked of [false, true]) {
            const mask = k.arena.u8(n)
            for (let i = 0; i < n; i++) mask[i] = masked && random.next() < 0.5 ? 1 : 0
            const [ids, values] = [k.arena.i32(kept), k.arena.f32(kept)]
            const half = n >> 1
            const offer = (from: number, to: number, count: number) =>
              k.direct.topkOffer(
                to - from,
                shared.byteOffset + 4 * from,
                masked ? mask.byteOffset + from : 0,
                from,
                kept,
                ids.byteOffset,
                values.byteOffset,
                count,
              )
            const count = offer(half, n, offer(0, half, 0))
            k.direct.topkFinish(kept, ids.byteOffset, values.byteOffset, count)
            const ranked = [...scores.keys()].filter((i) => !Number.isNaN(scores[i]) && mask[i] === 0)
            const expected = ranked.sort((a, b) => scores[b]! - scores[a]! || a - b).slice(0, kept)
            expect(count).toBe(expected.length)
            expect([...ids]).toEqual([...expected, ...new Array(kept - count).fill(-1)])
            expect([...values]).toEqual([
              ...expected.map((i) => scores[i]),
              ...new Array(kept - count).fill(Number.NaN),
            ])
          }
        }
      },
    )

    test.each([
      [1, 1, 1, 1],
      [130, 37, 5, 8],
      [40, 511, 16, 20],
      [300, 1100, 9, 10],
      [5, 600, 33, 700],
    ])('of inner products: %d users, %d items, %d factors, %d best, scores within 1e-5', async (m, n, d, best) => {
      const k = open()
      // Whole numbers: every sum is exact, ties are many, and the order must be exactly right.
      const whole = (rows: number, seed: number) => {
        const data = filled(k.arena.f32(rows * (d + 2)), rng(seed))
        data.forEach((value, i) => {
          data[i] = Math.round(3 * value)
        })
        return matrix(data, rows, d, d + 2)
      }
      const [users, items] = [whole(m, 1), whole(n, 2)]
      const excluded = randomSparse(k, m, n, rng(3))
      const [ids, scores] = [k.arena.i32(m * best), k.arena.f32(m * best)]
      await k.topk({ users, items, k: best, ids, scores, excluded: { ...excluded, items: excluded.indices } })
      for (let u = 0; u < m; u++) {
        const barred = new Set(excluded.indices.subarray(excluded.offsets[u], excluded.offsets[u + 1]))
        const score = (item: number) => {
          let sum = 0
          for (let p = 0; p < d; p++) sum += element(users, u, p) * element(items, item, p)
          return sum
        }
        const ranked = Array.from({ length: n }, (_, item) => [item, score(item)] as const)
          .filter(([item]) => !barred.has(item))
          .sort(([a, x], [b, y]) => y - x || a - b)
          .slice(0, best)
        const empty = best - ranked.length
        expect([...ids.subarray(u * best, (u + 1) * best)]).toEqual([
          ...ranked.map(([item]) => item),
          ...new Array(empty).fill(-1),
        ])
        const found = scores.subarray(u * best, (u + 1) * best)
        ranked.forEach(([, wanted], r) => {
          expect(Math.abs(found[r]! - wanted)).toBeLessThan(1e-5)
        })
        expect(found.subarray(ranked.length).every(Number.isNaN)).toBe(true)
      }
    })
  })
}

/** Some rows are empty, one is full. */
export function randomSparse(k: Kernels, rows: number, columns: number, random: Rng): SparseMatrix {
  const entries: number[] = []
  const offsets = k.arena.i32(rows + 1)
  for (let r = 0; r < rows; r++) {
    const density = r === rows >> 1 ? 1 : r % 3 === 0 ? 0 : 0.2
    for (let c = 0; c < columns; c++) if (random.next() < density) entries.push(c)
    offsets[r + 1] = entries.length
  }
  const indices = k.arena.i32(entries.length)
  indices.set(entries)
  return { rows, columns, offsets, indices, values: filled(k.arena.f32(entries.length), random) }
}
