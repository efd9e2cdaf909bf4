import { queryOf } from '@storemind/ml'
import { EVENT_KINDS } from '../contracts/event.ts'
import type { ProductRow } from '../core/ports.ts'
import type { PersonalView, ProfileView } from '../core/profiles/consent.ts'
import type { History } from '../core/profiles/features/history.ts'
import { history } from '../core/profiles/features/history.ts'
import { historyBetween } from './decide/history.ts'
import { anchorQuery, noPast, type Questions } from './decide/questions.ts'

/*
 * What recommendations want remembered of a shopper, and how they read it back. The writing half stands with the
 * feature in core, since other capabilities remember the same.
 */

export const REMEMBERED = [history] as const

/** What a decision knows of the shopper. */
export interface Past {
  readonly questions: Questions
  /** When each product was bought last, refunds aside; also of products that no model knows. */
  readonly boughtAt: ReadonlyMap<ProductRow, number>
}

/**
 * @param itemOf [rows] a product's index in the model, −1 where it has none
 * @param anchors indices of what the page is about
 */
export function pastOf(
  view: ProfileView | undefined,
  itemOf: Int32Array,
  items: number,
  anchors: Int32Array,
  now: number,
): Past {
  const remembered = view?.basis === 'personalised' ? lines(view) : undefined
  if (remembered === undefined || remembered.length === 0)
    return { questions: noPast(anchors, now), boughtAt: new Map() }
  const known: number[] = []
  for (let i = 0; i < remembered.length; i++) {
    const item = itemOf[remembered.products[i]!] ?? -1
    if (item >= 0 && remembered.at[i]! <= now) known.push(i)
  }
  const { bought, engaged } = historyBetween(
    {
      users: 1,
      items,
      user: new Int32Array(known.length),
      item: Int32Array.from(known, (i) => itemOf[remembered.products[i]!]!),
      kind: Uint8Array.from(known, (i) => remembered.kinds[i]!),
      at: Float64Array.from(known, (i) => remembered.at[i]!),
      quantity: Float32Array.from(known, (i) => remembered.quantities[i]!),
      basket: Int32Array.from(known, (i) => remembered.baskets[i]!),
    },
    Number.NEGATIVE_INFINITY,
    Number.POSITIVE_INFINITY,
  )
  const boughtQuery = { ...queryOf(bought, 0, now), user: -1 }
  return {
    questions: {
      bought: boughtQuery,
      engaged: engaged === bought ? boughtQuery : { ...queryOf(engaged, 0, now), user: -1 },
      anchors: anchorQuery(anchors, now),
    },
    boughtAt: lastBought(remembered),
  }
}

function lines(view: PersonalView): History | undefined {
  return view.value(history)
}

function lastBought({ length, products, kinds, at }: History): Map<ProductRow, number> {
  const last = new Map<ProductRow, number>()
  // Oldest first, so that the latest stays.
  for (let i = 0; i < length; i++) if (kinds[i] === EVENT_KINDS.order_completed) last.set(products[i]!, at[i]!)
  return last
}
