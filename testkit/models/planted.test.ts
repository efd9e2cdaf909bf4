import { expect, test } from 'vitest'
import { measure } from './measure.ts'
import { checkerboard, plantedChain, plantedClusters } from './planted.ts'

test('on the checkerboard every held-out item has its user’s parity and is not in the past', () => {
  for (const size of [4, 7, 20]) {
    const { data, cases } = checkerboard(size)
    expect(cases.length).toBe(size)
    for (const { query, targets } of cases) {
      expect((targets[0] ?? -1) % 2).toBe(query.user % 2)
      expect(query.items.includes(targets[0] ?? -1)).toBe(false)
      expect(query.items.every((item) => item % 2 === query.user % 2)).toBe(true)
    }
    expect(data.item.length).toBeGreaterThan(0)
  }
})

test('whoever knows the clusters finds the target, whoever does not is at chance', () => {
  const planted = plantedClusters({ users: 200, items: 100, clusters: 10, perUser: 6, noise: 0.2, seed: 3 })
  const knowing = {
    items: 100,
    score: (query: { user: number }, board: { set(item: number, score: number): void }) => {
      for (let i = query.user % 10; i < 100; i += 10) board.set(i, 1)
    },
  }
  expect(measure(knowing, planted, 10).recall).toBe(1)
  const blind = {
    items: 100,
    score: (_: unknown, board: { set(item: number, score: number): void }) => board.set(7, 1),
  }
  expect(measure(blind, planted, 10).recall).toBeLessThan(0.05)
})

test('the chain’s successor follows as often as stated (seed 4, within 0.05)', () => {
  const planted = plantedChain({ users: 400, items: 50, steps: 8, fidelity: 0.8, seed: 4 })
  const successor = {
    items: 50,
    score: (query: { items: Int32Array }, board: { set(item: number, score: number): void }) =>
      board.set(planted.next[query.items.at(-1) ?? 0] ?? 0, 1),
  }
  expect(Math.abs(measure(successor, planted, 1, true).recall - 0.8)).toBeLessThan(0.05)
})
