import { integer, rng } from '@storemind/ml'
import { EVENT_KINDS, type EventKind } from '../../src/contracts/event.ts'
import type { InteractionWindow, StoredProduct, StoreReader } from '../../src/core/ports.ts'

/** One thing a shopper of the planted shop did. */
export interface PlantedLine {
  readonly profile: number
  readonly product: number
  readonly kind: EventKind
  readonly at: number
  readonly basket: number
}

export interface PlantedShop {
  readonly products: readonly StoredProduct[]
  readonly lines: readonly PlantedLine[]
}

const DAY = 86_400_000
export const PLANTED_START = Date.UTC(2026, 0, 1)
const THINGS = ['kettle', 'lantern', 'scarf']
const COLOURS = ['red', 'blue', 'green', 'white', 'black', 'brass', 'copper', 'silver', 'grey', 'gold']

/**
 * A shop whose answer is known: each shopper has one of three tastes and buys, week after week, a favourite of it and
 * two other products of it. Ten products a taste; a product's taste is its category and in its title.
 */
export function plantedShop(shoppers = 60, weeks = 20, seed = 1): PlantedShop {
  const random = rng(seed)
  const lines: PlantedLine[] = []
  let basket = 0
  for (let week = 0; week < weeks; week++) {
    for (let profile = 0; profile < shoppers; profile++) {
      basket++
      const at = PLANTED_START + week * 7 * DAY + integer(random, 7 * DAY)
      const bought = new Set([favouriteOf(profile)])
      while (bought.size < 3) bought.add(10 * tasteOf(profile) + integer(random, 10))
      for (const product of bought) lines.push({ profile, product, kind: 'order_completed', at, basket })
    }
  }
  return { products: plantedProducts(), lines }
}

export function tasteOf(profile: number): number {
  return profile % 3
}

export function favouriteOf(profile: number): number {
  return 10 * tasteOf(profile) + (Math.floor(profile / 3) % 10)
}

function plantedProducts(): StoredProduct[] {
  return Array.from({ length: 30 }, (_, row) => {
    const thing = THINGS[Math.floor(row / 10)] ?? ''
    return {
      row,
      described: true,
      createdAt: PLANTED_START,
      changedAt: PLANTED_START,
      product: {
        id: `p${row}`,
        title: `${COLOURS[row % 10]} ${thing}`,
        categories: [thing],
        attributes: {},
        offers: [{ market: 'default', priceMicros: 5_000_000 + row, currency: 'EUR', availability: 'in_stock' }],
      },
    }
  })
}

/** The planted shop as a store's reader shows it; only what training and evaluation ask is there. */
export function plantedReader(
  { products, lines }: PlantedShop,
  withheld: ReadonlySet<number> = new Set(),
): Pick<StoreReader, 'interactions' | 'products' | 'withheld' | 'placements' | 'facts'> {
  const times = lines.map(({ at }) => at)
  return {
    async *interactions(window: InteractionWindow) {
      const kept = lines.filter(({ at, kind }) => at >= window.from && at < window.to && window.kinds.includes(kind))
      yield {
        length: kept.length,
        profile: Int32Array.from(kept, ({ profile }) => profile),
        product: Int32Array.from(kept, ({ product }) => product),
        kind: Uint8Array.from(kept, ({ kind }) => EVENT_KINDS[kind]),
        at: Float64Array.from(kept, ({ at }) => at),
        quantity: new Float32Array(kept.length).fill(1),
        priceMicros: new Float64Array(kept.length).fill(Number.NaN),
        basket: Int32Array.from(kept, ({ basket }) => basket),
      }
    },
    async *products() {
      yield [...products]
    },
    withheld: async () => new Set(withheld),
    placements: async () => [],
    facts: async () => ({
      ...NO_FACTS,
      products: products.length,
      interactions: lines.length,
      from: lines.length === 0 ? null : Math.min(...times),
      to: lines.length === 0 ? null : Math.max(...times),
    }),
  }
}

const NO_FACTS = {
  productsUndescribed: 0,
  productsWithoutPrice: 0,
  productsDeleted: 0,
  profiles: 0,
  profilesByBasis: { consent: 0, contract: 0, sample: 0 },
  profilesDenied: { personalisation: 0, analytics: 0, advertising: 0, email_marketing: 0, push_marketing: 0 },
  bots: 0,
  botEvents: 0,
  events: 0,
  eventsByKind: {},
  eventsWithoutProfile: 0,
  orders: 0,
  refunds: 0,
  refundsUnmatched: 0,
  eventsInFuture: 0,
  eventsTooOld: 0,
  likelyDuplicates: 0,
  returningProfiles: 0,
  productsWithSupport: 0,
  largestProfile: 0,
  profilesOver10k: 0,
} as const
