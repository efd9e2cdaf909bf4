import type { Offer } from '../../contracts/product.ts'
import { Interning } from './interning.ts'

/** What a product costs and whether it can be had, in one market. */
export interface MarketOffer {
  /** What a buyer pays now: the sale price where there is one. */
  readonly priceMicros: number
  readonly currency: string
  readonly available: boolean
}

const ABSENT = 0
const UNAVAILABLE = 1
const AVAILABLE = 2

/** The offers of one market in columns by product row; they grow with the highest row that is set. */
export class OfferColumns {
  readonly #state: number[] = []
  readonly #price: number[] = []
  readonly #currency: number[] = []
  readonly #currencies = new Interning()

  set(row: number, offer: Offer): void {
    // Filled without holes, so that the engine keeps the arrays flat.
    while (this.#state.length <= row) {
      this.#state.push(ABSENT)
      this.#price.push(0)
      this.#currency.push(0)
    }
    this.#state[row] = isAvailable(offer) ? AVAILABLE : UNAVAILABLE
    this.#price[row] = offer.salePriceMicros ?? offer.priceMicros
    this.#currency[row] = this.#currencies.add(offer.currency)
  }

  at(row: number): MarketOffer | undefined {
    const state = this.#state[row] ?? ABSENT
    if (state === ABSENT) return undefined
    return {
      priceMicros: this.#price[row] ?? Number.NaN,
      currency: this.#currencies.name(this.#currency[row] ?? -1) ?? '',
      available: state === AVAILABLE,
    }
  }
}

/** What can be ordered now can be shown: preorders and backorders too. A counted stock of none cannot. */
function isAvailable({ availability, stock }: Offer): boolean {
  if (availability === 'out_of_stock') return false
  return availability !== 'in_stock' || stock === undefined || stock > 0
}
