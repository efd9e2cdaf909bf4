import {
  attributeAffinity,
  decayedPopularity,
  historyMask,
  type Interactions,
  leaveLastOut,
  rng,
  type ScoresItems,
  sessionNeighbours,
  transitions,
} from '@storemind/ml'
import { type Benchmark, type BenchmarkContext, dataFolder } from '../harness/benchmark.ts'
import { type AmazonBeauty, BEAUTY_FILES, beautyInteractions, readBeauty } from './amazon-beauty.ts'
import { climb, figuresOf, type Ingredient, rungsInWords } from './ladder.ts'

/**
 * What a user takes next, among all items but those of the past. The last item of each user is the test, the one before
 * it validation; the models that answer the test have learned from all before it, validation items included.
 */
export const beauty: Benchmark = {
  name: 'beauty',
  about: 'next item on Amazon Beauty, leave-last-out, full ranking',
  needs: 'amazon-beauty',
  async run(context) {
    const data = await readBeauty(dataFolder(context, 'the folder amazon-beauty', BEAUTY_FILES))
    const test = leaveLastOut(beautyInteractions(data))
    const { rungs, report, alone, withoutValidation } = await climb(
      {
        ingredients: ingredientsOf(data, context),
        validation: leaveLastOut(test.train),
        test,
        maskOf: historyMask(data.items),
        depth: 200,
        chosenOn: 8000,
        ks: [10, 20],
      },
      context,
    )
    return {
      metrics: { ...figuresOf(report), cases: report.cases },
      peers: {
        fittedWithoutValidation: figuresOf(withoutValidation),
        ...Object.fromEntries(Object.entries(alone).map(([name, one]) => [name, figuresOf(one)])),
      },
      notes: [
        ...rungsInWords(rungs),
        'Ways and weights were chosen on validation; the models were then fitted on all but the test.',
        'fittedWithoutValidation: the same, but the items of validation are in the pasts only, as neural models are mostly measured.',
      ],
    }
  },
}

function ingredientsOf({ attributes }: AmazonBeauty, { seed, threads }: BenchmarkContext): Ingredient[] {
  const run = () => ({ rng: rng(seed), threads })
  const transitionsWay = (name: string, params: Parameters<typeof transitions.trainer>[0]) => ({
    name,
    fit: async (data: Interactions): Promise<ScoresItems> =>
      transitions.open(
        await transitions
          .trainer({
            window: 30,
            distanceDecay: 1,
            halfLifeDays: 0,
            historySteps: 30,
            neighbours: 2000,
            popularityDiscount: 0.1,
            ...params,
          })
          .fit(data, run()),
      ),
  })
  return [
    {
      name: 'transitions',
      ways: [
        transitionsWay('forward', { distancePower: 0.5, shrinkage: 100, stepDecay: 0.5 }),
        transitionsWay('both ways', { distancePower: 0.5, backwardShare: 0.3, shrinkage: 100, stepDecay: 0.5 }),
        transitionsWay('both ways, slower', { distancePower: 0.5, backwardShare: 0.3, shrinkage: 100, stepDecay: 0.6 }),
      ],
    },
    {
      name: 'attributeAffinity',
      ways: [0.1, 0.3].map((likeness) => ({
        name: `likeness ${likeness}`,
        fit: async (interactions: Interactions) =>
          attributeAffinity.open(
            await attributeAffinity
              .trainer({ likeness, candidates: 1000, postings: 100_000 })
              .fit({ interactions, attributes }, run()),
          ),
      })),
    },
    {
      name: 'sessionNeighbours',
      ways: [0.1, 0.3].map((matchDecay) => ({
        name: `match decay ${matchDecay}`,
        fit: async (data: Interactions) =>
          sessionNeighbours.open(
            await sessionNeighbours
              .trainer({ sessions: 'users', posting: 5000, neighbours: 500, matchDecay })
              .fit(data, run()),
          ),
      })),
    },
    {
      name: 'popularity',
      ways: [
        {
          name: 'all',
          fit: async (data: Interactions) => decayedPopularity.open(await decayedPopularity.trainer().fit(data, run())),
        },
      ],
    },
  ]
}
