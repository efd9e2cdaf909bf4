import { type Interactions, integer, queryOf, type Rng } from '@storemind/ml'
import type { Frame } from '../contracts.ts'
import type { ShopHistory } from '../decide/history.ts'
import { anchorQuery, newest, noPast, type Questions } from '../decide/questions.ts'

/** One question with its right answers. */
export interface FrameCase {
  readonly user: number
  readonly questions: Questions
  /** Distinct, ascending, never empty, without the anchors. */
  readonly targets: Int32Array
}

export interface CaseWindow {
  /** What was known when the window began; it answers what is asked about the past. */
  readonly before: ShopHistory
  /** What happened in it; users and items are numbered as in `before`. */
  readonly after: ShopHistory
  /** When it began: the moment at which home is asked. */
  readonly from: number
  /** Lines of a past that are heard, newest. */
  readonly historyLength: number
}

/**
 * Home: each shopper who bought in the window is one case, asked at its beginning; the targets are all they bought.
 *
 * @returns `warm` shoppers had bought before, `cold` had not
 */
export function homeCases(window: CaseWindow): { warm: FrameCase[]; cold: FrameCase[] } {
  const { before, after, from } = window
  const warm: FrameCase[] = []
  const cold: FrameCase[] = []
  for (let user = 0; user < after.bought.users; user++) {
    const targets = distinct(after.bought.item.subarray(after.bought.offsets[user], after.bought.offsets[user + 1]))
    if (targets.length === 0) continue
    const one = { user, questions: questionsOf(window, user, new Int32Array(0), from), targets }
    const known = before.bought.offsets[user + 1]! > before.bought.offsets[user]!
    ;(known ? warm : cold).push(one)
  }
  return { warm, cold }
}

/**
 * Product pages: each order of the window with two products or more is one case. One of its products, drawn at random,
 * is the page; the others are the targets.
 */
export function productCases(window: CaseWindow, most: number, random: Rng): FrameCase[] {
  return sampled(ordersOf(window.after.bought), most, random).flatMap((order) => {
    const items = distinct(order.items)
    const anchor = items[integer(random, items.length)]
    if (anchor === undefined) return []
    const anchors = Int32Array.of(anchor)
    const targets = items.filter((item) => item !== anchor)
    return [{ user: order.user, questions: questionsOf(window, order.user, anchors, order.at), targets }]
  })
}

/** The cart: of each order with two products or more one, drawn at random, is left out and is the target. */
export function cartCases(window: CaseWindow, most: number, random: Rng): FrameCase[] {
  return sampled(ordersOf(window.after.bought), most, random).flatMap((order) => {
    const items = distinct(order.items)
    const target = items[integer(random, items.length)]
    if (target === undefined) return []
    const anchors = items.filter((item) => item !== target)
    return [
      {
        user: order.user,
        questions: questionsOf(window, order.user, anchors, order.at),
        targets: Int32Array.of(target),
      },
    ]
  })
}

/** The cases of a frame: home’s are those of shoppers with a past, a first visit’s all of them as strangers. */
export function casesOf(frame: Frame, window: CaseWindow, most: number, random: Rng): FrameCase[] {
  if (frame === 'product') return productCases(window, most, random)
  if (frame === 'cart') return cartCases(window, most, random)
  const { warm, cold } = homeCases(window)
  if (frame === 'home') return sampled(warm, most, random)
  return sampled([...cold, ...warm], most, random).map(asStranger)
}

/** The same case as if nothing were known of the shopper: what a first visit, or one without consent, looks like. */
export function asStranger({ user, questions, targets }: FrameCase): FrameCase {
  return { user, targets, questions: noPast(questions.anchors.items, questions.anchors.now) }
}

function questionsOf({ before, historyLength }: CaseWindow, user: number, anchors: Int32Array, now: number): Questions {
  const bought = newest(queryOf(before.bought, user, now), historyLength)
  return {
    bought,
    engaged: before.engaged === before.bought ? bought : newest(queryOf(before.engaged, user, now), historyLength),
    anchors: anchorQuery(anchors, now),
  }
}

export interface Order {
  readonly user: number
  readonly at: number
  readonly items: Int32Array
}

/** Orders of two distinct products or more, by user and time. */
export function ordersOf(bought: Interactions): Order[] {
  const orders: Order[] = []
  for (let user = 0; user < bought.users; user++) {
    const end = bought.offsets[user + 1]!
    for (let from = bought.offsets[user]!; from < end; ) {
      let to = from + 1
      while (to < end && bought.basket[to] === bought.basket[from]) to++
      const items = bought.item.subarray(from, to)
      if (items.some((item) => item !== items[0])) orders.push({ user, at: bought.at[from]!, items })
      from = to
    }
  }
  return orders
}

/** At most `most` of them, drawn at random, in their order. */
function sampled<T>(all: readonly T[], most: number, random: Rng): T[] {
  const chosen: T[] = []
  let needed = Math.min(most, all.length)
  // Selection sampling: each is taken with the probability that fills what is still needed.
  for (let i = 0; i < all.length && needed > 0; i++) {
    const one = all[i]
    if (one === undefined || integer(random, all.length - i) >= needed) continue
    chosen.push(one)
    needed--
  }
  return chosen
}

function distinct(items: Int32Array): Int32Array {
  return Int32Array.from(new Set(items)).sort()
}
