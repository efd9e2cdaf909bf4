import { defineAlgorithm } from '../frame/algorithm.ts'
import type { Interactions } from '../frame/interactions.ts'
import { checkInteractions } from '../frame/interactions-builder.ts'
import { declareParameters } from '../frame/parameters.ts'
import { pause } from '../frame/run.ts'
import { decay, latest } from '../frame/time.ts'
import { type Baskets, basketsByItem, basketsBytes, basketsOf } from './baskets.ts'
import { listsBytes, NeighbourLists, NeighbourListsBuilder } from './neighbour-lists.ts'

export interface TransitionsParams {
  window: number
  distanceDecay: number
  distancePower: number
  backwardShare: number
  halfLifeDays: number
  shrinkage: number
  popularityDiscount: number
  repeats: boolean
  neighbours: number
  maxBasket: number
  historySteps: number
  stepDecay: number
}

/**
 * Decayed transitions: what comes in the baskets after one that holds an item.
 *
 * Solves   w(a → b) = c(a, b) / (n(a) + shrinkage) / pop(b)^discount, with
 *            c(a, b) = f(a, b) + backwardShare · f(b, a)
 *            f(a, b) = Σ over baskets t holding a and d = 1 … window, basket t + d of the same user holding b,
 *                      of distanceDecay^(d − 1) · d^(−distancePower) · 2^(−age(t + d) / halfLife)
 *            n(a)    = Σ over baskets t holding a, of 2^(−age(t + 1) / halfLife) where t has a successor and
 *                      backwardShare · 2^(−age(t) / halfLife) where it has a predecessor
 *          and pop(b) the share of baskets holding b. Of a query, the newest steps speak (NeighbourLists).
 * Given    interactions with baskets
 * Returns  offsets Int32 [items + 1]; neighbours Int32 and weights Float32 [entries], best first within each item
 * Cost     O(Σ over successive baskets of |t| · |t + d|) time, twice that with a backwardShare; O(entries + items) scratch
 * Source   Markov chains on baskets, Rendle et al., WWW 2010, §3.2, without factorising; decays as in the sequential rules
 *          of Ludewig and Jannach, UMUAI 2018, §3.1
 * Differs  shrinkage, popularity discount, ageing and the backward share (what comes before also tells what goes together)
 *          are ours; an item does not follow itself unless `repeats`
 */
export const transitions = defineAlgorithm({
  kind: 'transitions',
  parameters: declareParameters<TransitionsParams>({
    window: { type: 'integer', default: 3, min: 1, max: 100, meaning: 'how many following baskets count' },
    distanceDecay: {
      type: 'number',
      default: 0.6,
      min: 0,
      max: 1,
      meaning: 'weight of each basket against the one before',
    },
    distancePower: {
      type: 'number',
      default: 0,
      min: 0,
      max: 10,
      meaning: 'a basket d baskets away counts d to the power of minus this; falls more slowly than a decay',
    },
    backwardShare: {
      type: 'number',
      default: 0,
      min: 0,
      max: 1,
      meaning: 'what a basket before counts against one after; 1: order does not count',
    },
    halfLifeDays: { type: 'number', default: 180, min: 0, max: 36_500, meaning: 'ageing of evidence; 0: none' },
    shrinkage: { type: 'number', default: 5, min: 0, max: 1e6, meaning: 'baskets that evidence must outweigh' },
    popularityDiscount: { type: 'number', default: 0, min: 0, max: 1, meaning: '0: probability; 1: lift' },
    repeats: { type: 'boolean', default: false, meaning: 'whether an item may follow itself' },
    neighbours: { type: 'integer', default: 200, min: 1, max: 10_000, meaning: 'successors kept per item' },
    maxBasket: { type: 'integer', default: 200, min: 1, max: 100_000, meaning: 'distinct items read of one basket' },
    historySteps: {
      type: 'integer',
      default: 10,
      min: 1,
      max: 100_000,
      meaning: 'newest baskets of a query that speak',
    },
    stepDecay: {
      type: 'number',
      default: 0.7,
      min: 0,
      max: 1,
      meaning: 'weight of each basket against the one after it',
    },
  }),
  memory: (data: Interactions, { neighbours }) =>
    basketsBytes(data) + 16 * data.item.length + 20 * data.items + listsBytes(data.items, neighbours),
  async fit(data: Interactions, params, run) {
    checkInteractions(data)
    const baskets = basketsOf(data, params.maxBasket)
    const reaches = reachesOf(baskets, params.window)
    const byItem = basketsByItem(baskets, data.items)
    const now = latest(data.at)
    const left = baskets.at.map((at) => decay(now - at, params.halfLifeDays))
    const reach = Float64Array.from({ length: params.window }, (_, d) => {
      return params.distanceDecay ** d * (d + 1) ** -params.distancePower
    })
    const discount = Float64Array.from({ length: data.items }, (_, i) => {
      const holding = byItem.offsets[i + 1]! - byItem.offsets[i]!
      return (Math.max(1, holding) / baskets.count) ** params.popularityDiscount
    })
    const lists = new NeighbourListsBuilder(data.items, Math.min(params.neighbours, data.items))
    const sums = new Float64Array(data.items)
    const touched = new Int32Array(data.items)
    let work = 0
    let count = 0
    const add = (basket: number, weight: number): void => {
      for (let e = baskets.offsets[basket]!; e < baskets.offsets[basket + 1]!; e++) {
        const b = baskets.item[e]!
        if (sums[b] === 0) touched[count++] = b
        sums[b]! += weight
      }
      work += baskets.offsets[basket + 1]! - baskets.offsets[basket]!
    }
    for (let a = 0; a < data.items; a++) {
      count = 0
      let sources = 0
      for (let o = byItem.offsets[a]!; o < byItem.offsets[a + 1]!; o++) {
        const t = byItem.baskets[o]!
        const last = reaches.last[t]!
        if (last > t) sources += left[t + 1]!
        for (let f = t + 1; f <= last; f++) add(f, reach[f - t - 1]! * left[f]!)
        if (params.backwardShare === 0) continue
        const back = params.backwardShare * left[t]!
        if (reaches.first[t]! < t) sources += back
        for (let f = reaches.first[t]!; f < t; f++) add(f, reach[t - f - 1]! * back)
      }
      const scale = sources + params.shrinkage
      lists.keep(touched.subarray(0, count), (b) => (b === a && !params.repeats ? 0 : sums[b]! / scale / discount[b]!))
      for (let c = 0; c < count; c++) sums[touched[c]!] = 0
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

/** For each basket the first and the last of the same user that is at most `window` baskets away: Int32 [count] each. */
function reachesOf(baskets: Baskets, window: number): { first: Int32Array; last: Int32Array } {
  const first = new Int32Array(baskets.count)
  const last = new Int32Array(baskets.count)
  for (let u = 0; u + 1 < baskets.userOffsets.length; u++) {
    const start = baskets.userOffsets[u]!
    const end = baskets.userOffsets[u + 1]! - 1
    for (let b = start; b <= end; b++) {
      first[b] = Math.max(start, b - window)
      last[b] = Math.min(end, b + window)
    }
  }
  return { first, last }
}
