import type { HardFilter } from './policy.ts'
import { variantsOf } from './variants.ts'

const DAY = 86_400_000

export const excluded: HardFilter = {
  code: 'excluded',
  refuses: ({ excluded: unwanted }) => (unwanted.size === 0 ? undefined : (row) => unwanted.has(row)),
}

/** What the page is about, or the cart holds, need not be recommended; nor, where variants are one, its variants. */
export const anchor: HardFilter = {
  code: 'anchor',
  refuses: ({ anchors, catalog, policy }) => {
    if (anchors.size === 0) return undefined
    const variants = policy.collapseVariants ? variantsOf(catalog, anchors) : undefined
    return (row) => anchors.has(row) || variants?.(row) === true
  },
}

/**
 * Nothing that was bought within the placement's days, nor, where variants are one, another variant of it; save what
 * is bought again and again, by the store's word or else by what the model has learned.
 */
export const justBought: HardFilter = {
  code: 'just_bought',
  refuses: ({ boughtAt, catalog, policy, now, learnedReplenishable }) => {
    const since = now - policy.hideBoughtDays * DAY
    const recent = new Set<number>()
    for (const [row, at] of boughtAt) {
      const again = catalog.replenishable(row) ?? learnedReplenishable?.(row) ?? false
      if (at > since && !again) recent.add(row)
    }
    if (policy.hideBoughtDays === 0 || recent.size === 0) return undefined
    const variants = policy.collapseVariants ? variantsOf(catalog, recent) : undefined
    return (row) => recent.has(row) || variants?.(row) === true
  },
}
