import { attributeAffinity } from './content/attribute-affinity.ts'
import { contentNeighbours } from './content/content-neighbours.ts'
import { ials } from './factors/ials.ts'
import { registry } from './frame/registry.ts'
import { ease } from './linear/ease.ts'
import { slim } from './linear/slim.ts'
import { slist } from './linear/slist.ts'
import { basketNeighbours } from './neighbours/basket-neighbours.ts'
import { itemNeighbours } from './neighbours/item-neighbours.ts'
import { sessionNeighbours } from './neighbours/session-neighbours.ts'
import { userNeighbours } from './neighbours/user-neighbours.ts'
import { decayedPopularity } from './popularity/decayed-popularity.ts'
import { personalFrequency } from './popularity/personal-frequency.ts'
import { trend } from './popularity/trend.ts'
import { boughtTogether } from './sequence/bought-together.ts'
import { transitions } from './sequence/transitions.ts'

/**
 * Every algorithm whose models score or compare items; `itemModels.open(model)` gives the abilities of any of them.
 * The blend stands apart: it reads boards, not histories.
 */
export const ITEM_ALGORITHMS = [
  attributeAffinity,
  basketNeighbours,
  boughtTogether,
  contentNeighbours,
  decayedPopularity,
  ease,
  ials,
  itemNeighbours,
  personalFrequency,
  sessionNeighbours,
  slim,
  slist,
  transitions,
  trend,
  userNeighbours,
] as const

export const itemModels = registry(ITEM_ALGORITHMS)
