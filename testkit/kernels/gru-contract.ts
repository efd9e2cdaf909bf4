import { type Kernels, matrix } from '@storemind/kernels'
import { rng } from '@storemind/ml'
import { describe, expect, test } from 'vitest'
import { apart, doubles, slope } from './doubles.ts'
import { filled, type OpenKernels } from './under-test.ts'

const SHAPES = [
  [1, 1, 1],
  [3, 2, 3],
  [2, 5, 4],
  [4, 9, 5],
  [3, 8, 16],
  [2, 13, 33],
  [2, 7, 15],
  [2, 6, 17],
  [3, 64, 100],
] as const

function draw(k: Kernels, time: number, batch: number, d: number) {
  const random = rng(100 * d + batch)
  const floats = (n: number) => filled(k.arena.f32(n), random)
  const [gates, memory] = [floats(time * batch * 3 * d), k.arena.f32(time * batch * 3 * d).fill(Number.NaN)]
  const [states, weights, bias] = [floats((time + 1) * batch * d), floats(d * 3 * d), floats(4 * d)]
  for (let i = 0; i < weights.length; i++) weights[i]! /= Math.sqrt(d)
  const problem = {
    time,
    batch,
    gates: matrix(gates, time * batch, 3 * d),
    memory: matrix(memory, time * batch, 3 * d),
    states: matrix(states, (time + 1) * batch, d),
    weights: matrix(weights, d, 3 * d),
    bias,
  }
  return { problem, gates, memory, states, weights, bias, gradients: floats(states.length) }
}

export function gruContract(name: string, open: OpenKernels): void {
  describe(`${name}: gated recurrent unit`, () => {
    test.each(SHAPES)(
      '%d steps of %d rows, %d wide: states and gradients within 1e-5 of the oracle in doubles',
      async (time, batch, d) => {
        const k = open()
        const { problem, gates, memory, states, weights, bias, gradients } = draw(k, time, batch, d)
        const { kernels, of } = doubles(k)
        const sizes = [time, batch, d, batch] as const
        const pointers = [gates, memory, states, weights].map((one) => one.byteOffset)
        const [g, m, s, w] = pointers as [number, number, number, number]
        kernels.gruForward(...sizes, g, m, s, w, bias.byteOffset, 0)
        await k.gru(problem)
        for (const one of [gates, states]) expect(apart(one, of(one))).toBeLessThan(1e-5)
        kernels.gruBackward(...sizes, g, m, s, w, gradients.byteOffset, 0)
        await k.gruBackward(problem, matrix(gradients, states.length / d, d))
        for (const one of [gates, memory, gradients]) expect(apart(one, of(one))).toBeLessThan(1e-5)
      },
    )

    test('the gradients of the oracle are the slopes of its loss, in doubles within 1e-7', () => {
      const k = open()
      const [time, batch, d] = [3, 2, 5]
      const drawn = draw(k, time, batch, d)
      const { kernels, of } = doubles(k)
      const pointers = [drawn.gates, drawn.memory, drawn.states, drawn.weights].map((one) => one.byteOffset)
      const [g, m, s, w] = pointers as [number, number, number, number]
      const [gates, memory, states] = [of(drawn.gates), of(drawn.memory), of(drawn.states)]
      const [weights, bias, gradients] = [of(drawn.weights), of(drawn.bias), of(drawn.gradients)]
      const [inputs, worth] = [gates.slice(), gradients.slice()]
      const forward = () => {
        gates.set(inputs)
        kernels.gruForward(time, batch, d, batch, g, m, s, w, drawn.bias.byteOffset, 0)
      }
      const loss = () => {
        forward()
        return states.reduce((sum, value, i) => sum + value * worth[i]!, 0)
      }
      forward()
      kernels.gruBackward(time, batch, d, batch, g, m, s, w, drawn.gradients.byteOffset, 0)
      const [toGates, toMemory, toStates] = [gates.slice(), memory.slice(), gradients.slice()]
      const column = (of: Float64Array, c: number) =>
        Array.from({ length: time * batch }, (_, r) => of[r * 3 * d + c]!).reduce((a, b) => a + b, 0)
      for (let i = 0; i < inputs.length; i++) expect(Math.abs(slope(loss, inputs, i) - toGates[i]!)).toBeLessThan(1e-7)
      for (let i = 0; i < batch * d; i++) expect(Math.abs(slope(loss, states, i) - toStates[i]!)).toBeLessThan(1e-7)
      for (let c = 0; c < 4 * d; c++) {
        const sum = c < 3 * d ? column(toGates, c) : column(toMemory, c - d)
        expect(Math.abs(slope(loss, bias, c) - sum)).toBeLessThan(1e-7)
      }
      forward()
      const before = states.slice()
      for (let i = 0; i < weights.length; i++) {
        const [p, c] = [Math.floor(i / (3 * d)), i % (3 * d)]
        let product = 0
        for (let r = 0; r < time * batch; r++) product += before[r * d + p]! * toMemory[r * 3 * d + c]!
        expect(Math.abs(slope(loss, weights, i) - product)).toBeLessThan(1e-7)
      }
    })

    test('shapes that do not fit are refused with bad_argument', async () => {
      const k = open()
      const { problem, gradients } = draw(k, 2, 3, 4)
      const refused = { code: 'bad_argument' }
      await expect(k.gru({ ...problem, time: 3 })).rejects.toMatchObject(refused)
      await expect(k.gru({ ...problem, bias: problem.bias.subarray(1) })).rejects.toMatchObject(refused)
      await expect(k.gruBackward(problem, matrix(gradients, 2, 4))).rejects.toMatchObject(refused)
    })
  })
}
