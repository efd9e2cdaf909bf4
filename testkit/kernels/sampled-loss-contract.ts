import { type Kernels, matrix } from '@storemind/kernels'
import { rng } from '@storemind/ml'
import { describe, expect, test } from 'vitest'
import { apart, type Doubles, doubles, slope } from './doubles.ts'
import { filled, type OpenKernels } from './under-test.ts'

function draw(k: Kernels, rows: number, n: number, d: number) {
  const random = rng(rows + n + d)
  const floats = (length: number) => filled(k.arena.f32(length), random)
  const data = { states: floats(rows * d), targets: floats(rows * d), negatives: floats(n * d) }
  const [targetIds, negativeIds] = [k.arena.i32(rows), k.arena.i32(n)]
  // Of ten items, so that many negatives are targets; every fourth row is padding.
  for (let r = 0; r < rows; r++) targetIds[r] = r % 4 === 3 ? -1 : (7 * r) % 10
  for (let j = 0; j < n; j++) negativeIds[j] = (3 * j) % 10
  const logQ = { targets: floats(rows), negatives: floats(n) }
  const [products, own, losses] = [floats(rows * (n + 3)), floats(rows), floats(rows)]
  const written = { states: floats(rows * d), targets: floats(rows * d), negatives: floats(n * d) }
  const problem = {
    states: matrix(data.states, rows, d),
    targets: matrix(data.targets, rows, d),
    negatives: matrix(data.negatives, n, d),
    targetIds,
    negativeIds,
    logQ,
    products: matrix(products, rows, n, n + 3),
    own,
    losses,
    scale: 0.5,
    gradients: {
      states: matrix(written.states, rows, d),
      targets: matrix(written.targets, rows, d),
      negatives: matrix(written.negatives, n, d),
    },
  }
  return { problem, data, written, logQ, products, own, losses, targetIds, negativeIds }
}

/** Half the sum of the losses by their definition, from embeddings and logarithms. */
function lossOf(twin: Doubles, { data, logQ, targetIds, negativeIds }: ReturnType<typeof draw>, d: number) {
  const [states, targets, negatives] = [twin.of(data.states), twin.of(data.targets), twin.of(data.negatives)]
  const [ownQ, q] = [twin.of(logQ.targets), twin.of(logQ.negatives)]
  const product = (a: Float64Array, r: number, b: Float64Array, s: number) => {
    let sum = 0
    for (let p = 0; p < d; p++) sum += a[r * d + p]! * b[s * d + p]!
    return sum
  }
  const each = () =>
    Array.from(targetIds, (target, r) => {
      if (target < 0) return 0
      const score = product(states, r, targets, r) - ownQ[r]!
      let sum = Math.exp(score)
      negativeIds.forEach((id, j) => {
        if (id !== target) sum += Math.exp(product(states, r, negatives, j) - q[j]!)
      })
      return Math.log(sum) - score
    })
  return { each, half: () => each().reduce((sum, loss) => sum + loss / 2, 0), states, targets, negatives }
}

export function sampledLossContract(name: string, open: OpenKernels): void {
  describe(`${name}: sampled softmax`, () => {
    test.each([
      [1, 1, 1],
      [3, 4, 5],
      [5, 7, 4],
      [8, 33, 16],
      [13, 18, 9],
      [4, 15, 17],
      [9, 16, 15],
    ])('%d rows, %d negatives, %d wide: losses within 1e-5 and gradients within 1e-5 of slopes', async (rows, n, d) => {
      const k = open()
      const drawn = draw(k, rows, n, d)
      const { each, half, ...arrays } = lossOf(doubles(k), drawn, d)
      await k.sampledLoss(drawn.problem)
      expect(apart(drawn.losses, each())).toBeLessThan(1e-5)
      for (const part of ['states', 'targets', 'negatives'] as const) {
        const slopes = Array.from(arrays[part], (_, i) => slope(half, arrays[part], i))
        expect(apart(drawn.written[part], slopes)).toBeLessThan(1e-5)
      }
    })

    test.each([0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 100])(
      '%d negatives: the kernel is within 1e-6 of the oracle in doubles',
      async (n) => {
        const k = open()
        const { products, own, losses, targetIds, negativeIds, logQ } = draw(k, 6, n, 1)
        for (const [q, ownQ] of [
          [logQ.negatives.byteOffset, logQ.targets.byteOffset],
          [0, 0],
        ] as const) {
          const { kernels, of } = doubles(k)
          const ids = [targetIds.byteOffset, negativeIds.byteOffset] as const
          const args = [
            6,
            n,
            products.byteOffset,
            n + 3,
            own.byteOffset,
            ...ids,
            q,
            ownQ,
            0.25,
            losses.byteOffset,
          ] as const
          kernels.sampledSoftmaxRows(...args)
          await k.run([['sampledSoftmaxRows', ...args]])
          for (const one of [products, own, losses]) expect(apart(one, of(one))).toBeLessThan(1e-6)
        }
      },
    )

    test('negatives that are the target count for nothing, and padding has no loss and no gradient', async () => {
      const k = open()
      const { problem, losses, targetIds, negativeIds, written } = draw(k, 2, 5, 3)
      targetIds.set([4, -1])
      negativeIds.fill(4)
      await k.sampledLoss(problem)
      expect([...losses]).toEqual([0, 0])
      for (const gradient of Object.values(written)) expect([...gradient].every((value) => value === 0)).toBe(true)
    })

    test('shapes that do not fit are refused with bad_argument', async () => {
      const k = open()
      const { problem } = draw(k, 3, 5, 4)
      const refused = { code: 'bad_argument' }
      await expect(k.sampledLoss({ ...problem, targets: problem.negatives })).rejects.toMatchObject(refused)
      await expect(k.sampledLoss({ ...problem, targetIds: problem.negativeIds })).rejects.toMatchObject(refused)
    })
  })
}
