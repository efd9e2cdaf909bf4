import type { ArrayReader } from '../frame/algorithm.ts'
import { type Csr, transpose, transposeBytes } from '../frame/csr.ts'
import type { Interactions } from '../frame/interactions.ts'
import { checkInteractions } from '../frame/interactions-builder.ts'
import type { FitRun, TypedArray } from '../frame/model.ts'
import { pause } from '../frame/run.ts'
import { queryRule, trainingRule } from '../neighbours/parameters.ts'
import { preferencesBytes, preferencesOf } from '../neighbours/preferences.ts'
import { ridgeOf } from './factor-sides.ts'
import { type EntryRows, foldInRows } from './fold-in-rows.ts'
import type { IalsParams } from './ials.ts'
import { ItemFactors } from './item-factors.ts'

/**
 * Vectors of items that training has not met: half an epoch, of these items alone.
 *
 * Solves   for each new item i   (Σ_u c_ui·w_u·w_uᵀ + a·WᵀW + λ_i·I)·h_i = Σ_u c_ui·w_u over its takers u, w_u being
 *          folded in from what u took of the known items; that is the minimum of iALS's objective over h_i, the rest
 *          held still
 * Given    interactions of known and further items
 * Returns  the model's arrays with `factors` grown to [data.items × d]; items nobody took have zeros
 * Cost     O(entries) to read; for each taker, and for each new item, n·d²/2 + min(d³/6, n²·d/2 + n³/6 + d²/2) with its n
 *          entries; 4·d bytes a taker
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
  const [itemGram, userGram] = [arrays.f32('itemGram'), arrays.f32('userGram')]
  const trained = arrays.f64('trained')
  const { l2, unobserved, frequencyPower } = params
  const ridge = (n: number, of: number) => ridgeOf(n, of, l2, unobserved, frequencyPower)
  const { place, takers } = takersOf(x, byItem, items)
  const knownItems = { factors: arrays.f32('factors'), gram: itemGram, ridge: (n: number) => ridge(n, trained[1]!) }
  const vectors = await foldInRows(takers, knownItems, d, (fraction) => pause(run, 0.5 * fraction))
  const first = byItem.offsets[items]!
  const offsets = byItem.offsets.subarray(items).map((at) => at - first)
  const newItems = {
    from: offsets.subarray(0, -1),
    count: offsets.subarray(1).map((end, i) => end - offsets[i]!),
    indices: byItem.indices.subarray(first).map((user) => place[user]!),
    values: byItem.values.subarray(first),
  }
  const users = { factors: vectors, gram: userGram, ridge: (n: number) => ridge(n, trained[0]!) }
  const found = await foldInRows(newItems, users, d, (fraction) => pause(run, 0.5 + 0.5 * fraction))
  const factors = new Float32Array(data.items * d)
  factors.set(knownItems.factors)
  factors.set(found, items * d)
  return { factors, itemGram, userGram, trained }
}

/** Bytes that it takes at its peak when every user takes a new item. */
export function furtherBytes(data: Interactions, { factors }: Readonly<IalsParams>): number {
  const { users, items, item } = data
  return (
    preferencesBytes(data) +
    transposeBytes(items, item.length) +
    4 * item.length +
    4 * users * (factors + 6) +
    8 * items * (factors + 4) +
    48 * factors * factors
  )
}

/** The takers of new items: `place` Int32 [users] their numbers, −1 for the others, and what each took of known items. */
function takersOf(x: Csr, byItem: Csr, known: number): { place: Int32Array; takers: EntryRows } {
  const place = new Int32Array(x.rows).fill(-1)
  const users: number[] = []
  for (let e = byItem.offsets[known]!; e < byItem.indices.length; e++) {
    const user = byItem.indices[e]!
    if (place[user]! >= 0) continue
    place[user] = users.length
    users.push(user)
  }
  const from = Int32Array.from(users, (user) => x.offsets[user]!)
  const count = Int32Array.from(users, (user) => {
    let to = x.offsets[user + 1]!
    // Items ascend within a row: the known ones come first.
    while (to > x.offsets[user]! && x.indices[to - 1]! >= known) to--
    return to - x.offsets[user]!
  })
  return { place, takers: { from, count, indices: x.indices, values: x.values } }
}
