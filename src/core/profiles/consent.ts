import { type ConsentState, type LegalBasis, PURPOSES, type Purpose } from '../../contracts/consent.ts'
import type { ContextualCause } from '../../contracts/decision.ts'
import type { ProfileRow } from '../ports.ts'
import type { ByteReader, ByteWriter } from './bytes.ts'
import { FEATURES_VERSION } from './features/declared.ts'
import type { Feature } from './features/feature.ts'
import { featureParts } from './profile-state.ts'

/*
 * The consent gate. A decision may only use what a view shows, and only this file can make a personal view.
 */

/** Nothing of the shopper: not even which one it is. */
export interface ContextualView {
  readonly basis: 'contextual'
  readonly cause: ContextualCause
}

class GatedView {
  readonly basis = 'personalised'
  /** Canonical. */
  readonly profile: ProfileRow
  readonly purpose: Purpose
  readonly now: number
  readonly #permitted: ReadonlySet<Purpose>
  readonly #members: readonly ReadonlyMap<string, Uint8Array>[]

  constructor(
    profile: ProfileRow,
    purpose: Purpose,
    now: number,
    permitted: ReadonlySet<Purpose>,
    members: readonly ReadonlyMap<string, Uint8Array>[],
  ) {
    this.profile = profile
    this.purpose = purpose
    this.now = now
    this.#permitted = permitted
    this.#members = members
  }

  /** A feature's value at the moment of the view; undefined without consent for the feature's own purpose. */
  value<V>(feature: Feature<V>): V | undefined {
    if (!this.#permitted.has(feature.purpose)) return undefined
    return feature.value(
      this.#members.flatMap((parts) => parts.get(feature.name) ?? []),
      this.now,
    )
  }

  /**
   * The view as bytes, for a replay of what was decided on it: with no more than these features.
   * Format: u8 version of the features; varint profile; u8 bits of purposes; u8 purpose; f64 now; varint n members,
   * then a block for each feature each
   */
  encode(features: readonly Feature<unknown>[], to: ByteWriter): void {
    to.u8(FEATURES_VERSION)
    to.varint(this.profile)
    to.u8(PURPOSES.reduce((bits, purpose, i) => bits | (this.#permitted.has(purpose) ? 1 << i : 0), 0))
    to.u8(PURPOSES.indexOf(this.purpose))
    to.f64(this.now)
    to.varint(this.#members.length)
    for (const parts of this.#members) for (const { name } of features) to.block(parts.get(name) ?? new Uint8Array(0))
  }
}

/** @returns undefined where another version of the features wrote it */
export function decodeView(features: readonly Feature<unknown>[], from: ByteReader): PersonalView | undefined {
  if (from.u8() !== FEATURES_VERSION) return undefined
  const profile = from.varint()
  const bits = from.u8()
  const purpose = PURPOSES[from.u8()]
  const now = from.f64()
  const members = Array.from({ length: from.varint() }, () => {
    const parts = features.map(({ name }): [string, Uint8Array] => [name, from.block()])
    return new Map(parts.filter(([, part]) => part.length > 0))
  })
  if (purpose === undefined) return undefined
  return new GatedView(profile, purpose, now, new Set(PURPOSES.filter((_, i) => (bits & (1 << i)) !== 0)), members)
}

/** What may be seen of a shopper who may be profiled for `purpose`. Its constructor is not exported: ask the gate. */
export type PersonalView = GatedView
export type ProfileView = PersonalView | ContextualView

/** Whether a shopper's data may be used: by the basis under which it was taken, and the last word that was said. */
export function permits(basis: LegalBasis, said: boolean | undefined): boolean {
  return basis === 'consent' ? said === true : said !== false
}

/** The latest statement for each purpose; of two at the same moment the "no" counts. */
export function latestStatements(statements: Iterable<ConsentState>): Map<Purpose, ConsentState> {
  const latest = new Map<Purpose, ConsentState>()
  for (const statement of statements) {
    const known = latest.get(statement.purpose)
    if (known === undefined || statement.at > known.at || (statement.at === known.at && !statement.granted)) {
      latest.set(statement.purpose, statement)
    }
  }
  return latest
}

export interface GateQuestion {
  /** Canonical. */
  readonly profile: ProfileRow
  /** The narrowest basis of all profiles that are linked: a link must not widen what data may be used for. */
  readonly basis: LegalBasis
  readonly bot: boolean
  /** Encoded states of the linked profiles, of the current features. */
  readonly states: readonly Uint8Array[]
  /** Of all of them: what a shopper says holds for all that is linked. */
  readonly statements: readonly ConsentState[]
  readonly purpose: Purpose
  /** The shopper objects on this very request (`Sec-GPC: 1`, or `personalise: false`). */
  readonly optedOut: boolean
  readonly now: number
}

/** The view of a shopper for a purpose; the same rule decides which shoppers may train (`StoreReader.withheld`). */
export function gate({ profile, basis, purpose, now, ...question }: GateQuestion): ProfileView {
  if (question.optedOut) return contextual('objection')
  if (question.bot) return contextual('bot')
  const said = latestStatements(question.statements)
  const permitted = new Set(PURPOSES.filter((each) => permits(basis, said.get(each)?.granted)))
  if (!permitted.has(purpose)) return contextual(said.has(purpose) ? 'objection' : 'no_consent')
  return new GatedView(profile, purpose, now, permitted, question.states.map(featureParts))
}

export function contextual(cause: ContextualCause): ContextualView {
  return { basis: 'contextual', cause }
}
