import { defineAlgorithm } from '../frame/algorithm.ts'
import type { Interactions } from '../frame/interactions.ts'
import { checkInteractions } from '../frame/interactions-builder.ts'
import { declareParameters } from '../frame/parameters.ts'
import { itemColumnsOf } from './compared-items.ts'
import { furtherNeighbours, furtherNeighboursBytes } from './further-neighbours.ts'
import { ItemGraph } from './item-graph.ts'
import { nearestLists, nearestListsBytes } from './nearest-lists.ts'
import { HISTORY_PARAMETERS, type HistoryParams, queryRule, SIMILARITY_PARAMETERS } from './parameters.ts'
import type { SimilarityParams } from './similarity.ts'

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
 * Cost     O(Σ_u n_u²) time with n_u ≤ historyItems, divided among threads, 40 bytes an item of scratch for each; scoring O(history · k)
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
  memory: (data: Interactions, { neighbours }) => nearestListsBytes(data, neighbours),
  async fit(data: Interactions, params, run) {
    checkInteractions(data)
    return nearestLists(itemColumnsOf(data, params), params, run)
  },
  open: (arrays, params) => new ItemGraph(arrays, queryRule(params)),
  extend: { memory: furtherNeighboursBytes, extend: furtherNeighbours },
})
