import { type ConsentState, type LegalBasis, PURPOSES, type Purpose } from '../../contracts/consent.ts'
import type { ProfileRow } from '../ports.ts'
import type { Feature } from './features/feature.ts'
import { featureParts } from './profile-state.ts'

/*
 * The consent gate. A decision may only use what a view shows, and only this file can make a personal view.
 */

/** Why nothing of the shopper's past may be used. */
export type ContextualCause = 'first_visit' | 'no_consent' | 'objection' | 'bot'

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
