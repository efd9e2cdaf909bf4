import type { Kernels } from '@storemind/kernels'
import { learningKernels } from '../../packages/kernels/src/oracle/index.ts'

/** The oracle on a copy of the arena in doubles, in which slopes can be measured. Pointers stay what they are. */
export interface Doubles {
  readonly kernels: ReturnType<typeof learningKernels>
  /** The copy of an array. */
  of(array: Float32Array): Float64Array
}

export function doubles(k: Kernels): Doubles {
  const end = k.arena.mark()
  const f = Float64Array.from(new Float32Array(k.arena.buffer, 0, end / 4))
  const kernels = learningKernels(f, new Int32Array(k.arena.buffer.slice(0, end)))
  return { kernels, of: ({ byteOffset, length }) => f.subarray(byteOffset / 4, byteOffset / 4 + length) }
}

/** How fast a loss rises with the i-th number of an array, by the difference of two losses beside it. */
export function slope(loss: () => number, array: Float64Array, i: number): number {
  const [here, by] = [array[i] ?? Number.NaN, 1e-4]
  array[i] = here + by
  const up = loss()
  array[i] = here - by
  const down = loss()
  array[i] = here
  return (up - down) / (2 * by)
}

/** The largest |found − wanted| of two arrays of one length. NaN wins. */
export function apart(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (found.length !== wanted.length) return Number.NaN
  const distances = Array.from(found, (one, i) => Math.abs(one - (wanted[i] ?? Number.NaN)))
  return distances.reduce((worst, one) => Math.max(worst, one), 0)
}
