import type { WorldOptions } from '../options.ts'
import { Draws, indexIn } from '../random.ts'
import { STREAMS } from '../streams.ts'
import type { Group, Leaf } from './leaf.ts'
import { GROUPS } from './taxonomy.ts'
import { COLOURS, SIZES, STYLES } from './words.ts'

/** How many hidden dimensions tastes have. */
export const DIMENSIONS = 8
/** How many other products each product goes together with. */
export const COMPANIONS = 3
const BRANDS_PER_GROUP = 60
/** Never sold out in the history. */
const NEVER = 32_767

/** A leaf as this store carries it: which products are its own, and where it lies in the space of tastes. */
export interface Shelf {
  readonly group: Group
  readonly groupIndex: number
  readonly leaf: Leaf
  readonly from: number
  readonly to: number
  /** Sum of the appeals of its products. */
  readonly appeal: number
  /** [DIMENSIONS] */
  readonly taste: Float64Array
}

/**
 * All goods of a store, column by column; a product is its index. Products of one leaf stand together, variants of one
 * family stand next to each other.
 */
export interface Catalogue {
  readonly size: number
  readonly shelves: readonly Shelf[]
  readonly shelf: Uint16Array
  readonly brand: Uint16Array
  readonly style: Uint8Array
  /** Index of a colour, or of a size where the leaf comes in sizes. */
  readonly variant: Uint8Array
  readonly family: Int32Array
  /** Products in this product's family. */
  readonly variants: Uint8Array
  /** Standard normal: how dear it is among its leaf's goods. */
  readonly priceLevel: Float32Array
  readonly priceMicros: Float64Array
  /** 0 where it is not reduced. */
  readonly salePriceMicros: Float64Array
  /** Day of the history on which it came; below 0 when it was there before. */
  readonly releasedDay: Int16Array
  /** Day of the history from which it is sold out. */
  readonly soldOutDay: Int16Array
  readonly stock: Uint16Array
  /** How much it draws everybody, running sums over all products. */
  readonly appealTo: Float64Array
  /** [size × COMPANIONS] what goes with it, −1 where there is nothing. */
  readonly companions: Int32Array
  /** [brands × DIMENSIONS] */
  readonly brandTaste: Float64Array
}

/** Makes the goods. Cost: O(products) time, 60 bytes a product. */
export function createCatalogue(options: WorldOptions): Catalogue {
  const { products: size } = options
  const plan = planShelves(options)
  const columns = {
    size,
    shelf: new Uint16Array(size),
    brand: new Uint16Array(size),
    style: new Uint8Array(size),
    variant: new Uint8Array(size),
    family: new Int32Array(size),
    variants: new Uint8Array(size),
    priceLevel: new Float32Array(size),
    priceMicros: new Float64Array(size),
    salePriceMicros: new Float64Array(size),
    releasedDay: new Int16Array(size),
    soldOutDay: new Int16Array(size),
    stock: new Uint16Array(size),
    appealTo: new Float64Array(size),
    companions: new Int32Array(size * COMPANIONS).fill(-1),
  }
  let product = 0
  let family = 0
  let appeal = 0
  const shelves: Shelf[] = plan.map((one, index) => {
    const from = product
    const before = appeal
    while (product < from + one.count) {
      const left = from + one.count - product
      appeal = addFamily(columns, options, { plan: one, index, family, product, left, appeal, brands: plan.brands })
      product += columns.variants[product] ?? 1
      family++
    }
    const { group, groupIndex, leaf, taste } = one
    return { group, groupIndex, leaf, taste, from, to: product, appeal: appeal - before }
  })
  const catalogue = { ...columns, shelves, brandTaste: plan.brandTaste }
  findCompanions(catalogue, options.seed)
  return catalogue
}

interface ShelfPlan {
  readonly group: Group
  readonly groupIndex: number
  readonly leaf: Leaf
  readonly count: number
  readonly taste: Float64Array
}

/** A small store carries few groups whole rather than a little of everything: its baskets still hang together. */
function planShelves({ seed, products }: WorldOptions) {
  const groups = GROUPS.slice(0, Math.max(1, Math.min(GROUPS.length, Math.ceil(products / 40))))
  const draws = new Draws(seed, STREAMS.leaves)
  const rows = groups.flatMap((group, groupIndex) => {
    const centre = vector(draws, 0.6)
    return group.leaves.map((leaf) => ({
      group,
      groupIndex,
      leaf,
      // Leaves of a group lie near one another: who likes one likes the others more than chance would have it.
      taste: vector(draws, 0.8).map((value, d) => value + (centre[d] ?? 0)),
      weight: Math.exp(0.5 * draws.normal()),
    }))
  })
  const total = rows.reduce((sum, row) => sum + row.weight, 0)
  let given = 0
  let weight = 0
  const plan = rows.map(({ weight: own, ...row }) => {
    weight += own
    const upTo = Math.round((products * weight) / total)
    const count = upTo - given
    given = upTo
    return { ...row, count }
  })
  const brands = Math.max(2, Math.min(BRANDS_PER_GROUP, Math.round(Math.sqrt(products / groups.length))))
  const brandDraws = new Draws(seed, STREAMS.brands)
  const brandTaste = Float64Array.from(
    { length: groups.length * BRANDS_PER_GROUP * DIMENSIONS },
    () => brandDraws.normal() / Math.sqrt(DIMENSIONS),
  )
  return Object.assign(plan, { brands, brandTaste })
}

function vector(draws: Draws, scale: number): Float64Array {
  return Float64Array.from({ length: DIMENSIONS }, () => (scale * draws.normal()) / Math.sqrt(DIMENSIONS))
}

interface FamilyPlace {
  readonly plan: ShelfPlan
  readonly index: number
  readonly family: number
  readonly product: number
  /** How many products the shelf still takes. */
  readonly left: number
  readonly appeal: number
  readonly brands: number
}

/** Writes one family of variants; returns the running sum of appeals. */
function addFamily(to: Omit<Catalogue, 'shelves' | 'brandTaste'>, options: WorldOptions, place: FamilyPlace): number {
  const { leaf, groupIndex } = place.plan
  const draws = new Draws(options.seed, STREAMS.families, place.family)
  const brand = groupIndex * BRANDS_PER_GROUP + Math.floor(place.brands * draws.next() ** 1.5)
  const style = draws.chance(0.6) ? brand % STYLES.length : draws.integer(STYLES.length)
  const level = draws.normal()
  const price = shelfPrice(leaf.price * Math.exp(0.4 * level))
  const reduced = draws.chance(0.12) ? shelfPrice((price / 1e6) * (0.7 + 0.2 * draws.next())) : 0
  const strength = Math.exp(1.1 * draws.normal())
  const released = draws.chance(0.8) ? -1 - draws.integer(1000) : draws.integer(options.days)
  const wanted = leaf.sized ? 2 + draws.integer(4) : draws.chance(0.75) ? 1 : 2 + draws.integer(3)
  const variants = Math.min(wanted, place.left)
  const palette = leaf.sized ? SIZES.length : COLOURS.length
  const first = draws.integer(palette)
  let appeal = place.appeal
  for (let v = 0; v < variants; v++) {
    const p = place.product + v
    to.shelf[p] = place.index
    to.brand[p] = brand
    to.style[p] = style
    to.variant[p] = (first + v) % palette
    to.family[p] = place.family
    to.variants[p] = variants
    to.priceLevel[p] = level
    to.priceMicros[p] = price
    to.salePriceMicros[p] = reduced < price ? reduced : 0
    to.releasedDay[p] = released
    to.soldOutDay[p] = draws.chance(0.04) ? Math.floor(options.days * (0.8 + 0.2 * draws.next())) : NEVER
    to.stock[p] = 1 + Math.floor(200 * draws.next() ** 3)
    appeal += (strength / variants) * (0.5 + draws.next())
    to.appealTo[p] = appeal
  }
  return appeal
}

/** A price as shops write it: 23.99, 7.49, 129.00. Micros. */
function shelfPrice(price: number): number {
  const cents =
    price >= 100
      ? Math.round(price) * 100
      : price >= 10
        ? Math.floor(price) * 100 + 99
        : Math.floor(price * 2) * 50 + 49
  return cents * 10_000
}

/** Gives each product its companions: from the other leaves of its group, drawn by appeal, of its own style if it can. */
function findCompanions(catalogue: Catalogue, seed: number): void {
  const { shelves, companions, style } = catalogue
  const byGroup = Map.groupBy(shelves, (shelf) => shelf.groupIndex)
  const draws = new Draws(seed)
  for (let p = 0; p < catalogue.size; p++) {
    const own = shelves[catalogue.shelf[p]!]
    const others = (own ? byGroup.get(own.groupIndex) : undefined)?.filter((one) => one !== own && one.to > one.from)
    if (!others || others.length === 0) continue
    draws.restart(seed, STREAMS.companions, p)
    for (let c = 0; c < COMPANIONS; c++) {
      const shelf = others[c % others.length]
      if (!shelf) continue
      let chosen = drawByAppeal(catalogue, shelf, draws)
      for (let tries = 0; tries < 4 && style[chosen] !== style[p]; tries++)
        chosen = drawByAppeal(catalogue, shelf, draws)
      companions[p * COMPANIONS + c] = chosen
    }
  }
}

/** One product of the shelf with probability proportional to its appeal. */
export function drawByAppeal({ appealTo }: Catalogue, { from, to, appeal }: Shelf, draws: Draws): number {
  const before = from === 0 ? 0 : appealTo[from - 1]!
  return indexIn(appealTo, before + draws.next() * appeal, from, to)
}

export function appealOf({ appealTo }: Catalogue, product: number): number {
  return appealTo[product]! - (product === 0 ? 0 : appealTo[product - 1]!)
}

/** New goods draw more than those that everybody has seen; before its release and after the last piece, nothing does. In [0, 1]. */
export function novelty({ releasedDay, soldOutDay }: Catalogue, product: number, day: number): number {
  const age = day - releasedDay[product]!
  if (age < 0 || day >= soldOutDay[product]!) return 0
  return 0.5 + 0.5 * Math.exp(-age / 45)
}
