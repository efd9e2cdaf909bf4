import type { Offer, Product } from '../../contracts/product.ts'
import type { ProductRow } from '../ports.ts'

/** What features may ask of a product. */
export interface ProductFacts {
  readonly categories: readonly string[]
  readonly brand?: string
  readonly priceMicros?: number
  readonly currency?: string
}

/** Undefined where no feed has described the product. */
export type CatalogFacts = (row: ProductRow) => ProductFacts | undefined

export const DEFAULT_MARKET = 'default'

export function factsOf(product: Product): ProductFacts {
  const offer = offerOf(product, DEFAULT_MARKET)
  return {
    categories: product.categories,
    ...(product.brand === undefined ? {} : { brand: product.brand }),
    ...(offer === undefined
      ? {}
      : { priceMicros: offer.salePriceMicros ?? offer.priceMicros, currency: offer.currency }),
  }
}

/** The product's offer in a market; in the default market, or else the first one, where it has none there. */
export function offerOf(product: Product, market: string): Offer | undefined {
  const of = (name: string) => product.offers.find((offer) => offer.market === name)
  return of(market) ?? of(DEFAULT_MARKET) ?? product.offers[0]
}

/** Paths from general to special, at most `depth` of them: ["Home", "Home > Kitchen", "Home > Kitchen > Mugs"]. */
export function categoryPaths(categories: readonly string[], depth = 4): string[] {
  const paths: string[] = []
  for (const category of categories.slice(0, depth)) {
    const above = paths.at(-1)
    paths.push(above === undefined ? category : `${above} > ${category}`)
  }
  return paths
}
