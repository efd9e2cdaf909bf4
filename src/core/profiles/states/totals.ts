import type { StateType } from './state-type.ts'

/** Integer sums by key: exact in any order. */
export type Totals = Map<string, number>

export interface TotalsWrite {
  readonly key: string
  /** An integer, of either sign. */
  readonly amount: number
}

/** @param cap keys that are kept; what is written to any further key is dropped, so that a state stays small */
export function totals(cap: number): StateType<Totals, TotalsWrite> {
  const fold = (state: Totals, { key, amount }: TotalsWrite): void => {
    const known = state.get(key)
    if (known === undefined && state.size >= cap) return
    const sum = (known ?? 0) + amount
    // A sum beyond 2^53 would stop being exact; it stays at the last exact one.
    if (Number.isSafeInteger(2 * sum)) state.set(key, sum)
  }
  return {
    empty: () => new Map(),
    fold,
    merge: (state, other) => {
      for (const [key, amount] of other) fold(state, { key, amount })
    },
    encode: (state, to) => {
      to.varint(state.size)
      for (const [key, amount] of state) {
        to.text(key)
        to.signed(amount)
      }
    },
    decode: (from) => {
      const state: Totals = new Map()
      for (let n = from.varint(); n > 0; n--) {
        const key = from.text()
        state.set(key, from.signed())
      }
      return state
    },
  }
}
