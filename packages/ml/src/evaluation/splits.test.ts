import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Interactions } from '../frame/interactions.ts'
import { buildInteractions } from '../frame/interactions-builder.ts'
import { rng } from '../frame/rng.ts'
import { leaveLastBasketOut, leaveLastOut, leaveShareOut, splitByTime, splitByUser, userFolds } from './splits.ts'

const rows = fc.array(fc.tuple(fc.nat(4), fc.nat(6), fc.nat(20)), { minLength: 1 })
const build = (list: [number, number, number][]): Interactions =>
  buildInteractions({
    users: 5,
    items: 7,
    user: Int32Array.from(list, ([u]) => u),
    item: Int32Array.from(list, ([, i]) => i),
    at: Float64Array.from(list, ([, , t]) => t),
    basket: Int32Array.from(list, ([, , t]) => t),
  })

test('nothing of the future is in training, and nothing is lost', () => {
  fc.assert(
    fc.property(rows, fc.nat(20), (list, from) => {
      const data = build(list)
      const { train, cases } = splitByTime(data, from)
      expect(train.at.every((at) => at < from)).toBe(true)
      for (const { query, targets } of cases) {
        expect(query.at.every((at) => at < query.now)).toBe(true)
        const future = list.filter(([u, , t]) => u === query.user && t >= from).map(([, i]) => i)
        expect([...targets]).toEqual([...new Set(future)].sort((a, b) => a - b))
      }
      expect(train.item.length + list.filter(([, , t]) => t >= from).length).toBe(list.length)
    }),
    { seed: 1 },
  )
})

test('leaving the last out takes one entry from whoever has two', () => {
  fc.assert(
    fc.property(rows, (list) => {
      const data = build(list)
      const { train, cases } = leaveLastOut(data)
      for (const { query, targets } of cases) {
        const end = data.offsets[query.user + 1]!
        expect([...targets]).toEqual([data.item[end - 1]])
        expect([...query.items]).toEqual([...data.item.subarray(data.offsets[query.user]!, end - 1)])
      }
      const several = [0, 1, 2, 3, 4].filter((u) => data.offsets[u + 1]! - data.offsets[u]! > 1)
      expect(cases.map(({ query }) => query.user)).toEqual(several)
      expect(train.item.length).toBe(list.length - several.length)
    }),
    { seed: 2 },
  )
})

test('leaving the last basket out never splits a basket', () => {
  fc.assert(
    fc.property(rows, (list) => {
      for (const { query } of leaveLastBasketOut(build(list)).cases) {
        expect(query.items.length).toBeGreaterThan(0)
        expect(query.basket.includes(query.now)).toBe(false)
      }
    }),
    { seed: 3 },
  )
})

test('leaving a share out parts each user’s items in two and loses none', () => {
  fc.assert(
    fc.property(rows, fc.double({ min: 0.05, max: 0.95, noNaN: true }), (list, share) => {
      const data = build(list)
      const { train, cases } = leaveShareOut(data, share, rng(3))
      expect(leaveShareOut(data, share, rng(3)).cases).toEqual(cases)
      for (let u = 0; u < 5; u++) {
        const all = new Set(data.item.subarray(data.offsets[u], data.offsets[u + 1]))
        const left = new Set(train.item.subarray(train.offsets[u], train.offsets[u + 1]))
        const targets = cases.find(({ query }) => query.user === u)?.targets ?? []
        expect(targets.length).toBe(Math.max(0, Math.min(all.size - 1, Math.round(share * all.size))))
        expect([...targets].some((item) => left.has(item))).toBe(false)
        expect(new Set([...left, ...targets])).toEqual(all)
      }
    }),
    { seed: 4 },
  )
  expect(() => leaveShareOut(build([[0, 0, 0]]), 1, rng(1))).toThrow(expect.objectContaining({ code: 'bad_parameter' }))
})

test('strangers are not learned from, and are asked about with the first part of their past', () => {
  fc.assert(
    fc.property(rows, (list) => {
      const data = build(list)
      const { train, cases } = splitByUser(data, (user) => user % 2 === 1, 0.5)
      for (const user of [1, 3]) expect(train.offsets[user + 1]).toBe(train.offsets[user])
      for (const user of [0, 2, 4]) {
        expect(train.offsets[user + 1]! - train.offsets[user]!).toBe(data.offsets[user + 1]! - data.offsets[user]!)
      }
      for (const { query, targets } of cases) {
        expect(query.user).toBe(-1)
        expect(query.items.length).toBeGreaterThan(0)
        expect(query.at.every((at) => at <= query.now)).toBe(true)
        expect(targets.length).toBeGreaterThan(0)
        expect(targets.some((item) => query.items.includes(item))).toBe(false)
      }
    }),
    { seed: 5 },
  )
  const data = build([
    [1, 0, 0],
    [1, 1, 1],
    [1, 2, 2],
    [1, 0, 3],
    [1, 3, 4],
  ])
  const [only] = splitByUser(data, () => true, 0.4).cases
  expect([...(only?.query.items ?? [])]).toEqual([0, 1, 2])
  expect([...(only?.targets ?? [])]).toEqual([3])
})

test('a window that ends leaves later targets out', () => {
  const data = build([
    [0, 1, 1],
    [0, 2, 5],
    [0, 3, 9],
  ])
  expect([...(splitByTime(data, 5, 9).cases[0]?.targets ?? [])]).toEqual([2])
  for (const [from, until] of [[Number.NaN], [-Infinity], [5, Number.NaN], [9, 5]] as const) {
    expect(() => splitByTime(data, from, until)).toThrow(expect.objectContaining({ code: 'bad_time' }))
  }
})

test('folds are even and follow the seed', () => {
  const folds = userFolds(23, 5, rng(1))
  const sizes = [0, 1, 2, 3, 4].map((f) => folds.filter((fold) => fold === f).length)
  expect(sizes.sort()).toEqual([4, 4, 5, 5, 5])
  expect(userFolds(23, 5, rng(1))).toEqual(folds)
  expect(() => userFolds(3, 1, rng(1))).toThrow(expect.objectContaining({ code: 'bad_parameter' }))
})
