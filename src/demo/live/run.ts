import { DAY } from '../options.ts'
import { Draws } from '../random.ts'
import { shopperOf } from '../shoppers/shopper.ts'
import { STREAMS } from '../streams.ts'
import { type LiveVisit, type VisitPlan, visitLive } from './visit.ts'

/** What came of the visits of one arm, or of all where no experiment runs. */
export interface ArmTally {
  readonly arm: string
  visits: number
  readonly visitors: Set<number>
  seen: number
  clicks: number
  orders: number
  micros: number
  /** Sums of the true worth, of what was shown and of what the store would have shown. */
  expectedClicks: number
  expectedMicros: number
  ownClicks: number
  ownMicros: number
}

export interface LiveRun extends VisitPlan {
  readonly visits: number
  /** Of these people, the first ones of the world. */
  readonly shoppers: number
  /** How many simulated hours an hour takes; 0 for as fast as it goes. */
  readonly speed: number
  readonly wait: (millis: number) => Promise<void>
  readonly signal?: AbortSignal
  readonly onVisit?: (visit: LiveVisit, done: number) => void
}

/** Where no experiment runs, or a visitor is left out of it. */
export const NO_ARM = '–'

/**
 * Lets shoppers visit one after another. Who comes is drawn by how often each comes; the pauses are those of the world's
 * own traffic, divided by the speed.
 * @returns by arm
 */
export async function runLive(run: LiveRun): Promise<ReadonlyMap<string, ArmTally>> {
  const people = Array.from({ length: run.shoppers }, (_, index) => shopperOf(run.world.options, index))
  const often = people.map(({ gap }) => 1 / gap)
  const aDay = often.reduce((sum, rate) => sum + rate, 0)
  const tallies = new Map<string, ArmTally>()
  for (let number = 0; number < run.visits && !run.signal?.aborted; number++) {
    const draws = new Draws(run.seed, STREAMS.arrivals, number)
    if (run.speed > 0) await run.wait(draws.exponential(DAY / aDay) / run.speed)
    if (run.signal?.aborted) break
    const visit = await visitLive(run, drawn(often, draws.next() * aDay), number)
    tally(tallies, visit)
    run.onVisit?.(visit, number + 1)
  }
  return tallies
}

function drawn(rates: readonly number[], target: number): number {
  let sum = 0
  const found = rates.findIndex((rate) => {
    sum += rate
    return sum > target
  })
  return found < 0 ? rates.length - 1 : found
}

function tally(tallies: Map<string, ArmTally>, visit: LiveVisit): void {
  const arm = visit.arm ?? NO_ARM
  const mine = tallies.get(arm) ?? emptyTally(arm)
  tallies.set(arm, mine)
  mine.visits++
  mine.visitors.add(visit.shopper)
  mine.seen += visit.answered.seen.length
  mine.clicks += visit.answered.clicked.length
  mine.orders += visit.answered.bought.length > 0 ? 1 : 0
  mine.micros += visit.micros
  mine.expectedClicks += visit.shown.clicks
  mine.expectedMicros += visit.shown.micros
  mine.ownClicks += visit.own.clicks
  mine.ownMicros += visit.own.micros
}

function emptyTally(arm: string): ArmTally {
  return {
    arm,
    visits: 0,
    visitors: new Set(),
    seen: 0,
    clicks: 0,
    orders: 0,
    micros: 0,
    expectedClicks: 0,
    expectedMicros: 0,
    ownClicks: 0,
    ownMicros: 0,
  }
}

/**
 * What an arm truly adds a visit over the store's own list, shown to the same people at the same visits: the truth that a
 * measured lift against a holdout estimates.
 */
export function trueLift({ visits, expectedMicros, ownMicros, expectedClicks, ownClicks }: ArmTally): {
  readonly clicks: number
  readonly micros: number
} {
  if (visits === 0) return { clicks: 0, micros: 0 }
  return { clicks: (expectedClicks - ownClicks) / visits, micros: (expectedMicros - ownMicros) / visits }
}
