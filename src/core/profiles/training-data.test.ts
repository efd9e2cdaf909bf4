import { describe, expect, it } from 'vitest'
import { EVENT_KINDS } from '../../contracts/event.ts'
import type { InteractionColumns } from '../ports.ts'
import { consentedInteractions, interactionsOf } from './training-data.ts'

type Line = [profile: number, product: number, kind: keyof typeof EVENT_KINDS, at: number, basket: number]

function chunkOf(lines: readonly Line[]): InteractionColumns {
  return {
    length: lines.length,
    profile: Int32Array.from(lines, ([profile]) => profile),
    product: Int32Array.from(lines, ([, product]) => product),
    kind: Uint8Array.from(lines, ([, , kind]) => EVENT_KINDS[kind]),
    at: Float64Array.from(lines, ([, , , at]) => at),
    quantity: new Float32Array(lines.length).fill(2),
    priceMicros: new Float64Array(lines.length).fill(Number.NaN),
    basket: Int32Array.from(lines, ([, , , , basket]) => basket),
  }
}

function readerOf(chunks: readonly Line[][], withheld: readonly number[] = []) {
  return {
    async *interactions() {
      for (const chunk of chunks) yield chunkOf(chunk)
    },
    withheld: async () => new Set(withheld),
  }
}

const WINDOW = { from: 0, to: 100, kinds: ['order_completed', 'product_viewed', 'order_refunded'] } as const
const LINES: Line[][] = [
  [
    [40, 900, 'order_completed', 5, 1],
    [41, 901, 'order_completed', 6, 2],
    [40, 902, 'product_viewed', 1, 3],
  ],
  [
    [-1, 900, 'order_completed', 7, 4],
    [-1, 903, 'order_completed', 7, 4],
    [-1, 900, 'order_completed', 8, 5],
    [42, 900, 'order_refunded', 9, 6],
  ],
]

describe('training data', () => {
  it('numbers shoppers and products densely and keeps every column beside them', async () => {
    const data = await consentedInteractions(readerOf(LINES), WINDOW, 'personalisation')
    expect([...data.profiles]).toEqual([40, 41, 42, -1, -1])
    expect([...data.products]).toEqual([900, 901, 902, 903])
    expect([...data.user]).toEqual([0, 1, 0, 3, 3, 4, 2])
    expect([...data.item]).toEqual([0, 1, 2, 0, 3, 0, 0])
    expect([...data.basket]).toEqual([1, 2, 3, 4, 4, 5, 6])
    expect([...data.at]).toEqual([5, 6, 1, 7, 7, 8, 9])
    expect(data.withheldForConsent).toBe(0)
  })

  it('leaves out whoever may not be used, and says how many', async () => {
    const data = await consentedInteractions(readerOf(LINES, [40, 99]), WINDOW, 'personalisation')
    expect([...data.profiles]).toEqual([41, 42, -1, -1])
    expect([...data.products]).not.toContain(902)
    expect(data.withheldForConsent).toBe(1)
    expect(data.length).toBe(5)
  })

  it('numbers the products that it is given first', async () => {
    const data = await consentedInteractions(readerOf(LINES), WINDOW, 'personalisation', { products: [7, 903] })
    expect([...data.products]).toEqual([7, 903, 900, 901, 902])
  })

  it('is empty where nothing happened', async () => {
    const data = await consentedInteractions(readerOf([]), WINDOW, 'personalisation')
    expect([data.length, data.profiles.length, data.products.length]).toEqual([0, 0, 0])
  })

  it('does not change the chunks it is given', async () => {
    const chunk = chunkOf(LINES[0] ?? [])
    const reader = {
      async *interactions() {
        yield chunk
      },
      withheld: async () => new Set<number>(),
    }
    await consentedInteractions(reader, WINDOW, 'personalisation')
    expect([...chunk.profile]).toEqual([40, 41, 40])
    expect([...chunk.product]).toEqual([900, 901, 902])
  })
})

describe('interactions for the learning library', () => {
  it('weighs lines by what happened, in time order within a shopper, and leaves out kinds without a weight', async () => {
    const data = await consentedInteractions(readerOf(LINES), WINDOW, 'personalisation')
    const built = interactionsOf(data, { order_completed: 5, product_viewed: 0.5 })
    expect([...built.offsets]).toEqual([0, 2, 3, 3, 5, 6])
    expect([...built.item.subarray(0, 2)]).toEqual([2, 0])
    expect([...built.weight.subarray(0, 2)]).toEqual([0.5, 5])
    expect(built.items).toBe(4)
  })

  it('takes only lines of the range, its end left out', async () => {
    const data = await consentedInteractions(readerOf(LINES), WINDOW, 'personalisation')
    const built = interactionsOf(data, { order_completed: 1 }, { from: 6, to: 8 })
    expect([...built.at]).toEqual([6, 7, 7])
  })
})
