import { defineAlgorithm } from '../frame/algorithm.ts'
import type { Interactions } from '../frame/interactions.ts'
import { checkInteractions } from '../frame/interactions-builder.ts'
import { declareParameters } from '../frame/parameters.ts'
import { HISTORY_PARAMETERS, type HistoryParams, queryRule, trainingRule } from '../neighbours/parameters.ts'
import { preferencesBytes, preferencesOf } from '../neighbours/preferences.ts'
import { furtherBytes, furtherItems } from './further-items.ts'
import { ItemFactors } from './item-factors.ts'
import { factorsBytes, trainFactors } from './train-factors.ts'

export interface IalsParams extends HistoryParams {
  factors: number
  epochs: number
  unobserved: number
  l2: number
  frequencyPower: number
  initialScale: number
  block: number
  maxBytes: number
}

/**
 * iALS++: a factorisation of users × items by alternating subspace optimisation.
 *
 * Solves   min_{W,H} Σ_(u,i) seen c_ui·(w_u·h_i − 1)² + a·Σ_u Σ_i (w_u·h_i)²
 *            + λ·(Σ_u (|I_u| + a·|I|)^ν·‖w_u‖² + Σ_i (|U_i| + a·|U|)^ν·‖h_i‖²)
 *          with a = unobserved, λ = l2, ν = frequencyPower, c the values that the history parameters read
 * Given    interactions
 * Returns  factors Float32 [items × d], itemGram and userGram Float32 [d × d] (a·HᵀH and a·WᵀW), trained Float64 [2]:
 *          users and items trained on. Users are not kept: whoever asks is folded in from his history
 * Cost     per epoch about 2·entries·(d·block + 6·d) + (users + items)·d·(2·d + block²/3) operations, divided among
 *          threads; 4·(users + items)·d + 20·entries bytes of the kernels' memory, or `maxBytes` of it, by blocks, and
 *          the factors beside it. Asking: history·d² + d³/6 + items·d
 * Source   Rendle, Krichene, Zhang, Koren, iALS++: Speeding up Matrix Factorization with Subspace Optimization, 2021,
 *          algorithm 2; the ridge by frequency and its powers: Rendle, Krichene, Zhang, Koren, Revisiting the Performance of iALS on Item
 *          Recommendation Benchmarks, RecSys 2022, §3.2; folding in and explaining: Hu, Koren, Volinsky, ICDM 2008
 * Differs  a row passes all its blocks before the next row, which is the same since rows are independent of one another;
 *          entries may have weights; the same for any number of threads and of blocks
 */
export const ials = defineAlgorithm({
  kind: 'ials',
  parameters: declareParameters<IalsParams>({
    factors: { type: 'integer', default: 64, min: 1, max: 2048, meaning: 'coordinates of a user and of an item' },
    epochs: { type: 'integer', default: 16, min: 1, max: 1000, meaning: 'passes over users and items' },
    unobserved: {
      type: 'number',
      default: 0.01,
      min: 1e-6,
      max: 1e3,
      meaning: 'weight of a pair that was not seen, against 1 for one that was',
    },
    l2: { type: 'number', default: 0.005, min: 1e-9, max: 1e9, meaning: 'ridge on the factors' },
    frequencyPower: {
      type: 'number',
      default: 1,
      min: 0,
      max: 2,
      meaning: 'how the ridge grows with the entries of a row; 0: it is the same for all',
    },
    initialScale: { type: 'number', default: 0.1, min: 1e-6, max: 10, meaning: 'norm at which items begin' },
    // On Gowalla 4 reached in 16 epochs what 8 did (NDCG@20 .1270 and .1269, means of six seeds), in four fifths of the time.
    block: {
      type: 'integer',
      default: 4,
      min: 4,
      max: 64,
      meaning: 'coordinates solved together: 4, or more rounded down to eights; more take fewer, dearer epochs',
    },
    maxBytes: {
      type: 'integer',
      default: 2 ** 31,
      min: 1,
      // Each of at most 64 threads takes 1.2 MB of the 4 GiB beside it.
      max: 2 ** 32 - 2 ** 27,
      meaning: 'memory of the kernels that training may take; what needs more is trained by blocks of rows',
    },
    ...HISTORY_PARAMETERS,
  }),
  memory: (data: Interactions, params) =>
    preferencesBytes(data) + factorsBytes(data.users, data.items, data.item.length, params),
  async fit(data: Interactions, params, run) {
    checkInteractions(data)
    const x = preferencesOf(data, trainingRule(params))
    const { items, itemGram, userGram } = await trainFactors(
      x,
      { ...params, block: params.block < 8 ? 4 : params.block & ~7 },
      run,
    )
    return { factors: items, itemGram, userGram, trained: Float64Array.of(data.users, data.items) }
  },
  open: (arrays, params) => new ItemFactors(arrays, params, queryRule(params)),
  extend: { memory: furtherBytes, extend: furtherItems },
})
