import type { ConsentState, LegalBasis } from '../../contracts/consent.ts'
import type { EventKind } from '../../contracts/event.ts'
import type { DecisionWrite } from './decisions.ts'
import type { ProductRow, ProfileRow } from './rows.ts'

/** An event that carries decision tokens or names an order. */
export interface OutcomeEvent {
  readonly row: number
  readonly kind: EventKind
  readonly at: number
  readonly receivedAt: number
  /** As named, before links; −1 where the event names no shopper. */
  readonly profile: ProfileRow
  readonly tokens: readonly string[]
  readonly products: readonly ProductRow[]
  /** The order's row; undefined where it names none. */
  readonly order?: number
}

/** The number is what storage keeps. */
export const TOUCH_KINDS = { impression: 0, click: 1 } as const
export type TouchKind = keyof typeof TOUCH_KINDS

/** That an item of a decision was seen or clicked. */
export interface TouchWrite {
  readonly event: number
  readonly decision: string
  /** From 1. */
  readonly position: number
  readonly kind: TouchKind
  /** −1 where the catalogue did not know it. */
  readonly product: ProductRow
  /** As named, before links; −1 where nobody is known. */
  readonly profile: ProfileRow
  readonly at: number
}

/** A token that counted for nothing. */
export interface RefusedToken {
  readonly event: number
  /** Which of the event's tokens. */
  readonly index: number
  readonly code: string
}

/** What a stretch of the log came to. */
export interface OutcomeStep {
  /** The cursor from which it was read, and the one to which it leads. */
  readonly from: number
  readonly upTo: number
  readonly touches: readonly TouchWrite[]
  readonly refused: readonly RefusedToken[]
  /** Rows of orders that events of the stretch speak of. */
  readonly orders: readonly number[]
}

export interface ShopperTouch {
  readonly event: number
  /** Row of the touched decision. */
  readonly decision: number
  readonly position: number
  readonly kind: TouchKind
  readonly product: ProductRow
  readonly at: number
}

export interface OrderLine {
  readonly product: ProductRow
  readonly quantity: number
  /** Of one piece. */
  readonly priceMicros?: number
  readonly currency?: string
}

/** A cancellation or a refund. Without lines and without an amount it takes back the whole order. */
export interface Reversal {
  readonly kind: 'cancelled' | 'refunded'
  readonly lines: readonly OrderLine[]
  /** Of a refund that names no products. */
  readonly amount?: { readonly micros: number; readonly currency: string }
}

/** An order by the event that completed it first. */
export interface ShopOrder {
  readonly order: number
  readonly event: number
  readonly profile: ProfileRow
  readonly at: number
  readonly lines: readonly OrderLine[]
  /** In the order in which they came; those of bots are left out. */
  readonly reversals: readonly Reversal[]
}

/** What attribution needs of one shopper. */
export interface OutcomeShopper {
  /** Canonical. */
  readonly profile: ProfileRow
  readonly bot: boolean
  /** The narrowest of the linked ones. */
  readonly basis: LegalBasis
  readonly consents: readonly ConsentState[]
  /** By time; those of bots are left out. */
  readonly orders: readonly ShopOrder[]
  /** That count and stand in the window before an order, by time, then by event. */
  readonly touches: readonly ShopperTouch[]
}

/** A line of an order that followed a touch. */
export interface AttributionWrite {
  readonly event: number
  readonly line: number
  readonly order: number
  readonly profile: ProfileRow
  readonly at: number
  readonly product: ProductRow
  readonly quantity: number
  /** Undefined where the event names no price. */
  readonly currency?: string
  /** Of the whole line, in micros. */
  readonly micros: number
  readonly refundedMicros: number
  readonly touch: ShopperTouch
}

/** A shopper whose outcomes were worked out anew. */
export interface SettledShopper {
  readonly profile: ProfileRow
  readonly attributions: readonly AttributionWrite[]
}

/** Shoppers to be worked out anew. */
export interface ChangedShoppers {
  /** Changes up to this one are in it. */
  readonly upTo: number
  /** Canonical. */
  readonly profiles: readonly ProfileRow[]
}

/** Of one decision, position by position; for export and for tests. */
export interface StoredTouch extends TouchWrite {
  readonly placement: string
  readonly experiment?: { readonly experiment: number; readonly arm: number }
  /** A later use of the same token for the same position and kind. */
  readonly duplicate: boolean
  /** False for duplicates and for bots. */
  readonly counted: boolean
}

export interface StoredAttribution extends Omit<AttributionWrite, 'touch'> {
  readonly decision: string
  readonly position: number
  readonly kind: TouchKind
  readonly placement: string
  readonly experiment?: { readonly experiment: number; readonly arm: number }
}

/** What was counted in a time, by placement, experiment and arm; 0 and 0 where there was none. Sums are exact. */
export interface OutcomeTotals {
  readonly decisions: readonly (ArmKey & { readonly count: number })[]
  readonly touches: readonly (ArmKey & {
    readonly kind: TouchKind
    readonly position: number
    readonly count: number
  })[]
  /** Distinct orders. */
  readonly orders: readonly (ArmKey & { readonly count: number })[]
  readonly revenue: readonly (ArmKey & {
    readonly currency: string
    readonly micros: bigint
    readonly refundedMicros: bigint
  })[]
  readonly refusedTokens: Readonly<Record<string, number>>
  readonly duplicates: number
}

export interface ArmKey {
  readonly placement: string
  readonly experiment: number
  readonly arm: number
}

export interface OutcomeWindow {
  readonly from: number
  /** Exclusive. */
  readonly to: number
  /** The experiment's row; left out: all, and none. */
  readonly experiment?: number
}

/** A shopper who is in an experiment, by all that is linked. */
export interface ExperimentVisitor {
  /** Canonical. */
  readonly profile: ProfileRow
  /** Of the earliest assignment. */
  readonly arm: number
  readonly at: number
  /** Linked rows were assigned to different arms. */
  readonly merged: boolean
  readonly bot: boolean
  /** By time. */
  readonly orders: readonly ShopOrder[]
}

/** What a second reading of the log must leave as it is. */
export interface Folded {
  /** Decisions made before it are gone, and their touches are counted by day or kept as they are. */
  readonly before: number
  /** Rows up to this one were taken in before the log was read again. */
  readonly upTo: number
}

/** What events came to for decisions. One follower writes it; reports read it. */
export interface OutcomeRepository {
  /** How far the follower has come: the row of the last event that was taken in. */
  cursor(): Promise<number>
  /** The highest row of an event that there is. */
  lastEvent(): Promise<number>
  /** Among the events of the next `span` rows those that may be outcomes, and the row up to which that is all. */
  eventsAfter(row: number, span: number): Promise<{ readonly upTo: number; readonly events: OutcomeEvent[] }>
  /**
   * Takes a stretch in, with the cursor, in one transaction. Durable when it resolves.
   * @returns false, and nothing was written, where the cursor does not stand at `from`
   */
  advance(step: OutcomeStep): Promise<boolean>
  changed(limit: number): Promise<ChangedShoppers>
  /** How many changes there are to be worked out. */
  waiting(): Promise<number>
  /** Undefined where the shopper was erased. @param window milliseconds before an order in which touches matter */
  shopper(profile: ProfileRow, window: number): Promise<OutcomeShopper | undefined>
  /** Puts the attributions of these shoppers in place of those before, in one transaction. */
  settle(upTo: number, shoppers: readonly SettledShopper[]): Promise<void>
  /**
   * Keeps what attribution rests on besides the log, as text; where it was another one before, every shopper with
   * touches is marked as changed.
   */
  settleBy(settings: string): Promise<void>
  /**
   * Forgets all that the log can tell again, and stands at its beginning. Touches of decisions that retention has folded
   * stay, since what they were made from is gone.
   */
  restart(): Promise<void>
  /** Undefined where retention has folded nothing, or nothing was read again since. */
  folded(): Promise<Folded | undefined>
  /** Whether a token was used already for what it says. */
  isTouched(decision: string, position: number, kind: TouchKind): Promise<boolean>
  totals(window: OutcomeWindow): Promise<OutcomeTotals>
  touches(profile?: ProfileRow): AsyncIterable<StoredTouch>
  attributions(profile?: ProfileRow): AsyncIterable<StoredAttribution>
}

export interface RowDifference {
  readonly before: number
  readonly after: number
  readonly added: number
  readonly removed: number
  /** Of those that stay. */
  readonly changed: number
}

/** In what two ways of having counted the same log differ. */
export interface OutcomeDifferences {
  readonly touches: RowDifference
  readonly attributions: RowDifference
  readonly refusedTokens: RowDifference
  /** Attributed, less refunds; integer micros as text. */
  readonly revenue: readonly {
    readonly currency: string
    readonly beforeMicros: string
    readonly afterMicros: string
  }[]
}

/** Outcomes beside the store's own, which begin as they are and are never written to the store. */
export interface OutcomeRehearsal {
  readonly outcomes: OutcomeRepository
  decision(id: string): Promise<DecisionWrite | undefined>
  /** What is counted at this moment is what `differences` compares with. Once. */
  remember(): void
  differences(): OutcomeDifferences
}
