import { appealOf, type Catalogue, DIMENSIONS, drawByAppeal, novelty, type Shelf } from '../catalogue/catalogue.ts'
import { type Draws, indexIn } from '../random.ts'
import { season } from './seasons.ts'
import type { Shopper } from './shopper.ts'

const BRAND_LEAST = 0.1
const BRAND_MOST = 4
const STYLE_LIKED = 2.5
/** The most that brand, price, style and size together can add. */
const FIT_MOST = BRAND_MOST * STYLE_LIKED
const LEAF_LEAST = 0.01
const LEAF_MOST = 30
/** Share of what is picked because everybody picks it. */
const DISCOVERY = 0.12

/**
 * What a person wants, as weights over products. A product's weight on a day is
 *
 *   w(u, p, t) = appeal(p) · novelty(p, t) · season(leaf(p), t) · [ (1 − δ) · leafTaste(u, leaf(p)) · fit(u, p) + δ ]
 *
 * with leafTaste = exp(1.5 · u·leaf), fit = exp(1.2 · u·brand) · exp(−(priceLevel(u) − priceLevel(p))² / 3) · style · size,
 * both clamped, and δ the share of discovery by popularity. A pick takes p with probability w / Σ w, exactly: both the
 * simulation and the truth come from this one formula.
 */
export class Taste {
  private readonly catalogue: Catalogue
  private readonly shopper: Shopper
  /** [shelves] */
  private readonly leafTaste: Float64Array
  /** Running sums over the shelves of an upper bound of their products' weights on the day. */
  private readonly bounds: Float64Array
  /** [13] of the day, by a leaf's month of most demand. */
  private readonly seasons = new Float64Array(13)
  private day = Number.NaN
  private at = Number.NaN

  constructor(catalogue: Catalogue, shopper: Shopper) {
    this.catalogue = catalogue
    this.shopper = shopper
    this.leafTaste = new Float64Array(catalogue.shelves.length)
    this.bounds = new Float64Array(catalogue.shelves.length)
    catalogue.shelves.forEach((shelf, s) => {
      this.leafTaste[s] = clamp(Math.exp(1.5 * dot(shopper.taste, shelf.taste, 0)), LEAF_LEAST, LEAF_MOST)
    })
  }

  /** Goes to a day of the history. @param at UTC milliseconds of that day */
  goTo(day: number, at: number): this {
    if (day === this.day && at === this.at) return this
    this.day = day
    this.at = at
    for (let month = 0; month < this.seasons.length; month++) this.seasons[month] = season(at, month)
    let sum = 0
    for (let s = 0; s < this.bounds.length; s++) {
      const shelf = this.catalogue.shelves[s]!
      sum +=
        shelf.appeal * this.seasons[shelf.leaf.peak]! * ((1 - DISCOVERY) * this.leafTaste[s]! * FIT_MOST + DISCOVERY)
      this.bounds[s] = sum
    }
    return this
  }

  /** w(u, p, t) on the day gone to. */
  weight(product: number): number {
    const { catalogue } = this
    const s = catalogue.shelf[product]!
    const liked = (1 - DISCOVERY) * this.leafTaste[s]! * this.fit(product) + DISCOVERY
    return (
      appealOf(catalogue, product) *
      novelty(catalogue, product, this.day) *
      this.seasons[catalogue.shelves[s]!.leaf.peak]! *
      liked
    )
  }

  /**
   * One product, drawn with probability w / Σ w: a shelf and a product are drawn by an upper bound and accepted in the
   * ratio of weight to bound (von Neumann 1951), so that the cost does not grow with the catalogue.
   * @returns −1 where nothing is wanted that is to be had
   */
  pick(draws: Draws): number {
    const total = this.bounds[this.bounds.length - 1] ?? 0
    for (let tries = 0; tries < 3000; tries++) {
      const s = indexIn(this.bounds, draws.next() * total, 0, this.bounds.length)
      const product = this.tryShelf(s, draws)
      if (product >= 0) return product
    }
    return -1
  }

  /** One product of the shelf on which the given one stands, drawn by weight. */
  pickBeside(product: number, draws: Draws): number {
    const s = this.catalogue.shelf[product]!
    for (let tries = 0; tries < 300; tries++) {
      const other = this.tryShelf(s, draws)
      if (other >= 0) return other
    }
    return product
  }

  private tryShelf(s: number, draws: Draws): number {
    const { catalogue } = this
    const shelf: Shelf = catalogue.shelves[s]!
    const product = drawByAppeal(catalogue, shelf, draws)
    const most = (1 - DISCOVERY) * this.leafTaste[s]! * FIT_MOST + DISCOVERY
    // The draw first, against the cheap factor: most products fail there or pass on to the exact test with the same draw.
    const ceiling = (draws.next() * most) / novelty(catalogue, product, this.day)
    if (!(ceiling < most)) return -1
    return ceiling < (1 - DISCOVERY) * this.leafTaste[s]! * this.fit(product) + DISCOVERY ? product : -1
  }

  /** How a product fits the person, leaf aside. In (0, FIT_MOST]. */
  private fit(product: number): number {
    const { catalogue, shopper } = this
    const brand = clamp(
      Math.exp(1.2 * dot(shopper.taste, catalogue.brandTaste, catalogue.brand[product]! * DIMENSIONS)),
      BRAND_LEAST,
      BRAND_MOST,
    )
    const distance = shopper.priceLevel - catalogue.priceLevel[product]!
    const style = catalogue.style[product] === shopper.style ? STYLE_LIKED : 1
    return brand * Math.exp((-distance * distance) / 3) * style * this.sizeFit(product)
  }

  private sizeFit(product: number): number {
    const { catalogue, shopper } = this
    if (!catalogue.shelves[catalogue.shelf[product]!]!.leaf.sized) return 1
    const steps = Math.abs(catalogue.variant[product]! - shopper.size)
    return steps === 0 ? 1 : steps === 1 ? 0.1 : 0.02
  }

  /** Shelves from most to least liked, season and appeal aside. */
  favourites(): readonly Shelf[] {
    const order = this.catalogue.shelves.map((shelf, s) => ({ shelf, liking: this.leafTaste[s] ?? 0 }))
    return order.sort((a, b) => b.liking - a.liking).map(({ shelf }) => shelf)
  }
}

function dot(a: Float64Array, b: Float64Array, at: number): number {
  let sum = 0
  for (let d = 0; d < DIMENSIONS; d++) sum += a[d]! * b[at + d]!
  return sum
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}
