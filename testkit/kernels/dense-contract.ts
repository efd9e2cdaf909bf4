import { matrix, pointer, transposed } from '@storemind/kernels'
import { rng } from '@storemind/ml'
import { describe, expect, test } from 'vitest'
import {
  element,
  filled,
  gaps,
  type OpenKernels,
  randomDefinite,
  randomMatrix,
  setElement,
  worstOf,
} from './under-test.ts'

/** Around a lane (4), a tile (4 × 8), a block of the depth (256) and parts of a thread. */
const LENGTHS = [0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33, 1000]
const SHAPES: readonly (readonly [m: number, n: number, k: number])[] = [
  [1, 1, 1],
  [3, 7, 5],
  [4, 8, 4],
  [5, 9, 3],
  [4, 8, 256],
  [6, 15, 257],
  [127, 65, 12],
  [129, 513, 31],
  [130, 200, 300],
  [600, 90, 64],
  [7, 1030, 40],
]

export function denseContract(name: string, open: OpenKernels): void {
  describe(`${name}: vectors`, () => {
    test.each(LENGTHS)('dot, axpy and scale of %d numbers, within 1e-5', async (n) => {
      const k = open()
      const [x, y] = [filled(k.arena.f32(n), rng(1)), filled(k.arena.f32(n + 1), rng(2))]
      const before = [...y]
      const exact = x.reduce((sum, value, i) => sum + value * (before[i] ?? 0), 0)
      expect(Math.abs(k.direct.dot(n, x.byteOffset, y.byteOffset) - exact)).toBeLessThan(1e-5)
      await k.run([['axpy', n, 0.5, x.byteOffset, y.byteOffset]])
      x.forEach((value, i) => {
        expect(Math.abs((y[i] ?? Number.NaN) - (before[i] ?? 0) - 0.5 * value)).toBeLessThan(1e-5)
      })
      expect(y[n]).toBe(before[n])
      await k.run([['scale', n, -2, x.byteOffset]])
      const scaled = [...x]
      await k.run([['scale', n, 0.25, x.byteOffset]])
      expect([...x]).toEqual(scaled.map((value) => value / 4))
      x.fill(Number.NaN)
      await k.run([['scale', n, 0, x.byteOffset]])
      expect([...x]).toEqual(new Array(n).fill(0))
    })
  })

  describe(`${name}: gemm`, () => {
    const forms = [
      ['A·B', false, false],
      ['A·Bᵀ', false, true],
      ['Aᵀ·B', true, false],
      ['Aᵀ·Bᵀ', true, true],
    ] as const
    test.each(forms.flatMap((form) => SHAPES.map((shape) => [...form, ...shape] as const)))(
      '%s (transposed %s, %s) of %d × %d over %d, within 2e-6·√k',
      async (_, ta, tb, m, n, depth) => {
        const k = open()
        const a = ta ? transposed(randomMatrix(k, depth, m, 1)) : randomMatrix(k, m, depth, 1)
        const b = tb ? transposed(randomMatrix(k, n, depth, 2)) : randomMatrix(k, depth, n, 2)
        const c = randomMatrix(k, m, n, 3)
        const before = c.data.slice()
        await k.gemm(c, a, b, { alpha: -0.5, beta: 2 })
        const worst = worstOf(m, n, (i, j) => {
          let sum = 0
          for (let p = 0; p < depth; p++) sum += element(a, i, p) * element(b, p, j)
          return element(c, i, j) - (2 * element({ ...c, data: before }, i, j) - 0.5 * sum)
        })
        expect(worst).toBeLessThan(2e-6 * Math.sqrt(depth))
        expect(gaps(c)).toEqual(gaps({ ...c, data: before }))
      },
    )

    test('a beta of zero does not read C, NaN though it holds, and a depth of zero leaves beta·C', async () => {
      const k = open()
      const [a, b, c] = [randomMatrix(k, 9, 5, 1), randomMatrix(k, 5, 11, 2), randomMatrix(k, 9, 11, 3)]
      c.data.fill(Number.NaN)
      await k.gemm(c, a, b)
      expect(worstOf(9, 11, (i, j) => element(c, i, j))).toBeGreaterThan(0)
      const before = element(c, 4, 4)
      await k.gemm(c, randomMatrix(k, 9, 0, 4), randomMatrix(k, 0, 11, 5), { beta: 3 })
      expect(element(c, 4, 4)).toBeCloseTo(3 * before, 5)
    })

    test('no entry depends on how the product is divided', async () => {
      const k = open()
      const [a, b, c] = [randomMatrix(k, 700, 90, 1), randomMatrix(k, 90, 300, 2), randomMatrix(k, 700, 300, 3)]
      await k.gemm(c, a, b)
      const row = randomMatrix(k, 1, 300, 4)
      await k.gemm(row, { ...a, offset: 411 * a.rowStride, rows: 1 }, b)
      expect(worstOf(1, 300, (_, j) => element(row, 0, j) - element(c, 411, j))).toBe(0)
    })

    test('refuses shapes that do not fit', async () => {
      const k = open()
      const [a, b] = [randomMatrix(k, 3, 4, 1), randomMatrix(k, 5, 2, 2)]
      await expect(k.gemm(randomMatrix(k, 3, 2, 3), a, b)).rejects.toMatchObject({ code: 'bad_argument' })
    })
  })

  describe(`${name}: symmetric matrices`, () => {
    const sizes = [1, 4, 63, 64, 65, 130, 300]

    test.each(sizes)('syrk of %d is what gemm says of A·Aᵀ, bit for bit symmetric, within 1e-5', async (n) => {
      const k = open()
      const [a, c, full] = [randomMatrix(k, n, 20, 1), randomMatrix(k, n, n, 2), randomMatrix(k, n, n, 3)]
      await k.syrk(c, a)
      await k.gemm(full, a, transposed(a))
      expect(worstOf(n, n, (i, j) => element(c, i, j) - element(full, i, j))).toBeLessThan(1e-5)
      expect(worstOf(n, n, (i, j) => element(c, i, j) - element(c, j, i))).toBe(0)
    })

    test.each(sizes)('Cholesky of %d: the lower triangle is L with L·Lᵀ = A within 1e-5', async (n) => {
      const k = open()
      const a = randomDefinite(k, n, n)
      const before = { ...a, data: a.data.slice() }
      await k.cholesky(a)
      const worst = worstOf(n, n, (i, j) => {
        if (j > i) return 0
        let sum = 0
        for (let p = 0; p <= j; p++) sum += element(a, i, p) * element(a, j, p)
        return sum - element(before, i, j)
      })
      expect(worst).toBeLessThan(1e-5)
      expect(gaps(a)).toEqual(gaps(before))
    })

    test.each(sizes.flatMap((n) => [1, 15, 16, 37].map((m) => [n, m] as const)))(
      'solve: A·X = B of %d with %d right sides, residual within 1e-4',
      async (n, m) => {
        const k = open()
        const a = randomDefinite(k, n, n, 0.5)
        const before = { ...a, data: a.data.slice() }
        const x = randomMatrix(k, n, m, 5)
        const b = { ...x, data: x.data.slice() }
        await k.cholesky(a)
        await k.solve(a, x)
        const residual = worstOf(n, m, (i, j) => {
          let sum = -element(b, i, j)
          for (let p = 0; p < n; p++) sum += element(before, i, p) * element(x, p, j)
          return sum
        })
        expect(residual).toBeLessThan(1e-4)
        expect(gaps(x)).toEqual(gaps(b))
      },
    )

    test('a matrix that is not positive definite is refused, and the first bad pivot named', async () => {
      const k = open()
      for (const [n, bad] of [
        [5, 3],
        [150, 100],
      ] as const) {
        const a = matrix(k.arena.f32(n * n), n, n)
        for (let i = 0; i < n; i++) setElement(a, i, i, i === bad ? -1 : 1)
        await expect(k.cholesky(a)).rejects.toMatchObject({
          code: 'not_positive_definite',
          detail: expect.stringContaining(`pivot ${bad} `),
        })
      }
      const nan = matrix(k.arena.f32(1).fill(Number.NaN), 1, 1)
      expect(k.direct.cholesky(1, pointer(nan), 1)).toBe(1)
    })
  })
}
