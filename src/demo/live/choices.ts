import { appealOf, novelty } from '../catalogue/catalogue.ts'
import { productId, productIndex } from '../catalogue/describe.ts'
import { paidMicros } from '../history/messages.ts'
import type { Draws } from '../random.ts'
import { userId } from '../shoppers/shopper.ts'
import { truthOf } from '../truth.ts'
import type { World } from '../world.ts'

/** How much less each position is looked at than the one above it. */
const FURTHER_DOWN = 0.85
/** How steeply wanting becomes clicking. */
const EAGERNESS = 8
/** Share of what attracts that is bought once it is looked at closely. */
const BOUGHT = 0.4

/** What a list is worth to a shopper, before any dice are thrown. */
export interface Worth {
  readonly clicks: number
  /** Of what is bought through it. */
  readonly micros: number
}

/** What a shopper did with a list, by positions from 1. */
export interface Answered {
  readonly seen: readonly number[]
  readonly clicked: readonly number[]
  readonly bought: readonly number[]
}

/**
 * How a shopper answers a list of products, and the truth of it.
 *
 *   P(seen at k)                 = 0.85^(k−1)
 *   P(clicked | seen, u, p)      = a(u, p) = 1 − exp(−8 · preference(u, p))
 *   P(bought | clicked, u, p)    = 0.4 · a(u, p)
 *
 * with the preference of `truthOf`, as it stands at the end of the history: what is bought live changes nobody's wishes.
 * Positions are answered independently of each other.
 *
 * Source   the examination hypothesis: Richardson, Dominowska, Ragno, WWW 2007, §5; the figures are ours
 */
export interface Choices {
  /** P(clicked | seen); 0 for a product that the simulated store does not have. */
  attraction(shopper: number, product: string): number
  worth(shopper: number, list: readonly string[]): Worth
  answer(shopper: number, list: readonly string[], draws: Draws): Answered
  /** What the store shows without a recommender: what sells best. */
  bestsellers(size: number): readonly string[]
  /** What one piece costs, micros; 0 for a product that the simulated store does not have. */
  price(product: string): number
}

export function createChoices(world: World): Choices {
  const { catalogue, options } = world
  const truth = truthOf(world)
  const lastDay = options.days - 1
  const ranked = Array.from({ length: catalogue.size }, (_, p) => p)
    .filter((p) => novelty(catalogue, p, lastDay) > 0)
    .sort((a, b) => appealOf(catalogue, b) - appealOf(catalogue, a) || a - b)
  const attraction = (shopper: number, product: string): number => {
    const index = productIndex(catalogue, product)
    if (index === undefined) return 0
    return 1 - Math.exp(-EAGERNESS * (truth.preferences(userId(shopper), options.until)[index] ?? 0))
  }
  const price = (product: string): number => {
    const index = productIndex(catalogue, product)
    return index === undefined ? 0 : paidMicros(catalogue, index)
  }
  return {
    attraction,
    price,
    worth(shopper, list) {
      let clicks = 0
      let micros = 0
      for (const [at, product] of list.entries()) {
        const attracts = attraction(shopper, product)
        const click = FURTHER_DOWN ** at * attracts
        clicks += click
        micros += click * BOUGHT * attracts * price(product)
      }
      return { clicks, micros }
    },
    answer(shopper, list, draws) {
      const done = { seen: [] as number[], clicked: [] as number[], bought: [] as number[] }
      for (const [at, product] of list.entries()) {
        // Always three draws, so that one position's answer does not move the next one's dice.
        const [sees, clicks, buys] = [draws.next(), draws.next(), draws.next()]
        const attracts = attraction(shopper, product)
        if (sees >= FURTHER_DOWN ** at) continue
        done.seen.push(at + 1)
        if (clicks >= attracts) continue
        done.clicked.push(at + 1)
        if (buys < BOUGHT * attracts) done.bought.push(at + 1)
      }
      return done
    },
    bestsellers: (size) => ranked.slice(0, size).map(productId),
  }
}
