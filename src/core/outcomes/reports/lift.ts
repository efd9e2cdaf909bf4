import { alwaysValidDifference, differenceOfMeans, type Group, groupMoments } from '@storemind/ml'
import type { Lift } from '../../../contracts/outcome.ts'

/** Below, no interval is worth its name. Over both arms together. */
export const FEWEST_BUYERS = 30
/** Chance that one of all intervals of a report misses its true difference. */
const ALPHA = 0.05
/** Where the interval for every look is narrowest, in visitors of both arms, where the experiment does not say. */
export const EXPECTED_VISITORS = 10_000

export interface LiftQuestion {
  readonly arm: string
  readonly baseline: string
  readonly currency: string
  readonly treated: Group
  readonly control: Group
  /** Comparisons that the report makes; they share ALPHA. */
  readonly comparisons: number
  readonly interval: Lift['interval']
  readonly expectedVisitors: number
}

/**
 * What an arm brought more than the baseline for each visitor, with the interval that may be looked at. The verdict
 * says `better` or `worse` only where the whole interval does.
 */
export function liftOf(question: LiftQuestion): Lift {
  const { arm, baseline, currency, treated, control, comparisons, interval, expectedVisitors } = question
  const moments = groupMoments(treated, control)
  const alpha = ALPHA / comparisons
  const { mean, low, high } =
    interval === 'planned_end'
      ? differenceOfMeans(moments, alpha)
      : alwaysValidDifference(moments, expectedVisitors, alpha)
  const told = {
    arm,
    baseline,
    currency,
    perVisitor: mean,
    relative: moments.control.mean > 0 ? mean / moments.control.mean : null,
    interval,
  }
  if (buyersOf(treated) + buyersOf(control) < FEWEST_BUYERS) {
    return { ...told, low: null, high: null, verdict: 'too_few' }
  }
  return { ...told, low, high, verdict: low > 0 ? 'better' : high < 0 ? 'worse' : 'not_proven' }
}

function buyersOf({ values }: Group): number {
  let buyers = 0
  for (const value of values) if (value > 0) buyers++
  return buyers
}
