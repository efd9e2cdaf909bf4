import type { AttributionWrite, OutcomeShopper, ProductRow, ShopOrder, ShopperTouch } from '../ports.ts'
import { latestStatements, permits } from '../profiles/consent.ts'
import { netLines } from './net-lines.ts'

const DAY = 86_400_000
const HOUR = 3_600_000

/** How long before a purchase a touch may lie; 0 for none of its kind. */
export interface AttributionWindows {
  readonly clickDays: number
  readonly impressionHours: number
}

/** The widest stretch before an order in which a touch matters, milliseconds. */
export function widest({ clickDays, impressionHours }: AttributionWindows): number {
  return Math.max(clickDays * DAY, impressionHours * HOUR)
}

/**
 * Which decisions a shopper's purchases follow.
 *
 * Solves   for each line of each order the last click on the same product, or on another variant of it, within the
 *          click window before the order; where there is none, the last impression within the impression window
 * Given    a shopper's orders and counted touches; the group of a product, below zero for none
 * Returns  a line for each line of an order that followed a touch, with what of it was given back. Of a bot, and of a
 *          shopper whose behaviour may not be analysed, none
 * Cost     O(touches + lines · touches of the product and its variants)
 * Source   last touch with a click before a view, the usual rule of ad reports; that it is a rule and no proof of
 *          cause is why experiments exist
 */
export function attribute(
  shopper: OutcomeShopper,
  windows: AttributionWindows,
  groupOf: (product: ProductRow) => number,
): AttributionWrite[] {
  const said = latestStatements(shopper.consents).get('analytics')
  if (shopper.bot || !permits(shopper.basis, said?.granted)) return []
  const byProduct = new Map<string, ShopperTouch[]>()
  for (const touch of shopper.touches) {
    for (const name of namesOf(touch.product, groupOf)) {
      const known = byProduct.get(name)
      if (known === undefined) byProduct.set(name, [touch])
      else known.push(touch)
    }
  }
  return shopper.orders.flatMap((order) => attributeOrder(order, windows, byProduct, groupOf))
}

function attributeOrder(
  order: ShopOrder,
  windows: AttributionWindows,
  byProduct: ReadonlyMap<string, readonly ShopperTouch[]>,
  groupOf: (product: ProductRow) => number,
): AttributionWrite[] {
  const { event, profile, at } = order
  return netLines(order).flatMap((line, index): AttributionWrite[] => {
    // A variant's group holds the product itself, so the last of the names is the widest.
    const touches = byProduct.get(namesOf(line.product, groupOf).at(-1) ?? '') ?? []
    const touch =
      lastWithin(touches, 'click', at - windows.clickDays * DAY, at) ??
      lastWithin(touches, 'impression', at - windows.impressionHours * HOUR, at)
    if (touch === undefined) return []
    const { product, quantity, currency, micros, refundedMicros } = line
    const price = { ...(currency === undefined ? {} : { currency }), micros, refundedMicros }
    return [{ event, line: index, order: order.order, profile, at, product, quantity, ...price, touch }]
  })
}

function namesOf(product: ProductRow, groupOf: (product: ProductRow) => number): string[] {
  if (product < 0) return []
  const group = groupOf(product)
  return group < 0 ? [`p${product}`] : [`p${product}`, `g${group}`]
}

/** The latest of a kind in [from, to]; with a window of nothing, none. Touches are in the order of time. */
function lastWithin(
  touches: readonly ShopperTouch[],
  kind: ShopperTouch['kind'],
  from: number,
  to: number,
): ShopperTouch | undefined {
  if (from === to) return undefined
  return touches.findLast((touch) => touch.kind === kind && touch.at >= from && touch.at <= to)
}
