import { expect, test } from 'vitest'
import { plantedClusters } from '../../../../testkit/models/planted.ts'
import { defineAlgorithm } from '../frame/algorithm.ts'
import { MlError } from '../frame/errors.ts'
import type { Interactions } from '../frame/interactions.ts'
import { declareParameters } from '../frame/parameters.ts'
import { rng } from '../frame/rng.ts'
import { ease } from '../linear/ease.ts'
import { leaveShareOut, type Split } from './splits.ts'
import { type Tuning, tune } from './tune.ts'

interface HillParams {
  x: number
  y: number
}

/** Lifts the items of a user’s cluster above the others the nearer (x, y) is to (3, 2); remembers everything it was ever fitted on. */
function hill(seen: Interactions[] = []) {
  return defineAlgorithm({
    kind: 'hill',
    parameters: declareParameters<HillParams>({
      x: { type: 'number', default: 0, min: 0, max: 9, meaning: 'east' },
      y: { type: 'number', default: 0, min: 0, max: 9, meaning: 'north' },
    }),
    memory: () => 0,
    async fit(data: Interactions, { x }) {
      seen.push(data)
      if (x === 9) throw new MlError('too_large', 'nine')
      return { items: Int32Array.of(data.items) }
    },
    open: (arrays, { x, y }) => {
      const items = arrays.i32('items', 1)[0]!
      return {
        items,
        score: (query: { items: Int32Array }, board: { set(item: number, score: number): void }) => {
          const right = 10 - Math.abs(x - 3) - Math.abs(y - 2)
          for (let i = 0; i < items; i++)
            board.set(i, i % 5 === query.items[0]! % 5 ? right : ((i * 37) % 50) * 0.3 - 5)
        },
      }
    },
  })
}

const planted = plantedClusters({ users: 40, items: 50, clusters: 5, perUser: 8, noise: 0, seed: 2 }).data
const run = (seed = 1) => ({ rng: rng(seed), threads: 1 })
const tuning = (seen?: Interactions[]): Tuning<HillParams> => ({
  algorithm: hill(seen),
  space: { x: [0, 1, 2, 3, 4, 9], y: [0, 1, 2, 3] },
  cut: (data, random) => leaveShareOut(data, 0.3, random),
  metric: 'ndcg',
  k: 15,
})

test('climbs to the best of the grid, tries nothing twice, and tells what each step added', async () => {
  const report = await tune(planted, tuning(), run())
  expect(report.params).toEqual({ x: 3, y: 2 })
  expect(report.value).toBe(Math.max(...report.trials.map(({ value }) => value).filter((value) => value >= 0)))
  const keys = report.trials.map(({ params }) => JSON.stringify(params))
  expect(new Set(keys).size).toBe(keys.length)
  const gained = report.ladder.reduce((sum, { gain }) => sum + gain.mean, report.start)
  expect(gained).toBeCloseTo(report.value, 6)
  expect(report.ladder.map(({ parameter }) => parameter)).toContain('x')
})

test('notes what the algorithm refuses, but not at the start', async () => {
  const report = await tune(planted, tuning(), run())
  expect(report.trials.find(({ params }) => params.x === 9)).toMatchObject({ refused: 'too_large', value: Number.NaN })
  await expect(tune(planted, { ...tuning(), start: { x: 9 } }, run())).rejects.toMatchObject({ code: 'too_large' })
})

test('never learns from what it is judged by', async () => {
  const seen: Interactions[] = []
  let split: Split | undefined
  const cut = (data: Interactions, random: { next(): number }) => {
    split = leaveShareOut(data, 0.3, random)
    return split
  }
  await tune(planted, { ...tuning(seen), cut }, run())
  expect(seen.length).toBeGreaterThan(5)
  for (const data of seen) {
    for (const { query, targets } of split?.cases ?? []) {
      const learned = data.item.subarray(data.offsets[query.user], data.offsets[query.user + 1])
      expect(targets.some((item) => learned.includes(item))).toBe(false)
    }
  }
})

test('chooses a ridge on planted clusters, the same from the same seed, on a sample of the cases', async () => {
  const data = plantedClusters({ users: 150, items: 60, clusters: 6, perUser: 8, noise: 0.3, seed: 8 }).data
  const tried = (seed: number) =>
    tune(
      data,
      {
        algorithm: ease,
        space: { l2: [0.01, 1, 10, 100] },
        start: { l2: 0.01 },
        cut: (all, random) => leaveShareOut(all, 0.2, random),
        metric: 'ndcg',
        k: 10,
        mostCases: 50,
      },
      run(seed),
    )
  const report = await tried(5)
  expect(report.cases).toBe(50)
  expect(report.params.l2).toBeGreaterThan(0.01)
  expect(await tried(5)).toEqual(report)
})

test('stops when its signal fires', async () => {
  const controller = new AbortController()
  controller.abort()
  await expect(tune(planted, tuning(), { ...run(), signal: controller.signal })).rejects.toMatchObject({
    code: 'cancelled',
  })
})
