import { randomFillSync } from 'node:crypto'
import { writeSync } from 'node:fs'
import { argv } from 'node:process'
import { openStore } from '../../src/storage/store.ts'
import { NOON, purchase } from '../../testkit/stores/sample-events.ts'

/*
 * Writes batches without end, four at a time, and prints the keys of each batch once it is acknowledged. Each event
 * comes with a state that counts the events of its shopper, as ingest would write it.
 */

const [, , directory = '', prefix = ''] = argv
const store = await openStore({ directory, clock: () => NOON, randomBytes: (bytes) => void randomFillSync(bytes) })
const counts = new Map<number, number>()
let next = 0

async function writeBatch(): Promise<void> {
  const events = Array.from({ length: 5 }, (_, user) => purchase(`u${user}`, ['mug'], NOON))
  const rows = await store.profiles.resolve(
    events.map(({ userId = '' }) => ({ userId, at: NOON, basis: 'contract' as const })),
  )
  const products = await store.catalog.resolve(['mug'])
  for (const row of rows) {
    if (counts.has(row)) continue
    const state = (await store.profiles.states([row])).get(row)?.state
    if (!counts.has(row))
      counts.set(row, state === undefined ? 0 : new DataView(state.buffer, state.byteOffset).getUint32(0))
  }
  const number = next++
  const writes = events.map((event, i) => {
    const key = `${prefix}${number}-${i}`
    return {
      source: 'api',
      key,
      raw: { type: 'track' as const, messageId: key },
      event,
      profile: rows[i] ?? -1,
      products,
    }
  })
  const states = [...rows].map((profile) => {
    const count = (counts.get(profile) ?? 0) + 1
    counts.set(profile, count)
    const state = new Uint8Array(400)
    new DataView(state.buffer).setUint32(0, count)
    return { profile, version: 1, state }
  })
  await store.events.append(writes, states)
  writeSync(1, `${writes.map(({ key }) => key).join(' ')}\n`)
}

await Promise.all(
  Array.from({ length: 4 }, async () => {
    for (;;) await writeBatch()
  }),
)
