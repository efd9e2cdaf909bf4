import { afterAll, beforeAll, expect, it } from 'vitest'
import { killedImport, type UndisturbedImport, undisturbedImport } from './import-kill.ts'
import { eachRound } from './rounds.ts'

let whole: UndisturbedImport
beforeAll(async () => {
  whole = await undisturbedImport()
}, 120_000)
afterAll(() => whole.remove())

it('loses and doubles nothing when an import is killed, and completes it when it is run again', async () => {
  const outcomes = await eachRound(2, 11, (random, n) => killedImport(whole, random, n))
  expect(outcomes).toHaveLength(2)
}, 120_000)
