import { expect, test } from 'vitest'
import { shopOf } from '../../../../testkit/models/shops.ts'
import { queryOf } from '../frame/query.ts'
import { latest } from '../frame/time.ts'
import { History, type HistoryRule } from './history.ts'
import { preferencesOf } from './preferences.ts'

const plain: HistoryRule = { weighting: 'linear', halfLifeDays: 0, halfLifeBaskets: 0, historyItems: 100 }

// One user over 20 days: item 2 twice (weights 1 and 3), item 0 between, items 1 and 2 together at the end.
const shop = shopOf(1, 4, [
  [0, 2, 0, 1],
  [0, 0, 10, 2],
  [0, 1, 20, 1],
  [0, 2, 20, 3],
])

function read(rule: Partial<HistoryRule>): Record<number, number> {
  const history = new History(shop.items, { ...plain, ...rule })
  history.readQuery(queryOf(shop, 0, latest(shop.at)))
  return Object.fromEntries(Array.from(history.items.subarray(0, history.count), (i) => [i, history.valueOf(i)]))
}

test('repeats add up, count once, or count by the logarithm of their sum', () => {
  expect(read({})).toEqual({ 0: 2, 1: 1, 2: 4 })
  expect(read({ weighting: 'binary' })).toEqual({ 0: 1, 1: 1, 2: 1 })
  const logs = read({ weighting: 'log' })
  expect(logs[1]).toBeCloseTo(1, 12)
  expect(logs[0]).toBeCloseTo(Math.log2(3), 12)
  expect(logs[2]).toBeCloseTo(Math.log2(5), 12)
})

test('an entry counts half after each half-life, by days and by later baskets', () => {
  expect(read({ halfLifeDays: 10 })).toEqual({ 0: 1, 1: 1, 2: 3.25 })
  expect(read({ halfLifeBaskets: 1 })).toEqual({ 0: 1, 1: 1, 2: 3.25 })
  expect(read({ halfLifeDays: 10, halfLifeBaskets: 1, weighting: 'binary' })).toEqual({ 0: 0.25, 1: 1, 2: 1 })
})

test('only the latest distinct items count, with all their entries', () => {
  expect(read({ historyItems: 2 })).toEqual({ 1: 1, 2: 4 })
})

test('an entry a century old is faint but present, and its value is a normal Float32', () => {
  const old = shopOf(2, 2, [
    [0, 0, 0],
    [1, 1, 36_500],
  ])
  const values = preferencesOf(old, { ...plain, halfLifeDays: 1 })
  expect(values.values[0]).toBeGreaterThan(0)
  expect(values.values[0]! ** 2).toBeGreaterThan(0)
})

test('preferences hold one ascending entry per user and item', () => {
  const data = shopOf(3, 4, [
    [0, 3, 0],
    [0, 1, 1],
    [0, 3, 2],
    [2, 0, 2],
  ])
  const { offsets, indices, values } = preferencesOf(data, plain)
  expect([...offsets]).toEqual([0, 2, 2, 3])
  expect([...indices]).toEqual([1, 3, 0])
  expect([...values]).toEqual([1, 2, 1])
})
