import process from 'node:process'
import { rng } from '@storemind/ml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { killedFollowers } from './follower-kill.ts'
import { killedImport, type UndisturbedImport, undisturbedImport } from './import-kill.ts'
import { killedServers } from './ingest-kill.ts'
import { killedModelTask, type TrainedStore, trainedStore } from './model-kill.ts'
import { eachRound, summary } from './rounds.ts'

/** STOREMIND_FAULT_ROUNDS and STOREMIND_FAULT_SEED run fewer, more, or others. */
const ROUNDS = Number(process.env['STOREMIND_FAULT_ROUNDS'] ?? 50)
const SEED = Number(process.env['STOREMIND_FAULT_SEED'] ?? 1)
const PATIENCE = 3_600_000

function report(what: string, outcomes: readonly string[]): void {
  expect(outcomes).toHaveLength(ROUNDS)
  process.stdout.write(`${what}: ${outcomes.length} rounds of seed ${SEED} sound. Killed at: ${summary(outcomes)}\n`)
}

describe('kill -9', () => {
  let whole: UndisturbedImport
  beforeAll(async () => {
    whole = await undisturbedImport()
  }, PATIENCE)
  afterAll(() => whole.remove())

  it(
    'in an import: nothing is lost or doubled, and the next run completes it',
    async () => report('import', await eachRound(ROUNDS, SEED, (random, n) => killedImport(whole, random, n))),
    PATIENCE,
  )
})

describe.each([['train'], ['promote']] as const)('kill -9 while models change: %s', (task) => {
  let trained: TrainedStore
  beforeAll(async () => {
    trained = await trainedStore(task)
  }, PATIENCE)
  afterAll(() => trained.remove())

  it(
    'a whole version serves, the one that was promoted last',
    async () => report(task, await eachRound(ROUNDS, SEED, (random, n) => killedModelTask(task, trained, random, n))),
    PATIENCE,
  )
})

it(
  'kill -9 under live events: every acknowledged one is there once, and counters equal the log',
  async () => {
    const random = rng(SEED)
    await killedServers(
      Array.from({ length: ROUNDS }, () => 1 + Math.floor(random.next() * 60)),
      random,
    )
  },
  PATIENCE,
)

it(
  'kill -9 while outcomes are followed: each impression, click and order counts once',
  async () => {
    const random = rng(SEED)
    await killedFollowers(
      12 * ROUNDS,
      Array.from({ length: ROUNDS }, () => 1 + Math.floor(random.next() * 30)),
      random,
    )
  },
  PATIENCE,
)
