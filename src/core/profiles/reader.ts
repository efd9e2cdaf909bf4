import type { Purpose } from '../../contracts/consent.ts'
import type { ProfileRepository, ProfileRow } from '../ports.ts'
import { contextual, gate, type ProfileView } from './consent.ts'
import { FEATURES_VERSION } from './features/declared.ts'
import type { Shopper, ShopperMemory } from './shopper-memory.ts'

export interface ReadOptions {
  readonly purpose: Purpose
  /** The shopper objects on this very request. */
  readonly optedOut: boolean
  readonly now: number
}

export interface ProfileReader {
  /**
   * What a decision may see of a shopper. Without an id, and with one that no event has named or that was erased, a
   * first visit: a page asks before its first event has arrived. Nothing is kept of such an id.
   * @param id a userId, an anonymousId or a profile's own id
   */
  read(id: string | undefined, options: ReadOptions): Promise<ProfileView>
}

export interface ProfileReaderParts {
  readonly profiles: Pick<ProfileRepository, 'find' | 'members' | 'states' | 'consents'>
  /** Rebuilds the states of a canonical profile that an older version of the features wrote. See ingest. */
  readonly rebuild: (profile: ProfileRow) => Promise<void>
  /** Watches the same store. Left out, every reading asks the store. */
  readonly memory?: ShopperMemory
}

export function createProfileReader({ profiles, rebuild, memory }: ProfileReaderParts): ProfileReader {
  const currentStates = async (canonical: ProfileRow, members: readonly ProfileRow[]) => {
    const states = await profiles.states(members)
    if ([...states.values()].every(({ version }) => version === FEATURES_VERSION)) return states
    await rebuild(canonical)
    return profiles.states(members)
  }
  const readShopper = async (id: string): Promise<Shopper | undefined> => {
    const found = await profiles.find(id)
    if (found === undefined) return undefined
    const members = await profiles.members(found.row)
    const [stored, statements] = await Promise.all([currentStates(found.row, members), profiles.consents(found.row)])
    const states = new Map([...stored].map(([row, { state }]) => [row, state]))
    return { profile: found.row, basis: found.basis, bot: found.bot, members, states, statements }
  }
  return {
    async read(id, { purpose, optedOut, now }) {
      if (id === undefined) return contextual('first_visit')
      const shopper = await (memory === undefined ? readShopper(id) : memory.find(id, readShopper))
      if (shopper === undefined) return contextual('first_visit')
      const { profile, basis, bot, states, statements } = shopper
      return gate({ profile, basis, bot, states: [...states.values()], statements, purpose, optedOut, now })
    },
  }
}
