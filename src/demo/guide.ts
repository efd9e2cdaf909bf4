import { lifeOf } from './history/history.ts'
import { firstName, shopperOf, userId } from './shoppers/shopper.ts'
import { Taste } from './shoppers/taste.ts'
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
}

const SAMPLES = 8
/** How many people are looked at in search of samples, so that a big store takes no longer than a small one. */
const LOOKED_AT = 400

/** Picks people with different tastes and enough history, and one who said no to personalisation. */
export function guideOf(world: World): Guide {
  const { catalogue, options } = world
  const shoppers: SampleShopper[] = []
  const taken = new Set<string>()
  let refuser: SampleShopper | undefined
  for (let index = 0; index < Math.min(options.shoppers, LOOKED_AT); index++) {
    const shopper = shopperOf(options, index)
    if (shopper.guest || (!shopper.consents && refuser) || (shopper.consents && shoppers.length === SAMPLES)) continue
    const orders = lifeOf(catalogue, options, index).visits.filter(({ steps }) =>
      steps.some(({ kind }) => kind === 'ordered'),
    )
    const [favourite, ...others] = new Taste(catalogue, shopper).favourites().map(({ group }) => group.name)
    if (orders.length < 4 || favourite === undefined) continue
    const second = others.find((name) => name !== favourite)
    const likes = second ? `${favourite} and ${second}` : favourite
    if (!shopper.consents) {
      refuser = { id: userId(index), label: `${firstName(index)}: said no to personalisation` }
    } else if (!taken.has(favourite)) {
      taken.add(favourite)
      shoppers.push({ id: userId(index), label: `${firstName(index)}: likes ${likes}, ${orders.length} orders` })
    }
  }
  return { seed: options.seed, products: options.products, shoppers: refuser ? [...shoppers, refuser] : shoppers }
}
