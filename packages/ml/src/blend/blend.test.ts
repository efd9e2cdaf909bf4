import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as oracle from '../../../../testkit/models/blend-oracle.ts'
import { calibrationError } from '../evaluation/calibration-error.ts'
import { ndcg } from '../evaluation/ndcg.ts'
import { integer, rng } from '../frame/rng.ts'
import { decodeModel, encodeModel } from '../frame/safetensors.ts'
import { Scoreboard } from '../frame/scoreboard.ts'
import { TopK } from '../frame/topk.ts'
import { blend, validateBlend } from './blend.ts'
import { type BlendCase, normalisedScore, rankingsOf, strength, usualBests } from './candidates.ts'
import { fitWeights, ndcgOfCases, singleNdcg } from './fit-weights.ts'
import { drawOpponents } from './pairwise-start.ts'
import { searchCases } from './search-cases.ts'
import { searchThreads } from './search-threads.ts'

const ITEMS = 60

/** Boards of sources that see the target through noise; the smaller the noise, the better the source. */
function boardsOf(noises: readonly number[], target: number, random: { next(): number }): Scoreboard[] {
  return noises.map((noise) => {
    const board = new Scoreboard(ITEMS)
    for (let i = 0; i < ITEMS; i++) board.set(i, (i === target ? 1 : 0) + noise * random.next())
    return board
  })
}

function casesOf(noises: readonly number[], n: number, seed: number): BlendCase[] {
  const random = rng(seed)
  return Array.from({ length: n }, (_, user) => {
    const target = integer(random, ITEMS)
    return { user, rankings: rankingsOf(boardsOf(noises, target, random), 40), targets: Int32Array.of(target) }
  })
}

const run = () => ({ rng: rng(7), threads: 1 })

test('two independent sources together beat either, on cases the blend has not seen (seeds 1 and 2)', async () => {
  const sources = ['first', 'second']
  const model = await blend.trainer().fit({ sources, cases: casesOf([4, 4], 400, 1) }, run())
  const opened = blend.open(model)
  expect(opened.report.fellBack).toBe(false)
  expect(opened.report.gainLow).toBeGreaterThan(0)
  const random = rng(2)
  const out = new Scoreboard(ITEMS)
  const top = new TopK(10)
  let blended = 0
  let single = 0
  for (let n = 0; n < 400; n++) {
    const target = integer(random, ITEMS)
    const boards = boardsOf([4, 4], target, random)
    out.clear()
    opened.combine(boards, out)
    top.select(out)
    blended += ndcg(top.ranked().ids, new Set([target]), 10)
    top.select(boards[0] ?? out)
    single += ndcg(top.ranked().ids, new Set([target]), 10)
  }
  expect(blended / 400).toBeGreaterThan(1.1 * (single / 400))
  // The cross-validated figure was honest: within 0.06 of what new cases gave.
  expect(Math.abs(blended / 400 - opened.report.crossValidated)).toBeLessThan(0.06)
})

test('tells chances that come true on cases it has not seen, by what was scored so (seeds 1 and 2)', async () => {
  const noises = [1.5, 3]
  const sources = ['first', 'second']
  const model = await blend.trainer({ depth: 30 }).fit({ sources, cases: casesOf(noises, 800, 1) }, run())
  const opened = blend.open(model)
  const random = rng(2)
  const out = new Scoreboard(ITEMS)
  const top = new TopK(10)
  const chances: number[] = []
  const hits: number[] = []
  for (let n = 0; n < 800; n++) {
    const target = integer(random, ITEMS)
    out.clear()
    opened.combine(boardsOf(noises, target, random), out)
    top.select(out)
    for (const item of top.ranked().ids) {
      chances.push(opened.chance(out.get(item)))
      hits.push(item === target ? 1 : 0)
    }
  }
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  expect(Math.abs(mean(chances) - mean(hits))).toBeLessThan(0.01)
  expect(calibrationError(chances, hits)).toBeLessThan(0.02)
  expect(Math.abs(opened.report.hitShare - mean(hits))).toBeLessThan(0.02)
  expect(opened.report.calibrationError).toBeLessThan(0.02)
  // Not one chance for all: the surest tenth is right far more often than the rest.
  expect(Math.max(...chances)).toBeGreaterThan(3 * mean(hits))
})

test('weights sum to 1, and a source of less than the least share has none (seed 5)', async () => {
  const cases = casesOf([1, 1.2, 40], 200, 5)
  const sources = ['a', 'b', 'noise']
  const all = blend.open(await blend.trainer().fit({ sources, cases }, run()))
  const few = blend.open(await blend.trainer({ leastShare: 0.3 }).fit({ sources, cases }, run()))
  for (const one of [all, few]) expect([0, 1, 2].reduce((sum, k) => sum + one.weightOf(k), 0)).toBeCloseTo(1, 6)
  for (const k of [0, 1, 2]) expect(few.weightOf(k) === 0 || few.weightOf(k) >= 0.3).toBe(true)
  expect(few.uses(2)).toBe(false)
})

test('knows no chance where hardly anything was right', async () => {
  const cases = casesOf([1], 20, 9).map((one) => ({ ...one, targets: Int32Array.of(ITEMS + 1) }))
  const opened = blend.open(await blend.trainer().fit({ sources: ['only'], cases }, run()))
  expect(opened.chance(0.5)).toBeNaN()
  expect(opened.report.calibrationError).toBeNaN()
})

test('where nothing can be gained, the blend is the best source and says so', async () => {
  const random = rng(3)
  const cases = casesOf([0.5], 200, 4).map((one) => {
    const noise = new Scoreboard(ITEMS)
    for (let i = 0; i < ITEMS; i++) noise.set(i, random.next())
    return { ...one, rankings: [...rankingsOf([noise], 40), ...one.rankings] }
  })
  const opened = blend.open(await blend.trainer().fit({ sources: ['noise', 'sure'], cases }, run()))
  expect(opened.report).toMatchObject({ bestSource: 'sure', bestSourceNdcg: 1, crossValidated: 1, fellBack: true })
  expect(opened.uses(0)).toBe(false)
  const out = new Scoreboard(ITEMS)
  const boards = boardsOf([1, 0.5], 5, random)
  opened.combine(boards, out)
  const top = new TopK(10)
  top.select(out)
  const mine = top.ranked().ids
  top.select(boards[1] ?? out)
  expect(mine).toEqual(top.ranked().ids)
})

test('the learned weights are never below a single feature on their own cases', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const cases = searched(casesOf([1, 3, 9], 20, seed), 10)
      const all = everyCase(cases)
      const mean = (weights: Float64Array) => ndcgOfCases(cases, all, weights).reduce((sum, value) => sum + value, 0)
      const share = { chosen: all, opponents: drawOpponents(cases, all, 2, rng(seed)) }
      const learned = mean(fitWeights(cases, share, singleNdcg(cases), { epochs: 2, rounds: 2 }))
      for (let f = 0; f < 9; f++) {
        const single = new Float64Array(9)
        single[f] = 1
        expect(learned).toBeGreaterThanOrEqual(mean(single) - 1e-9)
      }
    }),
    { seed: 1, numRuns: 15 },
  )
})

const searched = (cases: readonly BlendCase[], cutoff: number) =>
  searchCases(cases, usualBests(cases, cases[0]?.rankings.length ?? 0), { depth: 30, cutoff, rankOffset: 10 })

const everyCase = ({ cases }: { cases: number }) => Int32Array.from({ length: cases }, (_, c) => c)

/** Few different scores, so that many are equal; and up to nine targets, some of which nobody ranks. */
function evenCases(n: number, seed: number): BlendCase[] {
  const random = rng(seed)
  return Array.from({ length: n }, (): BlendCase => {
    const boards = [0, 1, 2].map(() => {
      const board = new Scoreboard(ITEMS)
      for (let i = 0; i < ITEMS; i++) if (random.next() < 0.7) board.set(i, integer(random, 7) - 1)
      return board
    })
    const targets = new Set(Array.from({ length: 1 + integer(random, 9) }, () => integer(random, ITEMS + 5)))
    return { user: -1, rankings: rankingsOf(boards, 30), targets: Int32Array.from(targets) }
  })
}

test('the search finds the weights of the plain one of the oracle, bit for bit', () => {
  fc.assert(
    fc.property(fc.integer(), fc.constantFrom(1, 3, 10, 50), fc.boolean(), (seed, cutoff, even) => {
      const cases = even ? evenCases(30, seed) : casesOf([1, 3, 9], 30, seed)
      const usual = usualBests(cases, 3)
      const rows = cases.map((one) => {
        const all = oracle.featureRows(one, 30, 10, usual)
        return { all, contenders: oracle.contenders(all, cutoff) }
      })
      const expected = oracle.fitWeights(rows, 9, { cutoff, epochs: 3, rounds: 4 }, rng(seed))
      const mine = searched(cases, cutoff)
      const all = everyCase(mine)
      const share = { chosen: all, opponents: drawOpponents(mine, all, 3, rng(seed)) }
      expect(fitWeights(mine, share, singleNdcg(mine), { epochs: 3, rounds: 4 })).toEqual(expected)
      expect(ndcgOfCases(mine, all, expected)).toEqual(
        oracle.ndcgOfCases(
          rows.map(({ contenders }) => contenders),
          expected,
          cutoff,
        ),
      )
    }),
    { seed: 3, numRuns: 60 },
  )
})

test('candidates that are left out of the search come into no blend’s best: NDCG without them is the same', () => {
  // Not so small that a product with a feature is rounded to nothing: then those who differ are equal.
  const part = fc.oneof(fc.constant(0), fc.double({ min: 1e-9, max: 2, noNaN: true }))
  fc.assert(
    fc.property(fc.integer(), fc.array(part, { minLength: 9, maxLength: 9 }), (seed, weights) => {
      const cases = evenCases(5, seed)
      const few = searched(cases, 5)
      expect(few.contenders.rowsAt[5]).toBeLessThan(few.candidates.rowsAt[5] ?? 0)
      const all = cases.map((one) => oracle.featureRows(one, 30, 10, usualBests(cases, 3)))
      const given = Float64Array.from(weights)
      const expected = oracle.ndcgOfCases(all, given, 5)
      ndcgOfCases(few, everyCase(few), given).forEach((value, c) => {
        expect(value).toBeCloseTo(expected[c] ?? Number.NaN, 9)
      })
    }),
    { seed: 2 },
  )
})

test('the same model bit for bit on one thread and on two (seed 12)', async () => {
  const data = { sources: ['a', 'b', 'c', 'd'], cases: casesOf([2, 3, 5, 6], 500, 12) }
  expect(searchThreads(searched(data.cases, 10), 6, 2)).toBe(2)
  const params = { epochs: 1, rounds: 1 }
  const model = await blend.trainer(params).fit(data, run())
  expect(await blend.trainer(params).fit(data, { ...run(), threads: 2 })).toEqual(model)
  const validation = await validateBlend(data, params, { ...run(), threads: 2 })
  expect(blend.open(model).report).toMatchObject({ ...validation })
})

test('what is served is what was measured: NDCG of combined boards equals that of the feature rows', async () => {
  const noises = [2, 3, 5]
  const cases = casesOf(noises, 60, 11)
  const opened = blend.open(await blend.trainer({ depth: 20 }).fit({ sources: ['a', 'b', 'c'], cases }, run()))
  const random = rng(11)
  for (const one of cases) {
    const target = integer(random, ITEMS)
    const out = new Scoreboard(ITEMS)
    opened.combine(boardsOf(noises, target, random), out)
    const top = new TopK(10)
    top.select(out)
    const expected = oracle.ndcgOfCases(
      [oracle.featureRows(one, 20, 10, usualBests(cases, 3))],
      Float64Array.from(opened.weights),
      10,
    )[0]
    expect(ndcg(top.ranked().ids, new Set(one.targets), 10)).toBeCloseTo(expected ?? Number.NaN, 9)
  }
})

test('the shares of sources are the score, and a masked item is nobody’s', async () => {
  const cases = casesOf([4, 4], 100, 5)
  const opened = blend.open(await blend.trainer().fit({ sources: ['a', 'b'], cases }, run()))
  const out = new Scoreboard(ITEMS)
  const mask = new Uint8Array(ITEMS)
  mask[3] = 1
  opened.combine(boardsOf([4, 4], 3, rng(8)), out, mask)
  expect(out.has(3)).toBe(false)
  expect(opened.explain(3)).toEqual([])
  for (let t = 0; t < out.count; t++) {
    const item = out.touched[t] ?? 0
    const shares = opened.explain(item)
    expect(shares.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(out.get(item), 5)
  }
})

test('the same seed learns the same, saved and loaded too', async () => {
  const data = { sources: ['a', 'b'], cases: casesOf([3, 5], 80, 6) }
  const model = await blend.trainer({ maxCases: 50 }).fit(data, run())
  expect(await blend.trainer({ maxCases: 50 }).fit(data, run())).toEqual(model)
  expect(blend.open(model).report.cases).toBe(50)
  const loaded = decodeModel(encodeModel(model).buffer).model
  expect(blend.open(loaded).report).toEqual(blend.open(model).report)
})

test('scores below zero keep their order, equal ones are equal', () => {
  expect(normalisedScore(-1, -1, -3)).toBeGreaterThan(normalisedScore(-2, -1, -3))
  expect(normalisedScore(0, 0, 0)).toBe(1)
  expect(normalisedScore(2, 4, 1)).toBe(0.5)
})

test('strength is told against the usual best, within bounds', () => {
  const ranked = (...scores: number[]) => ({
    ids: Int32Array.from(scores, (_, i) => i),
    scores: Float32Array.from(scores),
  })
  const cases = [
    [ranked(4, 1), ranked()],
    [ranked(2), ranked(-1)],
    [ranked(8), ranked()],
  ].map((rankings): BlendCase => ({ user: -1, rankings, targets: Int32Array.of(0) }))
  expect([...usualBests(cases, 2)]).toEqual([4, 1])
  expect(strength(2, 4)).toBe(0.5)
  expect(strength(-2, 4)).toBe(0)
  expect(strength(1e9, 4)).toBe(10)
})

test('a source that knows much of a query outweighs one that knows little of it (seed 21)', async () => {
  // Each query is known well to one of the two sources and hardly to the other, whose best is then noise.
  const random = rng(21)
  const cases = Array.from({ length: 300 }, (_, user): BlendCase => {
    const target = integer(random, ITEMS)
    const knowing = user % 2
    const boards = [0, 1].map((source) => {
      const board = new Scoreboard(ITEMS)
      const loud = source === knowing ? 1 : 0.1
      for (let i = 0; i < ITEMS; i++) board.set(i, loud * random.next())
      if (source === knowing) board.set(target, 1.2)
      return board
    })
    return { user, rankings: rankingsOf(boards, 40), targets: Int32Array.of(target) }
  })
  const { report } = blend.open(await blend.trainer().fit({ sources: ['odd', 'even'], cases }, run()))
  expect(report.crossValidated).toBeGreaterThan(0.99)
  expect(report.bestSourceNdcg).toBeLessThan(0.65)
})

test('when no source ever has a target, the first one serves and the report says so', async () => {
  const cases = casesOf([1], 20, 9).map((one) => ({ ...one, targets: Int32Array.of(ITEMS + 1) }))
  const { report } = blend.open(await blend.trainer().fit({ sources: ['only'], cases }, run()))
  expect(report).toMatchObject({ bestSource: 'only', bestSourceNdcg: 0, fellBack: true })
})

const one = casesOf([1], 1, 1)[0]
test.each([
  ['empty_data', { sources: [], cases: [] }],
  ['empty_data', { sources: ['a'], cases: [] }],
  ['bad_parameter', { sources: ['a', 'a'], cases: one ? [one] : [] }],
  ['length_mismatch', { sources: ['a', 'b'], cases: one ? [one] : [] }],
  ['empty_data', { sources: ['a'], cases: one ? [{ ...one, targets: new Int32Array(0) }] : [] }],
])('refuses %s', async (code, data) => {
  await expect(blend.trainer().fit(data, run())).rejects.toThrow(expect.objectContaining({ code }))
})

test.each([1, 2])('a cancelled run ends between folds, on %i threads', async (threads) => {
  const control = new AbortController()
  const fit = blend
    .trainer({ epochs: 1, rounds: 1 })
    .fit(
      { sources: ['a', 'b', 'c', 'd'], cases: casesOf([3, 3, 3, 3], 500, 1) },
      { ...run(), threads, signal: control.signal, onEpoch: () => control.abort() },
    )
  await expect(fit).rejects.toThrow(expect.objectContaining({ code: 'cancelled' }))
})
