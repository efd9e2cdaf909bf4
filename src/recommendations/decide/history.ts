import { buildInteractions, type Interactions } from '@storemind/ml'
import { EVENT_KINDS, type EventKind } from '../../contracts/event.ts'

/**
 * What shoppers did with products, one line per product of an event, after the consent gate. Shoppers and products
 * are dense numbers of this run.
 */
export interface ShopLines {
  readonly users: number
  readonly items: number
  /** [n] */
  readonly user: Int32Array
  readonly item: Int32Array
  /** [n] EVENT_KINDS numbers. */
  readonly kind: Uint8Array
  /** [n] UTC milliseconds. */
  readonly at: Float64Array
  /** [n] pieces, above zero, also for what was sent back. */
  readonly quantity: Float32Array
  /** [n] equal numbers are one order. */
  readonly basket: Int32Array
}

/** The two ways in which history is read. Users and items are numbered alike. */
export interface ShopHistory {
  /** What was bought and kept; each line of an order counts 1, however many pieces it had. */
  readonly bought: Interactions
  /** Every sign of interest, weighed by its kind. The same object as `bought` where only orders are known. */
  readonly engaged: Interactions
}

/**
 * What a sign of interest counts beside a purchase. The order (purchase, basket, wish, look) is what matters; the
 * sources’ weights are learned on top.
 */
export const INTEREST: Readonly<Partial<Record<EventKind, number>>> = {
  order_completed: 1,
  product_added: 0.4,
  wishlist_added: 0.3,
  product_clicked: 0.1,
  product_viewed: 0.1,
}

/** Kinds that a training run reads. */
export const TRAINING_KINDS: readonly EventKind[] = [
  'order_completed',
  'order_refunded',
  'order_cancelled',
  'product_added',
  'wishlist_added',
  'product_clicked',
  'product_viewed',
]

const ORDER = EVENT_KINDS.order_completed
const WEIGHT_OF_KIND = weightTable()

/**
 * The history of [from, until). Refunds take back what was bought before them in the same stretch, latest first; a
 * line of which nothing is left did not happen. Refunds from after the stretch are not known in it.
 *
 * @cost O(lines · log lines of a user)
 */
export function historyBetween(lines: ShopLines, from: number, until: number): ShopHistory {
  const kept = keptLines(lines, from, until)
  const orders = kept.filter((line) => lines.kind[line] === ORDER)
  const bought = interactionsOf(lines, orders)
  return { bought, engaged: orders.length === kept.length ? bought : interactionsOf(lines, kept) }
}

/** Lines of interest within [from, until) that no refund took back, in their order. */
function keptLines(lines: ShopLines, from: number, until: number): Int32Array {
  const { kind, at } = lines
  const inside = new Int32Array(kind.length)
  let n = 0
  let refunds = 0
  for (let line = 0; line < kind.length; line++) {
    if (!(at[line]! >= from && at[line]! < until)) continue
    if (isRefund(kind[line]!)) refunds++
    else if (WEIGHT_OF_KIND[kind[line]!]! === 0) continue
    inside[n++] = line
  }
  const window = inside.subarray(0, n)
  if (refunds === 0) return window
  const gone = refundedLines(lines, window)
  return window.filter((line) => !isRefund(kind[line]!) && !gone.has(line))
}

function refundedLines(lines: ShopLines, window: Int32Array): Set<number> {
  const { user, item, kind, at, quantity } = lines
  const order = window.filter((line) => kind[line] === ORDER || isRefund(kind[line]!))
  // The kind's number puts an order before a refund of the same moment.
  order.sort((a, b) => user[a]! - user[b]! || item[a]! - item[b]! || at[a]! - at[b]! || kind[a]! - kind[b]! || a - b)
  const gone = new Set<number>()
  const left = new Map<number, number>()
  let open: number[] = []
  let before = -1
  for (const line of order) {
    if (before === -1 || user[line] !== user[before] || item[line] !== item[before]) open = []
    before = line
    if (kind[line] === ORDER) {
      open.push(line)
      continue
    }
    let returned = quantity[line]!
    for (let last = open.at(-1); last !== undefined && returned > 0; last = open.at(-1)) {
      const had = left.get(last) ?? quantity[last]!
      left.set(last, had - returned)
      if (returned < had) break
      returned -= had
      gone.add(last)
      open.pop()
    }
  }
  return gone
}

function interactionsOf(lines: ShopLines, kept: Int32Array): Interactions {
  const n = kept.length
  const user = new Int32Array(n)
  const item = new Int32Array(n)
  const at = new Float64Array(n)
  const weight = new Float32Array(n)
  const basket = new Int32Array(n)
  for (let k = 0; k < n; k++) {
    const line = kept[k]!
    user[k] = lines.user[line]!
    item[k] = lines.item[line]!
    at[k] = lines.at[line]!
    weight[k] = WEIGHT_OF_KIND[lines.kind[line]!]!
    basket[k] = lines.basket[line]!
  }
  return buildInteractions({ users: lines.users, items: lines.items, user, item, at, weight, basket })
}

function isRefund(kind: number): boolean {
  return kind === EVENT_KINDS.order_refunded || kind === EVENT_KINDS.order_cancelled
}

function weightTable(): Float32Array {
  const table = new Float32Array(256)
  for (const [kind, number] of Object.entries(EVENT_KINDS)) table[number] = interestOf(kind)
  return table
}

function interestOf(kind: string): number {
  return Object.entries(INTEREST).find(([name]) => name === kind)?.[1] ?? 0
}
