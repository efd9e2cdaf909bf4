import { hash } from 'node:crypto'
import type { Placement } from '../../contracts/placement.ts'
import { LEFT_OUT, type LeftOut, type Sections } from '../decisions/record-sections.ts'
import type { Assignment, ExperimentRepository, ProfileRepository, ProfileRow } from '../ports.ts'
import { latestStatements, permits } from '../profiles/consent.ts'
import { armPlacement, type Experiments } from './experiments.ts'

/** What an experiment makes of one decision. */
export interface Assigned {
  /** As the arm changes it. */
  readonly placement: Placement
  /** What the record says of it: the experiment and the arm, and whether the decision is held back. */
  readonly sections: Pick<Sections, 'experiment' | 'held'>
  /** To be kept with the decision: the visitor had none yet. */
  readonly assignment?: Assignment
}

export interface AssignOptions {
  /** The shopper objects on this very request. */
  readonly optedOut: boolean
  readonly now: number
}

export interface Assigner {
  /**
   * Undefined where no experiment runs on the placement, which costs one look into a map.
   * @param profile as the request names the shopper
   */
  assign(placement: Placement, profile: string | undefined, options: AssignOptions): Promise<Assigned | undefined>
}

export interface AssignerParts {
  readonly experiments: Pick<Experiments, 'running'>
  readonly assignments: Pick<ExperimentRepository, 'assignment'>
  readonly profiles: Pick<ProfileRepository, 'find' | 'members' | 'consents'>
}

/**
 * Puts visitors into the arms of experiments. The unit is the profile row that was seen first of all that are linked;
 * its assignment is stored, and of linked rows that were assigned apart the earliest holds, so that a merge changes
 * nobody's arm but that of the device that came later. A visitor whose behaviour may not be analysed is left out: the
 * placement as it is, and a decision that is counted for no arm.
 */
export function createAssigner({ experiments, assignments, profiles }: AssignerParts): Assigner {
  const membersOf = async (
    profile: string | undefined,
    optedOut: boolean,
  ): Promise<readonly ProfileRow[] | LeftOut> => {
    const found = profile === undefined ? undefined : await profiles.find(profile)
    if (found === undefined) return 'no_id'
    if (optedOut) return 'objection'
    if (found.bot) return 'bot'
    const said = latestStatements(await profiles.consents(found.row)).get('analytics')
    if (!permits(found.basis, said?.granted)) return said === undefined ? 'no_consent' : 'objection'
    return profiles.members(found.row)
  }
  return {
    async assign(placement, profile, { optedOut, now }) {
      const running = experiments.running(placement.name, now)
      if (running === undefined) return undefined
      const { row, experiment, salt } = running
      const members = await membersOf(profile, optedOut)
      if (typeof members === 'string') {
        return { placement, sections: { experiment: { experiment: row, arm: LEFT_OUT[members] } } }
      }
      const known = await assignments.assignment(row, members)
      const unit = Math.min(...members)
      const index = known?.arm ?? armOf(salt, unit, experiment.arms)
      const arm = experiment.arms[index]
      return {
        placement: armPlacement(placement, arm?.policy),
        sections: {
          experiment: { experiment: row, arm: index },
          ...(arm?.holdout === true ? { held: true } : {}),
        },
        ...(known === undefined ? { assignment: { experiment: row, profile: unit, arm: index, at: now } } : {}),
      }
    },
  }
}

/**
 * The arm of a unit: SHA-256 of salt and unit as a number in [0, 1), laid over the arms' shares. Another salt gives an
 * independent split, so that two experiments do not part the visitors alike.
 */
export function armOf(salt: string, unit: ProfileRow, arms: readonly { readonly share: number }[]): number {
  const uniform = hash('sha256', `${salt}:${unit}`, 'buffer').readUIntBE(0, 6) / 2 ** 48
  const total = arms.reduce((sum, { share }) => sum + share, 0)
  let reached = 0
  for (const [index, { share }] of arms.entries()) {
    reached += share
    if (uniform * total < reached) return index
  }
  return arms.length - 1
}
