import type { PlacementPolicy } from '../../../contracts/placement.ts'
import type { CatalogSnapshot } from '../../catalog/snapshot.ts'
import type { ProductRow } from '../../ports.ts'

/** Why a candidate was refused. The number is what a decision record keeps: never renumber, append only. */
export const REFUSAL_CODES = {
  deleted: 1,
  undescribed: 2,
  out_of_stock: 3,
  price: 4,
  excluded: 5,
  just_bought: 6,
  anchor: 7,
  variant: 8,
  category_cap: 9,
  brand_cap: 10,
  rule: 11,
  limit: 12,
} as const
export type RefusalCode = keyof typeof REFUSAL_CODES

/** How many candidates each policy refused. */
export type RefusalCounts = Readonly<Partial<Record<RefusalCode, number>>>

/** All that policies may look at. */
export interface PolicyContext {
  readonly catalog: CatalogSnapshot
  readonly policy: PlacementPolicy
  readonly market: string
  /** Milliseconds UTC. */
  readonly now: number
  /** The product of the page, and those in the cart. */
  readonly anchors: ReadonlySet<ProductRow>
  /** Products that the request does not want. */
  readonly excluded: ReadonlySet<ProductRow>
  /** When the shopper bought a product last, milliseconds UTC; empty without a personal view. */
  readonly boughtAt: ReadonlyMap<ProductRow, number>
  /** The store sent the list itself and shows it anyway: what the catalogue does not know stays on it. */
  readonly given?: boolean
  /** What the shop's own rules keep out, see core/decisions/rules. */
  readonly ruled?: (row: ProductRow) => RefusalCode | undefined
  /** What the model has learned, for products of which the store does not say. */
  readonly learnedReplenishable?: (row: ProductRow) => boolean
}

/** A test of one product, whatever else is shown. */
export interface HardFilter {
  readonly code: RefusalCode
  /** The test for one decision; undefined where the placement does not ask for this rule. */
  refuses(context: PolicyContext): ((row: ProductRow) => boolean) | undefined
}
