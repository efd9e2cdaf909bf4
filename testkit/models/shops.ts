import { buildInteractions, type Interactions, integer, rng } from '@storemind/ml'
import type { Check } from './contract.ts'

const EPOCH = Date.UTC(2026, 0, 1)
const DAY = 86_400_000

/** Rows of user, item, day and weight, in any order; rows of one user and day are one basket. */
export function shopOf(
  users: number,
  items: number,
  rows: readonly (readonly [user: number, item: number, day: number, weight?: number])[],
): Interactions {
  return buildInteractions({
    users,
    items,
    user: Int32Array.from(rows, ([user]) => user),
    item: Int32Array.from(rows, ([, item]) => item),
    at: Float64Array.from(rows, ([, , day]) => EPOCH + day * DAY),
    weight: Float32Array.from(rows, ([, , , weight = 1]) => weight),
    basket: Int32Array.from(rows, ([, , day]) => Math.floor(day)),
  })
}

/**
 * 30 users and 12 items over 60 days: baskets of several items, repeats, quantities, users of one entry and one of
 * none; items 0 to 5 go together, and so do 6 to 11.
 */
export function tinyShop(): Interactions {
  const random = rng(20_260)
  const rows: [number, number, number, number][] = []
  for (let user = 0; user < 29; user++) {
    const baskets = user % 7 === 0 ? 1 : 2 + integer(random, 4)
    for (let b = 0; b < baskets; b++) {
      const day = Math.floor((60 * (b + random.next())) / baskets)
      for (let n = user % 7 === 0 ? 1 : 1 + integer(random, 4); n > 0; n--) {
        const half = random.next() < 0.9 ? user % 2 : 1 - (user % 2)
        rows.push([user, 6 * half + integer(random, 6), day, 1 + integer(random, 3)])
      }
    }
  }
  return shopOf(30, 12, rows)
}

/** The smallest shops, and one where nothing but the items differs. */
export function oneOfEach(): [Check, Interactions][] {
  return [
    [
      'a shop of one user and one item',
      shopOf(1, 1, [
        [0, 0, 0],
        [0, 0, 40],
      ]),
    ],
    [
      'a shop of one user',
      shopOf(1, 4, [
        [0, 0, 0],
        [0, 1, 10],
        [0, 2, 10],
        [0, 3, 40],
      ]),
    ],
    [
      'a shop of one item',
      shopOf(3, 1, [
        [0, 0, 0],
        [1, 0, 20],
        [2, 0, 40],
      ]),
    ],
    [
      'weights and times that are all the same',
      shopOf(3, 3, [
        [0, 0, 9],
        [0, 1, 9],
        [1, 1, 9],
        [1, 2, 9],
        [2, 0, 9],
      ]),
    ],
  ]
}
