import { integer, rng } from '@storemind/ml'
import { EVENT_KINDS } from '../../src/contracts/event.ts'
import type { DataFacts, InteractionWindow, StoredProduct } from '../../src/core/ports.ts'
import type { ShopReader } from '../../src/recommendations/training/shop.ts'

export interface SyntheticSize {
  readonly products: number
  readonly shoppers: number
  readonly lines: number
  readonly seed: number
}

const DAY = 86_400_000
const FROM = Date.UTC(2026, 0, 1)
const DAYS = 180
const CHUNK = 50_000
/** Products of one department; half of what a shopper does is in the departments of the own taste. */
const DEPARTMENT = 250
const THINGS = ['kettle', 'lantern', 'scarf', 'lamp', 'bowl', 'chair', 'candle', 'blanket']

/**
 * A shop of any size as a store's reader shows it, made line by line and never held: shoppers of few departments each,
 * departments of few best sellers, visits of four lines of which the last may be an order of two. The same lines for
 * the same size, in the order of the clock.
 */
export function syntheticReader({ products, shoppers, lines, seed }: SyntheticSize): ShopReader {
  const departments = Math.max(1, Math.ceil(products / DEPARTMENT))
  return {
    async *interactions(window: InteractionWindow) {
      const random = rng(seed)
      if (window.from > FROM || window.to <= FROM + DAYS * DAY) throw new RangeError('only the whole of it can be read')
      for (let done = 0; done < lines; done += CHUNK) {
        const length = Math.min(CHUNK, lines - done)
        const chunk = {
          length,
          profile: new Int32Array(length),
          product: new Int32Array(length),
          kind: new Uint8Array(length),
          at: new Float64Array(length),
          quantity: new Float32Array(length).fill(1),
          priceMicros: new Float64Array(length).fill(Number.NaN),
          basket: new Int32Array(length),
        }
        let shopper = 0
        for (let e = 0; e < length; e++) {
          const line = done + e
          // A few come often: the square of a uniform number.
          if (line % 4 === 0) shopper = Math.floor(random.next() ** 2 * shoppers)
          const taste = (Math.imul(shopper, 0x9e3779b1) >>> 0) % departments
          const department =
            random.next() < 0.7 ? (taste + integer(random, 3)) % departments : integer(random, departments)
          const place = Math.floor(random.next() ** 2 * DEPARTMENT)
          chunk.profile[e] = shopper
          chunk.product[e] = Math.min(products - 1, department * DEPARTMENT + place)
          const ordered = line % 4 >= 2 && (line >> 2) % 3 === 0
          chunk.kind[e] = ordered ? EVENT_KINDS.order_completed : EVENT_KINDS.product_viewed
          chunk.at[e] = FROM + Math.floor(((line - (line % 4)) / lines) * (DAYS * DAY - 4)) + (ordered ? 2 : line % 4)
          chunk.basket[e] = ordered ? line >> 2 : lines + line
        }
        yield chunk
      }
    },
    async *products() {
      for (let from = 0; from < products; from += 1000) {
        yield Array.from({ length: Math.min(1000, products - from) }, (_, p) => productOf(from + p))
      }
    },
    withheld: async () => new Set<number>(),
    placements: async () => [],
    facts: async () => ({ ...NO_FACTS, products, interactions: lines, from: FROM, to: FROM + DAYS * DAY }),
  }
}

function productOf(row: number): StoredProduct {
  const thing = THINGS[Math.floor(row / DEPARTMENT) % THINGS.length] ?? ''
  const department = `department ${Math.floor(row / DEPARTMENT)}`
  return {
    row,
    described: true,
    createdAt: FROM,
    changedAt: FROM,
    product: {
      id: `p${row}`,
      title: `${thing} of make ${row % DEPARTMENT} in style ${(row * 7) % 1000}`,
      brand: `brand ${row % 97}`,
      categories: [thing, department],
      attributes: {},
      offers: [{ market: 'default', priceMicros: 5_000_000 + row, currency: 'EUR', availability: 'in_stock' }],
    },
  }
}

/** Training asks only for the span and the number of lines. */
const NO_FACTS: DataFacts = {
  products: 0,
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
  interactions: 0,
  from: null,
  to: null,
}
