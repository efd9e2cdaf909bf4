import { buildInteractions, rng } from '@storemind/ml'
import { describe, expect, it } from 'vitest'
import { noPast } from '../decide/questions.ts'
import { SOURCES, type SourceData, type SourceParams, sourceNamed } from '../decide/sources.ts'
import type { FrameCase } from '../evaluation/cases.ts'
import { checkRoom, chooseSource, type FitOptions } from './fit-sources.ts'
import { someShoppers } from './learn.ts'

/** 200 shoppers with 10 lines each, of which every fifth is a purchase. */
function data(): SourceData {
  const user = Int32Array.from({ length: 2000 }, (_, line) => Math.floor(line / 10))
  const item = Int32Array.from({ length: 2000 }, (_, line) => (line * 7) % 30)
  const [at, weight] = [Float64Array.from(user.keys()), new Float32Array(2000).fill(1)]
  const bought = Int32Array.from(user.keys()).filter((line) => line % 5 === 0)
  const of = (lines: Int32Array) =>
    buildInteractions({
      users: 200,
      items: 30,
      user: lines.map((line) => user[line] ?? 0),
      item: lines.map((line) => item[line] ?? 0),
      at: Float64Array.from(lines, (line) => at[line] ?? 0),
      weight: weight.slice(0, lines.length),
      basket: lines,
    })
  return { engaged: of(Int32Array.from(user.keys())), bought: of(bought), attributes: undefined }
}

describe('some shoppers', () => {
  it('are all where lines are no more than asked for', () => {
    const all = data()
    expect(someShoppers(all, 2000, rng(1))).toBe(all)
  })

  it('have all of their lines or none, about as many as asked for, and the same ones bought', () => {
    const all = data()
    const some = someShoppers(all, 600, rng(1))
    const lengths = (offsets: Int32Array) => Array.from({ length: 200 }, (_, u) => offsets[u + 1]! - offsets[u]!)
    const [seen, bought] = [lengths(some.engaged.offsets), lengths(some.bought.offsets)]
    expect(new Set(seen)).toEqual(new Set([0, 10]))
    expect(bought).toEqual(seen.map((lines) => lines / 5))
    expect(some.engaged.item.length).toBeGreaterThan(400)
    expect(some.engaged.item.length).toBeLessThan(800)
    expect(some.engaged.items).toBe(30)
  })
})

describe('room to learn in', () => {
  it('is asked for before anything is learned', () => {
    const all = data()
    const most = Math.max(...SOURCES.flatMap((source) => source.grid.map((params) => source.memory(all, params))))
    expect(() => checkRoom(all, { closedFormItems: 30, memory: most })).not.toThrow()
    expect(() => checkRoom(all, { closedFormItems: 30, memory: most - 1 })).toThrow(
      expect.objectContaining({ code: 'too_large' }),
    )
    expect(sourceNamed('content').memory(all, {})).toBe(0)
  })
})

describe('choosing the parameters of a source', () => {
  const options: FitOptions = {
    seed: 1,
    threads: 1,
    closedFormItems: 0,
    memory: Number.POSITIVE_INFINITY,
    now: () => 0,
    signal: new AbortController().signal,
    onProgress: () => {},
  }
  const cases: FrameCase[] = [{ user: 0, questions: noPast(new Int32Array(0), 3000), targets: Int32Array.of(0) }]
  const transitions = sourceNamed('transitions')

  /** The source with a grid of so many entries, and what each fit was given. */
  function watched(entries: number) {
    const fits: { lines: number; params: SourceParams }[] = []
    const grid = transitions.grid.slice(0, entries)
    const source: typeof transitions = {
      ...transitions,
      grid,
      fit: (given, params, run) => {
        fits.push({ lines: given.engaged.item.length, params })
        return transitions.fit(given, params, run)
      },
    }
    return { source, fits, grid }
  }

  it('compares on fewer shoppers, and learns what was chosen from all', async () => {
    const all = data()
    const some = someShoppers(all, 600, rng(1))
    const { source, fits, grid } = watched(2)
    const chosen = await chooseSource(source, all, some, cases, options)
    expect(fits.map(({ lines }) => lines)).toEqual([some.engaged.item.length, some.engaged.item.length, 2000])
    expect(chosen?.trials.map(({ params }) => params)).toEqual(grid)
    expect(fits[2]?.params).toBe(chosen?.fitted.params)
  })

  it('fits each way once where all are compared on, and a single way on all', async () => {
    const all = data()
    const many = watched(2)
    await chooseSource(many.source, all, all, cases, options)
    expect(many.fits).toHaveLength(2)
    const single = watched(1)
    await chooseSource(single.source, all, someShoppers(all, 600, rng(1)), cases, options)
    expect(single.fits.map(({ lines }) => lines)).toEqual([2000])
  })

  it('compares on all where the fewer say nothing', async () => {
    const all = data()
    const { source, fits } = watched(2)
    const chosen = await chooseSource(source, all, someShoppers(all, 0, rng(1)), cases, options)
    expect(chosen?.trials).toHaveLength(2)
    expect(fits.map(({ lines }) => lines)).toEqual([0, 2000, 2000])
  })
})
