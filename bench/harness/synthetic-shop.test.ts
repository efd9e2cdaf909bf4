import { expect, test } from 'vitest'
import { EVENT_KINDS } from '../../src/contracts/event.ts'
import { TRAINING_KINDS } from '../../src/recommendations/decide/history.ts'
import { readShop } from '../../src/recommendations/training/shop.ts'
import { syntheticReader } from './synthetic-shop.ts'

const size = { products: 600, shoppers: 900, lines: 120_000, seed: 3 }
const window = { from: 0, to: Number.MAX_SAFE_INTEGER, kinds: TRAINING_KINDS }

test('a generated shop is of its size, in the order of the clock, the same each time', async () => {
  const read = async () => {
    const chunks = []
    for await (const chunk of syntheticReader(size).interactions(window)) chunks.push(chunk)
    return chunks
  }
  const chunks = await read()
  expect(chunks.reduce((sum, { length }) => sum + length, 0)).toBe(size.lines)
  const at = chunks.flatMap((chunk) => [...chunk.at])
  expect(at.every((time, line) => line === 0 || time >= at[line - 1]!)).toBe(true)
  expect(chunks.every(({ product }) => product.every((row) => row >= 0 && row < size.products))).toBe(true)
  expect(chunks.every(({ profile }) => profile.every((row) => row >= 0 && row < size.shoppers))).toBe(true)
  expect(await read()).toEqual(chunks)
})

test('training reads all of it, orders of two products among it', async () => {
  const shop = await readShop(
    syntheticReader(size),
    0,
    { signal: new AbortController().signal, clock: () => Date.UTC(2027, 0, 1), progress: () => {} },
    'train',
  )
  expect(shop.lines.kind.length).toBe(size.lines)
  expect(shop.lines.items).toBe(size.products)
  const orders = shop.lines.basket.filter((_, line) => shop.lines.kind[line] === EVENT_KINDS.order_completed)
  expect(orders.length).toBe(2 * new Set(orders).size)
  expect(orders.length / size.lines).toBeCloseTo(1 / 6, 2)
})
