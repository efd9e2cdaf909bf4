import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient, httpTransport } from '@storemind/client'
import type { Command } from 'commander'
import { CodedError } from '../../contracts/errors.ts'
import { GUIDE_FILE } from '../../demo/guide.ts'
import { createChoices } from '../../demo/live/choices.ts'
import { type ArmTally, runLive, trueLift } from '../../demo/live/run.ts'
import type { Shop } from '../../demo/live/visit.ts'
import type { WorldOptions } from '../../demo/options.ts'
import { createWorld, type World } from '../../demo/world.ts'
import { examples, optionsOf } from '../command.ts'
import { withClient } from '../connect.ts'
import { answer, type Context, type GlobalOptions, storeDirectory, wholeNumber } from '../context.ts'
import { progressView } from '../output/progress.ts'
import { table } from '../output/table.ts'

interface ShopperOptions {
  readonly visits: string
  readonly people?: string
  readonly speed: string
  readonly runSeed: string
  readonly placement: string
  readonly size: string
  readonly url?: string
  readonly readKey?: string
  readonly writeKey?: string
}

/** `demo shoppers`: the people of a simulated store visit it, by the public API. */
export function addDemoShoppers(demo: Command, context: Context, standardStore: string): void {
  const command = demo
    .command('shoppers')
    .description('let the simulated store’s shoppers visit it live, by the public API')
    .option('--visits <number>', 'how many visits', '1000')
    .option('--people <number>', 'only the first so many of its shoppers')
    .option('--speed <number>', 'simulated hours in one hour; 0 for as fast as it goes', '0')
    .option('--run-seed <number>', 'the same seed gives the same visits, which then count once', '1')
    .option('--placement <name>', 'what they look at', 'home')
    .option('--size <number>', 'how many items of it', '10')
    .option('--url <url>', 'a server elsewhere; --store still names the simulated store’s folder')
    .option('--read-key <key>', 'with --url: a key that reads')
    .option('--write-key <key>', 'with --url: a key that sends events')
  examples(command, ['demo shoppers --visits 5000', 'demo shoppers --speed 3600 --visits 100000'])
  command.action(async () => {
    const given = optionsOf<ShopperOptions>(command)
    const options = { ...given, store: given.store ?? standardStore }
    const world = await worldOf(storeDirectory(context, options))
    await withShop(context, options, (shop) => letVisit(context, options, world, shop))
  })
}

async function letVisit(
  context: Context,
  options: ShopperOptions & GlobalOptions,
  world: World,
  shop: Shop,
): Promise<void> {
  const all = world.options.shoppers
  const visits = wholeNumber(options.visits, '--visits', 1)
  const view = progressView(
    { isTTY: context.terminal.errIsTTY, write: (text) => context.terminal.err(text) },
    context.clock,
  )
  const tallies = await runLive({
    world,
    choices: createChoices(world),
    shop,
    placement: options.placement,
    size: wholeNumber(options.size, '--size', 1, 500),
    seed: wholeNumber(options.runSeed, '--run-seed', 0, 0xffffffff),
    visits,
    shoppers: options.people === undefined ? all : wholeNumber(options.people, '--people', 1, all),
    speed: wholeNumber(options.speed, '--speed', 0, 1_000_000_000),
    wait: context.wait,
    signal: context.signal,
    onVisit: (_, done) => view.show({ phase: 'visiting', done, total: visits, unit: 'visits' }),
  }).finally(() => view.end())
  const arms = [...tallies.values()].sort((a, b) => a.arm.localeCompare(b.arm))
  answer(context, options, { arms: arms.map(documentOf) }, () => table(COLUMNS, arms.map(rowOf)))
}

const COLUMNS = [
  { title: 'arm' },
  ...[
    'visits',
    'visitors',
    'clicks',
    'expected clicks',
    'revenue',
    'expected revenue',
    'true lift: clicks a visit',
    'revenue a visit',
  ].map((title) => ({
    title,
    align: 'right' as const,
  })),
]

function documentOf(tally: ArmTally) {
  return { ...tally, visitors: tally.visitors.size, trueLift: trueLift(tally) }
}

function rowOf(tally: ArmTally): string[] {
  const money = (micros: number) => (micros / 1e6).toFixed(2)
  return [
    tally.arm,
    String(tally.visits),
    String(tally.visitors.size),
    String(tally.clicks),
    tally.expectedClicks.toFixed(1),
    money(tally.micros),
    money(tally.expectedMicros),
    trueLift(tally).clicks.toFixed(3),
    money(trueLift(tally).micros),
  ]
}

async function withShop<T>(
  context: Context,
  options: ShopperOptions & GlobalOptions,
  work: (shop: Shop) => Promise<T>,
): Promise<T> {
  const { url, readKey, writeKey } = options
  if (url === undefined) return withClient(context, options, ({ client }) => work({ reader: client, writer: client }))
  if (readKey === undefined || writeKey === undefined) {
    throw new CodedError('USAGE', { problem: '--url needs --read-key and --write-key' })
  }
  const client = (key: string) => createClient({ transport: httpTransport({ url, key }) })
  return work({ reader: client(readKey), writer: client(writeKey) })
}

/** @throws CodedError USAGE where the folder holds no simulated store, or one of a version before */
async function worldOf(directory: string): Promise<World> {
  try {
    const { world }: { world: WorldOptions } = JSON.parse(await readFile(join(directory, GUIDE_FILE), 'utf8'))
    return createWorld({ ...world })
  } catch {
    throw new CodedError('USAGE', {
      problem: `${directory} holds no simulated store that says how it was made; make one with \`storemind demo\``,
    })
  }
}
