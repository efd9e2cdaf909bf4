import type { HardFilter } from './policy.ts'

export const deleted: HardFilter = {
  code: 'deleted',
  refuses: ({ catalog, given }) => (given ? undefined : (row) => catalog.deleted(row)),
}

/** A product that only events have named has no title to show. */
export const undescribed: HardFilter = {
  code: 'undescribed',
  refuses: ({ catalog, given }) => (given ? undefined : (row) => !catalog.described(row)),
}

export const outOfStock: HardFilter = {
  code: 'out_of_stock',
  refuses: ({ catalog, policy, market }) => (policy.inStockOnly ? (row) => !catalog.available(row, market) : undefined),
}

/** A product without a price cannot be shown to lie within bounds, and is refused where there are any. */
export const price: HardFilter = {
  code: 'price',
  refuses: ({ catalog, policy, market }) => {
    const { minPriceMicros = Number.NEGATIVE_INFINITY, maxPriceMicros = Number.POSITIVE_INFINITY } = policy
    if (policy.minPriceMicros === undefined && policy.maxPriceMicros === undefined) return undefined
    return (row) => {
      const paid = catalog.offer(row, market)?.priceMicros ?? Number.NaN
      return !(paid >= minPriceMicros && paid <= maxPriceMicros)
    }
  },
}
