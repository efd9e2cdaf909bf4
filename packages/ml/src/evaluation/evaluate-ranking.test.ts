import { expect, test } from 'vitest'
import type { Query } from '../frame/interactions.ts'
import { emptyQuery } from '../frame/query.ts'
import type { Scoreboard } from '../frame/scoreboard.ts'
import { evaluateRanking, historyMask, rankerOf } from './evaluate-ranking.ts'

const asked = (...items: number[]): Query => ({
  ...emptyQuery(0),
  items: Int32Array.from(items),
  weights: new Float32Array(items.length).fill(1),
  at: new Float64Array(items.length),
  basket: new Int32Array(items.length),
})
// Ranks 4, 3, 2, 1 (item 0 cannot be scored).
const scorer = {
  items: 5,
  score: (_: Query, board: Scoreboard) => {
    for (let i = 1; i < 5; i++) board.set(i, i)
  },
}
const popularity = [9, 1, 1, 1, 9]

test('means, exposure and popularity over cases worked by hand', async () => {
  const report = await evaluateRanking({
    ranker: rankerOf(scorer, historyMask(5)),
    cases: [
      { query: asked(), targets: Int32Array.of(4) },
      { query: asked(4, 4), targets: Int32Array.of(1, 2) },
      { query: asked(3), targets: new Int32Array(0) },
    ],
    items: 5,
    ks: [2],
    popularity,
  })
  expect(report.cases).toBe(2)
  expect(report.skipped).toBe(1)
  expect(report.unanswered).toBe(0)
  const at = report.at[0]
  // Lists: [4, 3] for the first; [3, 2] for the second, whose 4 is masked, and whose mask ends with it.
  expect(at?.recall.mean).toBeCloseTo((1 + 0.5) / 2, 6)
  expect([...(at?.recallOf ?? [])]).toEqual([1, 0.5])
  expect(at?.mrr.mean).toBeCloseTo((1 + 0.5) / 2, 6)
  expect(at?.hitRate.mean).toBe(1)
  expect(at?.coverage).toBeCloseTo(3 / 5, 12)
  expect(at?.popularityOfRecommended).toBeCloseTo((0.8 + 0.3 * 3) / 4, 12)
  expect(report.popularityOfTargets).toBeCloseTo((0.8 + 0.3 * 2) / 3, 12)
})

test('a case that gets no list counts as a zero', async () => {
  const cases = [
    { query: asked(1), targets: Int32Array.of(4) },
    { query: asked(), targets: Int32Array.of(4) },
  ]
  const silent = { items: 5, score: (query: Query, board: Scoreboard) => query.items.length || board.set(4, 1) }
  const report = await evaluateRanking({ ranker: rankerOf(silent), cases, items: 5, ks: [1], popularity })
  expect(report.unanswered).toBe(1)
  expect(report.at[0]?.recall.mean).toBe(0.5)
})

test('cases may stream, and a cancelled evaluation says so', async () => {
  const control = new AbortController()
  function* endless() {
    for (let n = 0; ; n++) {
      if (n === 300) control.abort()
      yield { query: asked(), targets: Int32Array.of(4) }
    }
  }
  const evaluation = { ranker: rankerOf(scorer), cases: endless(), items: 5, ks: [1], popularity }
  await expect(evaluateRanking({ ...evaluation, run: { signal: control.signal } })).rejects.toThrow(
    expect.objectContaining({ code: 'cancelled' }),
  )
})

test.each([
  ['bad_parameter', { ks: [0] }],
  ['bad_parameter', { ks: [] }],
  ['length_mismatch', { popularity: [1] }],
  ['empty_data', { cases: [] }],
])('refuses %s', async (code, change) => {
  const evaluation = { ranker: rankerOf(scorer), cases: [], items: 5, ks: [1], popularity, ...change }
  await expect(evaluateRanking(evaluation)).rejects.toThrow(expect.objectContaining({ code }))
})
