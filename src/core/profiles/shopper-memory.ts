import type { ConsentState, LegalBasis } from '../../contracts/consent.ts'
import type { EventRepository, ProfileRepository, ProfileRow } from '../ports.ts'
import { latestStatements } from './consent.ts'

/** One shopper as the gate is asked about. */
export interface Shopper {
  /** Canonical. */
  readonly profile: ProfileRow
  readonly basis: LegalBasis
  readonly bot: boolean
  /** All rows that are this shopper, the canonical one among them. */
  readonly members: readonly ProfileRow[]
  /** Encoded states of the current features, by the row that they were written for. */
  readonly states: ReadonlyMap<ProfileRow, Uint8Array>
  /** Of each purpose the latest at least. */
  readonly statements: readonly ConsentState[]
}

interface Remembered {
  readonly shopper: Shopper
  readonly ids: Set<string>
}

export interface WatchedStore {
  readonly profiles: ProfileRepository
  readonly events: EventRepository
}

/**
 * The shoppers of the last requests in memory, so that a decision costs no query. Holds because all that is written of
 * shoppers goes through `watch`: before a write is acknowledged, what it changed is changed here too, or forgotten.
 *
 * Cost     O(1) a look; a shopper takes about as much as the encoded states, some kilobytes
 */
export class ShopperMemory {
  readonly #capacity: number
  /** By canonical row, the one seen last at the end. */
  readonly #shoppers = new Map<ProfileRow, Remembered>()
  readonly #byId = new Map<string, ProfileRow>()
  readonly #byMember = new Map<ProfileRow, ProfileRow>()
  /** Grows with every write: what was read before one and comes after it is not kept. */
  #writes = 0

  /** @param capacity shoppers that are remembered */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** @param read asked where the shopper is not remembered; its answer is remembered under the id */
  async find(id: string, read: (id: string) => Promise<Shopper | undefined>): Promise<Shopper | undefined> {
    const row = this.#byId.get(id)
    const known = row === undefined ? undefined : this.#shoppers.get(row)
    if (known !== undefined) {
      this.#shoppers.delete(known.shopper.profile)
      this.#shoppers.set(known.shopper.profile, known)
      return known.shopper
    }
    const before = this.#writes
    const shopper = await read(id)
    if (shopper !== undefined && before === this.#writes) this.#remember(id, shopper)
    return shopper
  }

  /** The same repositories, whose writes this memory follows. */
  watch({ profiles, events }: WatchedStore): WatchedStore {
    const after = async <Result>(
      written: Promise<Result>,
      rows: readonly ProfileRow[],
      follow: () => void,
    ): Promise<Result> => {
      try {
        const result = await written
        follow()
        return result
      } catch (error) {
        // What failed may have been carried out in part.
        for (const row of rows) this.#forget(row)
        throw error
      } finally {
        this.#writes++
      }
    }
    const forgetting = <Result>(written: Promise<Result>, ...rows: readonly ProfileRow[]): Promise<Result> =>
      after(written, rows, () => {
        for (const row of rows) this.#forget(row)
      })
    return {
      profiles: {
        ...profiles,
        writeStates: (states) => forgetting(profiles.writeStates(states), ...states.map(({ profile }) => profile)),
        writeConsents: (row, consents) =>
          after(profiles.writeConsents(row, consents), [row], () => this.#takeStatements(row, consents)),
        markBot: (row, bot) => forgetting(profiles.markBot(row, bot), row),
        link: (from, to, cause, at) => forgetting(profiles.link(from, to, cause, at), from, to),
        unlink: (from, to, at) => forgetting(profiles.unlink(from, to, at), from, to),
        erase: (row) => forgetting(profiles.erase(row), row),
      },
      events: {
        ...events,
        take: async (arrivals) => {
          try {
            const taken = await events.take(arrivals)
            for (const row of taken.profiles) this.#forget(row)
            for (const row of taken.linked) this.#forget(row)
            return taken
          } finally {
            this.#writes++
          }
        },
      },
    }
  }

  #remember(id: string, shopper: Shopper): void {
    const known = this.#shoppers.get(shopper.profile)
    if (known !== undefined) {
      known.ids.add(id)
    } else {
      // Read while a link was being written: who is remembered apart is part of this one now.
      for (const member of shopper.members) this.#forget(member)
      this.#shoppers.set(shopper.profile, { shopper, ids: new Set([id]) })
      for (const member of shopper.members) this.#byMember.set(member, shopper.profile)
    }
    this.#byId.set(id, shopper.profile)
    if (this.#shoppers.size <= this.#capacity) return
    const [oldest] = this.#shoppers.keys()
    if (oldest !== undefined) this.#forget(oldest)
  }

  #forget(member: ProfileRow): void {
    const row = this.#byMember.get(member)
    const known = row === undefined ? undefined : this.#shoppers.get(row)
    if (known === undefined) return
    this.#shoppers.delete(known.shopper.profile)
    for (const id of known.ids) this.#byId.delete(id)
    for (const each of known.shopper.members) this.#byMember.delete(each)
  }

  #takeStatements(member: ProfileRow, consents: readonly ConsentState[]): void {
    this.#change(member, (shopper) => ({
      ...shopper,
      statements: [...latestStatements([...shopper.statements, ...consents]).values()],
    }))
  }

  /** Replaces what is remembered, so that whoever reads the old one goes on reading one moment; undefined forgets. */
  #change(member: ProfileRow, change: (shopper: Shopper) => Shopper | undefined): void {
    const row = this.#byMember.get(member)
    const known = row === undefined ? undefined : this.#shoppers.get(row)
    if (row === undefined || known === undefined) return
    const shopper = change(known.shopper)
    if (shopper === undefined) this.#forget(member)
    else this.#shoppers.set(row, { shopper, ids: known.ids })
  }
}
