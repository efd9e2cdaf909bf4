import type { Group } from './leaf.ts'
import { BODY_AND_PETS } from './taxonomy-body-pets.ts'
import { HOME } from './taxonomy-home.ts'
import { LEISURE } from './taxonomy-leisure.ts'

/** All groups, ordered so that the first few already come from different departments. */
export const GROUPS: readonly Group[] = interleave([...HOME, ...BODY_AND_PETS, ...LEISURE])

function interleave(groups: readonly Group[]): Group[] {
  const byDepartment = Map.groupBy(groups, (one) => one.department)
  const ordered: Group[] = []
  for (let round = 0; ordered.length < groups.length; round++) {
    for (const members of byDepartment.values()) {
      const member = members[round]
      if (member) ordered.push(member)
    }
  }
  return ordered
}
