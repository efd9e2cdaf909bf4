import { randomFillSync } from 'node:crypto'
import { writeSync } from 'node:fs'
import { argv } from 'node:process'
import { uuidv7 } from '../../src/contracts/ids.ts'
import { openStore } from '../../src/storage/store.ts'
import { NOON } from '../../testkit/stores/sample-events.ts'

/*
 * Reserves one piece after another of a budget, eight at a time, until it is refused, and prints the decision of each
 * reservation once it is acknowledged.
 */

const [, , directory = '', limit = '', expiresAfter = ''] = argv
const randomBytes = (bytes: Uint8Array): void => void randomFillSync(bytes)
const store = await openStore({ directory, clock: () => NOON, randomBytes })
const reservation = {
  budget: 'rule:ad',
  period: '2026-01-01',
  amount: 1,
  limit: Number(limit),
  onAnswer: false,
  expiresAt: NOON + Number(expiresAfter),
}
await Promise.all(
  Array.from({ length: 8 }, async () => {
    for (;;) {
      const decision = uuidv7(NOON, randomBytes)
      const refused = await store.budgets.reserve(decision, [reservation], NOON)
      if (refused.length > 0) return
      writeSync(1, `${decision}\n`)
    }
  }),
)
await store.close()
