import type { Client } from '@storemind/client'
import { createChoices } from '../../src/demo/live/choices.ts'
import { type ArmTally, runLive, trueLift } from '../../src/demo/live/run.ts'
import { Draws } from '../../src/demo/random.ts'
import type { SimulatedShop } from './simulated-shop.ts'

const DAY = 86_400_000

type ExperimentReport = Awaited<ReturnType<Client['experimentReport']>>
type Lift = NonNullable<ExperimentReport['lift']>[number]

/** What an experiment measured, and what is true. */
export interface MeasuredLift {
  readonly report: ExperimentReport
  /** Read while it ran: the interval that holds at every look. */
  readonly early: Lift
  /** What the simulation knows of the arm that was shown recommendations. */
  readonly shown: ArmTally
  /** Read at the planned end, of the arm that was shown recommendations, against the holdout; micros a visitor. */
  readonly lift: Lift
  /**
   * What the arm's visitors truly gained, micros each: the worth of the lists that they were shown less the worth of the
   * store's own list, over the same visits. Known from their tastes, not from what they happened to buy.
   */
  readonly truth: number
}

/**
 * An experiment with a holdout, all of it by the public API: shoppers visit, see what their arm is shown, click and buy;
 * the day that was planned goes by, and the report is read.
 * @param seed of what the shoppers do; who stands in which arm is drawn by the engine
 */
export async function measureLift(shop: SimulatedShop, seed: number, visits: number): Promise<MeasuredLift> {
  const { client, world } = shop
  const { id } = await client.createExperiment({
    name: `run ${seed}`,
    placements: ['home'],
    arms: [
      { name: 'store', share: 1, holdout: true },
      { name: 'storemind', share: 1 },
    ],
    days: 1,
  })
  await client.startExperiment({ id })
  const tallies = await runLive({
    world,
    choices: createChoices(world),
    shop: { reader: client, writer: client },
    placement: 'home',
    size: 10,
    seed,
    visits,
    shoppers: world.options.shoppers,
    speed: 0,
    wait: async () => undefined,
  })
  const early = (await client.experimentReport({ id })).lift?.[0]
  shop.skip(2 * DAY)
  const report = await client.experimentReport({ id })
  const shown = tallies.get('storemind')
  const lift = report.lift?.[0]
  const visitors = report.arms.find(({ arm }) => arm === 'storemind')?.visitors ?? 0
  if (shown === undefined || lift === undefined || early === undefined || visitors === 0) {
    throw new Error(`nothing was compared: ${report.words.join(' ')}`)
  }
  return { report, lift, early, shown, truth: (trueLift(shown).micros * shown.visits) / visitors }
}

/** Whether an interval of a report holds a truth; one that is not shown holds nothing. */
export function covers({ low, high }: Pick<Lift, 'low' | 'high'>, truth: number): boolean {
  return low !== null && high !== null && low <= truth && truth <= high
}

/** A random source for the engine, so that its splits are the same in every run. */
export function seededBytes(seed: number): (bytes: Uint8Array) => void {
  const draws = new Draws(seed)
  return (bytes) => {
    for (let i = 0; i < bytes.length; i++) bytes[i] = draws.integer(256)
  }
}
