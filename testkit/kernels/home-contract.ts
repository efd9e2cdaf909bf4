import { type Kernels, type Matrix, matrix, openKernels, transposed } from '@storemind/kernels'
import { describe, expect, test } from 'vitest'
import type { OpenKernels } from './under-test.ts'

/** A call that takes arrays, with arguments that it accepts. */
interface Call {
  readonly name: string
  given(k: Kernels): object
  run(k: Kernels, given: object): Promise<void>
}

function call<G extends object>(
  name: string,
  given: (k: Kernels) => G,
  run: (k: Kernels, given: G) => Promise<void>,
): Call {
  // What runs is given what was made for it, with one array changed for another of its kind.
  return { name, given, run: (k, changed) => run(k, changed as G) }
}

const CALLS: readonly Call[] = [
  call(
    'gemm',
    (k) => squares(k, 'c', 'a', 'b'),
    (k, { c, a, b }) => k.gemm(c, a, transposed(b)),
  ),
  call(
    'syrk',
    (k) => squares(k, 'c', 'a'),
    (k, { c, a }) => k.syrk(c, a),
  ),
  call(
    'cholesky',
    (k) => squares(k, 'a'),
    (k, { a }) => k.cholesky(a),
  ),
  call(
    'solve',
    (k) => squares(k, 'l', 'x'),
    (k, { l, x }) => k.solve(l, x),
  ),
  call('sparse', sparse, (k, { y, s, x }) => k.sparse(y, s, x)),
  call(
    'gram',
    (k) => squares(k, 'c', 'a'),
    (k, { c, a }) => k.gram(c, a),
  ),
  call(
    'improveFactors by lanes',
    (k) => factors(k, 4),
    (k, given) => k.improveFactors(given),
  ),
  call(
    'improveFactors by rows',
    (k) => factors(k, 8),
    (k, given) => k.improveFactors(given),
  ),
  call('topk', ranking, (k, given) => k.topk(given)),
  call('gru', recurrence, (k, given) => k.gru(given)),
  call(
    'gruBackward',
    (k) => ({ ...recurrence(k), gradients: full(k, 6, 8) }),
    (k, given) => k.gruBackward(given, given.gradients),
  ),
  call('convolve', convolution, (k, given) => k.convolve(given)),
  call('convolveBackward', convolution, (k, given) => k.convolveBackward(given)),
  call('convolveWeights', convolution, (k, given) => k.convolveWeights(given)),
  call('sampledLoss', loss, (k, given) => k.sampledLoss(given)),
]

export function homeContract(name: string, open: OpenKernels): void {
  describe(`${name}: arrays from elsewhere`, () => {
    test.each(CALLS)('$name refuses each of its arrays that is not its own, and writes nothing', async (call) => {
      const k = open()
      const given = call.given(k)
      const other = await openKernels({ bytes: k.arena.mark() })
      try {
        const held = new Uint8Array(k.arena.buffer, 0, k.arena.mark())
        const before = held.slice()
        for (const path of arrayPaths(given)) {
          for (const buffer of [undefined, other.arena.buffer]) {
            const { changed, stray } = moved(given, path, buffer)
            const content = stray.slice()
            await expect(call.run(k, changed), path).rejects.toMatchObject({
              code: 'bad_argument',
              detail: expect.stringMatching(`^${path.replace(/\.data$/, '')} lies outside the memory of these kernels`),
            })
            expect(stray, path).toEqual(content)
            expect(Buffer.compare(held, before), path).toBe(0)
          }
        }
        await call.run(k, given)
        expect(Buffer.compare(held, before)).not.toBe(0)
      } finally {
        await other.close()
      }
    })
  })
}

/** Where arrays stand in the arguments of a call: `own.data`, `entries.offsets`. */
function arrayPaths(given: object, prefix = ''): string[] {
  return Object.entries(given).flatMap(([name, value]) => {
    if (ArrayBuffer.isView(value)) return [prefix + name]
    return typeof value === 'object' && value !== null ? arrayPaths(value, `${prefix}${name}.`) : []
  })
}

/** The arguments with a copy of one array in another buffer, at the place that it had in its own where that is given. */
function moved(given: object, path: string, buffer: SharedArrayBuffer | undefined) {
  const [name = '', ...rest] = path.split('.')
  const value: unknown = Reflect.get(given, name)
  if (rest.length === 0) {
    const array = value as Float32Array
    const stray =
      buffer === undefined
        ? array.slice()
        : (Reflect.construct(array.constructor, [buffer, array.byteOffset, array.length]) as Float32Array)
    stray.set(array)
    return { changed: { ...given, [name]: stray }, stray }
  }
  const inner: { changed: object; stray: Float32Array } = moved(value as object, rest.join('.'), buffer)
  return { changed: { ...given, [name]: inner.changed }, stray: inner.stray }
}

/** A matrix of ones. */
function full(k: Kernels, rows: number, columns: number): Matrix {
  return matrix(k.arena.f32(rows * columns).fill(1), rows, columns)
}

/** 5 on the diagonal and 1 elsewhere: definite, and no triangle of its own factor. */
function squares<N extends string>(k: Kernels, ...names: readonly N[]): Record<N, Matrix> {
  const made = names.map((name) => {
    const one = full(k, 8, 8)
    for (let i = 0; i < 8; i++) one.data[9 * i] = 5
    return [name, one] as const
  })
  return Object.fromEntries(made) as Record<N, Matrix>
}

/** Four rows over four columns with one entry each, of value 2. */
function sparse(k: Kernels) {
  const [offsets, indices, values] = [k.arena.i32(5), k.arena.i32(4), k.arena.f32(4).fill(2)]
  offsets.set([0, 1, 2, 3, 4])
  indices.set([3, 2, 1, 0])
  return { y: full(k, 4, 8), s: { rows: 4, columns: 4, offsets, indices, values }, x: full(k, 4, 8) }
}

function factors(k: Kernels, block: number) {
  const { y: own, s: entries, x: others } = sparse(k)
  const order = block === 4 ? k.arena.i32(4) : undefined
  order?.set([0, 1, 2, 3])
  const { gram } = squares(k, 'gram')
  return { own, others, entries, gram, ridge: k.arena.f32(4).fill(1), predictions: k.arena.f32(4), block, order }
}

function ranking(k: Kernels) {
  const { s, y: users, x: items } = sparse(k)
  const excluded = { offsets: s.offsets, items: s.indices }
  return { users, items, k: 2, ids: k.arena.i32(8), scores: k.arena.f32(8), excluded }
}

/** Two steps of two rows, eight wide. */
function recurrence(k: Kernels) {
  const wide = { gates: full(k, 4, 24), memory: full(k, 4, 24), weights: full(k, 8, 24) }
  return { time: 2, batch: 2, ...wide, states: full(k, 6, 8), bias: k.arena.f32(32).fill(1) }
}

/** Two sequences of three steps, two taps, four inputs and five outputs. */
function convolution(k: Kernels) {
  return { time: 3, x: full(k, 6, 4), w: full(k, 8, 5), y: full(k, 6, 5) }
}

/** Four states eight wide, three negatives. */
function loss(k: Kernels) {
  const ids = { targetIds: k.arena.i32(4).fill(1), negativeIds: k.arena.i32(3).fill(2) }
  const logQ = { targets: k.arena.f32(4), negatives: k.arena.f32(3) }
  const gradients = { states: full(k, 4, 8), targets: full(k, 4, 8), negatives: full(k, 3, 8) }
  const room = { products: full(k, 4, 3), own: k.arena.f32(4), losses: k.arena.f32(4), scale: 1 }
  return { states: full(k, 4, 8), targets: full(k, 4, 8), negatives: full(k, 3, 8), ...ids, logQ, ...room, gradients }
}
