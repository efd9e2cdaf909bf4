import { randomFillSync } from 'node:crypto'
import { writeSync } from 'node:fs'
import { argv } from 'node:process'
import { openStore } from '../../src/storage/store.ts'
import { NOON, purchase } from '../../testkit/stores/sample-events.ts'

/*
 * Writes batches without end, four at a time, and prints the keys of each batch once it is acknowledged. Now and then it
 * writes the states of its shoppers, as ingest would: each counts the events that it has taken in.
 */

const [, , directory = '', prefix = ''] = argv
const store = await openStore({ directory, clock: () => NOON, randomBytes: (bytes) => void randomFillSync(bytes) })
let next = 0

async function writeBatch(): Promise<void> {
  const number = next++
  const arrivals = Array.from({ length: 5 }, (_, user) => {
    const key = `${prefix}${number}-${user}`
    const raw = JSON.stringify({ type: 'track', messageId: key })
    return { source: 'api', key, raw, event: purchase(`u${user}`, ['mug'], NOON), basis: 'contract' as const }
  })
  const { profiles } = await store.events.take(arrivals)
  writeSync(1, `${arrivals.map(({ key }) => key).join(' ')}\n`)
  if (number % 3 !== 0) return
  for (const [profile, { lastEvent }] of await store.profiles.states([...profiles])) {
    const state = new Uint8Array(400)
    let count = 0
    for await (const _ of store.events.since(profile, 0, lastEvent)) count++
    new DataView(state.buffer).setUint32(0, count)
    await store.profiles.writeStates([{ profile, version: 1, state, through: lastEvent }])
  }
}

await Promise.all(
  Array.from({ length: 4 }, async () => {
    for (;;) await writeBatch()
  }),
)
