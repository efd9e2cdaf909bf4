import { describe, expect, it } from 'vitest'
import { binomialBounds, simulateTrial, type Trial } from '../../../../testkit/models/trials.ts'
import { alwaysValidDifference, differenceOfMeans } from './difference.ts'
import { groupMoments } from './moments.ts'
import { sampleRatio } from './sample-ratio.ts'

const EXPERIMENTS = 100
/** A true claim fails one run in a thousand, per test; the seeds make that run the same each time. */
const ONE_IN = 1000
const [FEWEST] = binomialBounds(EXPERIMENTS, 0.95, ONE_IN)
const [, MOST_WRONG] = binomialBounds(EXPERIMENTS, 0.05, ONE_IN)

const EVEN: Trial = { visitors: 4000, share: 0.5, rate: 0.05, sigma: 1 }
const TRIALS: readonly (readonly [string, Trial])[] = [
  ['no lift, even split', EVEN],
  ['a lift of a fifth in purchases', { ...EVEN, rateLift: 1.2 }],
  ['a lift of a tenth in the size of purchases', { ...EVEN, sizeLift: 1.1 }],
  ['a holdout of a tenth, no lift', { ...EVEN, share: 0.9 }],
  ['a holdout of a tenth, a lift of a fifth', { ...EVEN, share: 0.9, rateLift: 1.2 }],
  ['a tenth treated', { ...EVEN, share: 0.1, rateLift: 1.2 }],
  ['heavier tails', { ...EVEN, visitors: 10_000, rate: 0.03, sigma: 1.3, share: 0.8 }],
  ['few purchases', { ...EVEN, visitors: 2000, rate: 0.03, share: 0.3 }],
  ['visitors with habits, the past taken out', { ...EVEN, habit: 0.7, rateLift: 1.2 }],
  ['visitors with habits, a holdout of a tenth', { ...EVEN, habit: 0.7, share: 0.9 }],
]

function covered(trial: Trial, seeds: number, from: number): number {
  let count = 0
  for (let seed = from; seed < from + seeds; seed++) {
    const { treated, control, trueDifference } = simulateTrial(trial, seed)
    const { low, high } = differenceOfMeans(groupMoments(treated, control))
    if (low <= trueDifference && trueDifference <= high) count++
  }
  return count
}

describe('the interval for one look', () => {
  it.each(TRIALS)(
    `covers the true difference in at least ${FEWEST} of ${EXPERIMENTS} experiments (95 % but for one run in ${ONE_IN}): %s`,
    (_, trial) => {
      expect(covered(trial, EXPERIMENTS, 1000)).toBeGreaterThanOrEqual(FEWEST)
    },
  )

  const together = TRIALS.length * EXPERIMENTS
  const [low, high] = binomialBounds(together, 0.95, ONE_IN)
  it(`covers it neither less nor more often than it says: in ${low} to ${high} of ${together}`, () => {
    const count = TRIALS.reduce((sum, [, trial]) => sum + covered(trial, EXPERIMENTS, 5000), 0)
    expect(count).toBeGreaterThanOrEqual(low)
    expect(count).toBeLessThanOrEqual(high)
  })

  it('is narrower where the past explains what is bought', () => {
    const trial = simulateTrial({ ...EVEN, habit: 0.9 }, 1)
    const width = (moments: ReturnType<typeof groupMoments>) => {
      const { low, high } = differenceOfMeans(moments)
      return high - low
    }
    const { treated, control } = trial
    const plain = groupMoments({ values: treated.values }, { values: control.values })
    expect(width(groupMoments(treated, control))).toBeLessThan(0.95 * width(plain))
  })
})

describe('looking every day and stopping when zero is left', () => {
  const LOOKS = 40
  const trial: Trial = { ...EVEN, visitors: 8000 }
  const wrong = (look: (moments: ReturnType<typeof groupMoments>) => { low: number; high: number }) => {
    let count = 0
    for (let seed = 1; seed <= EXPERIMENTS; seed++) {
      const { treated, control } = simulateTrial(trial, seed)
      for (let l = 4; l <= LOOKS; l++) {
        const upTo = (values: Float64Array) => ({ values: values.subarray(0, (values.length * l) / LOOKS) })
        const { low, high } = look(groupMoments(upTo(treated.values), upTo(control.values)))
        if (low > 0 || high < 0) {
          count++
          break
        }
      }
    }
    return count
  }

  it(`finds a lift that is not there in at most ${MOST_WRONG} of ${EXPERIMENTS} with the interval that holds at every look`, () => {
    expect(wrong((moments) => alwaysValidDifference(moments, 8000))).toBeLessThanOrEqual(MOST_WRONG)
  })

  it(`finds one in more than ${MOST_WRONG} of ${EXPERIMENTS} with the interval for one look, which is why there are two`, () => {
    expect(wrong((moments) => differenceOfMeans(moments))).toBeGreaterThan(MOST_WRONG)
  })
})

describe('the check of the sample ratio', () => {
  const RUNS = 1000
  const [low, high] = binomialBounds(RUNS, 0.05, ONE_IN)
  it(`is below 0.05 in ${low} to ${high} of ${RUNS} sound splits`, () => {
    let count = 0
    for (let seed = 1; seed <= RUNS; seed++) {
      const { treated, control } = simulateTrial({ ...EVEN, visitors: 2000, share: 0.9 }, seed)
      if (sampleRatio([treated.values.length, control.values.length], [9, 1]).p < 0.05) count++
    }
    expect(count).toBeGreaterThanOrEqual(low)
    expect(count).toBeLessThanOrEqual(high)
  })
})
