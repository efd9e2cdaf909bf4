import { rng } from '@storemind/ml'
import { describe, expect, test } from 'vitest'
import type { OpenKernels } from './under-test.ts'

const SIDE = 64
const AREA = SIDE * SIDE

export function blocksContract(name: string, open: OpenKernels): void {
  describe(`${name}: blocks of doubles`, () => {
    test.each([0, 1, 3])('C − A·Bᵀ for %d blocks side by side, within 1e-12, and nothing beyond', async (count) => {
      const k = open()
      const random = rng(count)
      const fill = (array: Float64Array) => array.map(() => random.next() - 0.5)
      const [a, b, c] = [k.arena.f64(AREA), k.arena.f64(count * AREA), k.arena.f64((count + 1) * AREA)]
      a.set(fill(a))
      b.set(fill(b))
      c.set(fill(c))
      const before = c.slice()
      await k.run([['subtractBlocks', count, a.byteOffset, b.byteOffset, c.byteOffset]])
      const packed = (block: Float64Array, i: number, p: number) => block[(i >> 2) * 4 * SIDE + 4 * p + (i & 3)]!
      let worst = 0
      for (let n = 0; n < count; n++) {
        const of = b.subarray(n * AREA, (n + 1) * AREA)
        for (let i = 0; i < SIDE; i++) {
          for (let j = 0; j < SIDE; j++) {
            let sum = 0
            for (let p = 0; p < SIDE; p++) sum += packed(a, i, p) * packed(of, j, p)
            const e = n * AREA + i * SIDE + j
            worst = Math.max(worst, Math.abs(c[e]! - (before[e]! - sum)))
          }
        }
      }
      expect(worst).toBeLessThan(1e-12)
      expect(c.subarray(count * AREA)).toEqual(before.subarray(count * AREA))
    })
  })
}
