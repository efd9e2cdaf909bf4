import type { Task } from '@storemind/kernels'
import { rng } from '@storemind/ml'
import { describe, expect, test } from 'vitest'
import { apart, doubles } from './doubles.ts'
import { filled, type OpenKernels } from './under-test.ts'

/** Lengths around lanes and what is unrolled. */
const LENGTHS = [1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 100]

export function rowsContract(name: string, open: OpenKernels): void {
  describe(`${name}: activations`, () => {
    test('sigmoid and tanh within 3e-7, over the line and far out, at any length', async () => {
      const k = open()
      const points = [0, -0, 1e-30, -1e-30, 89, -89, 1e4, -1e4, Infinity, -Infinity]
      for (let x = -20; x <= 20; x += 0.0037) points.push(x)
      for (const n of [1, 5, 6, 7, points.length]) {
        const some = points.slice(-n)
        const [s, t] = [k.arena.f32(n), k.arena.f32(n)]
        s.set(some)
        t.set(some)
        const exact = Float64Array.from(s)
        await k.run([
          ['sigmoid', n, s.byteOffset],
          ['tanh', n, t.byteOffset],
        ])
        expect(
          apart(
            s,
            exact.map((x) => 1 / (1 + Math.exp(-x))),
          ),
        ).toBeLessThan(3e-7)
        expect(apart(t, exact.map(Math.tanh))).toBeLessThan(3e-7)
      }
    })

    test('NaN stays NaN through each activation, so that a broken model is seen', async () => {
      const k = open()
      const kernels = ['sigmoid', 'tanh', 'relu'] as const
      const arrays = kernels.map(() => k.arena.f32(5).fill(Number.NaN))
      await k.run(arrays.map((x, a): Task => [kernels[a]!, 5, x.byteOffset]))
      for (const x of arrays) expect([...x]).toEqual(new Array(5).fill(Number.NaN))
    })

    test.each(LENGTHS)('relu of %d numbers and its gradient, exactly', async (n) => {
      const k = open()
      const [x, gradient] = [filled(k.arena.f32(n + 1), rng(n)), filled(k.arena.f32(n + 1), rng(-n))]
      const [before, given] = [x.slice(), gradient.slice()]
      await k.run([['relu', n, x.byteOffset]])
      await k.run([['reluBackward', n, x.byteOffset, gradient.byteOffset]])
      for (let i = 0; i < n; i++) expect(x[i]).toBe(Math.max(0, before[i]!))
      for (let i = 0; i < n; i++) expect(gradient[i]).toBe(before[i]! > 0 ? given[i] : 0)
      expect([x[n], gradient[n]]).toEqual([before[n], given[n]])
    })
  })

  describe(`${name}: rows`, () => {
    test.each(LENGTHS)('rows of %d numbers: each kernel within 1e-6 of the oracle in doubles', async (d) => {
      const k = open()
      const random = rng(d)
      const floats = (n: number) => filled(k.arena.f32(n), random)
      const [table, to, x, y] = [floats(12 * d), floats(7 * d), floats(7 * d), floats(7 * d)]
      const [bias, sums, dots, alphas, ids] = [floats(d), floats(d), floats(7), floats(7), k.arena.i32(7)]
      ids.set([3, 0, 3, -1, 11, 3, 5])
      const { kernels, of } = doubles(k)
      const steps: (readonly [Task, ...Float32Array[]])[] = [
        [['gatherRows', 7, d, ids.byteOffset, table.byteOffset, to.byteOffset], to],
        [['addBias', 7, d, bias.byteOffset, to.byteOffset], to],
        [['scatterAddRows', 7, d, ids.byteOffset, x.byteOffset, table.byteOffset, d], table],
        [['sumRows', 7, d, x.byteOffset, d, sums.byteOffset], sums],
        [['dotRows', 7, d, x.byteOffset, y.byteOffset, dots.byteOffset], dots],
        [['axpyRows', 7, d, alphas.byteOffset, x.byteOffset, y.byteOffset], y],
      ]
      for (const [task, ...written] of steps) {
        const [kernel, ...args] = task
        const call = kernels[kernel as keyof typeof kernels] as (...numbers: number[]) => void
        call(...args)
        await k.run([task])
        for (const one of written) expect([kernel, apart(one, of(one)) < 1e-6 * (1 + d)]).toEqual([kernel, true])
      }
    })

    test('columns of a scatter and of sums may be divided', async () => {
      const k = open()
      const [table, from, sums] = [k.arena.f32(4 * 10), filled(k.arena.f32(5 * 10), rng(1)), k.arena.f32(10)]
      const ids = k.arena.i32(5)
      ids.set([2, 2, 0, 3, 2])
      const halves = [0, 6].map((left) => ({ left, d: left === 0 ? 6 : 4 }))
      await k.run(
        halves.flatMap(({ left, d }): Task[] => [
          ['scatterAddRows', 5, d, ids.byteOffset, from.byteOffset + 4 * left, table.byteOffset + 4 * left, 10],
          ['sumRows', 5, d, from.byteOffset + 4 * left, 10, sums.byteOffset + 4 * left],
        ]),
      )
      const column = (rows: number[], c: number) => rows.reduce((sum, r) => Math.fround(sum + from[r * 10 + c]!), 0)
      const wanted = [[2], [], [0, 1, 4], [3]].flatMap((rows) => Array.from({ length: 10 }, (_, c) => column(rows, c)))
      expect(apart(table, wanted)).toBeLessThan(1e-6)
      expect(
        apart(
          sums,
          Array.from({ length: 10 }, (_, c) => column([0, 1, 2, 3, 4], c)),
        ),
      ).toBeLessThan(1e-6)
    })
  })

  describe(`${name}: dropout`, () => {
    test.each(LENGTHS)('of %d numbers is what the oracle drops, however it is divided', async (n) => {
      const k = open()
      const [whole, parts] = [filled(k.arena.f32(n + 1), rng(n)), filled(k.arena.f32(n + 1), rng(n))]
      const { kernels, of } = doubles(k)
      const cut = Math.floor(n / 3)
      kernels.dropout(n, 77, 5, 0.75, whole.byteOffset)
      await k.run([
        ['dropout', n, 77, 5, 0.75, whole.byteOffset],
        ['dropout', cut, 77, 5, 0.75, parts.byteOffset],
        ['dropout', n - cut, 77, 5 + cut, 0.75, parts.byteOffset + 4 * cut],
      ])
      expect(apart(whole, of(whole))).toBeLessThan(1e-6)
      expect([...parts]).toEqual([...whole])
    })

    test('the share that is kept is what was asked for, and seeds drop independently, within 5 deviations', async () => {
      const k = open()
      const n = 100_000
      const [a, b] = [k.arena.f32(n).fill(0.75), k.arena.f32(n).fill(0.75)]
      await k.run([
        ['dropout', n, 1, 0, 0.75, a.byteOffset],
        ['dropout', n, 2, 0, 0.75, b.byteOffset],
      ])
      const deviations = (kept: number, share: number) => (kept - share * n) / Math.sqrt(n * share * (1 - share))
      const sum = (value: (i: number) => number) => a.reduce((total, _, i) => total + value(i), 0)
      expect(
        Math.abs(
          deviations(
            sum((i) => a[i]!),
            0.75,
          ),
        ),
      ).toBeLessThan(5)
      expect(
        Math.abs(
          deviations(
            sum((i) => b[i]!),
            0.75,
          ),
        ),
      ).toBeLessThan(5)
      expect(
        Math.abs(
          deviations(
            sum((i) => a[i]! * b[i]!),
            0.75 ** 2,
          ),
        ),
      ).toBeLessThan(5)
      expect(
        Math.abs(
          deviations(
            sum((i) => a[i]! * a[(i + 1) % n]!),
            0.75 ** 2,
          ),
        ),
      ).toBeLessThan(5)
      await k.run([['dropout', n, 3, 0, 1, b.byteOffset]])
      expect(sum((i) => b[i]!)).toBeGreaterThan(0.7 * n)
    })
  })
}
