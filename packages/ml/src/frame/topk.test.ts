import fc from 'fast-check'
import { expect, test } from 'vitest'
import { emptyQuery } from './query.ts'
import { Scoreboard } from './scoreboard.ts'
import { recommend, TopK } from './topk.ts'

test('equals a full sort by score and then item, whatever order the board was filled in', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(fc.nat(40), fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constant(Number.NaN))), {
        selector: ([item]) => item,
      }),
      fc.nat(12),
      fc.array(fc.nat(40)),
      fc.nat(40),
      (drawn, k, masked, ordered) => {
        const board = new Scoreboard(41)
        // Its first ones, or all, best first: such boards take a way of their own.
        const entries = [...drawn.slice(0, ordered).sort((a, b) => b[1] - a[1] || a[0] - b[0]), ...drawn.slice(ordered)]
        for (const [item, score] of entries) board.add(item, score)
        const mask = new Uint8Array(41)
        for (const item of masked) mask[item] = 1
        const top = new TopK(k)
        top.select(board, mask)
        const expected = entries
          .filter(([item, score]) => !Number.isNaN(score) && mask[item] === 0)
          .sort((a, b) => b[1] - a[1] || a[0] - b[0])
          .slice(0, k)
        expect([...top.ranked().ids]).toEqual(expected.map(([item]) => item))
        expect([...top.ranked().scores]).toEqual(expected.map(([, score]) => score))
      },
    ),
    { seed: 1 },
  )
})

test('scores that differ only beyond Float32 are ties, broken by item', () => {
  const top = new TopK(2)
  top.offer(5, 0.1 + 1e-12)
  top.offer(3, 0.1)
  top.finish()
  expect([...top.ids]).toEqual([3, 5])
})

test('a batch is as many rankings as queries, short ones filled with −1', () => {
  const scorer = {
    items: 4,
    score: (query: { now: number }, board: Scoreboard) => {
      for (let i = 0; i < query.now; i++) board.add(i, i)
    },
  }
  const batch = recommend(scorer, [emptyQuery(1), emptyQuery(3)], 2, (_, q) =>
    q === 1 ? Uint8Array.of(0, 0, 1, 0) : undefined,
  )
  expect([...batch.ids]).toEqual([0, -1, 1, 0])
  expect([...batch.scores]).toEqual([0, Number.NaN, 1, 0])
})
