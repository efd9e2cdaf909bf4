import type { CatalogSnapshot } from '../../catalog/snapshot.ts'
import type { ProductRow } from '../../ports.ts'

/** Whether a product shares its group with one of the given ones. */
export function variantsOf(
  { group }: CatalogSnapshot,
  rows: Iterable<ProductRow>,
): ((row: ProductRow) => boolean) | undefined {
  const groups = new Set<number>()
  for (const row of rows) if ((group[row] ?? -1) >= 0) groups.add(group[row] ?? -1)
  return groups.size === 0 ? undefined : (row) => groups.has(group[row] ?? -1)
}

/** Says for one candidate after another, best first, whether a better variant came before it. */
export function variantCollapse({ group }: CatalogSnapshot): (row: ProductRow) => boolean {
  const seen = new Set<number>()
  return (row) => {
    const of = group[row] ?? -1
    if (of < 0) return false
    if (seen.has(of)) return true
    seen.add(of)
    return false
  }
}
