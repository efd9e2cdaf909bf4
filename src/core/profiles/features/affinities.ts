import type { EventKind } from '../../../contracts/event.ts'
import { categoryPaths, type ProductFacts } from '../../catalog/facts.ts'
import { type DecayedWrite, decayedMap, shares, strength } from '../states/decayed-map.ts'
import { type Feature, feature } from './feature.ts'

/** What a line of an event says about taste. A purchase costs money, an added product a decision, a look a moment. */
const EVIDENCE: Readonly<Partial<Record<EventKind, number>>> = {
  product_clicked: 0.5,
  product_viewed: 1,
  wishlist_added: 3,
  product_added: 3,
  order_completed: 8,
}

/** Tastes fade over a season; prices that one is ready to pay change more slowly than they do. */
const TASTE_HALF_LIFE_DAYS = 60
const PRICE_HALF_LIFE_DAYS = 180

export interface Affinity {
  /** Shares of all evidence by key, strongest first; they sum to 1 where there are any. */
  readonly shares: ReadonlyMap<string, number>
  /** Decayed evidence behind them at the moment of asking: 1 is one product looked at just now. */
  readonly evidence: number
}

/** Keys are paths, "Home > Kitchen", one for every level, so that shares are compared within a level. */
export const categoryAffinity = affinity('category_affinity', TASTE_HALF_LIFE_DAYS, 48, ({ categories }) =>
  categoryPaths(categories),
)

/** Keys are brands as the store writes them. */
export const brandAffinity = affinity('brand_affinity', TASTE_HALF_LIFE_DAYS, 32, ({ brand }) =>
  brand === undefined || brand === '' ? [] : [brand],
)

/** Keys are those of `priceBand`. */
export const priceBandAffinity = affinity(
  'price_band_affinity',
  PRICE_HALF_LIFE_DAYS,
  32,
  ({ priceMicros, currency }) => {
    const band = priceMicros === undefined ? undefined : priceBand(priceMicros, currency ?? '')
    return band === undefined ? [] : [band]
  },
)

/**
 * A band of half an octave: prices within a factor of √2 share it. "EUR 7" holds prices from 2^3.5 ≈ 11.31 to 16 EUR.
 * Logarithmic, because shoppers perceive prices in proportion; without quantiles, because bands must mean the same
 * after the catalogue changed. Undefined for prices of zero and below.
 */
export function priceBand(priceMicros: number, currency: string): string | undefined {
  return priceMicros > 0 ? `${currency} ${Math.floor(2 * Math.log2(priceMicros / 1_000_000))}` : undefined
}

/**
 * @param cap keys that are kept for sure
 * @param keysOf what a product counts for; the catalogue's facts, with the price that the event itself says
 */
function affinity(
  name: string,
  halfLifeDays: number,
  cap: number,
  keysOf: (facts: ProductFacts) => readonly string[],
): Feature<Affinity> {
  return feature({
    name,
    purpose: 'personalisation',
    state: decayedMap(halfLifeDays, cap),
    writes: ({ event, products }, catalog) => {
      const weight = EVIDENCE[event.kind]
      if (weight === undefined) return []
      return event.lines.flatMap(({ priceMicros, currency }, i): DecayedWrite[] => {
        const facts = catalog(products[i] ?? -1) ?? { categories: [] }
        const paid = priceMicros === undefined || currency === undefined ? {} : { priceMicros, currency }
        return keysOf({ ...facts, ...paid }).map((key) => ({ key, weight, at: event.at }))
      })
    },
    value: (state, now): Affinity => ({
      shares: shares(state, halfLifeDays),
      evidence: strength(state, halfLifeDays, now),
    }),
  })
}
