import type { Csr } from '../frame/csr.ts'
import type { IalsParams } from './ials.ts'

export type SideName = 'users' | 'items'

/** Two sides that are improved in turn, wherever they are kept. */
export interface Alternation {
  /** One pass over all rows of a side, the other held. */
  improve(side: SideName): Promise<void>
  /** [rows × factors], without padding */
  factors(side: SideName): Float32Array
  /** [factors × factors]: unobserved times the Gram matrix of a side */
  gram(side: SideName): Promise<Float32Array>
}

/** The values of the entries; undefined where all are 1, so that the kernel has none to read. */
export function weightsOf({ values }: Csr): Float32Array | undefined {
  return values.some((value) => value !== 1) ? values : undefined
}

/** λ of rows [from, to). */
export function ridgesOf(x: Csr, from: number, to: number, params: Readonly<IalsParams>): Float32Array {
  const { l2, unobserved, frequencyPower } = params
  const ridges = new Float32Array(to - from)
  for (let r = from; r < to; r++) {
    ridges[r - from] = ridgeOf(x.offsets[r + 1]! - x.offsets[r]!, x.columns, l2, unobserved, frequencyPower)
  }
  return ridges
}

/** λ of a row with n entries among `columns`: the more its loss sums, the more its norm counts. */
export function ridgeOf(n: number, columns: number, l2: number, unobserved: number, power: number): number {
  return l2 * (n + unobserved * columns) ** power
}

/** Coordinates as the kernels take them; the added ones are zero and stay zero. */
export function padded(factors: number): number {
  return Math.ceil(factors / 8) * 8
}

/** [rows × d] without the coordinates beyond `factors`, in memory of its own. */
export function unpadded(data: Float32Array, d: number, factors: number): Float32Array {
  if (d === factors) return new Float32Array(data)
  const out = new Float32Array((data.length / d) * factors)
  for (let r = 0; r * d < data.length; r++) out.set(data.subarray(r * d, r * d + factors), r * factors)
  return out
}
