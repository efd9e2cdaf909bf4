import { type Catalogue, COMPANIONS, novelty } from '../catalogue/catalogue.ts'
import { DAY, type WorldOptions } from '../options.ts'
import { Draws } from '../random.ts'
import { timeOfDay } from '../shoppers/seasons.ts'
import type { Shopper } from '../shoppers/shopper.ts'
import type { Taste } from '../shoppers/taste.ts'
import { STREAMS } from '../streams.ts'
import { HABITS, type Habits } from './habits.ts'

export interface OrderLine {
  readonly product: number
  readonly quantity: number
}

export type Step =
  | { readonly kind: 'viewed' | 'added'; readonly at: number; readonly product: number }
  | { readonly kind: 'searched'; readonly at: number; readonly shelf: number }
  | { readonly kind: 'logged_in'; readonly at: number }
  | { readonly kind: 'ordered'; readonly at: number; readonly order: number; readonly lines: readonly OrderLine[] }
  | { readonly kind: 'refunded'; readonly at: number; readonly order: number; readonly lines: readonly OrderLine[] }

/** One visit of one person on one device, in the order of what happened. */
export interface Visit {
  readonly shopper: Shopper
  readonly number: number
  readonly device: number
  /** Known to the store by name from the beginning, having logged in on this device before. */
  readonly known: boolean
  readonly startedAt: number
  readonly steps: readonly Step[]
}

/** In an ordering visit: picks after the first come with this probability each. */
export const ONE_MORE_PICK = 0.35
export const MOST_PICKS = 5
/** Probability that something that goes with a picked product is bought with it. */
export const COMPANION_BOUGHT = 0.35
/** Probability that what runs out is bought again on an ordering visit, and that its running out makes the visit one. */
export const BOUGHT_AGAIN = 0.85
/** Probability that a consumable becomes a habit when it is bought. */
const BECOMES_HABIT = 0.65
/** Things are bought again up to so many days before they run out. */
export const AHEAD = 3

export interface VisitPlace {
  readonly catalogue: Catalogue
  readonly options: WorldOptions
  readonly habits: Habits
  /** Where the shopper stands in `habits`. */
  readonly row: number
  readonly shopper: Shopper
  readonly taste: Taste
  readonly day: number
  /** UTC milliseconds at which that day begins. */
  readonly dayAt: number
}

/** Lets a person visit the shop on a day, and remembers what came of it. */
export function visit(place: VisitPlace): Visit {
  const { habits, row, shopper, dayAt, options } = place
  const number = habits.visits[row]!
  // One stream for each visit: 4096 visits a person before two people could share one.
  const draws = new Draws(options.seed, STREAMS.visits + (shopper.index << 4), number)
  const device = draws.chance(0.7) ? 0 : draws.integer(shopper.devices)
  const known = !shopper.guest && (habits.loggedIn[row]! & (1 << device)) !== 0
  const startedAt = dayAt + timeOfDay(draws.next())
  place.taste.goTo(place.day, dayAt)
  const teller = new Teller(place, draws, startedAt)
  if (shopper.bot) teller.crawl()
  else teller.shop(known, number)
  habits.visits[row] = Math.min(65_535, number + 1)
  if (teller.loggedIn) habits.loggedIn[row] = habits.loggedIn[row]! | (1 << device)
  return { shopper, number, device, known, startedAt, steps: teller.steps }
}

/** Tells one visit step by step, on its own clock. */
class Teller {
  readonly steps: Step[] = []
  loggedIn = false
  private now: number
  private readonly place: VisitPlace
  private readonly draws: Draws

  constructor(place: VisitPlace, draws: Draws, startedAt: number) {
    this.place = place
    this.draws = draws
    this.now = startedAt
  }

  /** A crawler opens any pages, quickly, and buys nothing. */
  crawl(): void {
    for (let n = 20 + this.draws.integer(60); n > 0; n--) {
      this.steps.push({ kind: 'viewed', at: this.later(2), product: this.draws.integer(this.place.catalogue.size) })
    }
  }

  shop(known: boolean, number: number): void {
    const { draws, place } = this
    const again = this.runsOut()
    const orders = again.length > 0 ? draws.chance(BOUGHT_AGAIN) : draws.chance(place.shopper.buys)
    const lines = new Map<number, number>()
    const picks = orders
      ? again.length > 0
        ? draws.run(0.5, MOST_PICKS)
        : 1 + draws.run(ONE_MORE_PICK, MOST_PICKS - 1)
      : 1 + draws.run(0.5, 4)
    if (orders) for (const product of again) this.put(product, lines)
    for (let n = 0; n < picks; n++) this.choose(orders, lines)
    if (!orders || lines.size === 0) return
    if (!known && !place.shopper.guest) this.logIn()
    this.order(
      [...lines].map(([product, quantity]) => ({ product, quantity })),
      number,
    )
  }

  /** Looks around a shelf, then at one product; on an ordering visit it goes into the cart, maybe with a companion. */
  private choose(orders: boolean, lines: Map<number, number>): void {
    const { draws, place } = this
    const product = this.pickWanted()
    if (product < 0) return
    if (draws.chance(0.15)) {
      this.steps.push({ kind: 'searched', at: this.later(10), shelf: place.catalogue.shelf[product]! })
    }
    for (let others = draws.run(0.5, 6); others > 0; others--) {
      this.steps.push({ kind: 'viewed', at: this.later(40), product: place.taste.pickBeside(product, draws) })
    }
    this.steps.push({ kind: 'viewed', at: this.later(40), product })
    if (!orders) {
      if (draws.chance(0.2)) this.steps.push({ kind: 'added', at: this.later(20), product })
      return
    }
    this.put(product, lines)
    if (draws.chance(COMPANION_BOUGHT)) this.addCompanion(product, lines)
  }

  /** A pick that the person does not have yet; −1 where tastes lead to belongings only. */
  private pickWanted(): number {
    for (let tries = 0; tries < 20; tries++) {
      const product = this.place.taste.pick(this.draws)
      if (product < 0 || !this.has(product)) return product
    }
    return -1
  }

  /** Whether the person has this lasting thing, in whatever variant. */
  private has(product: number): boolean {
    const { habits, row, catalogue } = this.place
    return this.lasts(product) === 0 && habits.owns(row, catalogue.family[product]!)
  }

  private addCompanion(product: number, lines: Map<number, number>): void {
    const { catalogue, day } = this.place
    const companion = catalogue.companions[product * COMPANIONS + this.draws.integer(COMPANIONS)]!
    if (companion < 0 || novelty(catalogue, companion, day) === 0 || this.has(companion)) return
    this.steps.push({ kind: 'viewed', at: this.later(30), product: companion })
    this.put(companion, lines)
  }

  private put(product: number, lines: Map<number, number>): void {
    const lasts = this.lasts(product)
    const quantity = lasts > 0 && this.draws.chance(0.2) ? 2 : 1
    this.steps.push({ kind: 'added', at: this.later(15), product })
    lines.set(product, (lines.get(product) ?? 0) + quantity)
  }

  private logIn(): void {
    this.loggedIn = true
    this.steps.push({ kind: 'logged_in', at: this.later(20) })
  }

  private order(lines: readonly OrderLine[], number: number): void {
    const { draws, place } = this
    const order = place.shopper.index * 65_536 + number
    this.steps.push({ kind: 'ordered', at: this.later(60), order, lines })
    for (const { product, quantity } of lines) this.remember(product, quantity)
    if (!draws.chance(place.options.refunds)) return
    const back = lines[draws.integer(lines.length)]
    const at = this.now + Math.floor((2 + 8 * draws.next()) * DAY)
    if (back) this.steps.push({ kind: 'refunded', at, order, lines: [back] })
  }

  /** A consumable may become a habit, a lasting thing a belonging. */
  private remember(product: number, quantity: number): void {
    const { habits, row, shopper, day, catalogue } = this.place
    const lasts = this.lasts(product)
    if (lasts === 0) {
      habits.own(row, catalogue.family[product]!)
      return
    }
    const had = habits.find(row, product) >= 0
    if (!had && !this.draws.chance(BECOMES_HABIT)) return
    const interval = lasts * shopper.pace * quantity * Math.exp(0.15 * this.draws.normal())
    habits.remember(row, product, day + interval)
  }

  /** What has run out or will in a few days, and is still to be had. */
  private runsOut(): number[] {
    const { habits, row, day, catalogue } = this.place
    const found: number[] = []
    for (let slot = row * HABITS; slot < (row + 1) * HABITS; slot++) {
      const product = habits.product[slot]!
      if (product < 0 || habits.due[slot]! > day + AHEAD) continue
      if (novelty(catalogue, product, day) === 0) habits.product[slot] = -1
      else found.push(product)
    }
    return found
  }

  private lasts(product: number): number {
    return this.place.catalogue.shelves[this.place.catalogue.shelf[product]!]?.leaf.lasts ?? 0
  }

  /** Moves the visit's clock on. @param mean seconds */
  private later(mean: number): number {
    this.now += 1000 + Math.floor(this.draws.exponential(mean * 1000))
    return this.now
  }
}
