import { AVAILABILITIES, type Availability, type Offer } from '../../contracts/product.ts'
import { grown } from './columns.ts'
import { Interning } from './interning.ts'

/** What a product costs and whether it can be had, in one market. */
export interface MarketOffer {
  /** What a buyer pays now: the sale price where there is one. */
  readonly priceMicros: number
  readonly currency: string
  readonly available: boolean
  readonly availability: Availability
  /** It costs less than the store's usual price. */
  readonly onSale: boolean
}

/** In a row's state: bits 0 to 2 are the availability's place plus 1, 0 where there is no offer. */
const AVAILABILITY = 0x07
const AVAILABLE = 0x08
const ON_SALE = 0x10

/** The offers of one market in columns by product row; they grow with the highest row that is set. */
export class OfferColumns {
  #state: Uint8Array
  #price: Float64Array
  #currency: Uint8Array
  readonly #currencies: Interning

  /** @param from columns that this one begins as a copy of */
  constructor(from?: OfferColumns) {
    this.#state = from === undefined ? new Uint8Array(0) : from.#state.slice()
    this.#price = from === undefined ? new Float64Array(0) : from.#price.slice()
    this.#currency = from === undefined ? new Uint8Array(0) : from.#currency.slice()
    this.#currencies = from === undefined ? new Interning() : from.#currencies
  }

  set(row: number, offer: Offer): void {
    this.#state = grown(this.#state, row + 1, 0)
    this.#price = grown(this.#price, row + 1, 0)
    this.#currency = grown(this.#currency, row + 1, 0)
    const { availability, priceMicros, salePriceMicros } = offer
    this.#state[row] =
      (AVAILABILITIES.indexOf(availability) + 1) |
      (isAvailable(offer) ? AVAILABLE : 0) |
      (salePriceMicros !== undefined && salePriceMicros < priceMicros ? ON_SALE : 0)
    this.#price[row] = salePriceMicros ?? priceMicros
    this.#currency[row] = this.#currencies.add(offer.currency)
  }

  clear(row: number): void {
    if (row < this.#state.length) this.#state[row] = 0
  }

  has(row: number): boolean {
    return (this.#state[row] ?? 0) !== 0
  }

  /** False where there is no offer. */
  available(row: number): boolean {
    return ((this.#state[row] ?? 0) & AVAILABLE) !== 0
  }

  at(row: number): MarketOffer | undefined {
    const state = this.#state[row] ?? 0
    const availability = AVAILABILITIES[(state & AVAILABILITY) - 1]
    if (availability === undefined) return undefined
    return {
      priceMicros: this.#price[row] ?? Number.NaN,
      currency: this.#currencies.name(this.#currency[row] ?? -1) ?? '',
      available: (state & AVAILABLE) !== 0,
      availability,
      onSale: (state & ON_SALE) !== 0,
    }
  }
}

/** What can be ordered now can be shown: preorders and backorders too. A counted stock of none cannot. */
function isAvailable({ availability, stock }: Offer): boolean {
  if (availability === 'out_of_stock') return false
  return availability !== 'in_stock' || stock === undefined || stock > 0
}
