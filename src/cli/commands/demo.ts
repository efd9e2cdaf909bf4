import { existsSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Client } from '@storemind/client'
import { GUIDE_FILE } from '../../demo/guide.ts'
import { createWorld } from '../../demo/world.ts'
import { writeWorld } from '../../demo/writer.ts'
import type { Engine } from '../../server/engine.ts'
import { hasStore, storeHolder } from '../../server/store-folder.ts'
import { type AddCommand, examples, optionsOf } from '../command.ts'
import { withClient } from '../connect.ts'
import { answer, type Context, commandLine, type GlobalOptions, storeDirectory, wholeNumber } from '../context.ts'
import { progressView } from '../output/progress.ts'
import { counted } from '../output/words.ts'
import { addDemoShoppers } from './demo-shoppers.ts'
import { importWith } from './import.ts'
import { initialise } from './init.ts'
import { serve } from './serve.ts'
import { train } from './train.ts'

const DEMO_STORE = 'data/demo'
/** Where the exports of the simulated store are written, inside its own folder. */
const EXPORTS = 'simulated'

interface DemoOptions {
  readonly products: string
  readonly shoppers: string
  readonly days: string
  readonly seed: string
  readonly serve?: boolean
  readonly port?: string
}

export const addDemo: AddCommand = (program, context) => {
  const command = program
    .command('demo')
    .description('make a simulated store, import and train it; goes on where it stopped')
    .option('--products <number>', 'how many products', '1000')
    .option('--shoppers <number>', 'how many shoppers', '2000')
    .option('--days <number>', 'length of its history', '365')
    .option('--seed <number>', 'the same seed and size give the same store', '1')
    .option('--serve', 'and serve it')
    .option('--port <number>', 'with --serve: the port')
  addDemoShoppers(command, context, DEMO_STORE)
  examples(command, ['demo --serve', 'demo --store data/big --products 100000 --shoppers 20000'])
  command.action(async () => {
    const given = optionsOf<DemoOptions>(command)
    const options = { ...given, store: given.store ?? DEMO_STORE }
    const directory = storeDirectory(context, options)
    if (storeHolder(directory) === undefined) await makeDemo(context, options, directory)
    if (options.serve)
      await serve(context, options, (engine, url) => context.terminal.out(greeting(context, engine, url, options)))
    else {
      answer(
        context,
        options,
        { store: directory },
        () => `The simulated store is ready: ${commandLine(context, options, 'serve')}`,
      )
    }
  })
}

/** Each step looks whether it is done already, so that an interrupted run goes on where it stopped. */
async function makeDemo(context: Context, options: DemoOptions & GlobalOptions, directory: string): Promise<void> {
  if (existsSync(join(directory, GUIDE_FILE))) return
  context.terminal.err('Making a simulated store (once):\n')
  if (!hasStore(directory)) await initialise(context, { ...options, name: 'Simulated store', currency: 'EUR' })
  const exports = await writeExports(context, options, join(directory, EXPORTS))
  await withClient(context, options, async ({ client }) => {
    await importExports(context, options, client, exports)
    const { servingModel } = await client.storeSummary()
    if (servingModel !== null) return
    context.terminal.err('  learning what its shoppers like\n')
    const { promoted, verdict } = await train(context, options, client, {})
    if (!promoted) context.terminal.err(`  ${verdict}\n`)
  })
  // Last: its presence says that all the steps before are done.
  await copyFile(join(directory, EXPORTS, GUIDE_FILE), join(directory, GUIDE_FILE))
}

interface Exports {
  readonly products: string
  readonly events: string
}

async function writeExports(context: Context, options: DemoOptions & GlobalOptions, folder: string): Promise<Exports> {
  const files = { products: join(folder, 'products.tsv'), events: join(folder, 'events.jsonl') }
  // The guide is written last.
  if (existsSync(join(folder, GUIDE_FILE))) return files
  const world = createWorld({
    products: wholeNumber(options.products, '--products', 8, 10_000_000),
    shoppers: wholeNumber(options.shoppers, '--shoppers', 1, 10_000_000),
    days: wholeNumber(options.days, '--days', 1, 3650),
    seed: wholeNumber(options.seed, '--seed', 0, 0xffffffff),
  })
  const view = progressView(
    { isTTY: context.terminal.errIsTTY, write: (text) => context.terminal.err(text) },
    context.clock,
  )
  const { counts } = await writeWorld(world, folder, {
    signal: context.signal,
    onProgress: ({ phase, done }) => view.show({ phase: `  writing ${phase}`, done, total: 0, unit: phase }),
  })
  view.end()
  context.terminal.err(`  ${counted(counts.products, 'product')}, ${counted(counts.events, 'event')}\n`)
  return files
}

async function importExports(
  context: Context,
  options: GlobalOptions,
  client: Client,
  exports: Exports,
): Promise<void> {
  for (const [importer, path] of [
    ['google-merchant', exports.products],
    ['segment-jsonl', exports.events],
  ] as const) {
    context.terminal.err(`  importing ${path}\n`)
    await importWith(context, options, (request) => client.startImport(request), client, {
      importer,
      path,
      basis: 'sample',
    })
  }
}

function greeting(context: Context, { storefrontKey }: Engine, url: string, options: GlobalOptions): string {
  if (options.json) return `${JSON.stringify({ url, key: storefrontKey })}\n`
  return `${[
    '',
    'Storemind is running.',
    `  the storefront   ${url}/demo/`,
    `  the API          ${url}/docs`,
    '',
    'Try it:',
    `  curl -s ${url}/v1/recommendations -H 'authorization: Bearer ${storefrontKey}' \\`,
    '    -H \'content-type: application/json\' -d \'{"requests":[{"placement":"home","limit":5}]}\'',
    '',
    'Ctrl-C stops it. The key above reads, and holds until then. A lasting one:',
    `  ${commandLine(context, options, 'keys create')}`,
  ].join('\n')}\n`
}
