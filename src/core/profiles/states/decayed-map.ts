import type { StateType } from './state-type.ts'

const DAY = 86_400_000

/**
 * Weights by key that halve every half-life. Each entry holds its weight as of the last moment it was written at.
 *
 * Solves   v(key, t) = Σ_writes w · 2^(−(t − at) / halfLife)
 * Cost     O(1) a write, amortised; at most 2 · cap keys
 * Source   Cormode, Shkapenyuk, Srivastava and Xu, Forward Decay, ICDE 2009, §3: relative weights of entries never
 *          change with time, so that only the entry that is written to needs work
 * Differs  the landmark is the entry's own last write, which can neither overflow nor vanish
 */
export type DecayedMap = Map<string, { value: number; at: number }>

export interface DecayedWrite {
  readonly key: string
  /** Above zero. */
  readonly weight: number
  readonly at: number
}

/**
 * @param cap keys that are kept for sure; with more than twice as many the weakest are forgotten. Up to that number
 *   the order of writes does not matter, save for rounding in the last digits.
 */
export function decayedMap(halfLifeDays: number, cap: number): StateType<DecayedMap, DecayedWrite> {
  const halfLife = halfLifeDays * DAY
  const fold = (state: DecayedMap, { key, weight, at }: DecayedWrite): void => {
    const entry = state.get(key)
    if (entry === undefined) {
      state.set(key, { value: weight, at })
      if (state.size > 2 * cap) forgetWeakest(state, halfLife, cap)
    } else if (at >= entry.at) {
      entry.value = entry.value * 2 ** ((entry.at - at) / halfLife) + weight
      entry.at = at
    } else {
      entry.value += weight * 2 ** ((at - entry.at) / halfLife)
    }
  }
  return {
    empty: () => new Map(),
    fold,
    merge: (state, other) => {
      for (const [key, { value, at }] of other) fold(state, { key, weight: value, at })
    },
    encode: (state, to) => {
      to.varint(state.size)
      let before = 0
      for (const [key, { value, at }] of state) {
        to.text(key)
        to.f64(value)
        to.signed(at - before)
        before = at
      }
    },
    decode: (from) => {
      const state: DecayedMap = new Map()
      let at = 0
      for (let n = from.varint(); n > 0; n--) {
        const key = from.text()
        const value = from.f64()
        at += from.signed()
        state.set(key, { value, at })
      }
      return state
    },
  }
}

/** The map's weights as shares of their sum, strongest first: the same at every moment, since all decay alike. */
export function shares(state: DecayedMap, halfLifeDays: number): Map<string, number> {
  // Relative to the strongest, because all of them may have decayed below the smallest double.
  const ranks = ranked(state, halfLifeDays * DAY)
  const top = ranks[0]?.rank ?? 0
  let sum = 0
  for (const { rank } of ranks) sum += 2 ** (rank - top)
  return new Map(ranks.map(({ key, rank }) => [key, 2 ** (rank - top) / sum]))
}

/** The sum of the map's weights at `now`. */
export function strength(state: DecayedMap, halfLifeDays: number, now: number): number {
  let sum = 0
  for (const { value, at } of state.values()) sum += value * 2 ** (Math.min(0, at - now) / (halfLifeDays * DAY))
  return sum
}

/** log2 of the weight at time 0: the order of keys at any moment, whatever the moment. */
function ranked(state: DecayedMap, halfLife: number): { key: string; rank: number }[] {
  return [...state]
    .map(([key, { value, at }]) => ({ key, rank: Math.log2(value) + at / halfLife }))
    .sort((a, b) => b.rank - a.rank || (a.key < b.key ? -1 : 1))
}

function forgetWeakest(state: DecayedMap, halfLife: number, cap: number): void {
  for (const { key } of ranked(state, halfLife).slice(cap)) state.delete(key)
}
