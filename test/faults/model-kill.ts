import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Rng } from '@storemind/ml'
import { expect } from 'vitest'
import { readBundle } from '../../src/core/models/bundle.ts'
import { temporaryFolder } from '../../testkit/stores/temporary-folder.ts'
import { NOW, openShop, type ShopUnderTest } from '../bad-input/shop-under-test.ts'
import { soundOrders, soundProducts } from '../bad-input/sound-files.ts'
import { reopened } from './import-kill.ts'
import { copyStore, killVictim, runVictim, type Task, type Victim } from './rounds.ts'

/** A store with version 1 in service and version 2 beside it, and what an undisturbed run of the task says. */
export interface TrainedStore {
  readonly root: string
  readonly directory: string
  readonly steps: readonly string[]
  remove(): void
}

export async function trainedStore(task: Task): Promise<TrainedStore> {
  const { path: root, remove } = temporaryFolder()
  const directory = join(root, 'trained')
  const shop = await openShop({ directory, clock: () => NOW })
  await shop.imported('csv-products', 'products.csv', soundProducts())
  await shop.imported('csv-orders', 'orders.csv', soundOrders())
  for (const seed of [1, 2]) expect((await shop.train({ promote: seed === 1, seed })).status).toBe('succeeded')
  await shop.close()
  const { steps, serves } = await runVictim(task, {
    directory: copyStore(directory, join(root, 'undisturbed')),
    files: root,
  })
  expect(serves).toBeGreaterThan(0)
  return { root, directory, steps, remove }
}

/**
 * Kills a task that makes or promotes versions, and opens the store again.
 * @returns at which kind of step it died
 */
export async function killedModelTask(task: Task, trained: TrainedStore, random: Rng, n: number): Promise<string> {
  const directory = join(trained.root, `round-${n}`)
  const place = { directory, files: trained.root }
  const victim = await killVictim(task, { from: trained.directory, place, steps: trained.steps }, random)
  const shop = await reopened(directory)
  try {
    await servesSoundly(shop, victim)
    // What was interrupted can be done again, and nothing that the dead one left is in its way.
    if (n % 10 === 0) {
      const again = await shop.train({ seed: 7 })
      expect(again.status).toBe('succeeded')
      await servesSoundly(shop, undefined)
    }
  } finally {
    await shop.close()
    rmSync(directory, { recursive: true, force: true })
    rmSync(`${directory}-files`, { recursive: true, force: true })
  }
  return victim.at
}

/** The version that serves is whole, is the one that answers, and no folder holds anything but whole versions. */
async function servesSoundly({ client, directory, engine: { store } }: ShopUnderTest, victim: Victim | undefined) {
  const { models } = await client.listModels()
  const serving = models.filter(({ status }) => status === 'serving')
  expect(serving).toHaveLength(1)
  const version = serving[0]?.version
  // Between the question and the answer either may be the case; else it is as was said last.
  if (victim?.serves !== undefined && !isPromoting(victim)) expect(version).toBe(victim.serves)
  for (const model of models) {
    const bundle = await readBundle(store.models.directory(model.version), await store.models.files(model.version))
    expect(bundle.size).toBeGreaterThan(3)
  }
  expect(readdirSync(join(directory, 'models')).sort()).toEqual(models.map((model) => String(model.version)).sort())
  const { decisions } = await client.recommend({ requests: [{ profile: 'c3', limit: 5 }, { limit: 5 }] })
  expect(decisions.map(({ modelVersion }) => modelVersion)).toEqual([version, version])
  for (const { items, id } of decisions) {
    expect(items).toHaveLength(5)
    expect((await client.explainDecision({ id })).decision.items).toHaveLength(5)
  }
}

function isPromoting({ steps }: Victim): boolean {
  return /^before (promote|rollBack) /.test(steps.findLast((step) => / (promote|rollBack) /.test(step)) ?? '')
}
