import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect } from 'vitest'
import { createStore, openStore, type StoreOptions } from '../../src/storage/store.ts'
import { collect, profileRow } from '../../testkit/stores/sample-events.ts'

/**
 * Kills a writing process again and again, and after each time looks for every event that it had acknowledged.
 * @param acknowledgements [rounds] after how many acknowledged batches the process is killed
 */
export async function crashRounds(options: StoreOptions, acknowledgements: readonly number[]): Promise<void> {
  await createStore(options)
  const acknowledged: string[] = []
  for (const [round, batches] of acknowledgements.entries()) {
    acknowledged.push(...(await writeUntilKilled(options.directory, `r${round}-`, batches)))
    const store = await openStore(options)
    try {
      const known = await store.events.known('api', acknowledged)
      expect(acknowledged.filter((_, i) => known[i] !== 1)).toEqual([])
      const keys: string[] = []
      for (let user = 0; user < 5; user++) {
        const events = await collect(store.events.ofProfile(await profileRow(store, `u${user}`)))
        keys.push(...events.map(({ key }) => key))
        const row = await profileRow(store, `u${user}`)
        for (const [, { version, state, through, lastEvent }] of await store.profiles.states([row])) {
          if (version === 0) continue
          const counted = new DataView(state.buffer, state.byteOffset).getUint32(0)
          expect(counted + (await collect(store.events.since(row, through, lastEvent))).length).toBe(events.length)
        }
      }
      expect(new Set(keys).size).toBe(keys.length)
      expect(new Set([...keys, ...acknowledged]).size).toBe(keys.length)
      expect(await store.events.count()).toBe(keys.length)
      expect(await store.maintenance.integrity()).toEqual([])
    } finally {
      await store.close()
    }
  }
}

async function writeUntilKilled(directory: string, prefix: string, batches: number): Promise<string[]> {
  const script = new URL('./writing-process.ts', import.meta.url).pathname
  const child = spawn(process.execPath, ['--conditions=storemind-source', script, directory, prefix], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const keys: string[] = []
  let lines = 0
  for await (const line of createInterface({ input: child.stdout })) {
    keys.push(...line.split(' '))
    if (++lines === batches) child.kill('SIGKILL')
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  expect(child.signalCode).toBe('SIGKILL')
  return keys
}
