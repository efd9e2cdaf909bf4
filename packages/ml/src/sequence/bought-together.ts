import { defineAlgorithm } from '../frame/algorithm.ts'
import type { Interactions } from '../frame/interactions.ts'
import { checkInteractions } from '../frame/interactions-builder.ts'
import { declareParameters } from '../frame/parameters.ts'
import { pause } from '../frame/run.ts'
import { decay, latest } from '../frame/time.ts'
import { basketsByItem, basketsBytes, basketsOf } from './baskets.ts'
import { listsBytes, NeighbourLists, NeighbourListsBuilder } from './neighbour-lists.ts'

export interface BoughtTogetherParams {
  measure: 'lift' | 'confidence' | 'log-likelihood'
  minSupport: number
  shrinkage: number
  halfLifeDays: number
  neighbours: number
  maxBasket: number
  historySteps: number
  stepDecay: number
}

/**
 * Bought together: items that share baskets more often than chance would have it.
 *
 * Solves   with n(·) baskets weighted by 2^(−age / halfLife), N their sum, e = n(a)·n(b) / N and s the shrinkage:
 *            lift            w = ln((n(a,b) + s) / (e + s))
 *            confidence      w = n(a,b) / (n(a) + s)
 *            log-likelihood  w = G² of the 2 × 2 table of a and b
 *          for pairs in at least minSupport baskets that occur more often than e
 * Given    interactions with baskets
 * Returns  offsets Int32 [items + 1]; neighbours Int32 and weights Float32 [entries], best first within each item
 * Cost     O(Σ over baskets of |basket|²) time, O(entries + items) scratch
 * Source   lift: Brin et al., SIGMOD 1997, §2 ("interest"); G²: Dunning, Computational Linguistics 1993, §4
 * Differs  shrinking lift towards 1 by s is a Gamma prior on the ratio, so that two baskets are no proof
 */
export const boughtTogether = defineAlgorithm({
  kind: 'bought-together',
  parameters: declareParameters<BoughtTogetherParams>({
    measure: {
      type: 'choice',
      default: 'lift',
      choices: ['lift', 'confidence', 'log-likelihood'],
      meaning: 'lift favours what belongs together, confidence what is often added, log-likelihood what is certain',
    },
    minSupport: { type: 'integer', default: 3, min: 1, max: 1_000_000, meaning: 'baskets a pair must share' },
    shrinkage: { type: 'number', default: 5, min: 0, max: 1e6, meaning: 'baskets that evidence must outweigh' },
    halfLifeDays: { type: 'number', default: 365, min: 0, max: 36_500, meaning: 'ageing of evidence; 0: none' },
    neighbours: { type: 'integer', default: 100, min: 1, max: 10_000, meaning: 'partners kept per item' },
    maxBasket: { type: 'integer', default: 200, min: 2, max: 100_000, meaning: 'distinct items read of one basket' },
    historySteps: {
      type: 'integer',
      default: 1,
      min: 1,
      max: 100_000,
      meaning: 'newest baskets of a query that speak',
    },
    stepDecay: {
      type: 'number',
      default: 0.5,
      min: 0,
      max: 1,
      meaning: 'weight of each basket against the one after it',
    },
  }),
  memory: (data: Interactions, { neighbours }) =>
    basketsBytes(data) + 8 * data.item.length + 24 * data.items + listsBytes(data.items, neighbours),
  async fit(data: Interactions, params, run) {
    checkInteractions(data)
    const baskets = basketsOf(data, params.maxBasket)
    const byItem = basketsByItem(baskets, data.items)
    const now = latest(data.at)
    const left = baskets.at.map((at) => decay(now - at, params.halfLifeDays))
    const total = left.reduce((sum, weight) => sum + weight, 0)
    const held = new Float64Array(data.items)
    for (let b = 0; b < baskets.count; b++) {
      for (let e = baskets.offsets[b]!; e < baskets.offsets[b + 1]!; e++) held[baskets.item[e]!]! += left[b]!
    }
    const lists = new NeighbourListsBuilder(data.items, Math.min(params.neighbours, data.items))
    const shared = new Float64Array(data.items)
    const support = new Int32Array(data.items)
    const touched = new Int32Array(data.items)
    let work = 0
    for (let a = 0; a < data.items; a++) {
      let count = 0
      for (let o = byItem.offsets[a]!; o < byItem.offsets[a + 1]!; o++) {
        const basket = byItem.baskets[o]!
        const weight = left[basket]!
        for (let e = baskets.offsets[basket]!; e < baskets.offsets[basket + 1]!; e++) {
          const b = baskets.item[e]!
          if (support[b] === 0) touched[count++] = b
          support[b]!++
          shared[b]! += weight
        }
        work += baskets.offsets[basket + 1]! - baskets.offsets[basket]!
      }
      lists.keep(touched.subarray(0, count), (b) =>
        b === a || support[b]! < params.minSupport ? 0 : association(params, shared[b]!, held[a]!, held[b]!, total),
      )
      for (let c = 0; c < count; c++) {
        shared[touched[c]!] = 0
        support[touched[c]!] = 0
      }
      if (work > 5_000_000 || a === data.items - 1) {
        work = 0
        await pause(run, (a + 1) / data.items)
      }
    }
    return lists.arrays()
  },
  open: (arrays, params) => new NeighbourLists(arrays, params),
  extend: 'fit',
})

/** The measure of a pair, 0 where the two meet no more often than by chance. */
function association(
  { measure, shrinkage }: Readonly<BoughtTogetherParams>,
  both: number,
  a: number,
  b: number,
  total: number,
): number {
  const expected = (a * b) / total
  if (both <= expected) return 0
  switch (measure) {
    case 'lift':
      return Math.log((both + shrinkage) / (expected + shrinkage))
    case 'confidence':
      return both / (a + shrinkage)
    case 'log-likelihood':
      return logLikelihoodRatio(both, a, b, total)
  }
}

/** G² = 2 Σ observed · ln(observed / expected) over the table of baskets with and without a and b. */
export function logLikelihoodRatio(both: number, a: number, b: number, total: number): number {
  const cell = (observed: number, row: number, column: number): number =>
    observed > 0 ? observed * Math.log((observed * total) / (row * column)) : 0
  return (
    2 *
    (cell(both, a, b) +
      cell(a - both, a, total - b) +
      cell(b - both, total - a, b) +
      cell(total - a - b + both, total - a, total - b))
  )
}
