import { defineAlgorithm } from '../frame/algorithm.ts'
import { transpose } from '../frame/csr.ts'
import type { Interactions } from '../frame/interactions.ts'
import { checkInteractions } from '../frame/interactions-builder.ts'
import type { FitRun, TypedArray } from '../frame/model.ts'
import { declareParameters } from '../frame/parameters.ts'
import { pause } from '../frame/run.ts'
import { ItemGraph, ItemGraphBuilder } from '../neighbours/item-graph.ts'
import { HISTORY_PARAMETERS, type HistoryParams, queryRule, trainingRule } from '../neighbours/parameters.ts'
import { preferencesBytes, preferencesOf } from '../neighbours/preferences.ts'
import { furtherSlim, furtherSlimBytes } from './further-slim.ts'
import { lengthNormalised } from './length-normalised.ts'
import { LocalSystem, powers } from './local-system.ts'
import { checkGramBytes, type SparseGram, sparseGramBytes, sparseGramOf } from './sparse-gram.ts'

export interface SlimParams extends HistoryParams {
  neighbours: number
  l2: number
  ridgePower: number
  lengthPower: number
  selectionPower: number
  historyPower: number
  popularityDiscount: number
  gramEntries: number
  maxBytes: number
}

/**
 * SLIM by neighbourhoods: for each item a ridge regression on the items nearest to it, for catalogues whose dense
 * matrix nobody could invert.
 *
 * Solves   for each item j, with S(j) the `neighbours` items i of largest G_ij / n_i^selectionPower, G = XᵀX, and n_i
 *          the users of item i:
 *            min_b ‖X_j − X_S·b‖² + l2 · Σ_{i ∈ S} n_i^ridgePower · b_i²
 *          that is (G_SS + l2·diag(n^ridgePower))·b = G_Sj; the model's weights are
 *            w(i → j) = b_i · n_i^historyPower / n_j^popularityDiscount
 * Given    interactions, read into users × items values X by the history parameters; each row divided by its Euclidean
 *          norm to the power of lengthPower
 * Returns  offsets Int32 [items + 1], ids Int32 [n], weights Float32 [n]: row i what i says of others, largest first,
 *          n ≤ items · neighbours; users Int32 [items] as they were counted
 * Cost     Σ_u n_u² additions for G; for each item `neighbours` rows of G are read and some 10 steps of 2 · neighbours²
 *          operations taken. Linear in the items; 16 bytes for each of at most items · gramEntries entries of G
 * Source   Ning and Karypis, SLIM, ICDM 2011, eq. 3 and §4.2.2 (fsSLIM: features from the nearest items), with the l1
 *          term left out; a sparse approximate inverse in the sense of Grote and Huckle, SIAM J. Sci. Comput. 1997;
 *          the powers of popularity after Fu et al., LinkProp, WSDM 2022, eq. 7, and Steck, NeurIPS 2020, §3.2
 * Differs  weights may be negative; of G only the `gramEntries` strongest entries of each row are kept, either of a
 *          pair's two serving both, and the others count as zero
 */
export const slim = defineAlgorithm({
  kind: 'slim',
  parameters: declareParameters<SlimParams>({
    neighbours: { type: 'integer', default: 200, min: 1, max: 2000, meaning: 'items that each item is explained by' },
    l2: { type: 'number', default: 2, min: 1e-9, max: 1e12, meaning: 'ridge on every weight' },
    ridgePower: {
      type: 'number',
      default: 0.8,
      min: 0,
      max: 2,
      meaning: 'the ridge on an item’s weights grows with its users to this power',
    },
    lengthPower: {
      type: 'number',
      default: 0.6,
      min: 0,
      max: 2,
      meaning: 'a user’s values are divided by their Euclidean norm to this power; above 0 long histories count less',
    },
    selectionPower: {
      type: 'number',
      default: 0.3,
      min: 0,
      max: 2,
      meaning: 'how much popularity counts against an item when the nearest are chosen',
    },
    historyPower: {
      type: 'number',
      default: 0.3,
      min: -2,
      max: 2,
      meaning: 'what an item of the history says counts its users to this power',
    },
    popularityDiscount: {
      type: 'number',
      default: 0.1,
      min: -2,
      max: 2,
      meaning: 'a scored item’s weights are divided by its users to this power',
    },
    gramEntries: {
      type: 'integer',
      default: 2000,
      min: 1,
      max: 1_000_000,
      meaning: 'strongest entries kept of each row of the Gram matrix; bounds the memory',
    },
    maxBytes: {
      type: 'integer',
      default: 2 ** 31,
      min: 1,
      max: 2 ** 40,
      meaning: 'memory that training may take; more is refused as too_large',
    },
    ...HISTORY_PARAMETERS,
  }),
  memory: (data: Interactions, params) =>
    preferencesBytes(data) +
    4 * data.item.length +
    sparseGramBytes({ ...data, rows: data.users, columns: data.items, indices: data.item }, params.gramEntries) +
    graphBytes(data.items, params.neighbours),
  async fit(data: Interactions, params, run) {
    checkInteractions(data)
    const x = lengthNormalised(preferencesOf(data, trainingRule(params)), params.lengthPower)
    const bytes = sparseGramBytes(x, params.gramEntries) + graphBytes(data.items, params.neighbours)
    checkGramBytes(bytes, params.maxBytes, data.items)
    const gram = await sparseGramOf(x, params.gramEntries, params.selectionPower, run, (fraction) => 0.4 * fraction)
    return weightsOf(gram, params, run)
  },
  open(arrays, params) {
    const graph = new ItemGraph(arrays, queryRule(params))
    arrays.i32('users', graph.items)
    return graph
  },
  extend: { memory: furtherSlimBytes, extend: furtherSlim },
})

/** Items between two turns of the event loop: some tens of milliseconds. */
const ITEMS_PER_PAUSE = 32

/** Columns of b, the transposed copy, and the rows in their final order. */
function graphBytes(items: number, neighbours: number): number {
  return 3 * 8 * items * Math.min(neighbours, items)
}

async function weightsOf(
  gram: SparseGram,
  params: Readonly<SlimParams>,
  run: FitRun,
): Promise<Record<string, TypedArray>> {
  const { items, users } = gram
  const system = new LocalSystem(gram, params)
  const scale = { history: powers(users, params.historyPower), target: powers(users, -params.popularityDiscount) }
  const offsets = new Int32Array(items + 1)
  let ids = new Int32Array(items * Math.min(params.neighbours, items))
  let values = new Float32Array(ids.length)
  let end = 0
  for (let j = 0; j < items; j++) {
    const n = system.solve(j)
    for (let a = 0; a < n; a++) {
      const weight = system.weights[a]! * scale.history[system.ids[a]!]! * scale.target[j]!
      if (weight === 0) continue
      ids[end] = system.ids[a]!
      values[end++] = weight
    }
    offsets[j + 1] = end
    if (j % ITEMS_PER_PAUSE === 0) await pause(run, 0.4 + (0.5 * j) / items)
  }
  const columns = {
    rows: items,
    columns: items,
    offsets,
    indices: ids.subarray(0, end),
    values: values.subarray(0, end),
  }
  const rows = transpose(columns)
  ids = new Int32Array(0)
  values = new Float32Array(0)
  const graph = new ItemGraphBuilder(items, items)
  for (let i = 0; i < items; i++) {
    for (let e = rows.offsets[i]!; e < rows.offsets[i + 1]!; e++) graph.offer(rows.indices[e]!, rows.values[e]!)
    graph.endRow()
    if (i % 1024 === 0) await pause(run, 0.9 + (0.1 * i) / items)
  }
  return { ...graph.arrays(), users }
}
