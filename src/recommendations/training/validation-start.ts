import { EVENT_KINDS } from '../../contracts/event.ts'
import type { ShopLines } from '../decide/history.ts'
import { FEWEST_CASES } from './learn-blend.ts'

/** History between `from` and, exclusive, `to`, of which the last `validationMs` are to validate; all milliseconds. */
export interface Stretch {
  readonly from: number
  readonly to: number
  readonly validationMs: number
}

/** Of the bought lines less than this share ahead of validation is too little to learn from. */
const LEAST_AHEAD = 1 / 3
/** Shares of the bought lines that are left ahead of a shorter validation, the better first. */
const AHEAD = [3 / 4, 1 / 2]

/**
 * When validation begins: `validationMs` before history's end, save in two cases.
 *
 * Where the history is so young that most of it lies in those days, the last quarter of what was bought validates; or the
 * last half, where too few shoppers came back in the quarter and enough in the half.
 *
 * Where too few shoppers came back since, as after the first live event behind a history that was imported from an old
 * export, as much again before the last order ahead of it is taken in, and so on while more than half of the orders stand
 * before it; where that does not help either, it is as it was.
 *
 * @cost O(lines) for each start that is tried
 */
export function validationStart({ users, user, kind, at }: ShopLines, { from, to, validationMs }: Stretch): number {
  const first = Math.max(from, to - validationMs)
  const orders = Int32Array.from(kind.keys()).filter(
    (line) => kind[line] === EVENT_KINDS.order_completed && at[line]! >= from && at[line]! < to,
  )
  const sides = (splitAt: number): { ahead: number; last: number; cases: number } => {
    const seen = new Uint8Array(users)
    let [ahead, last, cases] = [0, Number.NEGATIVE_INFINITY, 0]
    for (const line of orders) {
      const isAhead = at[line]! < splitAt
      if (isAhead) last = Math.max(last, at[line]!)
      if (isAhead) ahead++
      seen[user[line]!]! |= isAhead ? 1 : 2
    }
    for (const both of seen) if (both === 3) cases++
    return { ahead, last, cases }
  }
  if (sides(first).ahead < LEAST_AHEAD * orders.length) {
    const times = Float64Array.from(orders, (line) => at[line]!).sort()
    const starts = AHEAD.map((share) => times[Math.floor(share * times.length)] ?? first)
    return starts.find((start) => sides(start).cases >= FEWEST_CASES) ?? starts[0] ?? first
  }
  let splitAt = first
  for (;;) {
    const { ahead, last, cases } = sides(splitAt)
    if (2 * ahead <= orders.length) return first
    if (cases >= FEWEST_CASES) return splitAt
    splitAt = last - validationMs
  }
}
