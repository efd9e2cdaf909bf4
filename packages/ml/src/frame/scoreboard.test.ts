import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Scoreboard } from './scoreboard.ts'

test('holds what was added and set since it was cleared, and nothing else', () => {
  const board = new Scoreboard(8)
  const step = fc.tuple(fc.constantFrom('add' as const, 'set' as const), fc.nat(7), fc.integer({ min: -9, max: 9 }))
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      board.clear()
      const expected = new Map<number, number>()
      for (const [how, item, score] of steps) {
        board[how](item, score)
        expected.set(item, score + (how === 'add' ? (expected.get(item) ?? 0) : 0))
      }
      expect([...board.touched.subarray(0, board.count)]).toEqual([...expected.keys()])
      for (let item = 0; item < 8; item++) {
        expect(board.has(item)).toBe(expected.has(item))
        expect(board.get(item)).toBe(expected.get(item) ?? Number.NaN)
      }
    }),
    { seed: 1 },
  )
})
