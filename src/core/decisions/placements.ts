import { CodedError } from '../../contracts/errors.ts'
import type { Placement, PlacementPolicy } from '../../contracts/placement.ts'
import type { PlacementRepository } from '../ports.ts'

const POLICY: PlacementPolicy = {
  inStockOnly: true,
  hideBoughtDays: 14,
  collapseVariants: true,
  maxPerCategory: 0,
  maxPerBrand: 0,
  exploreRate: 0,
  explorePool: 50,
}

/** A list that the store sends loses nothing by itself. */
const RERANK: PlacementPolicy = { ...POLICY, inStockOnly: false, hideBoughtDays: 0, collapseVariants: false }

/** What every store has before it says otherwise. */
export const DEFAULT_PLACEMENTS: readonly Placement[] = [
  { name: 'home', surface: 'home', anchor: 'none', size: 10, policy: POLICY },
  { name: 'product_page', surface: 'product_page', anchor: 'product', size: 8, policy: POLICY },
  { name: 'cart', surface: 'cart', anchor: 'cart', size: 6, policy: POLICY },
  { name: 'email_block', surface: 'email', anchor: 'none', size: 6, policy: { ...POLICY, maxPerCategory: 3 } },
  { name: 'category', surface: 'category', anchor: 'category', size: 24, policy: { ...POLICY, hideBoughtDays: 0 } },
  { name: 'search', surface: 'search', anchor: 'list', size: 100, policy: RERANK },
]

/** The store's placements in memory: the defaults, and over them what the store has put. */
export interface Placements {
  all(): readonly Placement[]
  /** @throws CodedError PLACEMENT_NOT_FOUND */
  get(name: string): Placement
  /** Durable when it resolves, and in force from then on. */
  put(placement: Placement): Promise<void>
}

export async function openPlacements(repository: PlacementRepository): Promise<Placements> {
  const byName = new Map(DEFAULT_PLACEMENTS.map((placement) => [placement.name, placement]))
  for (const placement of await repository.all()) byName.set(placement.name, placement)
  return {
    all: () => [...byName.values()],
    get(name) {
      const found = byName.get(name)
      if (found === undefined) {
        throw new CodedError('PLACEMENT_NOT_FOUND', { placement: name, known: [...byName.keys()].join(', ') })
      }
      return found
    },
    async put(placement) {
      await repository.put(placement)
      byName.set(placement.name, placement)
    },
  }
}
