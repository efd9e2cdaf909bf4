import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EVENT_KINDS, type EventKind } from '../../contracts/event.ts'
import { historyBetween, type ShopLines } from './history.ts'

interface Line {
  user?: number
  item?: number
  kind: EventKind
  at: number
  quantity?: number
}

function shopLines(lines: readonly Line[]): ShopLines {
  return {
    users: 3,
    items: 4,
    user: Int32Array.from(lines, ({ user }) => user ?? 0),
    item: Int32Array.from(lines, ({ item }) => item ?? 0),
    kind: Uint8Array.from(lines, ({ kind }) => EVENT_KINDS[kind]),
    at: Float64Array.from(lines, ({ at }) => at),
    quantity: Float32Array.from(lines, ({ quantity }) => quantity ?? 1),
    basket: Int32Array.from(lines, (_, i) => i),
  }
}

const keptAt = (lines: readonly Line[], from = 0, until = 100): number[] => [
  ...historyBetween(shopLines(lines), from, until).bought.at,
]

describe('historyBetween', () => {
  it('takes a refund back from the latest purchase before it', () => {
    const lines: Line[] = [
      { kind: 'order_completed', at: 1 },
      { kind: 'order_completed', at: 2 },
      { kind: 'order_refunded', at: 3 },
      { kind: 'order_completed', at: 4 },
    ]
    expect(keptAt(lines)).toEqual([1, 4])
  })

  it('keeps a line of which something is left, and carries a large refund on to the purchase before', () => {
    const bought: Line[] = [
      { kind: 'order_completed', at: 1, quantity: 5 },
      { kind: 'order_completed', at: 2, quantity: 2 },
    ]
    expect(keptAt([...bought, { kind: 'order_refunded', at: 3, quantity: 1 }])).toEqual([1, 2])
    expect(keptAt([...bought, { kind: 'order_cancelled', at: 3, quantity: 4 }])).toEqual([1])
    expect(keptAt([...bought, { kind: 'order_refunded', at: 3, quantity: 99 }])).toEqual([])
  })

  it('touches no other shopper and no other product', () => {
    const lines: Line[] = [
      { kind: 'order_completed', at: 1, user: 1 },
      { kind: 'order_completed', at: 1, item: 2 },
      { kind: 'order_refunded', at: 2 },
    ]
    expect(keptAt(lines)).toEqual([1, 1])
  })

  it('does not know refunds from after the stretch, nor what was bought before it', () => {
    const lines: Line[] = [
      { kind: 'order_completed', at: 1 },
      { kind: 'order_refunded', at: 10 },
    ]
    expect(keptAt(lines, 0, 10)).toEqual([1])
    expect(keptAt(lines, 5, 20)).toEqual([])
  })

  it('reads looks as interest and not as purchases', () => {
    const { bought, engaged } = historyBetween(
      shopLines([
        { kind: 'product_viewed', at: 1, item: 1 },
        { kind: 'order_completed', at: 2, item: 2 },
        { kind: 'products_searched', at: 3, item: 3 },
      ]),
      0,
      10,
    )
    expect([...bought.item]).toEqual([2])
    expect([...engaged.item]).toEqual([1, 2])
    expect(engaged.weight[0]).toBeLessThan(engaged.weight[1] ?? 0)
  })

  it('never keeps more pieces than were bought and not sent back', () => {
    const line = fc.record({
      kind: fc.constantFrom<EventKind>('order_completed', 'order_refunded'),
      at: fc.integer({ min: 1, max: 50 }),
      quantity: fc.integer({ min: 1, max: 4 }),
      item: fc.integer({ min: 0, max: 1 }),
    })
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        const orders = lines.filter(({ kind }) => kind === 'order_completed').length
        const kept = keptAt(lines).length
        expect(kept).toBeLessThanOrEqual(orders)
        if (orders === lines.length) expect(kept).toBe(orders)
      }),
      { seed: 1 },
    )
  })
})
