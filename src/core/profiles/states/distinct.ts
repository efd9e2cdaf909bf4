import type { StateType } from './state-type.ts'

/** How many different things there were. `recent` remembers the last ones, by their 32-bit name and when they were. */
export interface Distinct {
  count: number
  recent: Map<number, number>
}

export interface DistinctWrite {
  /** An unsigned 32-bit hash that names the thing. */
  readonly name: number
  readonly at: number
}

/**
 * Counts things that may be told in several parts, for example an order in several events.
 *
 * @param cap how many names are remembered. Exact in any order while the parts of one thing arrive before `cap` later
 *   things did; a part that comes later than that is counted again.
 */
export function distinct(cap: number): StateType<Distinct, DistinctWrite> {
  const remember = (state: Distinct, name: number, at: number): void => {
    state.recent.set(name, at)
    // Trimmed in one go every `cap` writes, so that a write costs O(1) amortised.
    if (state.recent.size >= 2 * cap) trim(state, cap)
  }
  return {
    empty: () => ({ count: 0, recent: new Map() }),
    fold: (state, { name, at }) => {
      const known = state.recent.get(name)
      if (known === undefined) state.count++
      remember(state, name, Math.max(known ?? at, at))
    },
    merge: (state, other) => {
      state.count += other.count
      for (const [name, at] of other.recent) {
        const known = state.recent.get(name)
        if (known !== undefined) state.count--
        state.recent.set(name, Math.max(known ?? at, at))
      }
      if (state.recent.size >= 2 * cap) trim(state, cap)
    },
    encode: (state, to) => {
      to.varint(state.count)
      to.varint(state.recent.size)
      // Sorted by time, so that equal states have equal bytes and times are small differences.
      let before = 0
      for (const [name, at] of byTime(state)) {
        to.u32(name)
        to.signed(at - before)
        before = at
      }
    },
    decode: (from) => {
      const count = from.varint()
      const recent = new Map<number, number>()
      let at = 0
      for (let n = from.varint(); n > 0; n--) {
        const name = from.u32()
        at += from.signed()
        recent.set(name, at)
      }
      return { count, recent }
    },
  }
}

function byTime(state: Distinct): [number, number][] {
  return [...state.recent].sort((a, b) => a[1] - b[1] || a[0] - b[0])
}

function trim(state: Distinct, cap: number): void {
  state.recent = new Map(byTime(state).slice(-cap))
}
