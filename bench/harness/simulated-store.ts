import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { WorldOptions } from '../../src/demo/options.ts'
import { createWorld } from '../../src/demo/world.ts'
import { writeWorld } from '../../src/demo/writer.ts'
import type { BenchmarkContext } from './benchmark.ts'
import { finish, importInto, serve, storemind } from './engine.ts'

/** Stands in a store that was imported and trained whole. */
const COMPLETE = 'benchmark-complete'

/**
 * A simulated store, imported and trained by the engine itself; taken as it is when the working folder already holds it.
 * @returns the store's folder
 */
export async function simulatedStore(context: BenchmarkContext, options: Partial<WorldOptions>): Promise<string> {
  const world = createWorld({ seed: context.seed, ...options })
  const name = `simulated-${world.options.seed}-${world.options.products}-${world.options.shoppers}`
  const store = join(context.work, name)
  if (existsSync(join(store, COMPLETE))) return store
  context.say(`making ${name}`)
  const files = await writeWorld(world, join(context.work, `${name}-files`))
  context.say(`importing ${files.counts.products} products and ${files.counts.events} events`)
  await storemind('init', '--store', store)
  const server = await serve(store)
  try {
    await importInto(server, { importer: 'google-merchant', path: files.products, basis: 'sample' }, context.say)
    await importInto(server, { importer: 'segment-jsonl', path: files.events, basis: 'sample' }, context.say)
    context.say('training')
    await finish(server.client, await server.client.train({ seed: context.seed }), context.say)
  } finally {
    await server.stop()
  }
  await writeFile(join(store, COMPLETE), '')
  return store
}
