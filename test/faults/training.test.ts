import { afterAll, beforeAll, expect, it } from 'vitest'
import { killedModelTask, type TrainedStore, trainedStore } from './model-kill.ts'
import { eachRound } from './rounds.ts'

let trained: TrainedStore
beforeAll(async () => {
  trained = await trainedStore('train')
}, 120_000)
afterAll(() => trained.remove())

it('serves a whole version after a training run was killed', async () => {
  const outcomes = await eachRound(2, 12, (random, n) => killedModelTask('train', trained, random, n))
  expect(outcomes).toHaveLength(2)
}, 120_000)
