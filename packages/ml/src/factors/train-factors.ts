import { type Csr, transpose, transposeBytes } from '../frame/csr.ts'
import type { FitRun, Rng } from '../frame/model.ts'
import { pause } from '../frame/run.ts'
import { withKernels } from '../frame/with-kernels.ts'
import { blockedFactors, blockedSides } from './blocked-factors.ts'
import { type Alternation, padded } from './factor-sides.ts'
import type { IalsParams } from './ials.ts'
import { wholeBytes, wholeFactors } from './whole-factors.ts'

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

/**
 * Alternates between the sides; items begin at random, users at zero. What finds room in `maxBytes` of kernel memory is
 * trained there as a whole, what does not by blocks of rows of that size, to the same factors bit for bit.
 *
 * Solves   the objective at the head of ials.ts
 * Given    x CSR users × items, values > 0
 * Returns  users Float32 [users × factors], items Float32 [items × factors], both Gram matrices [factors × factors]
 * Cost     as `ials` says
 * Source   Rendle, Krichene, Zhang, Koren, iALS++, 2021, algorithm 2
 * @throws MlError `too_large` where not even a block of one row finds room
 */
export async function trainFactors(x: Csr, params: Readonly<IalsParams>, run: FitRun): Promise<TrainedFactors> {
  const whole = wholeBytes(x.rows, x.columns, x.indices.length, params.factors)
  if (whole > params.maxBytes) {
    const sides = blockedSides(x, transpose(x), firstFactors(x.columns, params, run.rng), params)
    return withKernels(run, params.maxBytes, (k) => alternate(blockedFactors(k, sides, params, run), params, run))
  }
  const training = withKernels(run, whole, (k) =>
    alternate(wholeFactors(k, x, byItem, first, params, run), params, run),
  )
  // Made while the threads start, which call back no earlier than this function has returned.
  const byItem = transpose(x)
  const first = firstFactors(x.columns, params, run.rng)
  return training
}

/** Bytes that `trainFactors` takes at its peak beside x, at most. */
export function factorsBytes(users: number, items: number, entries: number, params: Readonly<IalsParams>): number {
  const { factors, maxBytes } = params
  const rows = users + items
  const whole = wholeBytes(users, items, entries, factors)
  // Beside the kernels' memory: the transpose, where items begin, and both sides as they are given back.
  const beside = transposeBytes(items, entries) + 4 * items * padded(factors) + 4 * rows * factors + 8 * factors ** 2
  if (whole <= maxBytes) return whole + beside
  return maxBytes + beside + 4 * rows * padded(factors) + 16 * rows + 12 * padded(factors) ** 2
}

async function alternate(sides: Alternation, { epochs }: Readonly<IalsParams>, run: FitRun): Promise<TrainedFactors> {
  for (let epoch = 0; epoch < epochs; epoch++) {
    await sides.improve('users')
    await pause(run, (epoch + 0.5) / epochs)
    await sides.improve('items')
    await pause(run, (epoch + 1) / epochs)
  }
  return {
    items: sides.factors('items'),
    users: sides.factors('users'),
    itemGram: await sides.gram('items'),
    userGram: await sides.gram('users'),
  }
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
