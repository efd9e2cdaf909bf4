import { rng } from '@storemind/ml'
import { describe, expect, test } from 'vitest'
import { apart, doubles } from './doubles.ts'
import { filled, type OpenKernels } from './under-test.ts'

export function optimisersContract(name: string, open: OpenKernels): void {
  describe(`${name}: Adagrad`, () => {
    test.each([1, 3, 4, 5, 7, 8, 15, 16, 17, 33])(
      'on chosen rows of %d numbers, within 1e-6; the others stay',
      async (d) => {
        const k = open()
        const random = rng(d)
        const [table, squares] = [filled(k.arena.f32(20 * d), random), k.arena.f32(20 * d).fill(0.1)]
        const rows = k.arena.i32(3)
        rows.set([17, 0, 5])
        const gradients = filled(k.arena.f32(3 * d), random)
        const before = table.slice()
        const pointers = [rows.byteOffset, gradients.byteOffset, 0.3, 1e-6, table.byteOffset, squares.byteOffset]
        await k.run([['adagradRows', 3, d, ...pointers]])
        for (let row = 0; row < 20; row++) {
          const r = rows.indexOf(row)
          for (let p = 0; p < d; p++) {
            const g = r < 0 ? 0 : gradients[r * d + p]!
            const square = squares[row * d + p]!
            expect(Math.abs(square - (Math.fround(0.1) + g * g))).toBeLessThan(1e-6)
            const wanted = before[row * d + p]! - (0.3 * g) / (Math.sqrt(square) + 1e-6)
            expect(Math.abs(table[row * d + p]! - wanted)).toBeLessThan(1e-6)
          }
        }
      },
    )
  })

  describe(`${name}: Adam`, () => {
    test.each([1, 3, 4, 5, 7, 8, 15, 16, 17, 33])(
      'on chosen rows of %d numbers over 40 steps, within 1e-5',
      async (d) => {
        const k = open()
        const random = rng(d)
        const [table, first, second] = [filled(k.arena.f32(6 * d), random), k.arena.f32(6 * d), k.arena.f32(6 * d)]
        const [steps, rows, gradients] = [k.arena.i32(6), k.arena.i32(2), k.arena.f32(2 * d)]
        rows.set([4, 1])
        const { kernels, of } = doubles(k)
        const rates = [0.01, 0.9, 0.999, 1e-8] as const
        const state = [table, first, second, steps].map((one) => one.byteOffset) as [number, number, number, number]
        for (let step = 1; step <= 40; step++) {
          // Row 1 rests at every other step.
          const count = step % 2 === 0 ? 1 : 2
          filled(gradients, random)
          of(gradients).set(gradients)
          kernels.adamRows(count, d, rows.byteOffset, gradients.byteOffset, ...rates, ...state)
          await k.run([['adamRows', count, d, rows.byteOffset, gradients.byteOffset, ...rates, ...state]])
        }
        expect([...steps]).toEqual([0, 20, 0, 0, 40, 0])
        for (const one of [table, first, second]) expect(apart(one, of(one))).toBeLessThan(1e-5)
      },
    )

    test('a row’s first step is as long as the rate, whenever it comes, and rows without a gradient stay', async () => {
      const k = open()
      const [table, first, second] = [k.arena.f32(6).fill(1), k.arena.f32(6), k.arena.f32(6)]
      const [steps, rows, gradients] = [k.arena.i32(3), k.arena.i32(1), k.arena.f32(2)]
      gradients.set([3, -0.02])
      const state = [table, first, second, steps].map((one) => one.byteOffset)
      const step = (row: number) => {
        rows[0] = row
        return k.run([['adamRows', 1, 2, rows.byteOffset, gradients.byteOffset, 0.5, 0.9, 0.999, 1e-8, ...state]])
      }
      for (let s = 0; s < 30; s++) await step(0)
      await step(2)
      expect([...table.subarray(2)].map((value) => value.toFixed(4))).toEqual(['1.0000', '1.0000', '0.5000', '1.5000'])
      expect([...first.subarray(2, 4), ...second.subarray(2, 4)]).toEqual([0, 0, 0, 0])
    })
  })
}
