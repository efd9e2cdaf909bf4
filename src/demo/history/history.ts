import type { Catalogue } from '../catalogue/catalogue.ts'
import { startOf } from '../catalogue/describe.ts'
import { DAY, type WorldOptions } from '../options.ts'
import { shopperOf, visitorsOf } from '../shoppers/shopper.ts'
import { Taste } from '../shoppers/taste.ts'
import { Calendar, firstVisit, nextVisit } from './calendar.ts'
import { Habits } from './habits.ts'
import { type Step, type Visit, visit } from './visit.ts'

/**
 * Everybody's visits, ordered by when they began. What comes back later (refunds) is told as a visit of its own at its
 * time. Memory: 115 bytes a visitor and one day's visits, whatever the length of the history.
 */
export function* visits(catalogue: Catalogue, options: WorldOptions): Generator<Visit, void> {
  const startAt = startOf(options)
  const visitors = visitorsOf(options)
  const habits = new Habits(visitors)
  const calendar = new Calendar(options.days, visitors)
  for (let v = 0; v < visitors; v++) calendar.put(firstVisit(options, shopperOf(options, v), startAt), v)
  let waiting: Visit[] = []
  for (let day = 0; day < options.days; day++) {
    const dayAt = startAt + day * DAY
    const today: Visit[] = []
    for (const v of calendar.on(day)) {
      const shopper = shopperOf(options, v)
      const taste = new Taste(catalogue, shopper)
      const told = visit({ catalogue, options, habits, row: v, shopper, taste, day, dayAt })
      calendar.put(nextVisit(options, shopper, startAt, { habits, row: v, day }), v)
      const [now, later] = divide(told)
      today.push(now)
      if (later) waiting.push(later)
    }
    const due = waiting.filter((one) => one.startedAt < dayAt + DAY)
    if (due.length > 0) waiting = waiting.filter((one) => one.startedAt >= dayAt + DAY)
    today.push(...due)
    yield* today.sort((a, b) => a.startedAt - b.startedAt || a.shopper.index - b.shopper.index)
  }
}

/** One person's whole history, the same as `visits` tells it among everybody's, and what the person remembers at the end. */
export function lifeOf(
  catalogue: Catalogue,
  options: WorldOptions,
  index: number,
): { visits: Visit[]; habits: Habits } {
  const startAt = startOf(options)
  const shopper = shopperOf(options, index)
  const taste = new Taste(catalogue, shopper)
  const habits = new Habits(1)
  const told: Visit[] = []
  let day = firstVisit(options, shopper, startAt)
  while (day >= 0) {
    const dayAt = startAt + day * DAY
    told.push(visit({ catalogue, options, habits, row: 0, shopper, taste, day, dayAt }))
    day = nextVisit(options, shopper, startAt, { habits, row: 0, day })
  }
  return { visits: told, habits }
}

/** Parts what happens on the visit from what happens days later. */
function divide(told: Visit): [Visit, Visit | undefined] {
  const back = told.steps.at(-1)
  if (back?.kind !== 'refunded') return [told, undefined]
  const steps: readonly Step[] = told.steps.slice(0, -1)
  return [
    { ...told, steps },
    { ...told, startedAt: back.at, steps: [back] },
  ]
}
