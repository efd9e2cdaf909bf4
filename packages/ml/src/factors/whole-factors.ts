import { arenaBytes, byLength, type FactorProblem, type Kernels, type Matrix, matrix } from '@storemind/kernels'
import type { Csr } from '../frame/csr.ts'
import type { FitRun } from '../frame/model.ts'
import { type Alternation, padded, ridgesOf, unpadded, weightsOf } from './factor-sides.ts'
import type { IalsParams } from './ials.ts'

interface Side {
  readonly factors: Matrix
  readonly entries: FactorProblem['entries']
  readonly ridge: Float32Array<SharedArrayBuffer>
  /** Only where blocks of 4 want it. */
  readonly order: Int32Array<SharedArrayBuffer> | undefined
}

/**
 * Both sides, and what was seen by rows and by columns, in the kernels' memory for as long as training lasts.
 *
 * @param first [items × padded factors]: where items begin
 * @param byItem the transpose of x
 */
export function wholeFactors(
  k: Kernels,
  x: Csr,
  byItem: Csr,
  first: Float32Array,
  params: Readonly<IalsParams>,
  run: Pick<FitRun, 'signal'>,
): Alternation {
  const d = padded(params.factors)
  const sides = { users: sideOf(k, x, d, params), items: sideOf(k, byItem, d, params) }
  sides.items.factors.data.set(first)
  const gram = matrix(k.arena.f32(d * d), d, d)
  const predictions = k.arena.f32(x.indices.length)
  const { signal } = run
  return {
    async improve(side) {
      const { factors: own, entries, ridge, order } = sides[side]
      const others = sides[side === 'users' ? 'items' : 'users'].factors
      await k.gram(gram, others, { alpha: params.unobserved, signal })
      const problem = { own, others, entries, gram, ridge, predictions, order, block: params.block }
      await k.improveFactors(problem, { signal })
    },
    factors: (side) => unpadded(sides[side].factors.data, d, params.factors),
    async gram(side) {
      await k.gram(gram, sides[side].factors, { alpha: params.unobserved, signal })
      return unpadded(gram.data.subarray(0, params.factors * d), d, params.factors)
    },
  }
}

/** Bytes of kernel memory that `wholeFactors` takes. */
export function wholeBytes(users: number, items: number, entries: number, factors: number): number {
  const d = padded(factors)
  const gramParts = Math.ceil(Math.max(users, items) / 4096) + 2
  const perSide = [users, items].flatMap((n) => [4 * n * d, 4 * n, 4 * n, 4 * (n + 1), 4 * entries, 4 * entries])
  return arenaBytes(...perSide, 4 * entries, 4096) + Math.min(gramParts, users + items + 2) * arenaBytes(4 * d * d)
}

function sideOf(k: Kernels, x: Csr, d: number, params: Readonly<IalsParams>): Side {
  const offsets = k.arena.i32(x.rows + 1)
  offsets.set(x.offsets)
  const indices = k.arena.i32(x.indices.length)
  indices.set(x.indices)
  const weights = weightsOf(x)
  const values = weights && k.arena.f32(weights.length)
  if (weights) values?.set(weights)
  const ridge = k.arena.f32(x.rows)
  ridge.set(ridgesOf(x, 0, x.rows, params))
  const factors = matrix(k.arena.f32(x.rows * d), x.rows, d)
  const order = params.block === 4 ? k.arena.i32(x.rows) : undefined
  if (order) byLength(offsets, order)
  return { factors, order, entries: { rows: x.rows, columns: x.columns, offsets, indices, values }, ridge }
}
