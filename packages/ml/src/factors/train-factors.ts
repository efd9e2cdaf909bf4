import { arenaBytes, type FactorProblem, type Kernels, type Matrix, matrix } from '@storemind/kernels'
import { type Csr, transpose } from '../frame/csr.ts'
import { MlError } from '../frame/errors.ts'
import type { FitRun, Rng } from '../frame/model.ts'
import { pause } from '../frame/run.ts'
import { withKernels } from '../frame/with-kernels.ts'
import type { IalsParams } from './ials.ts'

/** Both sides' factors without padding, and what all users add to an item's system. */
export interface TrainedFactors {
  /** [items × factors] */
  readonly items: Float32Array
  /** [users × factors] */
  readonly users: Float32Array
  /** [factors × factors]: unobserved · HᵀH */
  readonly itemGram: Float32Array
  /** [factors × factors]: unobserved · WᵀW */
  readonly userGram: Float32Array
}

/** Alternates between the sides; items begin at random, users at zero. */
export async function trainFactors(x: Csr, params: Readonly<IalsParams>, run: FitRun): Promise<TrainedFactors> {
  const bytes = ialsBytes(x.rows, x.columns, x.indices.length, params.factors)
  if (bytes > params.maxBytes) {
    const [needed, allowed] = [bytes, params.maxBytes].map((n) => Math.ceil(n / 1e6))
    throw new MlError('too_large', `training takes ${needed} MB of ${allowed} MB; lower factors or learn from less`)
  }
  const training = withKernels(run, bytes, async (k) => {
    const d = padded(params.factors)
    const sides = { users: sideOf(k, x, d, params), items: sideOf(k, byItem, d, params) }
    const [users, items] = [sides.users.factors, sides.items.factors]
    items.data.set(first)
    const gram = matrix(k.arena.f32(d * d), d, d)
    const predictions = k.arena.f32(x.indices.length)
    const improve = async (own: Side, others: Matrix) => {
      await k.gram(gram, others, { alpha: params.unobserved, signal: run.signal })
      const { factors, entries, ridge } = own
      const problem = { own: factors, others, entries, gram, ridge, predictions, block: params.block }
      await k.improveFactors(problem, { signal: run.signal })
    }
    for (let epoch = 0; epoch < params.epochs; epoch++) {
      await improve(sides.users, items)
      await pause(run, (epoch + 0.5) / params.epochs)
      await improve(sides.items, users)
      await pause(run, (epoch + 1) / params.epochs)
    }
    const gramOf = async (factors: Matrix) => {
      await k.gram(gram, factors, { alpha: params.unobserved })
      return unpadded({ ...gram, rows: params.factors }, params.factors)
    }
    return {
      items: unpadded(items, params.factors),
      users: unpadded(users, params.factors),
      itemGram: await gramOf(items),
      userGram: await gramOf(users),
    }
  })
  // Made while the threads start, which call back no earlier than this function has returned.
  const byItem = transpose(x)
  const first = firstFactors(x.columns, params, run.rng)
  return training
}

/**
 * [rows × padded factors], random rows whose norm is about `initialScale`. Uniform numbers do as well as normal ones here, in
 * a tenth of the time.
 */
function firstFactors(rows: number, { factors, initialScale }: Readonly<IalsParams>, random: Rng): Float32Array {
  const d = padded(factors)
  const data = new Float32Array(rows * d)
  // The variance of a number in (−1, 1) is a third.
  const scale = initialScale * Math.sqrt(3 / factors)
  for (let i = 0; i < rows; i++) {
    for (let p = 0; p < factors; p++) data[i * d + p] = scale * (2 * random.next() - 1)
  }
  return data
}

/** Bytes of kernel memory that training takes. */
export function ialsBytes(users: number, items: number, entries: number, factors: number): number {
  const d = padded(factors)
  const rows = users + items
  const gramParts = Math.ceil(Math.max(users, items) / 4096) + 2
  const perSide = [users, items].flatMap((n) => [4 * n * d, 4 * n, 4 * (n + 1), 4 * entries, 4 * entries])
  return arenaBytes(...perSide, 4 * entries, ...new Array(Math.min(gramParts, rows + 2)).fill(4 * d * d), 4096)
}

interface Side {
  readonly factors: Matrix
  readonly entries: FactorProblem['entries']
  readonly ridge: Float32Array<SharedArrayBuffer>
}

function sideOf(k: Kernels, x: Csr, d: number, { l2, unobserved, frequencyPower }: Readonly<IalsParams>): Side {
  const offsets = k.arena.i32(x.rows + 1)
  offsets.set(x.offsets)
  const indices = k.arena.i32(x.indices.length)
  indices.set(x.indices)
  let values: Float32Array<SharedArrayBuffer> | undefined
  // All the same as one: the kernel has no weights to read.
  if (x.values.some((value) => value !== 1)) {
    values = k.arena.f32(x.values.length)
    values.set(x.values)
  }
  const ridge = k.arena.f32(x.rows)
  for (let r = 0; r < x.rows; r++) {
    ridge[r] = ridgeOf(x.offsets[r + 1]! - x.offsets[r]!, x.columns, l2, unobserved, frequencyPower)
  }
  const factors = matrix(k.arena.f32(x.rows * d), x.rows, d)
  return { factors, entries: { rows: x.rows, columns: x.columns, offsets, indices, values }, ridge }
}

/** λ of a row with n entries among `columns`: the more its loss sums, the more its norm counts. */
export function ridgeOf(n: number, columns: number, l2: number, unobserved: number, power: number): number {
  return l2 * (n + unobserved * columns) ** power
}

/** Coordinates as the kernels take them; the added ones are zero and stay zero. */
function padded(factors: number): number {
  return Math.ceil(factors / 8) * 8
}

function unpadded({ data, rows, columns }: Matrix, factors: number): Float32Array {
  if (columns === factors) return Float32Array.from(data.subarray(0, rows * columns))
  const out = new Float32Array(rows * factors)
  for (let r = 0; r < rows; r++) out.set(data.subarray(r * columns, r * columns + factors), r * factors)
  return out
}
