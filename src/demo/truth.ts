import { type Catalogue, COMPANIONS, novelty } from './catalogue/catalogue.ts'
import { productId, productIndex, startOf } from './catalogue/describe.ts'
import { HABITS, type Habits } from './history/habits.ts'
import { lifeOf } from './history/history.ts'
import { AHEAD, BOUGHT_AGAIN, COMPANION_BOUGHT, MOST_PICKS, ONE_MORE_PICK } from './history/visit.ts'
import { DAY } from './options.ts'
import { type Shopper, shopperIndex, shopperOf } from './shoppers/shopper.ts'
import { Taste } from './shoppers/taste.ts'
import type { World } from './world.ts'

const MEAN_PICKS = picksOnAverage(ONE_MORE_PICK, MOST_PICKS - 1)

export interface Truth {
  /**
   * How much the person wants every product, as pieces expected on an ordering visit at that time: taste, discovery and
   * companions, what runs out then for certain, and nothing that the person has and that lasts; habits and belongings are
   * known as they stand at the end of the history. [products]; the constant of a purchase in a period is the number of
   * ordering visits in it.
   * @param at UTC milliseconds; after the history, its last day's stock and novelty hold
   * @throws RangeError for an id that is not in this store
   */
  preferences(shopper: string, at: number): Float64Array
  /** One product of `preferences`. */
  preference(shopper: string, product: string, at: number): number
  /** The best list there is. */
  top(shopper: string, at: number, size: number): string[]
  /** What a list is worth: the sum of its products' preferences, each product counted once. */
  worth(shopper: string, products: readonly string[], at: number): number
}

/** The true answer, from the same formula as the history (see Taste). Cost: O(products) a question. */
export function truthOf(world: World): Truth {
  const { catalogue, options } = world
  let last: { shopper: string; at: number; values: Float64Array } | undefined

  const preferences = (id: string, at: number): Float64Array => {
    if (last?.shopper === id && last.at === at) return last.values
    const shopper = known(id)
    const day = dayOf(world, at)
    const habits = day < options.days - 1 ? undefined : lifeOf(catalogue, options, shopper.index).habits
    const values = directly(world, shopper, day, at, habits)
    addCompanions(world, values, day, habits)
    if (habits) addHabits(world, shopper, habits, values, day)
    last = { shopper: id, at, values }
    return values
  }
  const known = (id: string): Shopper => {
    const index = shopperIndex(options, id)
    if (index === undefined) throw new RangeError(`there is no shopper ${id} in this store`)
    return shopperOf(options, index)
  }
  const indexOf = (id: string): number => {
    const index = productIndex(catalogue, id)
    if (index === undefined) throw new RangeError(`there is no product ${id} in this store`)
    return index
  }
  return {
    preferences,
    preference: (shopper, product, at) => preferences(shopper, at)[indexOf(product)] ?? 0,
    top(shopper, at, size) {
      const values = preferences(shopper, at)
      const order = Int32Array.from(values, (_, p) => p).sort((a, b) => values[b]! - values[a]! || a - b)
      return Array.from(order.subarray(0, size), productId)
    },
    worth(shopper, products, at) {
      const values = preferences(shopper, at)
      return [...new Set(products)].reduce((sum, product) => sum + (values[indexOf(product)] ?? 0), 0)
    },
  }
}

function dayOf({ options }: World, at: number): number {
  return Math.min(options.days - 1, Math.max(0, Math.floor((at - startOf(options)) / DAY)))
}

/** Picks by taste: mean picks × w / Σ w over what the person does not have. */
function directly({ catalogue }: World, shopper: Shopper, day: number, at: number, habits?: Habits): Float64Array {
  const taste = new Taste(catalogue, shopper).goTo(day, at)
  const values = Float64Array.from({ length: catalogue.size }, (_, p) =>
    has(catalogue, p, habits) ? 0 : taste.weight(p),
  )
  const sum = values.reduce((total, value) => total + value, 0)
  return sum === 0 ? values : values.map((value) => (MEAN_PICKS * value) / sum)
}

/** What is bought along with a pick: each companion gets its share of the pick's probability. */
function addCompanions({ catalogue }: World, values: Float64Array, day: number, habits?: Habits): void {
  const direct = values.slice()
  for (let p = 0; p < catalogue.size; p++) {
    for (let c = 0; c < COMPANIONS; c++) {
      const companion = catalogue.companions[p * COMPANIONS + c]!
      if (companion < 0 || novelty(catalogue, companion, day) === 0 || has(catalogue, companion, habits)) continue
      values[companion] = values[companion]! + (direct[p]! * COMPANION_BOUGHT) / COMPANIONS
    }
  }
}

/** What the person buys again and again. */
function addHabits({ catalogue }: World, shopper: Shopper, habits: Habits, values: Float64Array, day: number): void {
  for (let slot = 0; slot < HABITS; slot++) {
    const product = habits.product[slot]!
    // Within the shopper's usual gap it will have run out on the next visit.
    if (product < 0 || habits.due[slot]! > day + AHEAD + shopper.gap) continue
    if (novelty(catalogue, product, day) > 0) values[product] = values[product]! + BOUGHT_AGAIN
  }
}

function has(catalogue: Catalogue, product: number, habits: Habits | undefined): boolean {
  if (!habits || catalogue.shelves[catalogue.shelf[product]!]?.leaf.lasts !== 0) return false
  return habits.owns(0, catalogue.family[product]!)
}

/** 1 + the mean of a run that is cut off at `most`. */
function picksOnAverage(probability: number, most: number): number {
  let mean = 1
  for (let n = 1; n <= most; n++) mean += probability ** n
  return mean
}
