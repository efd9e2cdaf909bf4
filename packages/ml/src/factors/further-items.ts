import type { ArrayReader } from '../frame/algorithm.ts'
import { type Csr, transpose, transposeBytes } from '../frame/csr.ts'
import type { Interactions } from '../frame/interactions.ts'
import { checkInteractions } from '../frame/interactions-builder.ts'
import type { FitRun, TypedArray } from '../frame/model.ts'
import { pause } from '../frame/run.ts'
import { queryRule, trainingRule } from '../neighbours/parameters.ts'
import { preferencesBytes, preferencesOf } from '../neighbours/preferences.ts'
import { ridgeOf } from './factor-sides.ts'
import { FoldIn } from './fold-in.ts'
import type { IalsParams } from './ials.ts'
import { ItemFactors } from './item-factors.ts'

/** Takers or items between two turns of the event loop: some tens of milliseconds. */
const ROWS_PER_PAUSE = 256

/**
 * Vectors of items that training has not met: half an epoch, of these items alone.
 *
 * Solves   for each new item i   (Σ_u c_ui·w_u·w_uᵀ + a·WᵀW + λ_i·I)·h_i = Σ_u c_ui·w_u over its takers u, w_u being
 *          folded in from what u took of the known items; that is the minimum of iALS's objective over h_i, the rest
 *          held still
 * Given    interactions of known and further items
 * Returns  the model's arrays with `factors` grown to [data.items × d]; items nobody took have zeros
 * Cost     O(entries) to read; for each taker history·d² + d³/6, for each new item takers·d² + d³/6; 4·d bytes a taker
 * Source   Hu, Koren, Volinsky, ICDM 2008, eq. 5
 * Differs  the Gram matrices stay those of training, so that known items score as they did
 * @throws MlError as `checkInteractions`, and `cancelled`
 */
export async function furtherItems(
  arrays: ArrayReader,
  data: Interactions,
  params: Readonly<IalsParams>,
  run: FitRun,
): Promise<Record<string, TypedArray>> {
  const known = new ItemFactors(arrays, params, queryRule(params))
  checkInteractions(data)
  const { d, items } = known
  const x = preferencesOf(data, trainingRule(params))
  const byItem = transpose(x)
  const { place, vectors } = await takersOf(x, byItem, known, run)
  const [itemGram, userGram] = [arrays.f32('itemGram'), arrays.f32('userGram')]
  const trained = arrays.f64('trained')
  const factors = new Float32Array(data.items * d)
  factors.set(arrays.f32('factors'))
  const system = new FoldIn(d, userGram)
  const right = new Float64Array(d)
  for (let i = items; i < data.items; i++) {
    if ((i - items) % ROWS_PER_PAUSE === 0) await pause(run, 0.5 + (0.5 * (i - items)) / (data.items - items))
    const [from, to] = [byItem.offsets[i]!, byItem.offsets[i + 1]!]
    if (from === to) continue
    system.begin(ridgeOf(to - from, trained[0]!, params.l2, params.unobserved, params.frequencyPower))
    right.fill(0)
    for (let e = from; e < to; e++) {
      const at = d * place[byItem.indices[e]!]!
      system.add(byItem.values[e]!, vectors, at)
      for (let p = 0; p < d; p++) right[p]! += byItem.values[e]! * vectors[at + p]!
    }
    system.factor()
    system.solve(right)
    factors.set(right, i * d)
  }
  return { factors, itemGram, userGram, trained }
}

/** Bytes that it takes at its peak when every user takes a new item. */
export function furtherBytes(data: Interactions, { factors }: Readonly<IalsParams>): number {
  const { users, items, item } = data
  return (
    preferencesBytes(data) +
    transposeBytes(items, item.length) +
    4 * users * (factors + 1) +
    4 * items * factors +
    24 * factors * factors
  )
}

/** The takers of new items as vectors: `place` Int32 [users] their rows, −1 for the others; `vectors` [takers × d]. */
async function takersOf(
  x: Csr,
  byItem: Csr,
  known: ItemFactors,
  run: FitRun,
): Promise<{ place: Int32Array; vectors: Float32Array }> {
  const place = new Int32Array(x.rows).fill(-1)
  let takers = 0
  for (let e = byItem.offsets[known.items]!; e < byItem.indices.length; e++) {
    const user = byItem.indices[e]!
    if (place[user]! < 0) place[user] = takers++
  }
  const vectors = new Float32Array(takers * known.d)
  let done = 0
  for (let u = 0; u < x.rows; u++) {
    if (place[u]! < 0) continue
    const from = x.offsets[u]!
    let to = from
    // Items ascend within a row: the known ones come first.
    while (to < x.offsets[u + 1]! && x.indices[to]! < known.items) to++
    known.vectorOf(x.indices, x.values, from, to, vectors, place[u]! * known.d)
    if (++done % ROWS_PER_PAUSE === 0) await pause(run, (0.5 * done) / takers)
  }
  return { place, vectors }
}
