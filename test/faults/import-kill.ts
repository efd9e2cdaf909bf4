import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Rng } from '@storemind/ml'
import { expect } from 'vitest'
import { createWorld } from '../../src/demo/world.ts'
import { writeWorld } from '../../src/demo/writer.ts'
import { openStore, readLock } from '../../src/storage/store.ts'
import { temporaryFolder } from '../../testkit/stores/temporary-folder.ts'
import { openShop, type ShopUnderTest } from '../bad-input/shop-under-test.ts'
import { copyStore, killVictim, type Place, runVictim } from './rounds.ts'

const SEED = 5
/** Events that a batch of the import may have on its way when the kill comes. */
const BATCH = 2000

/** What an undisturbed import comes to, and the empty store on which it began. */
export interface UndisturbedImport {
  readonly root: string
  readonly empty: string
  readonly files: string
  readonly steps: readonly string[]
  readonly keys: readonly string[]
  readonly shoppers: readonly string[]
  readonly outcome: unknown
  remove(): void
}

export async function undisturbedImport(): Promise<UndisturbedImport> {
  const { path: root, remove } = temporaryFolder()
  const files = join(root, 'files')
  const world = createWorld({ seed: SEED, products: 120, shoppers: 150, days: 60, refunds: 0.1 })
  await writeWorld(world, files)
  const messages = [...world.messages()]
  const keys = messages.flatMap(({ messageId }) => (messageId === undefined ? [] : [messageId]))
  const shoppers = [...new Set(messages.map(({ userId, anonymousId }) => userId ?? anonymousId ?? ''))]
  const empty = join(root, 'empty')
  await (await openShop({ directory: empty })).close()
  const directory = copyStore(empty, join(root, 'undisturbed'))
  const { steps, stored } = await runVictim('import', { directory, files })
  expect(stored).toBe(keys.length)
  const shop = await openShop({ directory, clock: Date.now })
  const outcome = await outcomeOf(shop, shoppers)
  await shop.close()
  return { root, empty, files, steps, keys, shoppers, outcome, remove }
}

/**
 * Kills an import somewhere, opens the store again, and imports once more.
 * @returns at which kind of step it died
 */
export async function killedImport(whole: UndisturbedImport, random: Rng, n: number): Promise<string> {
  const directory = join(whole.root, `round-${n}`)
  const place: Place = { directory, files: whole.files }
  const victim = await killVictim('import', { from: whole.empty, place, steps: whole.steps }, random)
  const shop = await reopened(directory)
  try {
    const { store } = shop.engine
    const before = await store.events.count()
    // What was reported is there; beyond it at most the batch that was on its way.
    expect(before).toBeGreaterThanOrEqual(victim.stored)
    expect(before).toBeLessThanOrEqual(victim.stored + BATCH)
    const known = (await store.events.known('segment-jsonl', whole.keys)).reduce((sum, one) => sum + one, 0)
    expect(known, 'events and their keys are stored together').toBe(before)

    await shop.imported('google-merchant', join(whole.files, 'products.tsv'))
    const { counts } = await shop.imported('segment-jsonl', join(whole.files, 'events.jsonl'))
    const finished = before === whole.keys.length && counts.rows === 0
    if (!finished)
      expect(counts).toMatchObject({ events: whole.keys.length - before, eventsKnown: before, problems: 0 })
    expect(await outcomeOf(shop, whole.shoppers)).toEqual(whole.outcome)
    expect(await store.maintenance.integrity()).toEqual([])
  } finally {
    await shop.close()
    rmSync(directory, { recursive: true, force: true })
    rmSync(`${directory}-files`, { recursive: true, force: true })
  }
  return victim.at
}

/** Opens a store whose process was killed: free, sound, and its job marked as interrupted unless it had ended. */
export async function reopened(directory: string): Promise<ShopUnderTest> {
  expect(readLock(directory)?.alive ?? false).toBe(false)
  const store = await openStore({ directory, clock: Date.now, randomBytes: (bytes) => bytes.fill(1) })
  expect(await store.maintenance.integrity()).toEqual([])
  await store.close()
  const shop = await openShop({ directory, clock: Date.now })
  for (const { status } of await shop.engine.store.jobs.list(2)) expect(['interrupted', 'succeeded']).toContain(status)
  expect(shop.log.filter((line) => line.includes('MODEL_BROKEN'))).toEqual([])
  return shop
}

/** What the store holds in the end, without what differs by the time of day. */
async function outcomeOf({ engine: { store } }: ShopUnderTest, shoppers: readonly string[]): Promise<unknown> {
  const reader = await store.reader()
  const facts = await reader.facts()
  await reader.close()
  const states: unknown[] = []
  for (const id of shoppers) {
    const profile = await store.profiles.find(id)
    const members = profile === undefined ? [] : await store.profiles.members(profile.row)
    const found = await store.profiles.states(members)
    const consents = await Promise.all(members.map((row) => store.profiles.consents(row)))
    const links = profile === undefined ? [] : await store.profiles.links(profile.row)
    states.push([
      id,
      members.length,
      links.length,
      consents.flat().map(({ purpose, granted }) => `${purpose} ${granted}`),
      [...found.values()].map(({ state }) => Buffer.from(state).toString('base64')),
    ])
  }
  return { facts, products: await store.catalog.count(), states }
}
