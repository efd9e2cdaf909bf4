import { brandAffinity, categoryAffinity, priceBandAffinity } from './affinities.ts'
import type { Feature } from './feature.ts'
import { history } from './history.ts'
import { frequency, monetary, recency } from './purchases.ts'

/**
 * All that is remembered of a profile, in the order in which it is stored. Whoever changes this list, or what a
 * feature writes, raises the version: older states are then rebuilt from the log.
 */
export const FEATURES: readonly Feature<unknown>[] = [
  history,
  recency,
  frequency,
  monetary,
  categoryAffinity,
  brandAffinity,
  priceBandAffinity,
]

export const FEATURES_VERSION = 1
