import fc from 'fast-check'
import { expect, test } from 'vitest'
import { buildInteractions, checkInteractions } from './interactions-builder.ts'
import { checkQuery, queryOf } from './query.ts'

test('every entry lands in its user, in time order', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(4), fc.nat(6), fc.nat(20))), (list) => {
      const built = buildInteractions({
        users: 5,
        items: 7,
        user: Int32Array.from(list, ([u]) => u),
        item: Int32Array.from(list, ([, i]) => i),
        at: Float64Array.from(list, ([, , t]) => t),
      })
      for (let u = 0; u < 5; u++) {
        const mine = list.filter(([user]) => user === u).sort((a, b) => a[2] - b[2])
        const query = queryOf(built, u, 100)
        expect([...query.at]).toEqual(mine.map(([, , t]) => t))
        expect([...query.items]).toEqual(mine.map(([, i]) => i))
      }
    }),
    { seed: 1 },
  )
})

test('entries of one moment keep their basket together', () => {
  const built = buildInteractions({
    users: 1,
    items: 4,
    user: Int32Array.of(0, 0, 0, 0),
    item: Int32Array.of(0, 1, 2, 3),
    at: Float64Array.of(5, 5, 5, 5),
    basket: Int32Array.of(2, 1, 2, 1),
  })
  expect([...built.basket]).toEqual([1, 1, 2, 2])
  expect([...built.item]).toEqual([1, 3, 0, 2])
})

const good = { users: 2, items: 2, user: Int32Array.of(1), item: Int32Array.of(1), at: Float64Array.of(0) }

test.each([
  ['index_out_of_range', { ...good, user: Int32Array.of(2) }],
  ['index_out_of_range', { ...good, item: Int32Array.of(-1) }],
  ['bad_weight', { ...good, weight: Float32Array.of(0) }],
  ['bad_weight', { ...good, weight: Float32Array.of(Number.NaN) }],
  ['bad_time', { ...good, at: Float64Array.of(Number.POSITIVE_INFINITY) }],
  ['length_mismatch', { ...good, item: Int32Array.of(0, 1) }],
  ['bad_parameter', { ...good, items: Number.NaN }],
  ['bad_parameter', { ...good, items: 1.5 }],
  ['bad_parameter', { ...good, users: -1 }],
  ['too_large', { ...good, items: 1e12 }],
  ['too_large', { ...good, users: 1e12 }],
])('refuses %s', (code, columns) => {
  expect(() => buildInteractions(columns)).toThrow(expect.objectContaining({ code }))
})

test('nothing at all builds, but is nothing to learn from', () => {
  const none = { ...good, user: new Int32Array(0), item: new Int32Array(0), at: new Float64Array(0) }
  const built = buildInteractions(none)
  expect(queryOf(built, 1, 0).items.length).toBe(0)
  expect(() => checkInteractions(built)).toThrow(expect.objectContaining({ code: 'empty_data' }))
})

test('a query may stop short of the whole past, and is checked against the model it asks', () => {
  const built = buildInteractions({
    ...good,
    user: Int32Array.of(1, 1),
    item: Int32Array.of(0, 1),
    at: Float64Array.of(1, 2),
  })
  const query = queryOf(built, 1, 9, 1)
  expect([...query.items]).toEqual([0])
  checkQuery(query, 1)
  expect(() => checkQuery(queryOf(built, 1, 9), 1)).toThrow(expect.objectContaining({ code: 'index_out_of_range' }))
})
