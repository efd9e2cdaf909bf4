import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Case,
  ease,
  evaluateRanking,
  type FitRun,
  historyMask,
  type Interactions,
  ials,
  itemCounts,
  itemModels,
  itemNeighbours,
  leaveLastBasketOut,
  leaveLastOut,
  type Mask,
  type Model,
  type Query,
  queryOf,
  type Ranker,
  rankerOf,
  rng,
  type Split,
  slim,
  slist,
  type Trainer,
} from '@storemind/ml'
import { type Benchmark, type BenchmarkContext, dataFolder, type Figures, UsageError } from '../harness/benchmark.ts'
import { BEAUTY_FILES, beautyInteractions, readBeauty } from './amazon-beauty.ts'
import { drawNew, type NewItemsDraw } from './new-items-draw.ts'
import { readTafeng } from './tafeng.ts'

const WITHHELD = 0.1
const DRAWS = 3
/** Cases that a draw is judged by at most, of those with a withheld target and of all. */
const JUDGES = 2000
/** A store's bound; the library's would take minutes for each of the fits. */
const CLOSED_FORM_ITEMS = 4000

/** One algorithm whose models come to know items by more than another reading of the data. */
interface Learner {
  readonly trainer: Trainer<object, Interactions, Model>
  readonly extend: ((model: Model, data: Interactions, run: FitRun) => Promise<Model>) | undefined
}

/** With the library's parameters, but for the bound of the closed forms: nothing is chosen here. */
const LEARNERS: readonly Learner[] = [
  { trainer: ials.trainer(), extend: ials.extend },
  { trainer: itemNeighbours.trainer(), extend: itemNeighbours.extend },
  { trainer: slim.trainer(), extend: slim.extend },
  { trainer: ease.trainer({ maxItems: CLOSED_FORM_ITEMS }), extend: ease.extend },
  { trainer: slist.trainer({ maxItems: CLOSED_FORM_ITEMS }), extend: slist.extend },
]

/**
 * Items that come after training: a tenth of them, drawn three times, is withheld from training, and the model is then
 * extended by all that is known of them. Beside it stand the model as it was, and one trained again on everything.
 */
export const newItems: Benchmark = {
  name: 'new-items',
  about: 'items that came after training: extended models against those trained again',
  needs: 'amazon-beauty or tafeng',
  async run(context) {
    const { split, maskFor, name } = await read(context)
    const found = new Map<string, Figures[]>()
    const keep = (way: string, figures: Figures) => found.set(way, [...(found.get(way) ?? []), figures])
    const learners = LEARNERS.filter(({ extend }) => extend !== undefined)
    let cases = 0
    for (let d = 0; d < DRAWS; d++) {
      const draw = drawNew(split, WITHHELD, JUDGES, context.seed + d)
      cases += draw.ofNew.length
      context.say(`draw ${d + 1} of ${DRAWS}: ${draw.ofNew.length} cases with a withheld target`)
      for (const learner of learners) {
        for (const [way, figures] of Object.entries(await compare(learner, draw, maskFor, context))) {
          keep(`${learner.trainer.kind} ${way}`, figures)
          context.say(`  ${learner.trainer.kind} ${way}: ${inWords(figures)}`)
        }
      }
    }
    const ways = Object.fromEntries([...found].map(([way, figures]) => [way, meansOf(figures)]))
    return {
      metrics: Object.fromEntries(learners.flatMap(({ trainer: { kind } }) => sharesOf(kind, ways))),
      peers: ways,
      notes: [
        `${name}, means of ${DRAWS} draws of ${100 * WITHHELD} % of the items. ${Math.round(cases / DRAWS)} cases a draw have a withheld target, and ${Math.min(JUDGES, split.cases.length)} are drawn of all. All items are candidates.`,
        'unknown: as trained without the withheld items, and asked with what it knows of a past; extended: that model with all training data; retrained: on all training data.',
        'newRecallAt10, newNdcgAt10: cases with a withheld target. recallAt10, ndcgAt10: cases drawn of all. seconds: of training, or of extending.',
        `Parameters are the library's defaults; ease and slist cover ${CLOSED_FORM_ITEMS} items.`,
      ],
    }
  },
}

type MaskFor = (items: number) => ((query: Query) => Mask) | undefined

async function compare(
  { trainer, extend }: Learner,
  draw: NewItemsDraw,
  maskFor: MaskFor,
  { seed, threads }: BenchmarkContext,
): Promise<Record<'unknown' | 'extended' | 'retrained', Figures>> {
  const run = (): FitRun => ({ rng: rng(seed), threads })
  const [trainSeconds, before] = await timed(() => trainer.fit(draw.before, run()))
  const [extendSeconds, extended] = await timed(async () => extend?.(before, draw.all, run()) ?? before)
  const [retrainSeconds, retrained] = await timed(() => trainer.fit(draw.all, run()))
  const mask = maskFor(draw.all.items)
  const old = rankerFor(before, maskFor(draw.before.items))
  // Who has not met an item cannot be asked with it.
  const unknown: Ranker = ({ user, now }, k) => old(queryOf(draw.before, user, now), k)
  return {
    unknown: { ...(await judge(unknown, draw)), seconds: trainSeconds },
    extended: { ...(await judge(rankerFor(extended, mask), draw)), seconds: extendSeconds },
    retrained: { ...(await judge(rankerFor(retrained, mask), draw)), seconds: retrainSeconds },
  }
}

function rankerFor(model: Model, mask: ReturnType<MaskFor>): Ranker {
  const { scoresItems } = itemModels.open(model)
  if (!scoresItems) throw new Error(`${model.kind} scores no items.`)
  return rankerOf(scoresItems, mask)
}

async function judge(ranker: Ranker, { all, ofNew, ofAll }: NewItemsDraw): Promise<Figures> {
  const popularity = itemCounts(all)
  const at10 = async (cases: readonly Case[]) => {
    const { at } = await evaluateRanking({ ranker, cases, items: all.items, ks: [10], popularity })
    return { recall: at[0]?.recall.mean ?? Number.NaN, ndcg: at[0]?.ndcg.mean ?? Number.NaN }
  }
  const [fresh, any] = [await at10(ofNew), await at10(ofAll)]
  return { newRecallAt10: fresh.recall, newNdcgAt10: fresh.ndcg, recallAt10: any.recall, ndcgAt10: any.ndcg }
}

/** What extending gives and costs, as shares of what training again does. */
function sharesOf(kind: string, ways: Readonly<Record<string, Figures>>): [string, number][] {
  const share = (key: string) => {
    return (ways[`${kind} extended`]?.[key] ?? Number.NaN) / (ways[`${kind} retrained`]?.[key] ?? Number.NaN)
  }
  const name = kind.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
  return [
    [`${name}NewRecallShare`, share('newRecallAt10')],
    [`${name}RecallShare`, share('recallAt10')],
    [`${name}SecondsShare`, share('seconds')],
  ]
}

function meansOf(draws: readonly Figures[]): Figures {
  const keys = Object.keys(draws[0] ?? {})
  return Object.fromEntries(
    keys.map((key) => [key, draws.reduce((sum, draw) => sum + (draw[key] ?? Number.NaN), 0) / draws.length]),
  )
}

function inWords(figures: Figures): string {
  return Object.entries(figures)
    .map(([key, value]) => `${key} ${value.toFixed(4)}`)
    .join(', ')
}

async function timed<T>(work: () => Promise<T>): Promise<[number, T]> {
  const began = performance.now()
  const result = await work()
  return [(performance.now() - began) / 1000, result]
}

async function read(
  context: BenchmarkContext,
): Promise<{ readonly name: string; readonly split: Split; readonly maskFor: MaskFor }> {
  const needs = 'amazon-beauty or tafeng'
  const folder = dataFolder(context, needs)
  if (existsSync(join(folder, 'Beauty.txt'))) {
    const split = leaveLastOut(beautyInteractions(await readBeauty(dataFolder(context, needs, BEAUTY_FILES))))
    return { name: 'amazon-beauty', split, maskFor: historyMask }
  }
  if (existsSync(join(folder, 'tafeng_merged.json'))) {
    // What was bought may be bought again.
    return { name: 'tafeng', split: leaveLastBasketOut(await readTafeng(folder)), maskFor: () => undefined }
  }
  throw new UsageError(`${folder} holds neither Beauty.txt nor tafeng_merged.json.`)
}
