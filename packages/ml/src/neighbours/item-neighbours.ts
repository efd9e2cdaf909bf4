import { defineAlgorithm } from '../frame/algorithm.ts'
import { type Csr, transpose, transposeBytes } from '../frame/csr.ts'
import type { Interactions } from '../frame/interactions.ts'
import { checkInteractions } from '../frame/interactions-builder.ts'
import type { FitRun } from '../frame/model.ts'
import { declareParameters } from '../frame/parameters.ts'
import { pause } from '../frame/run.ts'
import { bm25Statistics, bm25Weighted } from './bm25.ts'
import { graphBytes, ItemGraph, ItemGraphBuilder } from './item-graph.ts'
import { Overlap } from './overlap.ts'
import { HISTORY_PARAMETERS, type HistoryParams, queryRule, SIMILARITY_PARAMETERS, trainingRule } from './parameters.ts'
import { preferencesBytes, preferencesOf } from './preferences.ts'
import { Promising } from './promising.ts'
import { COMPARE, type SimilarityParams, squaredNorms, trust } from './similarity.ts'

export interface ItemNeighboursParams extends HistoryParams, SimilarityParams {
  neighbours: number
}

/**
 * Item-item neighbours on implicit feedback.
 *
 * Solves   for each item h the k items j with the largest likeness s(h, j) of their columns of users (see COMPARE),
 *          times n/(n + shrinkage) for n shared users; a query scores s(q, j) = Σ_h value(q, h) · s(h, j)
 * Given    interactions, read into users × items values by the history parameters
 * Returns  offsets Int32 [items + 1], ids Int32 [n], weights Float32 [n]: row h, best first, n ≤ items · k
 * Cost     O(Σ_u n_u²) time with n_u ≤ historyItems, 32 bytes an item of scratch; scoring O(history · k)
 * Source   Sarwar et al., WWW 2001, §3.1 and §3.2.1; shrinkage after Koren, KDD 2008, eq. 3
 * Differs  lists belong to the item of the history, not to the target, so that scoring is a scatter; scores are sums
 *          and not weighted means, as Deshpande and Karypis, TOIS 2004, §4 do for implicit feedback; only items that
 *          share a user are compared; ties are broken by item
 */
export const itemNeighbours = defineAlgorithm({
  kind: 'item-neighbours',
  parameters: declareParameters<ItemNeighboursParams>({
    ...SIMILARITY_PARAMETERS,
    // Items of a single common user are close by chance; without shrinkage they fill the lists of rare items.
    shrinkage: { ...SIMILARITY_PARAMETERS.shrinkage, default: 10 },
    neighbours: { type: 'integer', default: 200, min: 1, max: 100_000, meaning: 'neighbours kept per item' },
    ...HISTORY_PARAMETERS,
  }),
  memory: (data: Interactions, { neighbours }) =>
    preferencesBytes(data) +
    2 * transposeBytes(Math.max(data.items, data.users), data.item.length) +
    4 * data.item.length +
    40 * data.items +
    graphBytes(data.items, neighbours),
  async fit(data: Interactions, params, run) {
    checkInteractions(data)
    const byItem = transpose(preferencesOf(data, trainingRule(params)))
    const columns = params.similarity === 'bm25' ? bm25Weighted(byItem, bm25Statistics(byItem)) : byItem
    return (await itemGraphOf(columns, params, run)).arrays()
  },
  open: (arrays, params) => new ItemGraph(arrays, queryRule(params)),
})

/** Additions between two turns of the event loop: some tens of milliseconds. */
const ADDITIONS_PER_PAUSE = 2_000_000

/**
 * Most items that share a user with the one at hand are far from its k nearest; only those that may be among them are
 * compared exactly.
 *
 * @param columns items × users
 */
async function itemGraphOf(
  columns: Csr,
  params: Readonly<ItemNeighboursParams>,
  run: FitRun,
): Promise<ItemGraphBuilder> {
  const items = columns.rows
  const rows = transpose(columns)
  const squares = squaredNorms(columns)
  const compare = COMPARE[params.similarity]
  const overlap = new Overlap(items)
  const promising = new Promising(params, params.neighbours, squares, (i) => sizeOf(columns, i))
  const graph = new ItemGraphBuilder(items, params.neighbours)
  const additions = totalAdditions(rows)
  let done = 0
  let paused = 0
  for (let h = 0; h < items; h++) {
    for (let e = columns.offsets[h]!; e < columns.offsets[h + 1]!; e++) {
      const user = columns.indices[e]!
      overlap.addColumn(columns.values[e]!, rows.indices, rows.values, rows.offsets[user]!, rows.offsets[user + 1]!)
      done += sizeOf(rows, user)
    }
    const n = promising.find(h, overlap)
    for (let p = 0; p < n; p++) {
      const j = promising.vectors[p]!
      const both = overlap.both[j]!
      const likeness = compare(overlap.dot[j]!, both, squares[h]!, squares[j]!, sizeOf(columns, h), sizeOf(columns, j))
      graph.offer(j, likeness * trust(both, params.shrinkage))
    }
    graph.endRow()
    overlap.clear()
    if (done - paused > ADDITIONS_PER_PAUSE) {
      paused = done
      await pause(run, done / additions)
    }
  }
  return graph
}

/** Σ_u n_u² */
function totalAdditions(rows: Csr): number {
  let total = 0
  for (let u = 0; u < rows.rows; u++) total += sizeOf(rows, u) ** 2
  return total
}

function sizeOf(matrix: Csr, row: number): number {
  return matrix.offsets[row + 1]! - matrix.offsets[row]!
}
