import { DAY, type WorldOptions } from '../options.ts'
import { Draws } from '../random.ts'
import { traffic } from '../shoppers/seasons.ts'
import type { Shopper } from '../shoppers/shopper.ts'
import { STREAMS } from '../streams.ts'
import type { Habits } from './habits.ts'

/** Probability that something running out brings a person to the shop. */
const COMES_FOR_IT = 0.75

/** The day of a person's first visit on or after `from`, −1 for none. */
export function firstVisit(options: WorldOptions, shopper: Shopper, startAt: number): number {
  return busyDay(options, shopper, shopper.firstDay, startAt, new Draws(options.seed, STREAMS.calendar, shopper.index))
}

/** The day of the next visit after the one on `day`, −1 when the person comes no more. */
export function nextVisit(
  options: WorldOptions,
  shopper: Shopper,
  startAt: number,
  place: { habits: Habits; row: number; day: number },
): number {
  const { habits, row, day } = place
  const draws = new Draws(options.seed, STREAMS.calendar + (shopper.index << 4), habits.visits[row]!)
  const drawn = busyDay(options, shopper, day + 1 + Math.floor(draws.exponential(0.75 * shopper.gap)), startAt, draws)
  const due = habits.nextDue(row, day)
  if (due < (drawn < 0 ? options.days : drawn) && draws.chance(COMES_FOR_IT)) {
    const comes = Math.max(day + 1, Math.floor(due) - 1 + draws.integer(3))
    return comes < options.days && comes <= shopper.lastDay ? comes : -1
  }
  return drawn
}

/** Puts visits on busy days by passing quiet ones over (Lewis and Shedler 1979, thinning). */
function busyDay(options: WorldOptions, shopper: Shopper, from: number, startAt: number, draws: Draws): number {
  for (let day = from; day < options.days && day <= shopper.lastDay; day += 1 + draws.integer(3)) {
    if (draws.chance(traffic(startAt + day * DAY))) return day
  }
  return -1
}

/**
 * Who comes on which day: a linked list of people for each day, so that a million people take four bytes each.
 */
export class Calendar {
  private readonly head: Int32Array
  private readonly next: Int32Array

  constructor(days: number, visitors: number) {
    this.head = new Int32Array(days).fill(-1)
    this.next = new Int32Array(visitors).fill(-1)
  }

  put(day: number, visitor: number): void {
    if (day < 0 || day >= this.head.length) return
    this.next[visitor] = this.head[day]!
    this.head[day] = visitor
  }

  /** Those who come on a day, by number. */
  on(day: number): Int32Array {
    let count = 0
    for (let v = this.head[day]!; v >= 0; v = this.next[v]!) count++
    const visitors = new Int32Array(count)
    for (let v = this.head[day]!, n = 0; v >= 0; v = this.next[v]!, n++) visitors[n] = v
    return visitors.sort()
  }
}
