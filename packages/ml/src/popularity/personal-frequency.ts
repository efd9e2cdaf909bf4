import type { Contribution, Explains, ScoresItems } from '../frame/abilities.ts'
import { type ArrayReader, defineAlgorithm } from '../frame/algorithm.ts'
import { MlError } from '../frame/errors.ts'
import type { Interactions, Query } from '../frame/interactions.ts'
import { checkInteractions } from '../frame/interactions-builder.ts'
import { declareParameters } from '../frame/parameters.ts'
import { checkCount, checkItem, checkQuery } from '../frame/query.ts'
import type { Scoreboard } from '../frame/scoreboard.ts'
import { decay } from '../frame/time.ts'
import { decayedCounts } from './decayed-popularity.ts'
import { globalRankingArrays, rankingBytes } from './global-ranking.ts'
import { repurchaseIntervals } from './repurchase-intervals.ts'

export interface PersonalFrequencyParams {
  halfLifeDays: number
  counting: 'entries' | 'weights'
  readiness: boolean
  spread: number
  propensity: boolean
  popularityExponent: number
  fill: number
  fillHalfLifeDays: number
}

/**
 * What this user comes back for.
 *
 * Solves   s(u, i) = boost(i) · ready(u, i) · Σ_h w(h) · 2^(−(now − t(h)) / halfLife) over u's entries h of item i;
 *          ready = exp(−½ (ln(elapsed / interval(i)) / spread)²) while elapsed < interval, 1 from then on, and 1 unless
 *          asked for; boost = share(i) · (1 + popularity(i))^popularityExponent, share being the shrunk share of repeat
 *          buyers where asked for, else 1. Below all of these, the `fill` most popular other items.
 * Given    interactions
 * Returns  ids Int32 [m], scores Float32 [m]: the fill, best first; size Int32 [1] = items;
 *          interval Float64 [items] milliseconds; boost Float32 [items]
 * Cost     O(entries + items) to train, O(history + fill) to score, nothing allocated
 * Source   the recency of TIFU-kNN's personal part, Hu et al., SIGIR 2020, §4.1; repeat share and readiness as in Bhagat
 *          et al., KDD 2018, §3
 * Differs  readiness is a log-normal rise towards the item's shrunk interval, where the paper fits a Poisson–Gamma rate.
 *          Popularity decides between
 *          items bought equally often. With all parameters at their defaults this is the plain top-frequency baseline.
 */
export const personalFrequency = defineAlgorithm({
  kind: 'personal-frequency',
  parameters: declareParameters<PersonalFrequencyParams>({
    halfLifeDays: {
      type: 'number',
      default: 0,
      min: 0,
      max: 36_500,
      meaning: 'days after which an entry counts half; 0: entries never fade',
    },
    counting: {
      type: 'choice',
      default: 'entries',
      choices: ['entries', 'weights'],
      meaning: 'whether each entry counts 1 or its weight',
    },
    readiness: { type: 'boolean', default: false, meaning: 'hold an item back until it is due again' },
    spread: { type: 'number', default: 1, min: 0.05, max: 10, meaning: 'how early readiness sets in, in e-folds' },
    propensity: { type: 'boolean', default: false, meaning: 'weigh items by how many of their buyers come back' },
    popularityExponent: {
      type: 'number',
      default: 0,
      min: 0,
      max: 2,
      meaning: 'how far an item that many buy is the likelier to be bought again; 0: not at all',
    },
    fill: { type: 'integer', default: 100, min: 0, max: 10_000_000, meaning: 'popular items put below the personal' },
    fillHalfLifeDays: { type: 'number', default: 0, min: 0, max: 36_500, meaning: 'half-life of the fill; 0: none' },
  }),
  memory: ({ items }: Interactions, { fill }) => 84 * items + rankingBytes(items, Math.max(1, fill)),
  async fit(data: Interactions, { fill, fillHalfLifeDays, propensity, popularityExponent }) {
    checkInteractions(data)
    const counts = decayedCounts(data, fillHalfLifeDays, 'users')
    const { interval, repeatShare } = repurchaseIntervals(data)
    const boost = Float32Array.from(counts, (count, i) => {
      return (propensity ? repeatShare[i]! : 1) * (1 + count) ** popularityExponent
    })
    const none = new Float64Array(data.items)
    return { ...globalRankingArrays(fill === 0 ? none : counts, fill), interval, boost }
  },
  open: (arrays, params) => new PersonalFrequency(arrays, params),
  extend: 'fit',
})

export class PersonalFrequency implements ScoresItems, Explains {
  readonly items: number
  readonly #params: Readonly<PersonalFrequencyParams>
  readonly #fillIds: Int32Array
  readonly #fillScores: Float32Array
  readonly #interval: Float64Array
  readonly #boost: Float32Array

  constructor(arrays: ArrayReader, params: Readonly<PersonalFrequencyParams>) {
    this.items = arrays.i32('size', 1)[0]!
    this.#params = params
    this.#fillIds = arrays.indices('ids', this.items)
    this.#fillScores = arrays.f32('scores', this.#fillIds.length)
    this.#interval = arrays.f64Unbounded('interval', this.items)
    if (this.#interval.some(Number.isNaN)) throw new MlError('bad_model', 'an interval is no number')
    this.#boost = arrays.f32('boost', this.items)
  }

  score(query: Query, board: Scoreboard): void {
    checkQuery(query, this.items)
    const { items, at } = query
    for (let h = items.length - 1; h >= 0; h--) board.add(items[h]!, this.#entry(query, h))
    // Going back in time touched the items in the order of their last purchases, so one walk finds those again.
    let last = items.length - 1
    let least = Number.POSITIVE_INFINITY
    for (let t = 0; t < board.count; t++) {
      const item = board.touched[t]!
      while (items[last] !== item) last--
      const score = board.scores[item]! * this.#factor(item, query.now - at[last]!)
      board.set(item, score)
      if (score < least) least = score
    }
    const best = this.#fillScores[0] ?? 1
    // The floor keeps the fill's order when a personal score has underflowed to 0.
    const scale = (least === Number.POSITIVE_INFINITY ? 1 : Math.max(least / 2, 1e-30)) / best
    for (let r = 0; r < this.#fillIds.length; r++) {
      if (!board.has(this.#fillIds[r]!)) board.set(this.#fillIds[r]!, this.#fillScores[r]! * scale)
    }
  }

  explain(query: Query, item: number, limit: number): Contribution[] {
    checkCount(limit)
    checkQuery(query, this.items)
    checkItem(item, this.items)
    let weight = 0
    let last = Number.NEGATIVE_INFINITY
    for (let h = 0; h < query.items.length; h++) {
      if (query.items[h] !== item) continue
      weight += this.#entry(query, h)
      last = query.at[h]!
    }
    if (weight === 0 || limit < 1) return []
    return [{ kind: 'item', index: item, weight: weight * this.#factor(item, query.now - last) }]
  }

  #entry(query: Query, h: number): number {
    const weight = this.#params.counting === 'weights' ? query.weights[h]! : 1
    return weight * decay(query.now - query.at[h]!, this.#params.halfLifeDays)
  }

  #factor(item: number, elapsed: number): number {
    const boost = this.#boost[item]!
    return this.#params.readiness ? boost * readiness(elapsed, this.#interval[item]!, this.#params.spread) : boost
  }
}

/** From 0 right after a purchase to 1 once an interval has passed. */
export function readiness(elapsed: number, interval: number, spread: number): number {
  if (elapsed >= interval) return 1
  if (!(elapsed > 0) || interval === Number.POSITIVE_INFINITY) return 0
  const z = Math.log(elapsed / interval) / spread
  return Math.exp(-0.5 * z * z)
}
