import { Draws } from '../../src/demo/random.ts'

/** What one visit sends, and who the visitors are. */
export interface VisitorsOptions {
  readonly seed: number
  /** Shoppers that the store has or will have. */
  readonly shoppers: number
  readonly products: number
  /** Visitors that are there at the same time. */
  readonly active: number
  /** Events of one visit. */
  readonly eventsPerVisit: number
}

/** By cumulated share; without a name it is a page. */
const KINDS: readonly { readonly upTo: number; readonly event?: string; readonly lines: number }[] = [
  { upTo: 0.45, event: 'Product Viewed', lines: 1 },
  { upTo: 0.7, lines: 0 },
  { upTo: 0.8, event: 'Product List Viewed', lines: 6 },
  { upTo: 0.88, event: 'Product Added', lines: 1 },
  { upTo: 0.94, event: 'Products Searched', lines: 0 },
  { upTo: 0.98, event: 'Product Removed', lines: 1 },
  { upTo: 1, event: 'Order Completed', lines: 3 },
]
const AGENT =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36'

/** Writes batches as a store's server sends them for its visitors: messages of Segment's form, 600 to 900 bytes each. */
export class Visitors {
  readonly #draws: Draws
  readonly #options: VisitorsOptions
  readonly #visits: { who: number; left: number }[] = []
  #sent = 0

  constructor(options: VisitorsOptions) {
    this.#options = options
    this.#draws = new Draws(options.seed, 7)
  }

  batch(size: number, now: number): string {
    const messages = Array.from({ length: size }, () => this.#message(now))
    return `{"batch":[${messages.join()}],"sentAt":"${new Date(now).toISOString()}"}`
  }

  #message(now: number): string {
    const visitor = this.#visitor()
    const number = this.#sent++
    const draw = this.#draws.next()
    const { event, lines } = KINDS.find(({ upTo }) => draw < upTo) ?? { event: undefined, lines: 0 }
    const id = `bench-${this.#options.seed}-${number.toString(36).padStart(9, '0')}`
    const products = Array.from({ length: lines }, () => this.#product())
    const properties =
      event === 'Order Completed'
        ? { order_id: `o-${id}`, currency: 'EUR', total: 60, products }
        : lines > 1
          ? { list_id: 'category', category: 'Home', products }
          : lines === 1
            ? { ...products[0], currency: 'EUR', url: 'https://shop.example/p/1' }
            : event === undefined
              ? { path: '/c/home', title: 'Home', url: 'https://shop.example/c/home' }
              : { query: 'red mug' }
    return JSON.stringify({
      type: event === undefined ? 'page' : 'track',
      messageId: id,
      // A third of all shoppers have signed in.
      ...(visitor % 3 === 0 ? { userId: `customer-${visitor}` } : { anonymousId: `browser-${visitor}-5ac31f3f` }),
      ...(event === undefined ? { name: 'Category' } : { event }),
      properties,
      context: {
        library: { name: 'analytics.js', version: 'next-1.84.3' },
        userAgent: AGENT,
        locale: 'en-GB',
        page: { path: '/p/1', referrer: '', search: '', title: 'Mug', url: 'https://shop.example/p/1' },
      },
      integrations: {},
      timestamp: new Date(now).toISOString(),
    })
  }

  #visitor(): number {
    const { shoppers, active, eventsPerVisit } = this.#options
    const place = this.#draws.integer(active)
    let visit = this.#visits[place]
    if (visit === undefined || visit.left === 0) {
      visit = { who: this.#draws.integer(shoppers), left: 1 + this.#draws.integer(2 * eventsPerVisit - 1) }
      this.#visits[place] = visit
    }
    visit.left--
    return visit.who
  }

  #product() {
    const row = 1 + this.#draws.integer(this.#options.products)
    return {
      product_id: `p${String(row).padStart(6, '0')}`,
      name: 'A mug of stoneware',
      price: 5 + (row % 40),
      quantity: 1,
    }
  }
}
