import { type Kernels, matrix } from '@storemind/kernels'
import { rng } from '@storemind/ml'
import { describe, expect, test } from 'vitest'
import { apart, doubles, slope } from './doubles.ts'
import { filled, type OpenKernels } from './under-test.ts'

type Shape = readonly [number, number, number, number, number, number]

/** Batch, time, inputs, outputs, taps, dilation: around lanes, tiles and blocks, and taps that reach beyond a sequence. */
const SHAPES: readonly Shape[] = [
  [1, 1, 1, 1, 1, 1],
  [2, 5, 3, 4, 3, 1],
  [3, 7, 4, 9, 2, 3],
  [2, 3, 5, 8, 4, 2],
  [9, 16, 8, 17, 3, 4],
  [5, 31, 33, 7, 3, 1],
  [3, 100, 260, 5, 2, 2],
  [3, 9, 5, 520, 3, 2],
  [2, 9, 520, 5, 3, 2],
]

function draw(k: Kernels, [batch, time, inputs, outputs, taps, dilation]: Shape) {
  const random = rng(inputs + outputs)
  const x = filled(k.arena.f32(batch * time * inputs), random)
  const w = filled(k.arena.f32(taps * inputs * outputs), random)
  const y = filled(k.arena.f32(batch * time * outputs), random)
  const problem = {
    time,
    dilation,
    x: matrix(x, batch * time, inputs),
    w: matrix(w, taps * inputs, outputs),
    y: matrix(y, batch * time, outputs),
  }
  return { x, w, y, problem }
}

export function convolutionContract(name: string, open: OpenKernels): void {
  describe(`${name}: causal convolution`, () => {
    test.each(SHAPES)(
      '%d × %d × %d to %d, %d taps, dilated by %d: it and its weights within 1e-6 a term, its inputs within 1e-5 of the largest',
      async (...shape) => {
        const [batch, time, inputs, outputs, taps, dilation] = shape
        for (const beta of [0, 0.5]) {
          const k = open()
          const { x, w, y, problem } = draw(k, shape)
          const near = (terms: number) => 1e-6 * Math.max(1, terms)
          const sizes = [batch, time, inputs, outputs] as const
          const [xs, ws, ys] = [x.byteOffset, w.byteOffset, y.byteOffset]
          let twin = doubles(k)
          twin.kernels.convolve(...sizes, taps, dilation, xs, ws, beta, ys, 0)
          await k.convolve(problem, { beta })
          expect(apart(y, twin.of(y))).toBeLessThan(near(taps * inputs))
          twin = doubles(k)
          twin.kernels.convolveWeights(...sizes, outputs, taps, dilation, xs, ys, beta, ws, 0)
          await k.convolveWeights(problem, { beta })
          // What is summed here are sums themselves.
          expect(apart(w, twin.of(w))).toBeLessThan(near(batch * time * taps * inputs))
          twin = doubles(k)
          twin.kernels.convolveBackward(...sizes, taps, dilation, ys, ws, beta, xs, 0)
          await k.convolveBackward(problem, { beta })
          const size = twin.of(x).reduce((most, value) => Math.max(most, Math.abs(value)), 1)
          expect(apart(x, twin.of(x))).toBeLessThan(1e-5 * size)
        }
      },
    )

    test('a beta of zero never reads what it writes', async () => {
      const k = open()
      const { x, w, y, problem } = draw(k, [2, 3, 5, 8, 4, 2])
      y.fill(Number.NaN)
      await k.convolve(problem)
      w.fill(Number.NaN)
      await k.convolveWeights(problem)
      x.fill(Number.NaN)
      await k.convolveBackward(problem)
      for (const one of [x, w, y]) expect(one.every(Number.isFinite)).toBe(true)
    })

    test('no output sees a later input, and sequences do not see each other', async () => {
      const k = open()
      const { x, y, problem } = draw(k, [3, 6, 4, 5, 3, 2])
      await k.convolve(problem)
      const before = y.slice()
      // Step 3 of the second sequence.
      for (let i = 0; i < 4; i++) x[(6 + 3) * 4 + i]! += 1
      await k.convolve(problem)
      const changed = new Set<number>()
      for (let e = 0; e < y.length; e++) if (y[e] !== before[e]) changed.add(Math.floor(e / 5))
      expect([...changed]).toEqual([9, 11])
    })

    test('the gradients of the oracle are the slopes of its loss, in doubles within 1e-7', () => {
      const k = open()
      const shape = [2, 5, 3, 2, 3, 2] as const
      const drawn = draw(k, shape)
      const worths = filled(k.arena.f32(drawn.y.length), rng(1))
      const { kernels, of } = doubles(k)
      const [batch, time, inputs, outputs, taps, dilation] = shape
      const sizes = [batch, time, inputs, outputs] as const
      const [xs, ws, ys] = [drawn.x.byteOffset, drawn.w.byteOffset, drawn.y.byteOffset]
      const [x, w, y, worth] = [of(drawn.x), of(drawn.w), of(drawn.y), of(worths)]
      const loss = () => {
        kernels.convolve(...sizes, taps, dilation, xs, ws, 0, ys, 0)
        return y.reduce((sum, value, i) => sum + value * worth[i]!, 0)
      }
      const slopes = [x, w].map((one) => Array.from(one, (_, i) => slope(loss, one, i)))
      const kept = x.slice()
      kernels.convolveBackward(...sizes, taps, dilation, worths.byteOffset, ws, 0, xs, 0)
      expect(apart(x, slopes[0]!)).toBeLessThan(1e-7)
      x.set(kept)
      kernels.convolveWeights(...sizes, outputs, taps, dilation, xs, worths.byteOffset, 0, ws, 0)
      expect(apart(w, slopes[1]!)).toBeLessThan(1e-7)
    })

    test('shapes that do not fit are refused with bad_argument', async () => {
      const k = open()
      const { problem } = draw(k, [2, 5, 3, 4, 3, 1])
      for (const change of [{ time: 3 }, { time: 0 }, { dilation: 0 }, { dilation: 1.5 }, { w: problem.x }]) {
        await expect(k.convolve({ ...problem, ...change })).rejects.toMatchObject({ code: 'bad_argument' })
      }
    })
  })
}
