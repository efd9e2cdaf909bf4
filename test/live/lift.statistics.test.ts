import { afterAll, beforeAll, expect, it } from 'vitest'
import { covers, type MeasuredLift, measureLift, seededBytes } from './lift-experiment.ts'
import { openSimulatedShop, type SimulatedShop } from './simulated-shop.ts'

const EXPERIMENTS = 100
const VISITS = 400

let shop: SimulatedShop
const runs: MeasuredLift[] = []

beforeAll(async () => {
  shop = await openSimulatedShop({ seed: 11, products: 160, shoppers: 400, days: 120 }, {}, seededBytes(77))
  for (let seed = 1; seed <= EXPERIMENTS; seed++) runs.push(await measureLift(shop, seed, VISITS))
}, 1_200_000)
afterAll(() => shop?.close())

it(`the 95 % interval of revenue a visitor covers the true lift in at least 88 of ${EXPERIMENTS} experiments, which a sound one misses once in a thousand times`, () => {
  const covered = runs.filter(({ lift, truth }) => covers(lift, truth)).length
  const early = runs.filter((run) => covers(run.early, run.truth)).length
  const better = runs.filter(({ lift }) => lift.verdict === 'better').length
  console.info(`planned end: ${covered} of ${EXPERIMENTS}; every look: ${early}; proven better: ${better}`)
  expect(runs.every(({ report }) => report.sampleRatio.sound)).toBe(true)
  expect(covered).toBeGreaterThanOrEqual(88)
  // Holds at every look, so at one look nearly always.
  expect(early).toBeGreaterThanOrEqual(97)
  // Not by saying nothing: what is truly better is told apart from no difference, and never taken for worse by much.
  expect(better).toBeGreaterThan(EXPERIMENTS / 10)
  expect(runs.filter(({ lift }) => lift.verdict === 'worse').length).toBeLessThanOrEqual(3)
})

it('the estimate is right on average (4 standard errors), and nothing and twice the truth are told from it', () => {
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length
  const errors = runs.map(({ lift, truth }) => lift.perVisitor - truth)
  const deviation = Math.sqrt(mean(errors.map((error) => (error - mean(errors)) ** 2)))
  const standardError = deviation / Math.sqrt(EXPERIMENTS)
  const truth = mean(runs.map((run) => run.truth))
  console.info(`mean error ${mean(errors)}, standard error ${standardError}, true lift ${truth} micros a visitor`)
  expect(Math.abs(mean(errors))).toBeLessThan(4 * standardError)
  expect(truth).toBeGreaterThan(4 * standardError)
})
