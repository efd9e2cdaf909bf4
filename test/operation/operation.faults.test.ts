import process from 'node:process'
import { rng } from '@storemind/ml'
import { test } from 'vitest'
import { slowConnections } from './slow-connections.ts'
import { killedDeliveries } from './webhook-kill.ts'

/** STOREMIND_FAULT_ROUNDS and STOREMIND_FAULT_SEED run fewer, more, or others. */
const ROUNDS = Number(process.env['STOREMIND_FAULT_ROUNDS'] ?? 50)
const SEED = Number(process.env['STOREMIND_FAULT_SEED'] ?? 1)

test('webhooks over many kills', async () => {
  const again = await killedDeliveries(ROUNDS, rng(SEED))
  process.stdout.write(`webhooks: ${ROUNDS} kills of seed ${SEED} sound; ${again} messages came again\n`)
}, 3_600_000)

test('10,000 slow connections harm nobody else', async () => {
  const { answers, slowestMillis, cut } = await slowConnections(10_000)
  process.stdout.write(
    `slow connections: ${cut} cut; ${answers} answers to others meanwhile, the slowest in ${slowestMillis.toFixed(0)} ms\n`,
  )
}, 600_000)
