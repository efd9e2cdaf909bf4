import type { ConsentState, LegalBasis } from '../../contracts/consent.ts'
import type { ProfileRow } from './rows.ts'

export interface StoredProfile {
  readonly row: ProfileRow
  readonly id: string
  readonly createdAt: number
  readonly lastSeenAt: number
  readonly basis: LegalBasis
  readonly bot: boolean
}

export interface IdentityLink {
  readonly from: ProfileRow
  readonly to: ProfileRow
  readonly at: number
  readonly cause: string
  readonly undoneAt?: number
}

/** A profile's feature state, opaque to storage. */
export interface ProfileStateWrite {
  readonly profile: ProfileRow
  /** Version of the features that wrote it. */
  readonly version: number
  readonly state: Uint8Array
  /** Row of the newest event that the state has taken in. */
  readonly through: number
}

/** A state as it is on disk. Where `lastEvent` is after `through`, the log tells what it lacks. */
export interface StoredState {
  /** 0 where events came and no state was written yet. */
  readonly version: number
  readonly state: Uint8Array
  readonly through: number
  /** Row of the profile's newest event; 0 where there is none. */
  readonly lastEvent: number
}

/** Who an event is about; at least one of the two ids. */
export interface Identity {
  readonly userId?: string
  readonly anonymousId?: string
  /** When the shopper was seen, UTC milliseconds. */
  readonly at: number
  /** The basis that the source declared for its shoppers; kept for new profiles. */
  readonly basis: LegalBasis
}

export interface ProfileRepository {
  /** [n] profile rows as named (not canonical), made where they are new. An identity with both ids gives the user's. */
  resolve(identities: readonly Identity[]): Promise<Int32Array>
  /** The canonical row that links lead to. */
  canonical(row: ProfileRow): Promise<ProfileRow>
  /** All rows whose links lead to this canonical row, itself first. */
  members(row: ProfileRow): Promise<ProfileRow[]>
  /** By userId, anonymousId or the profile's own id; follows links to the canonical profile. */
  find(id: string): Promise<StoredProfile | undefined>
  byRow(row: ProfileRow): Promise<StoredProfile | undefined>
  count(): Promise<number>
  /** Of profiles that have a state or an event. */
  states(rows: readonly ProfileRow[]): Promise<Map<ProfileRow, StoredState>>
  /** Those of profiles that were erased meanwhile are left out. */
  writeStates(states: readonly ProfileStateWrite[]): Promise<void>
  consents(row: ProfileRow): Promise<ConsentState[]>
  writeConsents(row: ProfileRow, consents: readonly ConsentState[]): Promise<void>
  traits(row: ProfileRow): Promise<Record<string, unknown>>
  /**
   * Marks a profile, as named, and its events, those to come included, as those of a program; or takes the mark away.
   * @returns events that were marked or unmarked
   */
  markBot(row: ProfileRow, bot: boolean): Promise<number>
  /** Appends a link; refuses (returns false) when both are known customers. */
  link(from: ProfileRow, to: ProfileRow, cause: string, at: number): Promise<boolean>
  unlink(from: ProfileRow, to: ProfileRow, at: number): Promise<boolean>
  links(row: ProfileRow): Promise<IdentityLink[]>
  /** Rows, key and search entries of the profile and everything linked to it; counts by table. */
  erase(row: ProfileRow): Promise<Record<string, number>>
}
