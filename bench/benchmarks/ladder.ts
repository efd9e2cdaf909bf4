import {
  type Blend,
  type BlendCase,
  blend,
  type Case,
  evaluateRanking,
  type Interactions,
  itemCounts,
  type Mask,
  type Query,
  type Ranked,
  type Ranker,
  type RankingReport,
  rankerOf,
  rng,
  Scoreboard,
  type ScoresItems,
  type Split,
  shuffle,
  TopK,
} from '@storemind/ml'
import type { BenchmarkContext, Figures } from '../harness/benchmark.ts'

/** One way of fitting a source. */
export interface Way {
  readonly name: string
  fit(data: Interactions): Promise<ScoresItems>
}

/** An ingredient of the blend, with the ways that validation chooses between. */
export interface Ingredient {
  readonly name: string
  readonly ways: readonly Way[]
}

export interface LadderParts {
  readonly ingredients: readonly Ingredient[]
  readonly validation: Split
  readonly test: Split
  /** What may not be ranked for a query; nothing where things are bought again. */
  readonly maskOf?: (query: Query) => Mask
  /** Items read of each source. */
  readonly depth: number
  /** Validation cases that ways and weights are chosen on, drawn at random if there are more. */
  readonly chosenOn: number
  /** Cut-offs that are reported; the first is the one chosen by. */
  readonly ks: readonly [number, ...number[]]
}

/** One rung: the blend of all ingredients so far, each case answered by weights learned from other users. */
export interface Rung {
  readonly name: string
  readonly way: string
  /** NDCG on validation of the ingredient alone, and of the blend with it. */
  readonly alone: number
  readonly blended: number
  /** Whether it raised the blend; otherwise it is left out. */
  readonly kept: boolean
}

export interface LadderResult {
  readonly rungs: readonly Rung[]
  readonly report: RankingReport
  /** Each ingredient alone, as chosen, on the test. */
  readonly alone: Readonly<Record<string, RankingReport>>
  /** The same blend of models that never learned from what validation held back, but see it in a past. */
  readonly withoutValidation: RankingReport
}

/**
 * Chooses each ingredient's way and the blend's weights on validation, fits again on what the test may know, and reads
 * the test once.
 */
export async function climb(parts: LadderParts, context: BenchmarkContext): Promise<LadderResult> {
  const { ingredients, validation, test, depth, ks } = parts
  const cases = drawn(validation.cases, parts.chosenOn, context.seed)
  const chosen: Chosen[] = []
  const rungs: Rung[] = []
  let learned: Blend | undefined
  for (const { name, ways } of ingredients) {
    let best: Chosen | undefined
    for (const way of ways) {
      const scorer = await way.fit(validation.train)
      const rankings = rankAll(scorer, cases, depth, parts.maskOf)
      const alone = await ndcgOf(rankings, cases, validation.train, ks[0])
      context.say(`${name}, ${way.name}: NDCG@${ks[0]} ${alone.toFixed(4)} on validation`)
      if (!best || alone > best.alone) best = { name, way, scorer, rankings, alone }
    }
    if (!best) continue
    const tried = await learnBlend([...chosen, best], cases, parts, context)
    const blended = tried.report.fellBack ? tried.report.bestSourceNdcg : tried.report.crossValidated
    const kept = blended > (rungs.findLast((rung) => rung.kept)?.blended ?? 0)
    rungs.push({ name, way: best.way.name, alone: best.alone, blended, kept })
    context.say(`+ ${name}: the blend has ${blended.toFixed(4)}`)
    if (!kept) continue
    chosen.push(best)
    learned = tried
  }
  if (!learned) throw new Error('No ingredient found anything.')
  context.say(`weights ${Array.from(learned.weights, (weight) => weight.toFixed(3)).join(' ')}`)
  const scorers: ScoresItems[] = []
  for (const { way } of chosen) scorers.push(await way.fit(test.train))
  const popularity = itemCounts(test.train)
  const evaluate = (ranker: Ranker) =>
    evaluateRanking({ ranker, cases: test.cases, items: test.train.items, ks, popularity })
  const report = await evaluate(blendedRanker(learned, scorers, parts))
  const alone: Record<string, RankingReport> = {}
  for (const [s, { name }] of chosen.entries()) {
    const scorer = scorers[s]
    if (scorer) alone[name] = await evaluate(rankerOf(scorer, parts.maskOf))
  }
  const early = chosen.map(({ scorer }) => scorer)
  return { rungs, report, alone, withoutValidation: await evaluate(blendedRanker(learned, early, parts)) }
}

interface Chosen {
  readonly name: string
  readonly way: Way
  /** Fitted on what validation may know. */
  readonly scorer: ScoresItems
  readonly rankings: readonly Ranked[]
  readonly alone: number
}

function drawn(cases: readonly Case[], most: number, seed: number): readonly Case[] {
  if (cases.length <= most) return cases
  const order = shuffle(
    rng(seed),
    Int32Array.from(cases, (_, c) => c),
  )
  return Array.from(order.subarray(0, most), (c) => cases[c]).flatMap((one) => (one ? [one] : []))
}

/** A report under the project's plain keys. */
export function figuresOf(report: RankingReport): Figures {
  return Object.fromEntries(
    report.at.flatMap(({ k, recall, ndcg, hitRate, coverage }) => [
      [`recallAt${k}`, recall.mean],
      [`ndcgAt${k}`, ndcg.mean],
      [`hitRateAt${k}`, hitRate.mean],
      [`coverageAt${k}`, coverage],
    ]),
  )
}

export function rungsInWords(rungs: readonly Rung[]): string[] {
  return rungs.map(
    ({ name, way, alone, blended, kept }, r) =>
      `${r === 0 ? '' : '+ '}${name} (${way}): alone ${alone.toFixed(4)}, blend ${blended.toFixed(4)} NDCG on validation${kept ? '' : '; left out'}.`,
  )
}

function rankAll(scorer: ScoresItems, cases: readonly Case[], depth: number, maskOf: LadderParts['maskOf']): Ranked[] {
  const board = new Scoreboard(scorer.items)
  const top = new TopK(depth)
  return cases.map(({ query }) => {
    board.clear()
    scorer.score(query, board)
    top.select(board, maskOf?.(query))
    return top.ranked()
  })
}

async function ndcgOf(
  rankings: readonly Ranked[],
  cases: readonly Case[],
  train: Interactions,
  k: number,
): Promise<number> {
  let next = 0
  const report = await evaluateRanking({
    ranker: () => rankings[next++]?.ids ?? new Int32Array(0),
    cases,
    items: train.items,
    ks: [k],
    popularity: itemCounts(train),
  })
  return report.at[0]?.ndcg.mean ?? 0
}

async function learnBlend(
  chosen: readonly Chosen[],
  cases: readonly Case[],
  { depth, ks }: LadderParts,
  { seed, threads }: BenchmarkContext,
): Promise<Blend> {
  const asked = cases.map(
    ({ query, targets }, c): BlendCase => ({
      user: query.user,
      rankings: chosen.map(({ rankings }) => rankings[c] ?? { ids: new Int32Array(0), scores: new Float32Array(0) }),
      targets,
    }),
  )
  const trainer = blend.trainer({ depth, cutoff: ks[0], maxCases: Math.max(10, cases.length) })
  const sources = chosen.map(({ name }) => name)
  return blend.open(await trainer.fit({ sources, cases: asked }, { rng: rng(seed), threads }))
}

function blendedRanker(learned: Blend, scorers: readonly ScoresItems[], { maskOf, test }: LadderParts): Ranker {
  const boards = scorers.map(() => new Scoreboard(test.train.items))
  const out = new Scoreboard(test.train.items)
  return (query, k) => {
    for (const [s, board] of boards.entries()) {
      board.clear()
      if (learned.uses(s)) scorers[s]?.score(query, board)
    }
    out.clear()
    learned.combine(boards, out, maskOf?.(query))
    const top = new TopK(k)
    return top.ids.subarray(0, top.select(out))
  }
}
