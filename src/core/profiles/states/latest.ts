import type { StateType } from './state-type.ts'

/** The latest moment at which something happened, milliseconds UTC; undefined while it never has. */
export interface Latest {
  at: number | undefined
}

export const latest: StateType<Latest, number> = {
  empty: () => ({ at: undefined }),
  fold: (state, at) => {
    if (state.at === undefined || at > state.at) state.at = at
  },
  merge: (state, other) => {
    if (other.at !== undefined) latest.fold(state, other.at)
  },
  encode: (state, to) => {
    to.u8(state.at === undefined ? 0 : 1)
    if (state.at !== undefined) to.signed(state.at)
  },
  decode: (from) => ({ at: from.u8() === 1 ? from.signed() : undefined }),
}
