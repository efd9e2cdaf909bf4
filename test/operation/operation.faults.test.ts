import process from 'node:process'
import { rng } from '@storemind/ml'
import { expect, test } from 'vitest'
import { tenfold } from './burst.ts'
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

test.each([
  ['by the bounds of the default settings', []],
  ['without bounds by rate', ['limits.addressPerSecond=0', 'limits.keyPerSecond=0']],
])(
  'ten times the load, %s',
  async (name, settings) => {
    const { before, during, after, statuses, slowestHealthMillis, memory } = await tenfold(5, ...settings)
    const counted = [...statuses].map(([status, count]) => `${count} × ${status}`).join(', ')
    process.stdout.write(
      `ten times the load, ${name}: ${counted}; ${during.toFixed(0)} requests/s, before ${before.toFixed(0)}, after ${after.toFixed(0)}; ` +
        `health within ${slowestHealthMillis.toFixed(0)} ms; memory ${memory.map((each) => each.toFixed(0)).join(', ')} MiB\n`,
    )
    // The machine may be busy with something else; a queue that is left over or a leak costs more than that.
    expect(after).toBeGreaterThan(before / 2)
    expect(memory[1]).toBeLessThan(memory[0] + 700)
  },
  600_000,
)
