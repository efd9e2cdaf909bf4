import type { LegalBasis } from '../../contracts/consent.ts'
import { CodedError, errorBody } from '../../contracts/errors.ts'
import type { ShopEvent } from '../../contracts/event.ts'
import type { TouchAnswer, TouchReport } from '../../contracts/outcome.ts'
import { decodeRecord } from '../decisions/record.ts'
import { isBotAgent } from '../events/bots.ts'
import { idOf } from '../events/event-lines.ts'
import type {
  Clock,
  DecisionRepository,
  EventArrival,
  EventRepository,
  OutcomeRepository,
  TouchKind,
} from '../ports.ts'
import type { DecisionTokens, TokenRefusal } from './tokens.ts'

export interface TouchReportParts {
  readonly tokens: Pick<DecisionTokens, 'read'>
  readonly decisions: Pick<DecisionRepository, 'get'>
  readonly catalog: { readonly current: { at(row: number): { readonly id: string } | undefined } }
  readonly outcomes: Pick<OutcomeRepository, 'isTouched'>
  readonly events: Pick<EventRepository, 'take'>
  /** Of browsers that were never seen before. */
  readonly basis: LegalBasis
  readonly clock: Clock
}

export interface TouchCaller {
  readonly userAgent: string
  /** The shopper's browser objects (`Sec-GPC: 1`). */
  readonly globalPrivacyControl: boolean
}

/** What can be told of one token at once. What it comes to is told by the follower, which sees the whole log. */
type Judged = { readonly arrival: EventArrival; readonly spent: boolean } | TokenRefusal

const LISTS = [
  ['impressions', 'impression'],
  ['clicks', 'click'],
] as const satisfies readonly (readonly [keyof TouchReport, TouchKind])[]

/**
 * Takes what a page reports of decisions as events of the log, so that they are kept, followed and rebuilt as all
 * others are. A sound token needs no key besides; one that is not sound changes nothing.
 * @throws CodedError BAD_REQUEST, DISK_FULL
 */
export async function takeTouches(
  parts: TouchReportParts,
  report: TouchReport,
  caller: TouchCaller,
): Promise<TouchAnswer> {
  const anonymousId = report.anonymousId === undefined ? undefined : idOf(report.anonymousId)
  if (report.anonymousId !== undefined && anonymousId === undefined) {
    throw new CodedError('BAD_REQUEST', { problem: 'anonymousId is empty or holds characters that no id has' })
  }
  const refused: TouchAnswer['refused'] = []
  const arrivals: EventArrival[] = []
  let spent = 0
  for (const [list, kind] of LISTS) {
    for (const [index, token] of (report[list] ?? []).entries()) {
      const judged = await judge(parts, { token, kind, anonymousId, caller })
      if (typeof judged === 'string') refused.push({ list, index, error: errorBody(judged) })
      else {
        arrivals.push(judged.arrival)
        if (judged.spent) spent++
      }
    }
  }
  if (arrivals.length === 0) return { accepted: 0, duplicates: 0, refused }
  const { rows } = await parts.events.take(arrivals)
  const added = rows.reduce((sum, row) => (row > 0 ? sum + 1 : sum), 0)
  // A token that was spent in another event, as one of a list or by another client, is kept and counts once.
  const fresh = Math.max(0, added - spent)
  return { accepted: fresh, duplicates: arrivals.length - fresh, refused }
}

interface Touch {
  readonly token: string
  readonly kind: TouchKind
  readonly anonymousId: string | undefined
  readonly caller: TouchCaller
}

async function judge(parts: TouchReportParts, { token, kind, anonymousId, caller }: Touch): Promise<Judged> {
  const { tokens, decisions, catalog, outcomes, basis, clock } = parts
  const now = clock()
  const claim = tokens.read(token, now)
  if (typeof claim === 'string') return claim
  const { decision, position } = claim
  // A click is on one item.
  if (kind === 'click' && position === undefined) return 'TOKEN_INVALID'
  const stored = await decisions.get(decision)
  if (stored === undefined) return 'TOKEN_EXPIRED'
  const row = position === undefined ? undefined : decodeRecord(stored.record).items[position - 1]?.product
  const productId = row === undefined ? undefined : catalog.current.at(row)?.id
  const event: ShopEvent = {
    kind: kind === 'click' ? 'product_clicked' : 'product_list_viewed',
    ...(anonymousId === undefined ? {} : { anonymousId }),
    happenedAt: now,
    receivedAt: now,
    at: now,
    lines: productId === undefined ? [] : [{ productId, quantity: 1 }],
    consents: caller.globalPrivacyControl
      ? [
          { purpose: 'personalisation', granted: false },
          { purpose: 'advertising', granted: false },
        ]
      : [],
    tokens: [token],
    bot: isBotAgent(caller.userAgent),
  }
  const properties = { ...(productId === undefined ? {} : { product_id: productId }), decision_token: token }
  const name = kind === 'click' ? 'Product Clicked' : 'Product List Viewed'
  const raw = JSON.stringify({
    type: 'track',
    event: name,
    ...(anonymousId === undefined ? {} : { anonymousId }),
    timestamp: new Date(now).toISOString(),
    properties,
  })
  const isSpent = position !== undefined && (await outcomes.isTouched(decision, position, kind))
  return { arrival: { source: 'api', key: `touch ${kind} ${token}`, raw, event, basis }, spent: isSpent }
}
