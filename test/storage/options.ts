import { randomFillSync } from 'node:crypto'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Store } from '../../src/core/ports.ts'
import { createStore, openStore, type StoreOptions } from '../../src/storage/store.ts'
import { NOON } from '../../testkit/stores/sample-events.ts'
import { temporaryFolder } from '../../testkit/stores/temporary-folder.ts'

export function optionsFor(directory: string): StoreOptions {
  return { directory, clock: () => NOON, randomBytes: (bytes) => void randomFillSync(bytes) }
}

/** A folder that goes with the running test. */
export function testFolder(): string {
  const folder = temporaryFolder()
  onTestFinished(() => folder.remove())
  return folder.path
}

/** A fresh store that is closed with the running test. */
export async function testStore(): Promise<{ store: Store; options: StoreOptions }> {
  const options = optionsFor(join(testFolder(), 'store'))
  await createStore(options)
  return { store: await openForTest(options), options }
}

export async function openForTest(options: StoreOptions): Promise<Store> {
  const store = await openStore(options)
  onTestFinished(() => store.close())
  return store
}
