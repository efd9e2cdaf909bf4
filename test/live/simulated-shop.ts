import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { GUIDE_FILE, type SampleShopper } from '../../src/demo/guide.ts'
import type { WorldOptions } from '../../src/demo/options.ts'
import { createWorld, type World } from '../../src/demo/world.ts'
import { writeWorld } from '../../src/demo/writer.ts'
import { temporaryFolder } from '../../testkit/stores/temporary-folder.ts'
import { openShop, type ShopUnderTest } from '../bad-input/shop-under-test.ts'

/** A trained simulated store whose server listens, its clock going on from the morning after its history. */
export interface SimulatedShop extends ShopUnderTest {
  readonly world: World
  readonly url: string
  readonly shoppers: readonly SampleShopper[]
  /** Lets the store's clock go ahead. */
  skip(millis: number): void
}

const HOUR = 3_600_000

export async function openSimulatedShop(
  options: Partial<WorldOptions> = { seed: 11, products: 160, shoppers: 160, days: 150 },
  settings: Readonly<Record<string, unknown>> = {},
  randomBytes?: (bytes: Uint8Array) => void,
): Promise<SimulatedShop> {
  const world = createWorld(options)
  const begun = Date.now()
  let skipped = 0
  const clock = () => world.options.until + 10 * HOUR + (Date.now() - begun) + skipped
  const shop = await openShop({
    clock,
    settings: { 'server.port': 0, ...settings },
    ...(randomBytes === undefined ? {} : { randomBytes }),
  })
  const files = temporaryFolder()
  const written = await writeWorld(world, files.path)
  for (const [importer, path] of [
    ['google-merchant', written.products],
    ['segment-jsonl', written.events],
  ] as const) {
    const job = await shop.ended(await shop.client.startImport({ importer, path, basis: 'sample' }))
    if (job.status !== 'succeeded') throw new Error(`${importer}: ${JSON.stringify(job.error)}`)
  }
  const trained = await shop.train()
  if (trained.status !== 'succeeded') throw new Error(JSON.stringify(trained.error))
  // Whoever opens the store from now on serves its storefront, too.
  writeFileSync(join(shop.directory, GUIDE_FILE), JSON.stringify(written.guide))
  await shop.reopen()
  const url = await shop.engine.listen()
  return {
    ...shop,
    get engine() {
      return shop.engine
    },
    get client() {
      return shop.client
    },
    world,
    url,
    shoppers: written.guide.shoppers,
    skip(millis) {
      skipped += millis
    },
    async close() {
      await shop.close()
      files.remove()
    },
  }
}
