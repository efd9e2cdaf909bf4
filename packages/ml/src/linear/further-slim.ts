import type { ArrayReader } from '../frame/algorithm.ts'
import type { Interactions } from '../frame/interactions.ts'
import { checkInteractions } from '../frame/interactions-builder.ts'
import type { FitRun, TypedArray } from '../frame/model.ts'
import { pause } from '../frame/run.ts'
import { trainingRule } from '../neighbours/parameters.ts'
import { preferencesBytes, preferencesOf } from '../neighbours/preferences.ts'
import { grownGraph, grownGraphBytes } from './grown-graph.ts'
import { lengthNormalised } from './length-normalised.ts'
import { LocalSystem, powers } from './local-system.ts'
import { type EquationRow, rowSteps, type SparseVector, type StoredRows } from './row-steps.ts'
import type { SlimParams } from './slim.ts'
import { checkGramBytes, type SparseGram, sparseGramBytes, sparseGramOf } from './sparse-gram.ts'

/** Items between two turns of the event loop: some tens of milliseconds. */
const ITEMS_PER_PAUSE = 32

/**
 * SLIM with further items, every weight between those it knew being held.
 *
 * Solves   for each new item its own regression as in training, on the items nearest to it, known and new; for what
 *          new items say of known ones `rowSteps`, with A = G + l2·diag(n^ridgePower) and C = G
 * Given    interactions of known and further items
 * Returns  the model's arrays with rows and columns of the new items; `users` of known items stay those of training, by
 *          which their weights are scaled
 * Cost     Σ n_u over the takers of the new items and of those nearest to them, for their rows of G; for each new item
 *          what training takes for one, and `rowSteps`
 * Source   Ning and Karypis, SLIM, ICDM 2011, eq. 4: columns are regressions of their own
 * Differs  a new item speaks of at most `neighbours` known ones, all of which its takers took
 * @throws MlError as `checkInteractions`, `too_large` and `cancelled`
 */
export async function furtherSlim(
  arrays: ArrayReader,
  data: Interactions,
  params: Readonly<SlimParams>,
  run: FitRun,
): Promise<Record<string, TypedArray>> {
  checkInteractions(data)
  const x = lengthNormalised(preferencesOf(data, trainingRule(params)), params.lengthPower)
  const knownItems = arrays.i32('offsets').length - 1
  const fresh = Int32Array.from({ length: data.items - knownItems }, (_, r) => knownItems + r)
  const { neighbours, gramEntries, selectionPower } = params

  const wanted = new Uint8Array(data.items)
  wanted.fill(1, knownItems)
  const near = await sparseGramOf(x, neighbours, selectionPower, run, (fraction) => 0.1 * fraction, wanted)
  for (const item of near.ids) wanted[item] = 1
  const rowsOfGram = wanted.reduce((sum, is) => sum + is, 0)
  const bytes = sparseGramBytes(x, gramEntries, rowsOfGram) + newWeightsBytes(arrays, data, params)
  checkGramBytes(bytes, params.maxBytes, data.items)
  const gram = await sparseGramOf(x, gramEntries, selectionPower, run, (fraction) => 0.1 + 0.4 * fraction, wanted)

  const users = gram.users.slice()
  users.set(arrays.i32('users', knownItems))
  const history = powers(users, params.historyPower)
  const target = powers(users, -params.popularityDiscount)
  const system = new LocalSystem(gram, params)
  const columns: SparseVector[] = []
  for (const j of fresh) {
    const n = system.solve(j)
    const ids = system.ids.slice(0, n)
    columns.push({ ids, values: Float32Array.from(ids, (i, e) => system.weights[e]! * history[i]! * target[j]!) })
    if (j % ITEMS_PER_PAUSE === 0) await pause(run, 0.5 + (0.3 * (j - knownItems)) / fresh.length)
  }
  const known = { offsets: arrays.i32('offsets'), ids: arrays.i32('ids'), weights: arrays.f32('weights') }
  const rule = { keep: neighbours, onlyCompany: true }
  const plain = withoutScale(known, history, target)
  const progress = (fraction: number) => 0.8 + 0.1 * fraction
  const steps = await rowSteps(plain, fresh, equationRows(gram, params), rule, run, progress)
  const rows = steps.map(({ ids, values }, r) => ({
    ids,
    values: values.map((value, e) => value * history[fresh[r]!]! * target[ids[e]!]!),
  }))
  const whole = (fraction: number) => 0.9 + 0.1 * fraction
  return { ...(await grownGraph(known, data.items, { fresh, columns, rows }, data.items, run, whole)), users }
}

/** Bytes that it takes at its peak beside the data. */
export function furtherSlimBytes(data: Interactions, params: Readonly<SlimParams>, arrays: ArrayReader): number {
  const { neighbours, gramEntries } = params
  const x = { ...data, rows: data.users, columns: data.items, indices: data.item }
  const further = data.items - (arrays.i32('offsets').length - 1)
  const rowsOfGram = Math.min(data.items, further * (1 + neighbours))
  return (
    preferencesBytes(data) +
    4 * data.item.length +
    sparseGramBytes(x, gramEntries, rowsOfGram) +
    newWeightsBytes(arrays, data, params)
  )
}

/** Of the nearest, of the known weights without their scale, and of the graph that grew. */
function newWeightsBytes(arrays: ArrayReader, { items }: Interactions, { neighbours }: Readonly<SlimParams>): number {
  const known = arrays.f32('weights').length
  const further = (items - (arrays.i32('offsets').length - 1)) * Math.min(neighbours, items)
  return 16 * further + 4 * known + 32 * items + grownGraphBytes(items, known, 2 * further)
}

/** The regression's weights b from w(i → j) = b·n_i^historyPower / n_j^popularityDiscount. */
function withoutScale({ offsets, ids, weights }: StoredRows, history: Float64Array, target: Float64Array): StoredRows {
  const plain = new Float32Array(weights.length)
  for (let i = 0; i + 1 < offsets.length; i++) {
    for (let e = offsets[i]!; e < offsets[i + 1]!; e++) plain[e] = weights[e]! / (history[i]! * target[ids[e]!]!)
  }
  return { offsets, ids, weights: plain }
}

/** The equations of new items; what is returned is overwritten by the next call. */
function equationRows(gram: SparseGram, { l2, ridgePower }: Readonly<SlimParams>): (item: number) => EquationRow {
  const ridge = powers(gram.users, ridgePower)
  return (n) => {
    const [from, to] = [gram.offsets[n]!, gram.offsets[n + 1]!]
    const row = Float64Array.from(gram.values.subarray(from, to))
    const own = gram.diagonal[n]! + l2 * ridge[n]!
    return { count: to - from, ids: gram.ids.subarray(from, to), a: row, c: row, own }
  }
}
