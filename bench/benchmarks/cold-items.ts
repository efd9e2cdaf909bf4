import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  contentNeighbours,
  evaluateRanking,
  type ItemAttributes,
  type Query,
  type Ranker,
  rng,
  Scoreboard,
  shuffle,
  TopK,
} from '@storemind/ml'
import { type Benchmark, type BenchmarkContext, dataFolder, UsageError } from '../harness/benchmark.ts'
import { type ColdItemsData, readBeauty, readOffice } from './cold-items-data.ts'

const WITHHELD = 0.2
const NOW = Date.UTC(2020, 0, 1)

/**
 * Items that nobody has touched: a fifth of the items is withheld from training, and cases are users whose next item is
 * one of them. The history is masked. Two sets of candidates: all items (`recallAt10`), where items long known compete
 * with the new ones, and the new ones alone (`newOnlyRecallAt10`), as on a page of new arrivals.
 *
 * Peers: `popularity` in hindsight, which counts the withheld items' real purchases but for the case's own, since one
 * that had not seen them could only rank them last; `random` is what chance gives.
 */
export const coldItems: Benchmark = {
  name: 'cold-items',
  about: 'new items by content only, against popularity',
  needs: 'amazon-beauty or amazon-office-text',
  async run(context) {
    const data = await read(context)
    const cold = withheld(data.items, context.seed)
    const cases = data.cases.filter(({ target }) => cold[target] === 1)
    const news = cold.reduce((sum, one) => sum + one, 0)
    context.say(`${news} of ${data.items} items withheld, ${cases.length} cases`)
    const all = new Uint8Array(data.items).fill(1)
    const figures = async (rank: (candidates: Uint8Array) => Ranker) => ({
      ...(await measure(rank(all), cases, data)),
      ...newOnly(await measure(rank(cold), cases, data)),
    })
    const content = await contentScores(data.attributes, cold, context)
    const ours = await figures((candidates) => ranker(content, candidates))
    const popularity = await figures((candidates) => ranker(popularityInHindsight(data), candidates))
    const random = { recallAt10: 10 / data.items, newOnlyRecallAt10: 10 / news }
    return {
      metrics: {
        ...ours,
        timesPopularity: ours.recallAt10 / popularity.recallAt10,
        newOnlyTimesPopularity: ours.newOnlyRecallAt10 / popularity.newOnlyRecallAt10,
        cases: cases.length,
      },
      peers: { popularity, random },
      notes: [
        `${data.name}: ${news} of ${data.items} items withheld. Candidates are all items, or the withheld ones (newOnly…).`,
        'Popularity is in hindsight: it counts the real purchases of the withheld items.',
      ],
    }
  },
}

async function read(context: BenchmarkContext): Promise<ColdItemsData> {
  const folder = dataFolder(context, 'amazon-beauty or amazon-office-text')
  if (existsSync(join(folder, 'Beauty.txt'))) return readBeauty(folder)
  if (existsSync(join(folder, 'item.json'))) return readOffice(folder)
  throw new UsageError(`${folder} holds neither Beauty.txt nor item.json.`)
}

/** [items] 1 for those withheld. */
function withheld(items: number, seed: number): Uint8Array {
  const order = shuffle(
    rng(seed),
    Int32Array.from({ length: items }, (_, i) => i),
  )
  const cold = new Uint8Array(items)
  for (const item of order.subarray(0, Math.round(WITHHELD * items))) cold[item] = 1
  return cold
}

/** The query's history is what is left of it without the withheld items: the model has never met those. */
interface ColdCase {
  readonly history: Int32Array
  readonly target: number
}

async function measure(rank: Ranker, cases: readonly ColdCase[], data: ColdItemsData) {
  const report = await evaluateRanking({
    ranker: rank,
    cases: cases.map(({ history, target }, user) => ({
      query: queryOf(user, history, target),
      targets: Int32Array.of(target),
    })),
    items: data.items,
    ks: [10],
    popularity: data.counts,
  })
  const [at10] = report.at
  return { recallAt10: at10?.recall.mean ?? Number.NaN, ndcgAt10: at10?.ndcg.mean ?? Number.NaN }
}

function newOnly({ recallAt10, ndcgAt10 }: { recallAt10: number; ndcgAt10: number }) {
  return { newOnlyRecallAt10: recallAt10, newOnlyNdcgAt10: ndcgAt10 }
}

function queryOf(user: number, history: Int32Array, target: number): Query & { readonly target: number } {
  const n = history.length
  return {
    user,
    items: history,
    weights: new Float32Array(n).fill(1),
    at: Float64Array.from(history, (_, h) => NOW - (n - h) * 1000),
    basket: Int32Array.from(history, (_, h) => h),
    now: NOW,
    target,
  }
}

/** Gives every item that it can score to `offer`. */
type Scores = (query: Query, offer: (item: number, score: number) => void) => void

/** The best candidates that the query's history does not hold. */
function ranker(scores: Scores, candidates: Uint8Array): Ranker {
  return (query, k) => {
    const top = new TopK(k)
    const had = new Set(query.items)
    scores(query, (item, score) => {
      if (candidates[item] === 1 && !had.has(item)) top.offer(item, score)
    })
    top.finish()
    return top.ids.slice(0, top.count)
  }
}

/** Content neighbours of the history's known items; the withheld ones in it were never met. */
async function contentScores(attributes: ItemAttributes, cold: Uint8Array, context: BenchmarkContext): Promise<Scores> {
  const trainer = contentNeighbours.trainer({})
  const scorer = contentNeighbours.open(await trainer.fit(attributes, { rng: rng(context.seed), threads: 1 }))
  const board = new Scoreboard(scorer.items)
  return (query, offer) => {
    const known = Array.from(query.items.keys()).filter((h) => cold[query.items[h] ?? 0] === 0)
    const pick = (values: Int32Array | Float32Array | Float64Array) => known.map((h) => values[h] ?? 0)
    board.clear()
    scorer.score(
      {
        ...query,
        items: Int32Array.from(pick(query.items)),
        weights: Float32Array.from(pick(query.weights)),
        at: Float64Array.from(pick(query.at)),
        basket: Int32Array.from(pick(query.basket)),
      },
      board,
    )
    for (let t = 0; t < board.count; t++) offer(board.touched[t] ?? 0, board.scores[board.touched[t] ?? 0] ?? 0)
  }
}

/** Counts without the case's own purchase, or the peer would see the answer. */
function popularityInHindsight({ counts }: ColdItemsData): Scores {
  return (query, offer) => {
    const own = 'target' in query ? query.target : -1
    for (let item = 0; item < counts.length; item++) offer(item, (counts[item] ?? 0) - (item === own ? 1 : 0))
  }
}
