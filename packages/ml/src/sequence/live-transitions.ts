import type { Contribution, Explains, FindsSimilar, Ranked, ScoresItems } from '../frame/abilities.ts'
import { MlError } from '../frame/errors.ts'
import type { Query } from '../frame/interactions.ts'
import type { Model } from '../frame/model.ts'
import { checkCount, checkItem, checkQuery } from '../frame/query.ts'
import type { Scoreboard } from '../frame/scoreboard.ts'
import { DAY } from '../frame/time.ts'
import { TopK } from '../frame/topk.ts'
import { NeighbourListsBuilder } from './neighbour-lists.ts'
import { PairCounts } from './pair-counts.ts'
import { type TransitionsParams, transitions } from './transitions.ts'

/** Half-lives after which sums are brought back to the present: a pass over all pairs, rare, and far from overflow. */
const LARGEST_EXPONENT = 60

/**
 * The counts of `transitions`, kept up to date event by event: what has just happened speaks in the next answer.
 *
 * Solves   the same c(a, b), n(a) and pop(b) as `transitions`; a weight 2^(−age / halfLife) is kept as
 *          2^(t / halfLife) on the event's side, so that nothing ages and time only divides
 * Given    entries of each user in time order, each with the user's past before it; entries of one basket share its
 *          number and moment
 * Returns  scores, similar items and evidence from the counts as they stand; `model()` is the `transitions` model that
 *          training on the same entries gives, save that nothing is cut until then
 * Cost     O(items of the last `window` baskets) an event; scoring O(successors of the newest steps' items)
 * Source   forward decay: Cormode, Shkapenyuk, Srivastava and Xu, ICDE 2009, §3; the counts: see `transitions`
 * Differs  at most `maxPairs` pairs are held, the weakest being forgotten (PairCounts); baskets longer than `maxBasket`
 *          are read to that length
 */
export class LiveTransitions implements ScoresItems, FindsSimilar, Explains {
  readonly items: number
  readonly params: Readonly<TransitionsParams>
  readonly pairs: PairCounts
  /** [items] Σ over baskets with a successor that hold the item, of the successor's weight. */
  readonly #sources: Float64Array
  /** [items] baskets that hold the item. */
  readonly #holding: Float64Array
  #baskets = 0
  /** The moment whose weight is 1, milliseconds; NaN before the first event. */
  #landmark = Number.NaN
  #latest = Number.NEGATIVE_INFINITY
  readonly #sums: Float64Array
  readonly #seen: Uint8Array

  /** @throws MlError `bad_parameter` */
  constructor(items: number, params: Partial<TransitionsParams> = {}, maxPairs = 20_000_000) {
    if (!Number.isInteger(items) || items < 1) throw new MlError('bad_parameter', `${items} items`)
    this.items = items
    this.params = transitions.parameters.resolve(params)
    this.pairs = new PairCounts(items, maxPairs)
    this.#sources = new Float64Array(items)
    this.#holding = new Float64Array(items)
    this.#sums = new Float64Array(items)
    this.#seen = new Uint8Array(items)
  }

  /**
   * Takes one event.
   *
   * @param past what the user did before it, oldest first, the basket at hand included; its `now` is not read
   * @param at milliseconds UTC, not before the user's past
   * @throws MlError `index_out_of_range`, `bad_time` and as `checkQuery`; nothing is counted then
   */
  add(past: Query, item: number, basket: number, at: number): void {
    checkQuery({ ...past, now: 0 }, this.items)
    checkItem(item, this.items)
    const last = past.items.length - 1
    if (!Number.isFinite(at) || (last >= 0 && at < past.at[last]!)) throw new MlError('bad_time', `an event at ${at}`)
    const weight = this.#weightAt(at)
    const { items, basket: baskets } = past
    let h = last
    let own = 0
    for (; h >= 0 && baskets[h] === basket; h--) {
      if (items[h] === item) return
      own++
    }
    // What a basket holds beyond its limit is not read; repeats in it count towards the limit here.
    if (own >= this.params.maxBasket) return
    this.#holding[item]!++
    if (own === 0) this.#baskets++
    for (let d = 1; d <= this.params.window && h >= 0; d++) {
      const end = h
      while (h >= 0 && baskets[h] === baskets[end]) h--
      this.#follow(
        items,
        h + 1,
        end,
        item,
        d === 1 && own === 0 ? weight : 0,
        weight * this.params.distanceDecay ** (d - 1),
      )
    }
  }

  /** The basket items[from … to] was followed by `item`. */
  #follow(items: Int32Array, from: number, to: number, item: number, source: number, weight: number): void {
    let distinct = 0
    for (let e = from; e <= to && distinct < this.params.maxBasket; e++) {
      const before = items[e]!
      if (this.#seen[before] === 1) continue
      this.#seen[before] = 1
      distinct++
      this.#sources[before]! += source
      if (weight > 0) this.pairs.add(before, item, weight)
    }
    for (let e = from; e <= to; e++) this.#seen[items[e]!] = 0
  }

  score(query: Query, board: Scoreboard): void {
    checkQuery(query, this.items)
    this.#eachStep(query, (item, weight) => {
      this.#successors(item, (next, link) => board.add(next, weight * link))
    })
  }

  similar(item: number, k: number): Ranked {
    checkCount(k)
    checkItem(item, this.items)
    const top = new TopK(Math.min(k, this.items))
    this.#successors(item, (next, link) => {
      if (next !== item) top.offer(next, link)
    })
    top.finish()
    return top.ranked()
  }

  explain(query: Query, item: number, limit: number): Contribution[] {
    checkCount(limit)
    checkQuery(query, this.items)
    checkItem(item, this.items)
    const added = new Map<number, number>()
    this.#eachStep(query, (from, weight) => {
      const link = this.#link(from, item, this.pairs.get(from, item))
      if (link > 0) added.set(from, (added.get(from) ?? 0) + weight * link)
    })
    return [...added]
      .map(([index, weight]): Contribution => ({ kind: 'item', index, weight }))
      .sort((a, b) => b.weight - a.weight || a.index - b.index)
      .slice(0, limit)
  }

  /** The counts as a model that is saved and opened like a trained one. */
  model(): Model {
    const lists = new NeighbourListsBuilder(this.items, Math.min(this.params.neighbours, this.items))
    const touched = new Int32Array(this.items)
    for (let item = 0; item < this.items; item++) {
      let count = 0
      this.#successors(item, (next, link) => {
        this.#sums[next] = link
        touched[count++] = next
      })
      lists.keep(touched.subarray(0, count), (next) => this.#sums[next]!)
    }
    return { kind: transitions.kind, params: this.params, arrays: lists.arrays() }
  }

  #eachStep({ items, basket }: Query, visit: (item: number, weight: number) => void): void {
    let steps = 1
    let weight = 1
    for (let h = items.length - 1; h >= 0; h--) {
      if (h + 1 < items.length && basket[h] !== basket[h + 1]) {
        if (++steps > this.params.historySteps) return
        weight *= this.params.stepDecay
      }
      visit(items[h]!, weight)
    }
  }

  #successors(item: number, visit: (next: number, link: number) => void): void {
    this.pairs.each(item, (next, sum) => {
      const link = this.#link(item, next, sum)
      if (link > 0) visit(next, link)
    })
  }

  #link(from: number, to: number, sum: number): number {
    if (sum === 0 || (from === to && !this.params.repeats)) return 0
    const { shrinkage, popularityDiscount } = this.params
    // Everything kept is in weights of the landmark; shrinkage counts baskets of today.
    const scale = this.#sources[from]! + shrinkage * this.#weightAt(this.#latest)
    return sum / scale / (this.#holding[to]! / this.#baskets) ** popularityDiscount
  }

  #weightAt(at: number): number {
    const { halfLifeDays } = this.params
    if (at > this.#latest) this.#latest = at
    if (Number.isNaN(this.#landmark)) this.#landmark = at
    if (halfLifeDays === 0) return 1
    const exponent = (at - this.#landmark) / (halfLifeDays * DAY)
    if (exponent <= LARGEST_EXPONENT) return 2 ** exponent
    const factor = 2 ** -exponent
    this.pairs.scale(factor)
    for (let i = 0; i < this.items; i++) this.#sources[i]! *= factor
    this.#landmark = at
    return 1
  }
}
