import { distinct } from '../states/distinct.ts'
import { latest } from '../states/latest.ts'
import { totals } from '../states/totals.ts'
import { feature } from './feature.ts'

/**
 * How long ago the last order was, in milliseconds; undefined where there is none. 0 where the last order lies after
 * `now`.
 */
export const recency = feature({
  name: 'recency',
  purpose: 'personalisation',
  state: latest,
  writes: ({ event }) => (event.kind === 'order_completed' ? [event.at] : []),
  value: ({ at }, now): number | undefined => (at === undefined ? undefined : Math.max(0, now - at)),
})

/** How many orders. An order that is told in several events counts once. */
export const frequency = feature({
  name: 'frequency',
  purpose: 'personalisation',
  state: distinct(64),
  writes: ({ event, basket }) => (event.kind === 'order_completed' ? [{ name: basket, at: event.at }] : []),
  value: ({ count }): number => count,
})

/** Currencies that are kept apart in one profile. */
const CURRENCIES = 16

const SIGNS: Readonly<Partial<Record<string, 1 | -1>>> = {
  order_completed: 1,
  order_refunded: -1,
  order_cancelled: -1,
}

/** What was spent, in micros by currency: price times quantity of order lines, less those refunded or cancelled. */
export const monetary = feature({
  name: 'monetary',
  purpose: 'personalisation',
  state: totals(CURRENCIES),
  writes: ({ event }) => {
    const sign = SIGNS[event.kind]
    if (sign === undefined) return []
    return event.lines.flatMap(({ priceMicros, currency, quantity }) =>
      priceMicros === undefined || currency === undefined
        ? []
        : [{ key: currency, amount: sign * Math.round(priceMicros * quantity) }],
    )
  },
  value: (state): ReadonlyMap<string, number> => state,
})
