import type { ActivityRule } from '../ports.ts'

/**
 * What a program does that poses as a browser, and no person does. Whoever buys is not looked at.
 *
 * - Fast: 300 pages or products within ten minutes is one every two seconds for as long as that; a person who compares
 *   reaches a tenth of it.
 * - Awake: ten looks in each of twenty hours of a day. People sleep.
 */
export const ACTIVITY_RULE: ActivityRule = {
  looks: ['page_viewed', 'product_viewed'],
  fastLooks: 300,
  fastMillis: 600_000,
  awakeLooks: 10,
  awakeHours: 20,
}

/** How far back each search looks: a day, and the hour since the last search. */
export const ACTIVITY_WINDOW = 25 * 3_600_000
