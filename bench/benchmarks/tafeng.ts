import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  basketNeighbours,
  buildInteractions,
  DAY,
  decayedPopularity,
  evaluateRanking,
  type Interactions,
  itemCounts,
  keepEntries,
  leaveLastBasketOut,
  personalFrequency,
  rankerOf,
  rng,
  sessionNeighbours,
  transitions,
  userNeighbours,
} from '@storemind/ml'
import { type Benchmark, type BenchmarkContext, dataFolder } from '../harness/benchmark.ts'
import { climb, figuresOf, type Ingredient, rungsInWords } from './ladder.ts'

/**
 * What is in the next basket, among all items; what was bought before may be bought again. Each user's last basket is
 * the test, the one before it validation; the models that answer the test have learned from all before it.
 */
export const tafeng: Benchmark = {
  name: 'tafeng',
  about: 'next basket on Ta-Feng, last basket out, full ranking',
  needs: 'tafeng',
  async run(context) {
    const all = await readTafeng(dataFolder(context, 'the folder tafeng', ['tafeng_merged.json']))
    const test = leaveLastBasketOut(all)
    const validation = leaveLastBasketOut(test.train)
    const { rungs, report, alone, withoutValidation } = await climb(
      { ingredients: ingredientsOf(context), validation, test, depth: 200, chosenOn: 6000, ks: [10, 20] },
      context,
    )
    const top = personalFrequency.open(await personalFrequency.trainer().fit(test.train, run(context)))
    const popular = decayedPopularity.open(await decayedPopularity.trainer().fit(test.train, run(context)))
    const parts = { cases: test.cases, items: all.items, ks: [10, 20], popularity: itemCounts(test.train) }
    const baseline = await evaluateRanking({ ...parts, ranker: rankerOf(top) })
    const everybody = await evaluateRanking({ ...parts, ranker: rankerOf(popular) })
    return {
      metrics: { ...figuresOf(report), cases: report.cases },
      peers: {
        fittedWithoutValidation: figuresOf(withoutValidation),
        personalTopFrequency: figuresOf(baseline),
        popularity: figuresOf(everybody),
        ...Object.fromEntries(Object.entries(alone).map(([name, one]) => [name, figuresOf(one)])),
      },
      notes: [
        ...rungsInWords(rungs),
        'Ways and weights were chosen on validation; the models were then fitted on all but the test.',
      ],
    }
  },
}

const run = ({ seed, threads }: BenchmarkContext) => ({ rng: rng(seed), threads })

/** The data tell the order of baskets, not their times: each is a day after the one before it. */
export async function readTafeng(folder: string): Promise<Interactions> {
  const baskets: Record<string, number[][]> = JSON.parse(await readFile(join(folder, 'tafeng_merged.json'), 'utf8'))
  const users = Object.keys(baskets)
  const entries = users.flatMap((name, user) =>
    (baskets[name] ?? []).flatMap((basket, step) => [...new Set(basket)].map((item) => ({ user, item, step }))),
  )
  return buildInteractions({
    users: users.length,
    items: entries.reduce((most, { item }) => Math.max(most, item), -1) + 1,
    user: Int32Array.from(entries, ({ user }) => user),
    item: Int32Array.from(entries, ({ item }) => item),
    at: Float64Array.from(entries, ({ step }) => step * DAY),
    basket: Int32Array.from(entries, ({ step }) => step),
  })
}

function ingredientsOf(context: BenchmarkContext): Ingredient[] {
  const frequency = (name: string, params: Parameters<typeof personalFrequency.trainer>[0]) => ({
    name,
    fit: async (data: Interactions) =>
      personalFrequency.open(await personalFrequency.trainer(params).fit(data, run(context))),
  })
  const baskets = (name: string, params: Parameters<typeof basketNeighbours.trainer>[0]) => ({
    name,
    fit: async (data: Interactions) =>
      basketNeighbours.open(await basketNeighbours.trainer({ posting: 20_000, ...params }).fit(data, run(context))),
  })
  const one = { groups: 1, withinDecay: 0.95 }
  return [
    {
      name: 'personalFrequency',
      ways: [
        frequency('top frequency', {}),
        frequency('fading, by popularity', { halfLifeDays: 7, popularityExponent: 0.2 }),
        frequency('fading, by popularity, repeat share', {
          halfLifeDays: 7,
          popularityExponent: 0.2,
          propensity: true,
        }),
        frequency('fading, when due', { halfLifeDays: 7, popularityExponent: 0.2, readiness: true }),
      ],
    },
    {
      name: 'basketNeighbours',
      ways: [
        baskets('as published', { groups: 7, withinDecay: 0.9, betweenDecay: 0.7, ownShare: 0.7 }),
        baskets('one group, own 0.3', { ...one, ownShare: 0.3 }),
        baskets('one group, own 0.2', { ...one, ownShare: 0.2 }),
        baskets('one group, own 0.1', { ...one, ownShare: 0.1 }),
        baskets('one group, own 0.1, 150 users', { ...one, ownShare: 0.1, neighbours: 150 }),
      ],
    },
    {
      name: 'transitions',
      ways: [
        {
          name: 'with repeats',
          fit: async (data) =>
            transitions.open(
              await transitions
                .trainer({
                  window: 5,
                  distanceDecay: 0.9,
                  halfLifeDays: 0,
                  shrinkage: 20,
                  repeats: true,
                  historySteps: 50,
                  stepDecay: 0.9,
                  neighbours: 500,
                })
                .fit(data, run(context)),
            ),
        },
      ],
    },
    {
      name: 'userNeighbours',
      ways: [
        {
          name: 'bm25',
          fit: async (data) =>
            userNeighbours.open(
              await userNeighbours
                .trainer({ similarity: 'bm25', weighting: 'log', neighbours: 300, posting: 20_000 })
                .fit(data, run(context)),
            ),
        },
      ],
    },
    {
      name: 'sessionNeighbours',
      ways: [
        {
          name: 'baskets',
          fit: async (data) =>
            sessionNeighbours.open(
              await sessionNeighbours
                .trainer({ neighbours: 300, historyItems: 30, matchDecay: 0 })
                .fit(data, run(context)),
            ),
        },
      ],
    },
    {
      name: 'latestPopularity',
      ways: [
        {
          name: 'last baskets',
          fit: async (data) =>
            decayedPopularity.open(await decayedPopularity.trainer().fit(lastBaskets(data), run(context))),
        },
      ],
    },
  ]
}

/** What each user bought last: the data tell no times by which popularity could fade. */
function lastBaskets(data: Interactions): Interactions {
  return keepEntries(data, (entry, user) => data.basket[entry] === data.basket[(data.offsets[user + 1] ?? 1) - 1])
}
