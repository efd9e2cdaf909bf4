import { describe, expect, test } from 'vitest'
import { element, gaps, type OpenKernels, randomMatrix, worstOf } from './under-test.ts'

export function softmaxContract(name: string, open: OpenKernels): void {
  describe(`${name}: softmax`, () => {
    /** Losses of the rows of z, and z as the gradient that the kernel leaves. */
    const softmax = async (n: number, spread: number, change?: readonly [row: number, column: number, by: number]) => {
      const k = open()
      const rows = 5
      const z = randomMatrix(k, rows, n, n)
      for (let e = 0; e < z.data.length; e++) z.data[e]! *= spread
      if (change) z.data[change[0] * z.rowStride + change[1]]! += change[2]
      const before = { ...z, data: z.data.slice() }
      const targets = k.arena.i32(rows)
      for (let r = 0; r < rows; r++) targets[r] = (3 * r) % n
      const losses = k.arena.f32(rows)
      await k.run([
        ['softmaxRows', rows, n, z.data.byteOffset, z.rowStride, targets.byteOffset, 0.5, losses.byteOffset],
      ])
      return { z, before, targets, losses }
    }

    test.each([1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 100])(
      'of %d columns: loss within 1e-5 and gradient within 1e-6 of the formula',
      async (n) => {
        for (const spread of [1, 40]) {
          const { z, before, targets, losses } = await softmax(n, spread)
          for (let r = 0; r < 5; r++) {
            const row = Array.from({ length: n }, (_, j) => element(before, r, j))
            const most = Math.max(...row)
            const sum = row.reduce((total, value) => total + Math.exp(value - most), 0)
            expect(Math.abs(losses[r]! - (Math.log(sum) + most - row[targets[r]!]!))).toBeLessThan(1e-5)
            const wanted = (j: number) => 0.5 * (Math.exp(row[j]! - most) / sum - (j === targets[r] ? 1 : 0))
            expect(worstOf(1, n, (_, j) => element(z, r, j) - wanted(j))).toBeLessThan(1e-6)
          }
          expect(gaps(z)).toEqual(gaps(before))
        }
      },
    )

    test('its gradient is the slope of its loss, by finite differences within 1e-3', async () => {
      const { z } = await softmax(7, 1)
      const gradient = z.data.slice()
      for (const [r, j] of [
        [0, 0],
        [2, 6],
        [4, 3],
      ] as const) {
        const up = (await softmax(7, 1, [r, j, 0.01])).losses[r]!
        const down = (await softmax(7, 1, [r, j, -0.01])).losses[r]!
        expect(Math.abs((0.5 * (up - down)) / 0.02 - gradient[r * z.rowStride + j]!)).toBeLessThan(1e-3)
      }
    })

    test('numbers far apart do not overflow: a certain answer costs nothing, an impossible one its distance', async () => {
      const k = open()
      const z = k.arena.f32(8)
      z.set([1e4, -1e4, 0, 5, -1e4, 1e4, 0, 5])
      const [targets, losses] = [k.arena.i32(2), k.arena.f32(2)]
      await k.run([['softmaxRows', 2, 4, z.byteOffset, 4, targets.byteOffset, 1, losses.byteOffset]])
      expect([...losses]).toEqual([0, 2e4])
      expect([...z].map(Math.abs)).toEqual([0, 0, 0, 0, 1, 1, 0, 0])
    })
  })
}
