import type { Contribution, Explains, ScoresItems } from '../frame/abilities.ts'
import { type ArrayReader, defineAlgorithm } from '../frame/algorithm.ts'
import type { Interactions, Query } from '../frame/interactions.ts'
import { checkInteractions } from '../frame/interactions-builder.ts'
import { declareParameters } from '../frame/parameters.ts'
import { checkCount, checkItem } from '../frame/query.ts'
import { pause } from '../frame/run.ts'
import type { Scoreboard } from '../frame/scoreboard.ts'
import { TopK } from '../frame/topk.ts'
import { History } from './history.ts'
import { largestFirst } from './item-graph.ts'
import { sessionsBytes, sessionsOf, whoHolds } from './sessions.ts'

export interface SessionNeighboursParams {
  sessions: 'baskets' | 'users'
  sessionItems: number
  posting: number
  neighbours: number
  historyItems: number
  matchDecay: number
  rarityPower: number
}

/**
 * VMIS-kNN: sessions like the one at hand, and what was in them.
 *
 * Solves   s(q, j) = Σ_n λ(n) · r(n) · rarity(j) over the k sessions n with the largest r(n) = Σ_{i in q ∩ n} π(i),
 *            π(i)  = 1 for the query's latest item, falling evenly to 1/|q| for its oldest
 *            λ(n)  = max(0, 1 − matchDecay · x), x items of the query being later than the latest that n shares
 *            rarity(j) = ln(1 + sessions / sessions holding j)^rarityPower
 * Given    interactions; a session is a basket, or all that one user did
 * Returns  sessions numbered latest first: sessionOffsets Int32 [sessions + 1], sessionItems Int32 [n] distinct within
 *          a session; holderOffsets Int32 [items + 1], holders Int32 [m]: the `posting` latest sessions that hold an item,
 *          latest first; rarity Float32 [items]
 * Cost     O(entries + sessions · log sessions) to train; a query costs O(historyItems · posting + k · sessionItems),
 *          whatever the number of sessions
 * Source   Kersbergen, Sprangers and Schelter, Serenade: Low-Latency Session-Based Recommendation in e-Commerce at Scale,
 *          SIGMOD 2022, §3 and algorithms 1 and 2
 * Differs  1 + under the logarithm, so that what every session holds still scores; λ is a parameter; the session at hand is
 *          compared like any other where it was trained on; an item counts once, at its latest place
 */
export const sessionNeighbours = defineAlgorithm({
  kind: 'session-neighbours',
  parameters: declareParameters<SessionNeighboursParams>({
    sessions: {
      type: 'choice',
      default: 'baskets',
      choices: ['baskets', 'users'],
      meaning: 'whether a session is one basket or all that one user did',
    },
    sessionItems: {
      type: 'integer',
      default: 100,
      min: 1,
      max: 100_000,
      meaning: 'items read of a session, the latest',
    },
    posting: {
      type: 'integer',
      default: 500,
      min: 1,
      max: 10_000_000,
      meaning: 'sessions remembered per item, the latest; bounds the cost of popular items',
    },
    neighbours: { type: 'integer', default: 100, min: 1, max: 100_000, meaning: 'closest sessions that are asked' },
    historyItems: { type: 'integer', default: 10, min: 1, max: 100_000, meaning: 'latest items of a query that speak' },
    matchDecay: {
      type: 'number',
      default: 0.1,
      min: 0,
      max: 1,
      meaning: 'what a session loses for each item of the query that came after the latest shared one',
    },
    rarityPower: {
      type: 'number',
      default: 1,
      min: 0,
      max: 5,
      meaning: 'how far what few sessions hold is preferred; 0: not at all',
    },
  }),
  memory: (data: Interactions, { sessions, posting }) =>
    sessionsBytes(data, sessions) + 8 * (data.items + 1) + 4 * Math.min(data.item.length, data.items * posting),
  async fit(data: Interactions, params, run) {
    checkInteractions(data)
    const sessions = sessionsOf(data, params.sessions, params.sessionItems)
    await pause(run, 0.7)
    const count = sessions.offsets.length - 1
    const held = new Int32Array(data.items)
    for (const item of sessions.items) held[item]!++
    const holders = whoHolds(sessions, data.items, params.posting)
    return {
      sessionOffsets: sessions.offsets,
      sessionItems: sessions.items,
      holderOffsets: holders.offsets,
      holders: holders.sessions,
      rarity: Float32Array.from(held, (n) => Math.log1p(count / Math.max(1, n)) ** params.rarityPower),
    }
  },
  open: (arrays, params) => new SessionNeighbours(arrays, params),
  extend: 'fit',
})

/** An opened session-neighbours model. It keeps buffers, so one instance serves one thread. */
export class SessionNeighbours implements ScoresItems, Explains {
  readonly items: number
  readonly #matchDecay: number
  readonly #history: History
  readonly #offsets: Int32Array
  readonly #held: Int32Array
  readonly #holderOffsets: Int32Array
  readonly #holders: Int32Array
  readonly #rarity: Float32Array
  readonly #nearest: TopK
  /** [sessions] r(n); 0 for those that share nothing. */
  readonly #likeness: Float32Array
  /** [sessions] the latest slot of the history that is shared. */
  readonly #latest: Int32Array
  readonly #touched: Int32Array

  constructor(arrays: ArrayReader, params: Readonly<SessionNeighboursParams>) {
    this.#rarity = arrays.f32('rarity')
    this.items = this.#rarity.length
    this.#held = arrays.indices('sessionItems', this.items)
    this.#offsets = arrays.offsets('sessionOffsets', this.#held.length)
    const sessions = this.#offsets.length - 1
    this.#holders = arrays.indices('holders', sessions)
    this.#holderOffsets = arrays.offsets('holderOffsets', this.#holders.length)
    arrays.i32('holderOffsets', this.items + 1)
    this.#matchDecay = params.matchDecay
    this.#history = new History(this.items, {
      weighting: 'binary',
      halfLifeDays: 0,
      halfLifeBaskets: 0,
      historyItems: params.historyItems,
    })
    this.#nearest = new TopK(Math.min(params.neighbours, sessions))
    this.#likeness = new Float32Array(sessions)
    this.#latest = new Int32Array(sessions)
    this.#touched = new Int32Array(sessions)
  }

  score(query: Query, board: Scoreboard): void {
    this.#find(query)
    for (let n = 0; n < this.#nearest.count; n++) {
      const session = this.#nearest.ids[n]!
      const weight = this.#weightOf(n)
      if (weight === 0) continue
      const end = this.#offsets[session + 1]!
      for (let e = this.#offsets[session]!; e < end; e++) {
        board.add(this.#held[e]!, weight * this.#rarity[this.#held[e]!]!)
      }
    }
  }

  /** What each item of the history brought: a session's part is shared among what it shares, by π. They sum to the score. */
  explain(query: Query, item: number, limit: number): Contribution[] {
    checkCount(limit)
    checkItem(item, this.items)
    this.#find(query)
    const history = this.#history
    const brought = new Float64Array(history.count)
    const shared = new Float64Array(history.count)
    for (let n = 0; n < this.#nearest.count; n++) {
      const session = this.#nearest.ids[n]!
      const held = this.#held.subarray(this.#offsets[session], this.#offsets[session + 1])
      const part = this.#weightOf(n) * this.#rarity[item]!
      if (part === 0 || !held.includes(item)) continue
      let total = 0
      for (let slot = 0; slot < history.count; slot++) {
        shared[slot] = held.includes(history.items[slot]!) ? this.#placeWeight(slot) : 0
        total += shared[slot]!
      }
      for (let slot = 0; slot < history.count; slot++) brought[slot]! += (part * shared[slot]!) / total
    }
    const found: Contribution[] = []
    for (let slot = 0; slot < history.count; slot++) {
      if (brought[slot]! > 0) found.push({ kind: 'item', index: history.items[slot]!, weight: brought[slot]! })
    }
    return largestFirst(found).slice(0, limit)
  }

  /** π of a slot, the latest being slot 0. */
  #placeWeight(slot: number): number {
    return 1 - slot / this.#history.count
  }

  /** λ·r of the n-th nearest session. */
  #weightOf(n: number): number {
    const later = this.#latest[this.#nearest.ids[n]!]!
    return Math.max(0, 1 - this.#matchDecay * later) * this.#nearest.scores[n]!
  }

  #find(query: Query): void {
    const history = this.#history
    history.readQuery(query)
    let count = 0
    for (let slot = 0; slot < history.count; slot++) {
      const weight = this.#placeWeight(slot)
      const end = this.#holderOffsets[history.items[slot]! + 1]!
      for (let e = this.#holderOffsets[history.items[slot]!]!; e < end; e++) {
        const session = this.#holders[e]!
        if (this.#likeness[session] === 0) {
          this.#touched[count++] = session
          this.#latest[session] = slot
        }
        this.#likeness[session]! += weight
      }
    }
    const top = this.#nearest
    top.count = 0
    for (let t = 0; t < count; t++) {
      const session = this.#touched[t]!
      // Sessions are numbered latest first, so that of equals the latest stay.
      top.offer(session, this.#likeness[session]!)
      this.#likeness[session] = 0
    }
    top.finish()
  }
}
