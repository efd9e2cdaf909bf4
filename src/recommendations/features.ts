import { queryOf } from '@storemind/ml'
import { EVENT_KINDS } from '../contracts/event.ts'
import type { ProductRow } from '../core/ports.ts'
import type { PersonalView, ProfileView } from '../core/profiles/consent.ts'
import type { History } from '../core/profiles/features/history.ts'
import { history } from '../core/profiles/features/history.ts'
import { historyBetween, type ShopLines } from './decide/history.ts'
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
  const { bought, engaged } = historyBetween(
    linesOf(remembered, itemOf, items, now),
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

/** What is remembered of one shopper, as lines of the products that the model knows. */
function linesOf(remembered: History, itemOf: Int32Array, items: number, now: number): ShopLines {
  const item = new Int32Array(remembered.length)
  const kind = new Uint8Array(remembered.length)
  const at = new Float64Array(remembered.length)
  const quantity = new Float32Array(remembered.length)
  const basket = new Int32Array(remembered.length)
  let n = 0
  for (let i = 0; i < remembered.length; i++) {
    const known = itemOf[remembered.products[i]!] ?? -1
    if (known < 0 || remembered.at[i]! > now) continue
    item[n] = known
    kind[n] = remembered.kinds[i]!
    at[n] = remembered.at[i]!
    quantity[n] = remembered.quantities[i]!
    basket[n++] = remembered.baskets[i]!
  }
  return {
    users: 1,
    items,
    user: new Int32Array(n),
    item: item.subarray(0, n),
    kind: kind.subarray(0, n),
    at: at.subarray(0, n),
    quantity: quantity.subarray(0, n),
    basket: basket.subarray(0, n),
  }
}

function lastBought({ length, products, kinds, at }: History): Map<ProductRow, number> {
  const last = new Map<ProductRow, number>()
  // Oldest first, so that the latest stays.
  for (let i = 0; i < length; i++) if (kinds[i] === EVENT_KINDS.order_completed) last.set(products[i]!, at[i]!)
  return last
}
