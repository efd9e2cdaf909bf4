import type { EventKind } from '../../contracts/event.ts'
import type { DecodedRecord } from '../decisions/record.ts'
import type { OutcomeEvent, ProfileRow, RefusedToken, TouchKind, TouchWrite } from '../ports.ts'
import type { DecisionTokens, TokenClaim, TokenRefusal } from './tokens.ts'

/** What an event with a token says of the item. Other kinds may carry tokens along; they say nothing new. */
const KIND_OF: Partial<Record<EventKind, TouchKind>> = {
  product_list_viewed: 'impression',
  product_clicked: 'click',
  // A landing page that keeps the token of the link, and a button on the list itself.
  product_viewed: 'click',
  product_added: 'click',
  wishlist_added: 'click',
}

export interface TouchedDecision {
  readonly at: number
  readonly profile: ProfileRow | undefined
  readonly record: Pick<DecodedRecord, 'items' | 'unknown' | 'held'>
}

/**
 * The touches that an event's tokens stand for. A token of one item stands for that item. One of a whole list stands
 * for the products that the event names, or for all of its items where it names none of them: a page may report the
 * part that came into view.
 */
export async function touchesOf(
  event: OutcomeEvent,
  tokens: Pick<DecisionTokens, 'read'>,
  decisionOf: (id: string) => Promise<TouchedDecision | 'folded' | undefined>,
): Promise<{ touches: TouchWrite[]; refused: RefusedToken[] }> {
  const kind = KIND_OF[event.kind]
  if (kind === undefined) return { touches: [], refused: [] }
  const touches = new Map<string, TouchWrite>()
  const refused: RefusedToken[] = []
  for (const [index, token] of event.tokens.entries()) {
    const claim = tokens.read(token, event.receivedAt)
    const decision = typeof claim === 'string' ? undefined : await decisionOf(claim.decision)
    // What came of it is counted already, and stays as it was counted.
    if (decision === 'folded') continue
    if (typeof claim === 'string' || decision === undefined) {
      refused.push({ event: event.row, index, code: refusalOf(claim) })
      continue
    }
    for (const position of positionsOf(claim, decision.record, event, kind)) {
      touches.set(`${claim.decision} ${position}`, {
        event: event.row,
        decision: claim.decision,
        position,
        kind,
        product: decision.record.items[position - 1]?.product ?? -1,
        // Who does not say who they are may still be whom the decision was made for.
        profile: event.profile >= 0 ? event.profile : (decision.profile ?? -1),
        // Nothing is seen before it is decided, whatever a browser's clock says.
        at: Math.max(event.at, decision.at),
      })
    }
  }
  return { touches: [...touches.values()], refused }
}

/** A sound token whose decision is gone has outlived it. */
function refusalOf(claim: TokenClaim | TokenRefusal): TokenRefusal {
  return typeof claim === 'string' ? claim : 'TOKEN_EXPIRED'
}

function positionsOf(
  { position, items }: TokenClaim,
  record: TouchedDecision['record'],
  event: OutcomeEvent,
  kind: TouchKind,
): number[] {
  if (position !== undefined) return [position]
  const named = record.items.flatMap(({ product }, i) => (event.products.includes(product) ? [i + 1] : []))
  if (named.length > 0) return named
  // A click is on one item: without a name it cannot be told which.
  return kind === 'click' ? [] : Array.from({ length: items }, (_, i) => i + 1)
}
