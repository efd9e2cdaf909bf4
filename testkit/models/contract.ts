import {
  type Abilities,
  type Algorithm,
  abilitiesOf,
  buildInteractions,
  type Contribution,
  decodeModel,
  emptyQuery,
  encodeModel,
  type FitRun,
  type Interactions,
  type Model,
  type Query,
  queryOf,
  rng,
  Scoreboard,
} from '@storemind/ml'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { measure } from './measure.ts'
import { checkerboard } from './planted.ts'
import { oneOfEach, tinyShop } from './shops.ts'

export interface ModelContract<P extends object, Opened extends object> {
  readonly algorithm: Algorithm<P, Interactions, Opened>
  /** Parameters under which a shop of 30 users and 12 items teaches the model something. */
  readonly params?: Partial<P>
  /** Exactly the abilities an opened model has. */
  readonly abilities: readonly (keyof Abilities)[]
  /**
   * How an explanation relates to the score: its contributions `sum` to it, or they are `evidence`, positive and in
   * order. @default 'evidence'
   */
  readonly explanation?: 'sum' | 'evidence'
  /** False where a model that is extended is read anew, so that known items score by the new data too. @default true */
  readonly keepsScores?: boolean
  /** Checks that cannot hold for this algorithm, each with its reason. */
  readonly skip?: Readonly<Partial<Record<Check, string>>>
}

export type Check =
  | 'a shop of one user and one item'
  | 'a shop of one user'
  | 'a shop of one item'
  | 'weights and times that are all the same'
  | 'the checkerboard'
  | 'sizes that no machine has'

/** What every model of interactions must keep; an implementation only says what it is. */
export function modelContract<P extends object, Opened extends object>(contract: ModelContract<P, Opened>): void {
  const { algorithm, abilities } = contract
  const run = (seed = 1): FitRun => ({ rng: rng(seed), threads: 1 })
  const learn = (data: Interactions, seed?: number): Promise<Model> =>
    algorithm.trainer(contract.params).fit(data, run(seed))
  const opened = async (data: Interactions): Promise<Abilities> => abilitiesOf(algorithm.open(await learn(data)))
  const shop = tinyShop()
  const queries = queriesOf(shop)

  describe(`${algorithm.kind} keeps the contract of models`, () => {
    test('has the abilities it names', async () => {
      expect(Object.keys(await opened(shop)).sort()).toEqual([...abilities].sort())
    })

    test('freezes its parameters, gives each a meaning and refuses unknown ones', () => {
      const { params } = algorithm.trainer(contract.params)
      expect(Object.isFrozen(params)).toBe(true)
      expect(JSON.parse(JSON.stringify(params))).toEqual(params)
      for (const { meaning } of Object.values<{ meaning: string }>(algorithm.parameters.declarations)) {
        expect(meaning).not.toBe('')
      }
      expect(() => algorithm.parameters.resolve({ 'no such parameter': 1 })).toThrow(coded('bad_parameter'))
    })

    test.each([
      ['empty_data', { ...shop, users: 0, offsets: Int32Array.of(0), ...columns(shop, 0) }],
      ['bad_weight', { ...shop, weight: shop.weight.map((w, e) => (e === 3 ? 0 : w)) }],
      ['bad_weight', { ...shop, weight: shop.weight.map((w, e) => (e === 3 ? Number.NaN : w)) }],
      ['index_out_of_range', { ...shop, item: shop.item.map((i, e) => (e === 3 ? shop.items : i)) }],
      ['bad_time', { ...shop, at: shop.at.map((at, e) => (e === 3 ? Number.NaN : at)) }],
      ['length_mismatch', { ...shop, weight: shop.weight.subarray(1) }],
    ])('refuses to learn from %s', async (code, data) => {
      await expect(learn(data)).rejects.toThrow(coded(code))
    })

    for (const [name, data] of oneOfEach()) {
      const reason = contract.skip?.[name]
      test.skipIf(reason)(`learns from ${name}${reason ? `: ${reason}` : ''}`, async () => {
        const model = await opened(data)
        for (const query of queriesOf(data)) expect(boardOf(model, query).every(finite)).toBe(true)
      })
    }

    const blind = contract.skip?.['the checkerboard']
    const plays = abilities.includes('scoresItems') && blind === undefined
    test.runIf(plays)('finds every held-out item of the checkerboard: Recall@1 = 1', async () => {
      for (const size of [8, 20]) {
        const planted = checkerboard(size)
        const model = await opened(planted.data)
        expect(model.scoresItems && measure(model.scoresItems, planted, 1).recall, `of ${size}`).toBe(1)
      }
    })
    test.skipIf(plays)(`does not play the checkerboard: ${blind ?? 'it scores no items'}`, () => {})

    test('leaves what it learns from as it was', async () => {
      const before = structuredClone(shop)
      await learn(shop)
      expect(shop).toEqual(before)
    })

    test('learns the same from the same seed', async () => {
      expect(await learn(shop, 5)).toEqual(await learn(shop, 5))
    })

    test('says what memory it takes, at least what its model holds, and refuses less before it starts', async () => {
      const trainer = algorithm.trainer(contract.params)
      const bytes = trainer.memory(shop)
      const { arrays } = await trainer.fit(shop, { ...run(), memory: bytes })
      expect(bytes).toBeGreaterThanOrEqual(Object.values(arrays).reduce((sum, array) => sum + array.byteLength, 0))
      let started = false
      const onEpoch = () => {
        started = true
      }
      await expect(trainer.fit(shop, { ...run(), memory: bytes - 1, onEpoch })).rejects.toThrow(coded('too_large'))
      expect(started).toBe(false)
    })

    const listed = contract.skip?.['sizes that no machine has']
    test.skipIf(listed)(`says what memory sizes take that no machine has${listed ? `: ${listed}` : ''}`, () => {
      const trainer = algorithm.trainer(contract.params)
      for (const items of [1e8, 1e9, 1e12]) {
        expect(trainer.memory({ ...shop, items })).toBeGreaterThanOrEqual(4 * items)
      }
    })

    test.each([0, -1, 1.5, Number.NaN, 1000])('refuses to learn on %d threads', async (threads) => {
      await expect(algorithm.trainer(contract.params).fit(shop, { ...run(), threads })).rejects.toThrow(
        coded('bad_parameter'),
      )
    })

    test('is cancelled before it starts and while it runs', async () => {
      const before = new AbortController()
      before.abort()
      const trainer = algorithm.trainer(contract.params)
      await expect(trainer.fit(shop, { ...run(), signal: before.signal })).rejects.toThrow(coded('cancelled'))
      const during = new AbortController()
      const fitting = trainer.fit(shop, { ...run(), signal: during.signal })
      during.abort()
      await expect(fitting).rejects.toThrow(coded('cancelled'))
    })

    test('scores the same after it was saved and loaded', async () => {
      const model = await learn(shop)
      const loaded = decodeModel(encodeModel(model).buffer).model
      expect(loaded).toEqual(model)
      const [before, after] = [abilitiesOf(algorithm.open(model)), abilitiesOf(algorithm.open(loaded))]
      for (const query of queries) expect(boardOf(after, query)).toEqual(boardOf(before, query))
    })

    test('is refused when a bit of its file has flipped', async () => {
      const bytes = encodeModel(await learn(shop))
      fc.assert(
        fc.property(fc.nat(8 * bytes.length - 1), (bit) => {
          const damaged = bytes.slice()
          damaged[bit >> 3]! ^= 1 << (bit & 7)
          expect(() => decodeModel(damaged.buffer)).toThrow(coded('bad_model'))
        }),
        { numRuns: 30, seed: 1 },
      )
    })

    test('does not open with a weight or a score that is no number', async () => {
      const model = await learn(shop)
      for (const [name, array] of Object.entries(model.arrays)) {
        if (!(array instanceof Float32Array) || array.length === 0) continue
        for (const bad of [Number.NaN, Infinity, -Infinity]) {
          const arrays = { ...model.arrays, [name]: array.with(array.length - 1, bad) }
          expect(() => algorithm.open({ ...model, arrays }), `${bad} in ${name}`).toThrow(coded('bad_model'))
        }
      }
    })

    test('does not open a model of another kind, or one with a part missing', async () => {
      const model = await learn(shop)
      expect(() => algorithm.open({ ...model, kind: 'another' })).toThrow(coded('bad_model'))
      expect(() => algorithm.open({ ...model, params: { 'no such parameter': 1 } })).toThrow(coded('bad_model'))
      for (const name of Object.keys(model.arrays)) {
        const { [name]: dropped, ...arrays } = model.arrays
        expect(() => algorithm.open({ ...model, arrays }), `without ${name}`).toThrow(coded('bad_model'))
        const other = dropped instanceof Float64Array ? new Uint8Array(1) : new Float64Array(dropped?.length ?? 0)
        const mistyped = { ...model.arrays, [name]: other }
        expect(() => algorithm.open({ ...model, arrays: mistyped }), `mistyped ${name}`).toThrow(coded('bad_model'))
      }
    })

    describe.runIf(algorithm.extend)('comes to know further items and users', () => {
      const few = firstOf(shop, 20, 9)
      const extend = (model: Model, data: Interactions, more?: Partial<FitRun>): Promise<Model> => {
        if (!algorithm.extend) throw new Error(`${algorithm.kind} cannot extend`)
        return algorithm.extend(model, data, { ...run(), ...more })
      }

      test('of which at least one is then found, all with finite scores', async () => {
        const model = await learn(few)
        const before = structuredClone(model)
        const extended = abilitiesOf(algorithm.open(await extend(model, shop)))
        expect(model).toEqual(before)
        expect(extended.scoresItems?.items).toBe(shop.items)
        const boards = queries.map((query) => boardOf(extended, query))
        expect(boards.flat().every(finite)).toBe(true)
        expect(boards.flat().some(([item]) => item >= few.items)).toBe(true)
      })

      test.runIf(contract.keepsScores ?? true)('and scores those it knew as it did', async () => {
        const model = await learn(few)
        const [old, extended] = [algorithm.open(model), algorithm.open(await extend(model, shop))].map(abilitiesOf)
        for (const query of queriesOf(few)) {
          const known = boardOf(extended!, query).filter(([item]) => item < few.items)
          expect(known).toEqual(boardOf(old!, query))
        }
      })

      test('and the same again, and none where there are none', async () => {
        const model = await learn(few)
        expect(await extend(model, shop)).toEqual(await extend(model, shop))
        const same = abilitiesOf(algorithm.open(await extend(model, few)))
        const old = abilitiesOf(algorithm.open(model))
        for (const query of queriesOf(few)) expect(boardOf(same, query)).toEqual(boardOf(old, query))
      })

      test('or refuses, and leaves the model as it was', async () => {
        const model = await learn(few)
        const before = structuredClone(model)
        await expect(extend(model, firstOf(shop, 20, 8))).rejects.toThrow(coded('length_mismatch'))
        await expect(extend({ ...model, kind: 'another' }, shop)).rejects.toThrow(coded('bad_model'))
        await expect(extend(model, { ...shop, weight: shop.weight.map(() => Number.NaN) })).rejects.toThrow(
          coded('bad_weight'),
        )
        await expect(extend(model, { ...shop, item: shop.item.map(() => shop.items) })).rejects.toThrow(
          coded('index_out_of_range'),
        )
        await expect(extend(model, shop, { signal: AbortSignal.abort() })).rejects.toThrow(coded('cancelled'))
        await expect(extend(model, shop, { memory: 1 })).rejects.toThrow(coded('too_large'))
        expect(model).toEqual(before)
      })
    })

    test.runIf(abilities.includes('scoresItems'))('scores with finite numbers, each item once', async () => {
      const model = await opened(shop)
      expect(model.scoresItems?.items).toBe(shop.items)
      let touched = 0
      for (const query of queries) {
        const board = boardOf(model, query)
        expect(board.every(finite)).toBe(true)
        expect(new Set(board.map(([item]) => item)).size).toBe(board.length)
        touched += board.length
      }
      expect(touched).toBeGreaterThan(0)
    })

    test.runIf(abilities.includes('scoresItems'))('answers an unseen user as it answers a known one', async () => {
      const model = await opened(shop)
      for (const query of queries) {
        expect(boardOf(model, { ...query, user: -1 })).toEqual(boardOf(model, query))
      }
    })

    test.runIf(abilities.includes('scoresItems'))('answers the same whatever it was asked before', async () => {
      const model = await opened(shop)
      const once = queries.map((query) => boardOf(model, query))
      expect([...queries].reverse().map((query) => boardOf(model, query))).toEqual(once.reverse())
    })

    test.runIf(abilities.includes('scoresItems'))('refuses a query it cannot understand', async () => {
      const { scoresItems } = await opened(shop)
      const [good, several] = [0, 1].map((user) => queryOf(shop, user, Number.MAX_SAFE_INTEGER)) as [Query, Query]
      expect(several.items.length).toBeGreaterThan(1)
      const board = new Scoreboard(shop.items)
      for (const [code, bad] of [
        ['index_out_of_range', { ...good, items: good.items.map(() => shop.items) }],
        ['index_out_of_range', { ...good, items: good.items.map(() => -1) }],
        ['bad_weight', { ...good, weights: good.weights.map(() => Number.NaN) }],
        ['bad_weight', { ...good, weights: good.weights.map(() => 0) }],
        ['bad_time', { ...good, at: good.at.map(() => Number.NaN) }],
        ['bad_time', { ...several, at: several.at.map((_, h) => -h) }],
        ['bad_time', { ...good, now: Number.NaN }],
        ['length_mismatch', { ...good, at: new Float64Array(0) }],
      ] as const) {
        expect(() => scoresItems?.score(bad, board)).toThrow(coded(code))
      }
    })

    test.runIf(abilities.includes('findsSimilar'))('finds similar items: others, best first, at most k', async () => {
      const { findsSimilar } = await opened(shop)
      let found = 0
      for (let item = 0; item < shop.items; item++) {
        for (const k of [0, 3, 1000]) {
          const { ids, scores } = findsSimilar?.similar(item, k) ?? {
            ids: new Int32Array(0),
            scores: new Float32Array(0),
          }
          expect(ids.length).toBe(scores.length)
          expect(ids.length).toBeLessThanOrEqual(Math.min(k, shop.items - 1))
          expect(ids.includes(item)).toBe(false)
          expect(new Set(ids).size).toBe(ids.length)
          expect([...scores]).toEqual([...scores].sort((a, b) => b - a))
          expect(scores.every((score) => Number.isFinite(score))).toBe(true)
          found += ids.length
        }
      }
      expect(found).toBeGreaterThan(0)
      expect(() => findsSimilar?.similar(shop.items, 3)).toThrow(coded('index_out_of_range'))
      for (const k of NO_COUNTS) expect(() => findsSimilar?.similar(0, k), `k ${k}`).toThrow(coded('bad_parameter'))
    })

    test.runIf(abilities.includes('explains'))('explains every score by what made it', async () => {
      const model = await opened(shop)
      let explained = 0
      for (const query of queries) {
        for (const [item, score] of boardOf(model, query)) {
          const all = model.explains?.explain(query, item, 10_000) ?? []
          expectOrdered(all, query)
          if (contract.explanation === 'sum') {
            const sum = all.reduce((total, { weight }) => total + weight, 0)
            expect(Math.abs(sum - score)).toBeLessThanOrEqual(1e-4 * Math.max(1, Math.abs(score)))
          }
          expect(model.explains?.explain(query, item, 1)).toEqual(all.slice(0, 1))
          explained += all.length
        }
      }
      expect(explained).toBeGreaterThan(0)
      const first = queryOf(shop, 0, Number.MAX_SAFE_INTEGER)
      expect(() => model.explains?.explain(first, shop.items, 3)).toThrow(coded('index_out_of_range'))
      for (const limit of NO_COUNTS) {
        expect(() => model.explains?.explain(first, 0, limit), `limit ${limit}`).toThrow(coded('bad_parameter'))
      }
    })
  })
}

const NO_COUNTS = [-1, 1.5, Number.NaN, Infinity]

/** Contributions, largest first, none of nothing; those of items are of the history. */
function expectOrdered(contributions: readonly Contribution[], query: Query): void {
  const weights = contributions.map(({ weight }) => weight)
  expect(weights).toEqual([...weights].sort((a, b) => b - a))
  for (const { kind, index, weight } of contributions) {
    expect(Number.isFinite(weight) && weight !== 0).toBe(true)
    if (kind === 'item') expect(query.items.includes(index)).toBe(true)
  }
  const keys = contributions.map(({ kind, index }) => `${kind} ${index}`)
  expect(new Set(keys).size).toBe(keys.length)
}

/** A first visit, each user's whole past, and half of it. */
function queriesOf(data: Interactions): Query[] {
  const now = Math.max(...data.at) + 3_600_000
  const queries = [emptyQuery(now)]
  for (let u = 0; u < Math.min(data.users, 10); u++) {
    queries.push(queryOf(data, u, now))
    queries.push(queryOf(data, u, now, Math.ceil((data.offsets[u + 1]! - data.offsets[u]!) / 2)))
  }
  return queries
}

/** What the first users did with the first items. */
function firstOf(data: Interactions, users: number, items: number): Interactions {
  const entries = [...data.item.keys()].filter((e) => e < data.offsets[users]! && data.item[e]! < items)
  const user = Int32Array.from(entries, (e) => data.offsets.findIndex((end) => end > e) - 1)
  const of = <A extends Int32Array | Float32Array | Float64Array>(column: A) => entries.map((e) => column[e]!)
  return buildInteractions({
    users,
    items,
    user,
    item: Int32Array.from(of(data.item)),
    weight: Float32Array.from(of(data.weight)),
    at: Float64Array.from(of(data.at)),
    basket: Int32Array.from(of(data.basket)),
  })
}

/** The board's items and scores, by item. */
function boardOf({ scoresItems }: Abilities, query: Query): [number, number][] {
  if (!scoresItems) return []
  const board = new Scoreboard(scoresItems.items)
  scoresItems.score(query, board)
  return Array.from(board.touched.subarray(0, board.count).sort(), (item) => [item, board.get(item)])
}

function finite([, score]: [number, number]): boolean {
  return Number.isFinite(score)
}

function columns(data: Interactions, n: number): Pick<Interactions, 'item' | 'weight' | 'at' | 'basket'> {
  return {
    item: data.item.slice(0, n),
    weight: data.weight.slice(0, n),
    at: data.at.slice(0, n),
    basket: data.basket.slice(0, n),
  }
}

function coded(code: string): unknown {
  return expect.objectContaining({ code })
}
