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

/** What a member of the view may show: its features' bytes, for the purposes that its shopper permits. */
interface VisibleMember {
  readonly permits: ReadonlySet<Purpose>
  readonly parts: ReadonlyMap<string, Uint8Array>
}

class GatedView {
  readonly basis = 'personalised'
  /** Canonical. */
  readonly profile: ProfileRow
  readonly purpose: Purpose
  readonly now: number
  readonly #members: readonly VisibleMember[]

  constructor(profile: ProfileRow, purpose: Purpose, now: number, members: readonly VisibleMember[]) {
    this.profile = profile
    this.purpose = purpose
    this.now = now
    this.#members = members
  }

  /** A feature's value at the moment of the view; undefined without consent for the feature's own purpose. */
  value<V>(feature: Feature<V>): V | undefined {
    const permitting = this.#members.filter((member) => member.permits.has(feature.purpose))
    if (permitting.length === 0) return undefined
    return feature.value(
      permitting.flatMap(({ parts }) => parts.get(feature.name) ?? []),
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

/** One of the linked profiles behind a shopper. */
export interface Member {
  readonly basis: LegalBasis
  /** An encoded state of the current features. */
  readonly state: Uint8Array | undefined
}

export interface GateQuestion {
  /** Canonical. */
  readonly profile: ProfileRow
  readonly bot: boolean
  readonly members: readonly Member[]
  /** Of all members: what a shopper says holds for all that is linked. */
  readonly statements: readonly ConsentState[]
  readonly purpose: Purpose
  /** The shopper objects on this very request (`Sec-GPC: 1`, or `personalise: false`). */
  readonly optedOut: boolean
  readonly now: number
}

/**
 * The view of a shopper for a purpose. Each member's data is used on the basis under which it was taken: a member
 * that needs consent and has none is left out, and where no member remains the view is contextual.
 */
export function gate(question: GateQuestion): ProfileView {
  const { profile, purpose, now } = question
  if (question.optedOut) return contextual('objection')
  if (question.bot) return contextual('bot')
  const said = latestStatements(question.statements)
  const visible = question.members.flatMap(({ basis, state }): VisibleMember[] => {
    const permitted = new Set(PURPOSES.filter((each) => permits(basis, said.get(each)?.granted)))
    if (!permitted.has(purpose)) return []
    return [{ permits: permitted, parts: state === undefined ? new Map() : featureParts(state) }]
  })
  if (visible.length === 0) return contextual(said.get(purpose)?.granted === false ? 'objection' : 'no_consent')
  return new GatedView(profile, purpose, now, visible)
}

export function contextual(cause: ContextualCause): ContextualView {
  return { basis: 'contextual', cause }
}
