import { lifeOf } from './history/history.ts'
import type { WorldOptions } from './options.ts'
import { firstName, shopperOf, userId } from './shoppers/shopper.ts'
import type { World } from './world.ts'

/** Stands beside the simulated files, and in the folder of a store that was made from them. */
export const GUIDE_FILE = 'demo.json'

/** A shopper to try the storefront with. */
export interface SampleShopper {
  readonly id: string
  readonly label: string
}

export interface Guide {
  readonly seed: number
  readonly products: number
  readonly shoppers: readonly SampleShopper[]
  /** Makes the same world again. */
  readonly world: WorldOptions
}

const SAMPLES = 8
/** How many people are looked at in search of samples, so that a big store takes no longer than a small one. */
const LOOKED_AT = 400

/** Picks people with different tastes and enough history, and one who said no to personalisation. */
export function guideOf(world: World): Guide {
  const { options } = world
  const shoppers: SampleShopper[] = []
  const taken = new Set<string>()
  let refuser: SampleShopper | undefined
  for (let index = 0; index < Math.min(options.shoppers, LOOKED_AT); index++) {
    const shopper = shopperOf(options, index)
    if (shopper.guest || (!shopper.consents && refuser) || (shopper.consents && shoppers.length === SAMPLES)) continue
    const { orders, groups } = boughtBy(world, index)
    const [favourite, second] = groups
    if (orders < 4 || favourite === undefined) continue
    const likes = second ? `${favourite} and ${second}` : favourite
    if (!shopper.consents) {
      refuser = { id: userId(index), label: `${firstName(index)}: said no to personalisation` }
    } else if (!taken.has(favourite)) {
      taken.add(favourite)
      shoppers.push({ id: userId(index), label: `${firstName(index)}: buys ${likes}, ${orders} orders` })
    }
  }
  return {
    seed: options.seed,
    products: options.products,
    shoppers: refuser ? [...shoppers, refuser] : shoppers,
    world: options,
  }
}

/** How often a person ordered, and the groups bought from, most pieces first. */
function boughtBy({ catalogue, options }: World, index: number): { orders: number; groups: string[] } {
  const pieces = new Map<string, number>()
  let orders = 0
  for (const { steps } of lifeOf(catalogue, options, index).visits) {
    for (const step of steps) {
      if (step.kind !== 'ordered') continue
      orders++
      for (const { product, quantity } of step.lines) {
        const group = catalogue.shelves[catalogue.shelf[product] ?? 0]?.group.name ?? ''
        pieces.set(group, (pieces.get(group) ?? 0) + quantity)
      }
    }
  }
  return { orders, groups: [...pieces].sort(([, a], [, b]) => b - a).map(([group]) => group) }
}
