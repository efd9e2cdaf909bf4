import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Interactions, Query } from '../frame/interactions.ts'
import { buildInteractions } from '../frame/interactions-builder.ts'
import { emptyQuery, queryOf } from '../frame/query.ts'
import { rng } from '../frame/rng.ts'
import { Scoreboard } from '../frame/scoreboard.ts'
import { DAY } from '../frame/time.ts'
import { TopK } from '../frame/topk.ts'
import { decayedPopularity } from './decayed-popularity.ts'
import { personalFrequency, readiness } from './personal-frequency.ts'
import { repurchaseIntervals } from './repurchase-intervals.ts'
import { trend } from './trend.ts'

const run = { rng: rng(1), threads: 1 }

/** Rows of user, item, day. */
function build(rows: readonly (readonly [number, number, number])[], weight?: Float32Array): Interactions {
  return buildInteractions({
    users: 4,
    items: 5,
    user: Int32Array.from(rows, ([u]) => u),
    item: Int32Array.from(rows, ([, i]) => i),
    at: Float64Array.from(rows, ([, , day]) => day * DAY),
    ...(weight ? { weight } : {}),
  })
}

function ranked(scorer: { items: number; score(query: Query, board: Scoreboard): void }, query: Query) {
  const board = new Scoreboard(scorer.items)
  scorer.score(query, board)
  const top = new TopK(scorer.items)
  top.select(board)
  return top.ranked()
}

test('popularity halves with each half-life, and counts a user once', async () => {
  const data = build([
    [0, 0, 0],
    [0, 0, 30],
    [1, 1, 30],
    [2, 0, 0],
    [3, 2, 0],
  ])
  const model = await decayedPopularity.trainer({ halfLifeDays: 30 }).fit(data, run)
  const { ids, scores } = ranked(decayedPopularity.open(model), emptyQuery(0))
  expect([...ids]).toEqual([0, 1, 2])
  expect([...scores]).toEqual([1.5, 1, 0.5])
})

test('counting entries adds weights, and depth cuts the list', async () => {
  const data = build(
    [
      [0, 0, 0],
      [0, 0, 0],
      [1, 1, 0],
      [2, 2, 0],
    ],
    Float32Array.of(1, 2, 9, 1),
  )
  const trainer = decayedPopularity.trainer({ halfLifeDays: 0, counting: 'entries', depth: 2 })
  const { ids, scores } = ranked(decayedPopularity.open(await trainer.fit(data, run)), emptyQuery(0))
  expect([...ids]).toEqual([1, 0])
  expect([...scores]).toEqual([9, 3])
})

test('trend takes out what moves the whole store', async () => {
  const rows: [number, number, number][] = []
  // Item 0 keeps its share of a store that doubles, item 1 comes from nowhere, item 2 fades.
  for (const u of [0, 1]) rows.push([u, 0, 25], [u, 2, 25])
  for (const u of [0, 1, 2, 3]) rows.push([u, 0, 39], [u, 1, 39])
  rows.push([3, 4, 40])
  const data = build(rows)
  const params = { recentDays: 7, baseDays: 28, shrinkage: 1 }
  const open = trend.open(await trend.trainer({ ...params, measure: 'log-ratio' }).fit(data, run))
  const { ids, scores } = ranked(open, emptyQuery(0))
  expect([...ids]).toEqual([1, 4])
  expect(scores[0]).toBeCloseTo(Math.log(5), 5)
  expect(scores[1]).toBeCloseTo(Math.log(2), 5)
  const z = trend.open(await trend.trainer(params).fit(data, run))
  expect(ranked(z, emptyQuery(0)).scores[0]).toBeCloseTo(4 / Math.sqrt(5), 5)
})

test('trend refuses a history that is all recent', async () => {
  await expect(trend.trainer().fit(build([[0, 0, 1]]), run)).rejects.toThrow(
    expect.objectContaining({ code: 'empty_data' }),
  )
})

const habit = build([
  [0, 3, 0],
  [0, 3, 10],
  [0, 1, 10],
  [0, 2, 11],
  [1, 4, 5],
  [2, 4, 5],
  [3, 0, 5],
])

test('personal frequency ranks what was bought most, then fills with what is popular', async () => {
  const scorer = personalFrequency.open(await personalFrequency.trainer().fit(habit, run))
  expect([...ranked(scorer, queryOf(habit, 0, 20 * DAY)).ids]).toEqual([3, 1, 2, 4, 0])
  // Items 1, 2, 3 and 0 tie in popularity.
  expect([...ranked(scorer, emptyQuery(0)).ids]).toEqual([4, 0, 1, 2, 3])
})

test('between items bought equally often, popularity decides where it is asked to', async () => {
  const query = queryOf(habit, 0, 20 * DAY, 3)
  const more = build([
    [0, 3, 0],
    [0, 1, 0],
    [1, 3, 0],
  ])
  const plain = personalFrequency.open(await personalFrequency.trainer().fit(more, run))
  const asked = personalFrequency.open(await personalFrequency.trainer({ popularityExponent: 0.5 }).fit(more, run))
  const twice: Query = { ...query, items: Int32Array.of(1, 3, 4) }
  expect([...ranked(plain, twice).ids].slice(0, 2)).toEqual([1, 3])
  expect([...ranked(asked, twice).ids].slice(0, 2)).toEqual([3, 1])
  expect(ranked(asked, twice).scores[0]).toBeCloseTo(Math.sqrt(3), 6)
})

test('recency outweighs frequency with a short half-life, and explains itself by its score', async () => {
  const scorer = personalFrequency.open(
    await personalFrequency.trainer({ halfLifeDays: 0.5, readiness: true, propensity: true, fill: 0 }).fit(habit, run),
  )
  const query = queryOf(habit, 0, 30 * DAY)
  const { ids, scores } = ranked(scorer, query)
  expect([...ids].sort()).toEqual([1, 2, 3])
  ids.forEach((id, r) => {
    expect(scorer.explain(query, id, 3)[0]?.weight).toBeCloseTo(scores[r] ?? Number.NaN, 10)
  })
  expect(scorer.explain(query, 4, 3)).toEqual([])
})

test('a purchase fades to nothing at once and is ready again after its interval', () => {
  expect(readiness(0, 10, 1)).toBe(0)
  expect(readiness(10, 10, 1)).toBe(1)
  expect(readiness(10 / Math.E, 10, 1)).toBeCloseTo(Math.exp(-0.5), 12)
  expect(readiness(5, Number.POSITIVE_INFINITY, 1)).toBe(0)
})

test('intervals are geometric means shrunk to that of all items, shares likewise', () => {
  const { interval, repeatShare } = repurchaseIntervals(habit)
  // The only gap in the data is item 3's ten days; every item's interval is shrunk to it.
  for (const value of interval) expect(value / DAY).toBeCloseTo(10, 9)
  // One of six user-item pairs repeated.
  expect(repeatShare[3]).toBeCloseTo((1 + 5 / 6) / 6, 6)
  expect(repeatShare[4]).toBeCloseTo(5 / 6 / 7, 6)
  expect(repurchaseIntervals(build([[0, 0, 1]])).interval[0]).toBe(Number.POSITIVE_INFINITY)
})

test('personal items always rank above the fill', async () => {
  const scorer = personalFrequency.open(await personalFrequency.trainer({ halfLifeDays: 1 }).fit(habit, run))
  fc.assert(
    fc.property(fc.array(fc.nat(4), { maxLength: 8 }), fc.integer({ min: 0, max: 60 }), (items, days) => {
      const query: Query = {
        ...emptyQuery(days * DAY),
        items: Int32Array.from(items),
        weights: new Float32Array(items.length).fill(1),
        at: new Float64Array(items.length),
        basket: Int32Array.from(items, (_, h) => h),
      }
      const { ids } = ranked(scorer, query)
      const mine = new Set(items)
      expect(new Set(ids.slice(0, mine.size))).toEqual(mine)
      expect(ids.length).toBe(5)
    }),
    { seed: 1 },
  )
})
