import { blend } from '@storemind/ml'
import { describe, expect, it } from 'vitest'
import {
  favouriteOf,
  PLANTED_START,
  type PlantedShop,
  plantedReader,
  plantedShop,
  tasteOf,
} from '../../testkit/recommendations/planted-shop.ts'
import { CodedError } from '../contracts/errors.ts'
import type { JobProgress } from '../contracts/job.ts'
import type { JobRun } from '../core/ports.ts'
import { FRAMES, SOURCE_NAMES, type TrainParams } from './contracts.ts'
import { blendModelName, openModels } from './decide/models.ts'
import { noPast } from './decide/questions.ts'
import { evaluateRecommendations } from './evaluation/evaluate.ts'
import { trainRecommendations } from './training.ts'

const PARAMS: TrainParams = { seed: 42, threads: 1, windowDays: 0, validationDays: 14, closedFormItems: 100 }
const DAY = 86_400_000
const NOW = Date.UTC(2026, 11, 1)

function jobRun(signal = new AbortController().signal, seen: JobProgress[] = []): JobRun {
  return { signal, clock: () => NOW, progress: (progress) => seen.push(progress) }
}

async function refusal(work: Promise<unknown>): Promise<CodedError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof CodedError) return error
  throw new Error('it was not refused', { cause: error })
}

describe('training on a planted shop of 60 shoppers, seed 42', () => {
  const trained = trainRecommendations(plantedReader(plantedShop()), PARAMS, jobRun())

  it('ranks products of the page’s taste beside it, and says what it was learned from', async () => {
    const { models, card } = await trained
    const open = openModels(models)
    const anchor = open.itemOf[4] ?? -1
    const top = open.ranker('product').rank(noPast(Int32Array.of(anchor), NOW))
    const rows = Array.from(top.ids.subarray(0, 9), (item) => open.rows[item] ?? -1)
    expect(rows).not.toContain(4)
    expect(rows.every((row) => row < 10)).toBe(true)
    expect(card.data).toMatchObject({ interactions: 3600, profiles: 60, products: 30, withheldForConsent: 0 })
    expect(card.sources.map(({ name }) => name)).toContain('closed_form')
  })

  it('beats popularity by far on the validation days', async () => {
    const { card, value } = await trained
    const popularity = card.validation.rows.find(({ name, role }) => name === 'popularity' && role === 'baseline')
    expect(value).toBeGreaterThan(1.5 * (popularity?.metrics['ndcgAt10'] ?? 1))
  })

  it('hears one of two ways of finding shoppers alike, and tells which one answers home alone', async () => {
    const { models, card, value } = await trained
    const home = models.get('blend-home')
    const opened = blend.open(home ?? { kind: 'none', params: {}, arrays: {} })
    const { sources } = opened
    const alike = sources.filter((name) => name === 'user_neighbours' || name === 'basket_neighbours')
    expect(alike).toHaveLength(1)
    // Who likes what in this shop one source finds by itself, so that no blend is better.
    expect(sources.filter((_, k) => opened.uses(k))).toEqual(alike)
    expect(card.validation.notes[0]).toContain(
      `${alike[0]} alone answers on home: its NDCG@10 is ${value?.toFixed(4)},`,
    )
    expect(card.validation.notes.join()).not.toContain('What each source adds')
  })

  it('keeps the sources that some page hears and popularity, and tells which others it tried', async () => {
    const { models, card } = await trained
    const heard = FRAMES.flatMap((frame) => {
      const opened = blend.open(models.get(blendModelName(frame)) ?? { kind: 'none', params: {}, arrays: {} })
      return opened.sources.flatMap((name, k) => (opened.uses(k) ? [name.split('/')[0]] : []))
    })
    const kept = [...models.keys()].flatMap((name) => (name.startsWith('source-') ? [name.slice(7)] : []))
    expect(kept.toSorted()).toEqual([...new Set([...heard, 'popularity'])].toSorted())
    expect(card.sources.map(({ name }) => name)).toEqual(kept)
    const note = card.validation.notes.find((one) => one.startsWith('Tried on validation and not kept'))
    const [, others] = note?.split(': ') ?? []
    const dropped = others?.slice(0, -1).split(', ') ?? []
    // One of the two ways of finding shoppers alike at least is heard nowhere.
    expect(dropped.length).toBeGreaterThan(0)
    expect([...kept, ...dropped].toSorted()).toEqual([...SOURCE_NAMES].toSorted())
  })

  it('gives the same models for the same seed', async () => {
    const [first, second] = [await trained, await trainRecommendations(plantedReader(plantedShop()), PARAMS, jobRun())]
    expect([...second.models.keys()]).toEqual([...first.models.keys()])
    for (const [name, model] of second.models) expect(model.arrays, name).toEqual(first.models.get(name)?.arrays)
  })

  it('has nothing of who did not consent', async () => {
    const withheld = new Set(Array.from({ length: 60 }, (_, p) => p).filter((p) => tasteOf(p) === 2))
    const { card } = await trainRecommendations(plantedReader(plantedShop(), withheld), PARAMS, jobRun())
    expect(card.data).toMatchObject({ profiles: 40, withheldForConsent: 20, interactions: 2400 })
    expect(card.limits.join()).toContain('20 shoppers were left out')
  })
})

describe('little data', () => {
  const empty: PlantedShop = { products: [], lines: [] }
  const one: PlantedShop = { products: plantedShop(1, 1).products.slice(0, 1), lines: [] }

  it('is refused in words where nobody did anything', async () => {
    for (const shop of [empty, one]) {
      const { code, body } = await refusal(trainRecommendations(plantedReader(shop), PARAMS, jobRun()))
      expect(code).toBe('TOO_LITTLE_DATA')
      expect(body.what).toContain('nobody')
    }
  })

  it('is refused where all shoppers are withheld', async () => {
    const reader = plantedReader(plantedShop(3, 2), new Set([0, 1, 2]))
    const { code, body } = await refusal(trainRecommendations(reader, PARAMS, jobRun()))
    expect(code).toBe('TOO_LITTLE_DATA')
    expect(body.what).toContain('want of consent')
  })

  it('of one shopper and one product still makes a model that answers, and the card says how little it is', async () => {
    const lines = [{ profile: 0, product: 0, kind: 'order_completed', at: NOW - 1e9, basket: 1 }] as const
    const { models, card, value } = await trainRecommendations(plantedReader({ ...one, lines }), PARAMS, jobRun())
    const open = openModels(models)
    expect(open.ranker('first_visit').rank(noPast(new Int32Array(0), NOW)).count).toBe(1)
    expect(card.limits.join()).toContain('fewer than 30 cases')
    expect(card.validation.rows).toEqual([])
    // It was not measured: 0 would be a very bad version.
    expect(value).toBeNull()
  })
})

describe('a store of few days', () => {
  /** The first days of a planted shop whose shoppers buy once a week. */
  const shopOf = (days: number): PlantedShop => {
    const { products, lines } = plantedShop(60, 9)
    return { products, lines: lines.filter(({ at }) => at < PLANTED_START + days * DAY) }
  }

  it.each([1, 10, 25, 29, 31, 60])(
    'of %i trains, on fewer validation days where most of it would lie in them',
    async (days) => {
      const reader = plantedReader(shopOf(days))
      const { models, card, value } = await trainRecommendations(reader, { ...PARAMS, validationDays: 30 }, jobRun())
      const open = openModels(models)
      expect(open.ranker('first_visit').rank(noPast(new Int32Array(0), NOW)).count).toBeGreaterThan(9)
      const { from, to } = card.window
      const validated = (to - card.validation.splitAt) / DAY
      const young = card.validation.notes.some((note) => note.startsWith('The history is young'))
      expect(young).toBe(days < 45)
      if (!young) expect(validated).toBeCloseTo(30, 5)
      else expect(validated).toBeLessThan((to - from) / DAY / 1.9)
      // Within ten days too few came back to judge by.
      expect(value === null).toBe(days <= 10)
      const popularity = card.validation.rows.find(({ name, role }) => name === 'popularity' && role === 'baseline')
      if (value !== null) expect(value).toBeGreaterThan(1.5 * (popularity?.metrics['ndcgAt10'] ?? 1))
    },
  )

  it('falls back on the general weights where all was bought at one moment, however much it was', async () => {
    const { products, lines } = shopOf(7)
    const at = PLANTED_START
    const reader = plantedReader({ products, lines: lines.map((line) => ({ ...line, at })) })
    const { models, card, value } = await trainRecommendations(reader, PARAMS, jobRun())
    const top = openModels(models)
      .ranker('product')
      .rank(noPast(Int32Array.of(0), NOW))
    expect(top.count).toBeGreaterThan(5)
    expect(value).toBeNull()
    expect(card.validation.notes[0]).toContain('0 purchases lie before the validation days')
    expect(card.limits.join()).toContain('general defaults')
  })
})

describe('a training job', () => {
  it('reports progress that ends at the whole', async () => {
    const seen: JobProgress[] = []
    await trainRecommendations(plantedReader(plantedShop(6, 4)), PARAMS, jobRun(undefined, seen))
    const percent = seen.filter(({ unit }) => unit === '%').map(({ done }) => done)
    expect(percent.length).toBeGreaterThan(10)
    expect(percent).toEqual([...percent].sort((a, b) => a - b))
    expect(percent.at(-1)).toBeLessThanOrEqual(100)
  })

  it('stops when it is cancelled, and nothing comes of it', async () => {
    const controller = new AbortController()
    const run: JobRun = {
      signal: controller.signal,
      clock: () => NOW,
      progress: ({ phase }) => phase === 'learn item neighbours' && controller.abort(),
    }
    expect((await refusal(trainRecommendations(plantedReader(plantedShop()), PARAMS, run))).code).toBe('JOB_CANCELLED')
  })
})

describe('evaluation', () => {
  it('finds the blend above popularity on days that nothing was learned from', async () => {
    const evaluation = await evaluateRecommendations(
      plantedReader(plantedShop()),
      { ...PARAMS, testDays: 14 },
      jobRun(),
    )
    const row = (name: string, role: string) =>
      evaluation.rows.find((one) => one.name === name && one.role === role)?.metrics['recallAt10'] ?? Number.NaN
    expect(evaluation.profiles).toBe(60)
    expect(evaluation.products).toBe(30)
    // Ten products a taste and ten places: a list of the shopper's taste finds every target.
    expect(row('blend', 'blend')).toBeGreaterThan(0.95)
    expect(row('popularity', 'baseline')).toBeLessThan(0.6)
    expect(evaluation.rows.some(({ role }) => role === 'served')).toBe(true)
    expect(evaluation.splitAt).toBeLessThan(evaluation.until)
    expect(evaluation.notes.join()).toContain('chosen on the 14 days before the split')
  })

  it('of a young store says on how many days its weights were chosen', async () => {
    const params = { ...PARAMS, validationDays: 30, testDays: 7, placement: 'cart' }
    const { notes } = await evaluateRecommendations(plantedReader(plantedShop(60, 3)), params, jobRun())
    const [, days] = /chosen on the ([\d.]+) days before the split/.exec(notes.join()) ?? []
    expect(Number(days)).toBeGreaterThan(2)
    expect(Number(days)).toBeLessThan(8)
  })

  it('judges product pages and carts by the rest of the order', async () => {
    for (const placement of ['product_page', 'cart']) {
      const evaluation = await evaluateRecommendations(
        plantedReader(plantedShop()),
        { ...PARAMS, testDays: 14, placement },
        jobRun(),
      )
      const blend = evaluation.rows.find(({ role }) => role === 'blend')
      expect(blend?.metrics['recallAt10'], placement).toBeGreaterThan(0.9)
    }
  })

  it('refuses a placement that the store does not have, and a store in which nobody came back', async () => {
    const reader = plantedReader(plantedShop(6, 6))
    const params = { ...PARAMS, testDays: 14 }
    const unknown = evaluateRecommendations(reader, { ...params, placement: 'nowhere' }, jobRun())
    expect((await refusal(unknown)).code).toBe('PLACEMENT_NOT_FOUND')
    const single = evaluateRecommendations(plantedReader(plantedShop(6, 1)), params, jobRun())
    expect((await refusal(single)).code).toBe('TOO_LITTLE_DATA')
  })

  it('names the days that would do where the last ones were silent, or where they are all there are', async () => {
    const { products, lines } = plantedShop(6, 6)
    const end = Math.max(...lines.map(({ at }) => at))
    // Somebody still looked at something 45 days after the last sale: history ends there.
    const look = { profile: 0, product: 0, kind: 'product_viewed', at: end + 45 * DAY, basket: 1e6 } as const
    const reader = plantedReader({ products, lines: [...lines, look] })
    for (const placement of ['home', 'product_page', 'cart']) {
      const { code, body, details } = await refusal(
        evaluateRecommendations(reader, { ...PARAMS, placement, testDays: 14 }, jobRun()),
      )
      expect([code, details['days']], placement).toEqual(['NOTHING_TO_TEST', 45 + 14])
      expect(body.what).toContain('lies 45 days before their end')
      expect(body.todo).toContain('--test-days 59')
      // Six weeks of sales and 45 days of silence are less than 200 days.
      const long = await refusal(evaluateRecommendations(reader, { ...PARAMS, placement, testDays: 200 }, jobRun()))
      expect(long.body.what).toContain('too little was sold before them')
      const testDays = Number(long.details['days'])
      const { profiles } = await evaluateRecommendations(reader, { ...PARAMS, placement, testDays }, jobRun())
      expect(profiles, placement).toBeGreaterThan(5)
    }
  })
})

it('plants favourites within their taste', () => {
  for (let p = 0; p < 60; p++) expect(Math.floor(favouriteOf(p) / 10)).toBe(tasteOf(p))
})
