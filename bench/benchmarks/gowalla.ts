import {
  type Algorithm,
  type BlendCase,
  blend,
  type Case,
  evaluateRanking,
  type FitRun,
  historyMask,
  type IalsParams,
  type Interactions,
  type ItemFactors,
  ials,
  itemCounts,
  itemNeighbours,
  leaveShareOut,
  type Model,
  type Query,
  queryOf,
  type Ranked,
  type Ranker,
  rankerOf,
  rankingsOf,
  rng,
  Scoreboard,
  type ScoresItems,
  type SlimParams,
  slim,
  TopK,
  tune,
} from '@storemind/ml'
import { type Benchmark, type BenchmarkContext, dataFolder, type Figures } from '../harness/benchmark.ts'
import { GOWALLA, type ItemsOfUsers, interactionsOf, readGowalla } from './gowalla-data.ts'

/** Share of each user's training items that validation takes: the test's share of all. */
const VALIDATION = 0.2
/** Users whom parameters are judged by, and others whom the blend learns from. */
const JUDGES = 3000
const LEARNED_FROM = 3000
/** Items read of each source. */
const DEPTH = 200

/** The linear model's best, among which the factors speak: scoring 41,000 items for each user would say no more. */
const CANDIDATES = 500

/** Every weight as in a heavy ridge: the popularity-normalised co-occurrence of LinkProp alone. */
const CO_OCCURRENCE: Partial<SlimParams> = { l2: 1e6 }
const SPACE = { l2: [2, 1] }
/** Ways that validation compares here; more were compared once, as bench/README.md tells. */
const FACTORS: readonly Partial<IalsParams>[] = [
  { factors: 256, epochs: 12, unobserved: 0.01, l2: 0.003, block: 16 },
  { factors: 512, epochs: 8, unobserved: 0.02, l2: 0.001, block: 32 },
]

/**
 * The given split of Gowalla, every place a candidate, the past masked. Parameters of the linear model and the blend
 * are chosen on a part cut from the training data; the test is read once, after everything has been fitted again.
 */
export const gowalla: Benchmark = {
  name: 'gowalla',
  about: 'collaborative filtering on 41,000 items, given split, full ranking',
  needs: 'gowalla',
  async run(context) {
    const given = readGowalla(dataFolder(context, GOWALLA))
    const train = interactionsOf(given.train, given.items)
    const { seed, threads, say } = context
    const run = (): FitRun => ({ rng: rng(seed), threads })
    say('choosing parameters on validation')
    const chosen = await tune(
      train,
      {
        algorithm: slim,
        space: SPACE,
        cut: (data, random) => leaveShareOut(data, VALIDATION, random),
        metric: 'ndcg',
        k: 20,
        mostCases: JUDGES,
        rounds: 1,
      },
      run(),
    )
    for (const { params, value } of chosen.trials) say(`  l2 ${params.l2}: NDCG@20 ${value.toFixed(4)}`)
    const { ladder, model, factorParams } = await learnBlend(train, chosen.params, context)
    say('fitting on all of the training data')
    const began = performance.now()
    const linear = await opened(slim, chosen.params, train, run())
    const linearSeconds = (performance.now() - began) / 1000
    const factors = await fitFactors(factorParams, train, run())
    const factorSeconds = (performance.now() - began) / 1000 - linearSeconds
    say('ranking the test')
    const cases = testCases(train, given.test)
    const popularity = itemCounts(train)
    const measured = (ranker: Ranker) => figuresOf(ranker, cases, popularity)
    return {
      metrics: {
        ...(await measured(new TwoStages(linear, factors).blended(model))),
        linearSeconds,
        factorSeconds,
        cases: cases.length,
      },
      peers: {
        linear: await measured(rankerOf(linear, historyMask(train.items))),
        popularity: await measured(rankerOf(byPopularity(popularity), historyMask(train.items))),
        ...ladder,
      },
      notes: [
        `Chosen on validation (${100 * VALIDATION} % of each user’s training items, ${chosen.cases} users): l2 ${chosen.params.l2} of the linear model, whose other parameters are its defaults, found on such a part too; factors ${JSON.stringify(factorParams)}, which speak of the linear model’s best ${CANDIDATES}.`,
        `Rows validation… are the ladder on ${JUDGES} users of the validation part. The blend learned its weights from ${LEARNED_FROM} other users of it.`,
        'Published on this split, Recall@20 / NDCG@20: EASE .1765 / .1467, GF-CF .1849 / .1518, LinkProp .1908 / .1573, BSPM .1920 / .1597.',
      ],
    }
  },
}

interface Learned {
  readonly ladder: Record<string, Figures>
  readonly model: Model
  readonly factorParams: Partial<IalsParams>
}

/** Each ingredient on validation users whom the blend has not learned from. */
async function learnBlend(
  train: Interactions,
  params: Readonly<SlimParams>,
  context: BenchmarkContext,
): Promise<Learned> {
  const { seed, threads, say } = context
  const run = (): FitRun => ({ rng: rng(seed), threads })
  const split = leaveShareOut(train, VALIDATION, rng(seed))
  const every = Math.max(2, Math.floor(split.cases.length / (JUDGES + LEARNED_FROM)))
  const drawn = split.cases.filter((_, c) => c % every === 0)
  const judges = drawn.filter((_, c) => c % 2 === 0)
  const popularity = itemCounts(split.train)
  const ladder: Record<string, Figures> = {}
  const tell = async (name: string, ranker: Ranker): Promise<number> => {
    const { recallAt20 = 0, ndcgAt20 = 0 } = await figuresOf(ranker, judges, popularity)
    ladder[`validation ${name}`] = { recallAt20, ndcgAt20 }
    say(`  ${name}: Recall@20 ${recallAt20.toFixed(4)}, NDCG@20 ${ndcgAt20.toFixed(4)}`)
    return ndcgAt20
  }
  say('the ladder on validation')
  const masked = (model: ScoresItems) => rankerOf(model, historyMask(train.items))
  await tell('1 popularity', masked(byPopularity(popularity)))
  await tell('2 item neighbours', masked(await opened(itemNeighbours, {}, split.train, run())))
  await tell('3 co-occurrence', masked(await opened(slim, CO_OCCURRENCE, split.train, run())))
  const linear = await opened(slim, params, split.train, run())
  await tell('4 linear', masked(linear))
  const tried: { readonly params: Partial<IalsParams>; readonly both: TwoStages; readonly ndcg: number }[] = []
  for (const [f, params] of FACTORS.entries()) {
    const both = new TwoStages(linear, await fitFactors(params, split.train, run()))
    tried.push({ params, both, ndcg: await tell(`5 factors ${f + 1}`, (query, k) => both.byFactors(query, k)) })
  }
  const best = tried.toSorted((one, other) => other.ndcg - one.ndcg)[0]
  if (!best) throw new Error('No factors were tried.')
  const { both, params: factorParams } = best
  const learned = drawn
    .filter((_, c) => c % 2 === 1)
    .map(({ query, targets }): BlendCase => ({ user: query.user, targets, rankings: both.rankings(query) }))
  const model = await blend
    .trainer({ depth: DEPTH, cutoff: 20, maxCases: LEARNED_FROM })
    .fit({ sources: ['linear', 'factors'], cases: learned }, run())
  say(`  weights ${[...blend.open(model).weights].map((weight) => weight.toFixed(3)).join(', ')}`)
  await tell('6 blend', both.blended(model))
  return { ladder, model, factorParams }
}

function testCases(train: Interactions, test: ItemsOfUsers): Case[] {
  return test.flatMap((items, user) => {
    const query = queryOf(train, user, 0)
    return items.length === 0 ? [] : [{ query, targets: Int32Array.from(items) }]
  })
}

/** A linear model that finds candidates, and factors that speak of these. */
class TwoStages {
  readonly #linear: ScoresItems
  readonly #factors: Factors
  readonly #mask: ReturnType<typeof historyMask>
  readonly #boards: readonly [Scoreboard, Scoreboard]
  readonly #candidates = new TopK(CANDIDATES)

  constructor(linear: ScoresItems, factors: Factors) {
    this.#linear = linear
    this.#factors = factors
    this.#mask = historyMask(linear.items)
    this.#boards = [new Scoreboard(linear.items), new Scoreboard(linear.items)]
  }

  rankings(query: Query): Ranked[] {
    this.#ask(query)
    return rankingsOf(this.#boards, DEPTH)
  }

  byFactors(query: Query, k: number): Int32Array {
    this.#ask(query)
    const top = new TopK(k)
    return top.ids.subarray(0, top.select(this.#boards[1]))
  }

  blended(model: Model): Ranker {
    const combiner = blend.open(model)
    const out = new Scoreboard(this.#linear.items)
    return (query, k) => {
      this.#ask(query)
      out.clear()
      combiner.combine(this.#boards, out)
      const top = new TopK(k)
      return top.ids.subarray(0, top.select(out))
    }
  }

  /** Both boards hold the candidates alone, the past left out. */
  #ask(query: Query): void {
    const [linear, factors] = this.#boards
    linear.clear()
    factors.clear()
    this.#linear.score(query, linear)
    const { ids, scores } = this.#candidates
    const count = this.#candidates.select(linear, this.#mask(query))
    linear.clear()
    const user = this.#factors.model.userVector(query)
    const d = user.length
    for (let c = 0; c < count; c++) {
      const item = ids[c]!
      linear.set(item, scores[c]!)
      let product = 0
      for (let f = 0; f < d; f++) product += user[f]! * this.#factors.items[item * d + f]!
      factors.set(item, product)
    }
  }
}

interface Factors {
  readonly model: ItemFactors
  /** [items × d] */
  readonly items: Float32Array
}

async function fitFactors(params: Partial<IalsParams>, data: Interactions, run: FitRun): Promise<Factors> {
  const model = await ials.trainer(params).fit(data, run)
  const items = model.arrays['factors']
  if (!(items instanceof Float32Array)) throw new Error('The factors are not where they were.')
  return { model: ials.open(model), items }
}

function byPopularity(counts: Int32Array): ScoresItems {
  return {
    items: counts.length,
    score: (_, board) => {
      for (let i = 0; i < counts.length; i++) board.set(i, counts[i] ?? 0)
    },
  }
}

async function opened<P extends object>(
  algorithm: Algorithm<P, Interactions, ScoresItems>,
  params: Partial<P>,
  data: Interactions,
  run: FitRun,
): Promise<ScoresItems> {
  return algorithm.open(await algorithm.trainer(params).fit(data, run))
}

async function figuresOf(ranker: Ranker, cases: readonly Case[], popularity: Int32Array): Promise<Figures> {
  const { at } = await evaluateRanking({ ranker, cases, items: popularity.length, ks: [20], popularity })
  const { recall, ndcg, coverage } = at[0] ?? {}
  return {
    recallAt20: recall?.mean ?? Number.NaN,
    ndcgAt20: ndcg?.mean ?? Number.NaN,
    coverageAt20: coverage ?? Number.NaN,
  }
}
