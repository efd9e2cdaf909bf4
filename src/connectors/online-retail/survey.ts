import type { Product } from '../../contracts/product.ts'
import type { RetailLine } from './lines.ts'
import { isProductCode } from './stock-codes.ts'

/**
 * What the whole history says about products and purchases, gathered in one pass: a product's name and price are only
 * known at its end, and a refund's order may stand in any earlier file.
 *
 * Memory grows with the number of products, customers and distinct purchases, not with the size of the files: 16 bytes
 * a purchase line of a named customer and about 40 for each pair of customer and product.
 */
export class Survey {
  readonly #products = new Map<string, Named>()
  readonly #customers = new Map<string, number>()
  readonly #latest = new Map<number, number>()
  #orders: string[] = []
  #at = new Float64Array(1024)
  #earlier = new Int32Array(1024)
  #order = new Int32Array(1024)
  #length = 0

  /** Lines must come in the order in which the shop wrote them. */
  add(line: RetailLine): void {
    if (!isProductCode(line.productId)) return
    const product = this.#product(line.productId)
    if (line.description !== '') {
      const counts = line.isName ? product.names : product.notes
      counts.set(line.description, (counts.get(line.description) ?? 0) + 1)
    }
    if (line.problem) return
    if (line.at >= product.pricedAt && line.priceMicros > 0 && !line.refund) {
      product.pricedAt = line.at
      product.priceMicros = line.priceMicros
    }
    if (!line.refund && line.customer !== '') this.#remember(line, product.index)
  }

  /** The latest order of this customer with this product that is not after `at`. */
  orderBefore(customer: string, productId: string, at: number): string | undefined {
    const product = this.#products.get(productId)
    const index = this.#customers.get(customer)
    if (product === undefined || index === undefined) return undefined
    let entry = this.#latest.get(pair(index, product.index)) ?? -1
    while (entry >= 0 && this.#at[entry]! > at) entry = this.#earlier[entry]!
    return entry < 0 ? undefined : this.#orders[this.#order[entry]!]
  }

  products(): Product[] {
    const products: Product[] = []
    for (const [id, product] of this.#products) {
      const title = mostFrequent(product.names) ?? mostFrequent(product.notes)
      if (title === undefined) continue
      const priced = product.priceMicros > 0
      products.push({
        id,
        title,
        categories: [],
        attributes: {},
        offers: priced
          ? [{ market: 'default', priceMicros: product.priceMicros, currency: 'GBP', availability: 'in_stock' }]
          : [],
      })
    }
    return products
  }

  #product(id: string): Named {
    let product = this.#products.get(id)
    if (product === undefined) {
      const index = this.#products.size
      product = { index, names: new Map(), notes: new Map(), priceMicros: 0, pricedAt: Number.NEGATIVE_INFINITY }
      this.#products.set(id, product)
    }
    return product
  }

  #remember(line: RetailLine, product: number): void {
    let customer = this.#customers.get(line.customer)
    if (customer === undefined) {
      customer = this.#customers.size
      this.#customers.set(line.customer, customer)
    }
    if (this.#orders.at(-1) !== line.invoice) this.#orders.push(line.invoice)
    if (this.#length === this.#at.length) this.#grow()
    const entry = this.#length++
    const key = pair(customer, product)
    this.#at[entry] = line.at
    this.#order[entry] = this.#orders.length - 1
    this.#earlier[entry] = this.#latest.get(key) ?? -1
    this.#latest.set(key, entry)
  }

  #grow(): void {
    const size = this.#length * 2
    const at = new Float64Array(size)
    at.set(this.#at)
    const earlier = new Int32Array(size)
    earlier.set(this.#earlier)
    const order = new Int32Array(size)
    order.set(this.#order)
    this.#at = at
    this.#earlier = earlier
    this.#order = order
  }
}

interface Named {
  readonly index: number
  readonly names: Map<string, number>
  readonly notes: Map<string, number>
  priceMicros: number
  pricedAt: number
}

function pair(customer: number, product: number): number {
  return customer * 2 ** 26 + product
}

/** Ties go to the one that was first. */
function mostFrequent(counts: ReadonlyMap<string, number>): string | undefined {
  let best: string | undefined
  let most = 0
  for (const [text, count] of counts) {
    if (count > most) {
      best = text
      most = count
    }
  }
  return best
}
