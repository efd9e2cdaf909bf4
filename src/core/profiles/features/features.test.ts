import { describe, expect, it } from 'vitest'
import type { EventKind, EventLine, ShopEvent } from '../../../contracts/event.ts'
import type { ProductFacts } from '../../catalog/facts.ts'
import { basketHash, featureParts, ProfileState } from '../profile-state.ts'
import { brandAffinity, categoryAffinity, priceBand, priceBandAffinity } from './affinities.ts'
import type { Feature, FeatureEvent } from './feature.ts'
import { HISTORY_LENGTH, history } from './history.ts'
import { frequency, monetary, recency } from './purchases.ts'

const DAY = 86_400_000
const EUR = 1_000_000

const FACTS: readonly ProductFacts[] = [
  { categories: ['Home', 'Kitchen', 'Mugs'], brand: 'Nordlys', priceMicros: 12 * EUR, currency: 'EUR' },
  { categories: ['Home', 'Garden'], brand: 'Verde', priceMicros: 40 * EUR, currency: 'EUR' },
]
const catalog = (row: number): ProductFacts | undefined => FACTS[row]

function event(kind: EventKind, at: number, lines: [row: number, line?: Partial<EventLine>][], orderId?: string) {
  const shopEvent: ShopEvent = {
    kind,
    userId: 'ada',
    happenedAt: at,
    receivedAt: at,
    at,
    ...(orderId === undefined ? {} : { orderId }),
    lines: lines.map(([row, line]) => ({ productId: `p${row}`, quantity: 1, ...line })),
    consents: [],
    bot: false,
  }
  return {
    event: shopEvent,
    products: Int32Array.from(lines, ([row]) => row),
    basket: basketHash(orderId, `${kind} ${at}`),
  } satisfies FeatureEvent
}

function stateOf(events: readonly FeatureEvent[]): Uint8Array {
  const state = new ProfileState()
  for (const each of events) state.write(each, catalog)
  return state.encode()
}

function value<V>(feature: Feature<V>, states: readonly Uint8Array[], now: number): V {
  return feature.value(
    states.flatMap((state) => featureParts(state).get(feature.name) ?? []),
    now,
  )
}

describe('purchases', () => {
  const paid = { priceMicros: 10 * EUR, currency: 'EUR' }
  const events = [
    event('order_completed', 1 * DAY, [[0, { ...paid, quantity: 2 }]], 'o1'),
    event('order_completed', 1 * DAY, [[1, paid]], 'o1'),
    event('order_completed', 5 * DAY, [[1, { priceMicros: 7 * EUR, currency: 'USD' }]], 'o2'),
    event('order_refunded', 6 * DAY, [[0, paid]], 'o1'),
    event('product_viewed', 8 * DAY, [[0]]),
  ]
  const state = stateOf(events)

  it('knows how long ago the last order was', () => {
    expect(value(recency, [state], 9 * DAY)).toBe(4 * DAY)
    expect(value(recency, [state], 2 * DAY)).toBe(0)
    expect(value(recency, [stateOf([])], 2 * DAY)).toBeUndefined()
  })

  it('counts an order that came in two events once', () => {
    expect(value(frequency, [state], 9 * DAY)).toBe(2)
  })

  it('sums what was spent by currency, less refunds', () => {
    expect(value(monetary, [state], 9 * DAY)).toEqual(
      new Map([
        ['EUR', 20 * EUR],
        ['USD', 7 * EUR],
      ]),
    )
  })

  it('takes linked profiles together', () => {
    const elsewhere = stateOf([event('order_completed', 8 * DAY, [[0, paid]], 'o3')])
    expect(value(frequency, [state, elsewhere], 9 * DAY)).toBe(3)
    expect(value(recency, [state, elsewhere], 9 * DAY)).toBe(1 * DAY)
    expect(value(monetary, [elsewhere, state], 9 * DAY).get('EUR')).toBe(30 * EUR)
  })
})

describe('affinities', () => {
  it('weighs a purchase more than a look, at every level of the category', () => {
    const { shares, evidence } = value(
      categoryAffinity,
      [stateOf([event('order_completed', DAY, [[0]]), event('product_viewed', DAY, [[1]])])],
      DAY,
    )
    expect(evidence).toBeCloseTo(8 * 3 + 1 * 2, 9)
    expect(shares.get('Home')).toBeCloseTo(9 / 26, 9)
    expect(shares.get('Home > Kitchen > Mugs')).toBeCloseTo(8 / 26, 9)
    expect(shares.get('Home > Garden')).toBeCloseTo(1 / 26, 9)
  })

  it('forgets with its half-life', () => {
    const state = stateOf([event('product_viewed', 0, [[0]]), event('product_viewed', 60 * DAY, [[1]])])
    const { shares } = value(brandAffinity, [state], 60 * DAY)
    expect(shares.get('Verde')).toBeCloseTo(2 / 3, 9)
    expect(value(brandAffinity, [state], 120 * DAY).evidence).toBeCloseTo(0.75, 9)
  })

  it('takes the price that was paid, and the catalogue’s where the event has none', () => {
    const paid = stateOf([event('order_completed', 0, [[0, { priceMicros: 100 * EUR, currency: 'EUR' }]])])
    const seen = stateOf([event('product_viewed', 0, [[0]])])
    expect([...value(priceBandAffinity, [paid], 0).shares.keys()]).toEqual([priceBand(100 * EUR, 'EUR')])
    expect([...value(priceBandAffinity, [seen], 0).shares.keys()]).toEqual(['EUR 7'])
  })

  it('learns nothing from products that nobody has described, nor from events that say nothing of taste', () => {
    const state = stateOf([event('product_viewed', 0, [[7]]), event('product_removed', 0, [[0]])])
    expect(value(categoryAffinity, [state], 0)).toEqual({ shares: new Map(), evidence: 0 })
  })

  it('has bands of half an octave and none for what costs nothing', () => {
    expect(priceBand(12 * EUR, 'EUR')).toBe('EUR 7')
    expect(priceBand(15.99 * EUR, 'EUR')).toBe('EUR 7')
    expect(priceBand(16 * EUR, 'EUR')).toBe('EUR 8')
    expect(priceBand(0.5 * EUR, 'EUR')).toBe('EUR -2')
    expect(priceBand(0, 'EUR')).toBeUndefined()
  })
})

describe('history', () => {
  it('keeps the lines with what happened, oldest first, however they arrive', () => {
    const late = event('product_viewed', 1 * DAY, [[1]])
    const order = event('order_completed', 2 * DAY, [[0, { quantity: 3 }], [1]])
    const { length, products, kinds, at, quantities, baskets } = value(history, [stateOf([order, late])], 3 * DAY)
    expect([length, [...products], [...kinds], [...quantities]]).toEqual([3, [1, 0, 1], [5, 11, 11], [1, 3, 1]])
    expect([...at]).toEqual([DAY, 2 * DAY, 2 * DAY])
    expect(baskets[1]).toBe(baskets[2])
    expect(baskets[0]).not.toBe(baskets[1])
  })

  it('takes what lies after now, since the clock was ahead when it came, as what is longest ago', () => {
    const ahead = [event('product_viewed', 365 * DAY, [[1]]), event('product_added', 366 * DAY, [[1]])]
    const now = 3 * DAY
    const right = [event('product_viewed', 2 * DAY, [[0]]), event('order_completed', now + 1000, [[0]])]
    const { products, kinds, at, length } = value(history, [stateOf([...ahead, ...right])], now)
    expect([length, [...products], [...kinds]]).toEqual([4, [1, 1, 0, 0], [5, 6, 5, 11]])
    expect([...at]).toEqual([2 * DAY, 2 * DAY, 2 * DAY, now + 1000])
    expect([...value(history, [stateOf(ahead)], now).at]).toEqual([365 * DAY, 366 * DAY])
  })

  it('keeps a profile of 100,000 events small', () => {
    const state = new ProfileState()
    for (let i = 0; i < 100_000; i++) state.write(event('product_viewed', i * 1000, [[i % 2]]), catalog)
    const bytes = state.encode()
    expect(bytes.length).toBeLessThan(10_000)
    const { length, at } = value(history, [bytes], 0)
    expect(length).toBe(HISTORY_LENGTH)
    expect(at[HISTORY_LENGTH - 1]).toBe(99_999_000)
  })
})
