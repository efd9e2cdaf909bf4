import type { ProductRow } from '../../ports.ts'
import type { PolicyContext, RefusalCode } from './policy.ts'

/** Caps on what stands together in one decision; they count along as items are chosen. */
export interface DiversityCaps {
  /** The cap that the product would break now. */
  broken(row: ProductRow): RefusalCode | undefined
  take(row: ProductRow): void
}

/** At most so many items of one category (the most special one) and of one brand; products without one are free. */
export function diversityCaps({ catalog, policy }: Pick<PolicyContext, 'catalog' | 'policy'>): DiversityCaps {
  const categories = new Map<number, number>()
  const brands = new Map<number, number>()
  return {
    broken(row) {
      if (isFull(categories, catalog.category[row] ?? -1, policy.maxPerCategory)) return 'category_cap'
      return isFull(brands, catalog.brand[row] ?? -1, policy.maxPerBrand) ? 'brand_cap' : undefined
    },
    take(row) {
      count(categories, catalog.category[row] ?? -1)
      count(brands, catalog.brand[row] ?? -1)
    },
  }
}

function isFull(counts: ReadonlyMap<number, number>, of: number, cap: number): boolean {
  return cap > 0 && of >= 0 && (counts.get(of) ?? 0) >= cap
}

function count(counts: Map<number, number>, of: number): void {
  if (of >= 0) counts.set(of, (counts.get(of) ?? 0) + 1)
}
