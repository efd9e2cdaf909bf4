import {
  type ContentNeighboursParams,
  contentNeighbours,
  type Estimate,
  evaluateRanking,
  type Interactions,
  type ItemAttributes,
  itemCounts,
  keepEntries,
  type Query,
  queryOf,
  rng,
  Scoreboard,
  shuffle,
  TopK,
} from '@storemind/ml'

export interface ColdItemsOptions {
  readonly seed: number
  /** Share of the items that are withheld from all that learns, 0 to 1. */
  readonly withheld: number
  readonly content?: Partial<ContentNeighboursParams>
  readonly signal?: AbortSignal
}

export interface ColdItemsFigures {
  readonly recallAt10: Estimate
  readonly ndcgAt10: Estimate
}

export interface ColdItemsReport {
  readonly cases: number
  readonly withheldItems: number
  /** Every item is ranked but those of the user's past: a new item must stand out among all. */
  readonly amongAll: ColdItemsRankings
  /** Only the withheld items are ranked, as on a page of new arrivals. */
  readonly amongWithheld: ColdItemsRankings
}

export interface ColdItemsRankings {
  readonly content: ColdItemsFigures
  /** By how often items were taken in what was not withheld: all that a store can know. Equals come in random order. */
  readonly popularity: ColdItemsFigures
  /** By how often items are taken in the end, withheld ones included: what nobody can know of a new item. */
  readonly hindsightPopularity: ColdItemsFigures
}

/**
 * Whether new items reach the people who will want them, by what the items are alone.
 *
 * Solves   a share of the items is drawn and their interactions are withheld; each user who took one of them and has
 *          some other past is a case; items are ranked by likeness to that past
 * Given    interactions and attributes over the same items
 * Returns  Recall@10 and NDCG@10 of the withheld items that followed, with 95 % intervals, beside two rankings without
 *          content
 * Source   the item cold-start protocol of Schein et al., SIGIR 2002, §4, with full ranking
 * @throws MlError `empty_data` when no user took a withheld item, `cancelled`
 */
export async function evaluateColdItems(
  interactions: Interactions,
  attributes: ItemAttributes,
  { seed, withheld, content = {}, signal }: ColdItemsOptions,
): Promise<ColdItemsReport> {
  const random = rng(seed)
  const order = shuffle(
    random,
    Int32Array.from({ length: interactions.items }, (_, i) => i),
  )
  const cold = order.slice(0, Math.round(withheld * interactions.items)).sort()
  const isCold = new Uint8Array(interactions.items)
  for (const item of cold) isCold[item] = 1
  const warm = keepEntries(interactions, (entry) => isCold[interactions.item[entry]!] === 0)
  const taken = keepEntries(interactions, (entry) => isCold[interactions.item[entry]!] === 1)
  const cases: { query: Query; targets: Int32Array }[] = []
  for (let user = 0; user < interactions.users; user++) {
    const targets = Int32Array.from(new Set(taken.item.subarray(taken.offsets[user], taken.offsets[user + 1]))).sort()
    const end = warm.offsets[user + 1]!
    if (targets.length > 0 && end > warm.offsets[user]!) {
      cases.push({ query: queryOf(warm, user, warm.at[end - 1]!), targets })
    }
  }
  const run = { rng: random, threads: 1, ...(signal ? { signal } : {}) }
  const model = contentNeighbours.open(await contentNeighbours.trainer(content).fit(attributes, run))
  const board = new Scoreboard(interactions.items)
  const counts = itemCounts(interactions)
  const known = itemCounts(warm)
  const measured = async (ranker: (query: Query, k: number) => Int32Array): Promise<ColdItemsFigures> => {
    const report = await evaluateRanking({
      ranker,
      cases,
      items: interactions.items,
      ks: [10],
      popularity: counts,
      run,
    })
    const at = report.at[0]
    if (!at) throw new RangeError('one cut-off was asked for and none came back')
    return { recallAt10: at.recall, ndcgAt10: at.ndcg }
  }
  const everything = Int32Array.from({ length: interactions.items }, (_, i) => i)
  const rankings = async (candidates: Int32Array): Promise<ColdItemsRankings> => {
    const best = (query: Query, k: number, scoreOf: (item: number) => number): Int32Array => {
      const past = new Set(query.items)
      const top = new TopK(k)
      for (const item of candidates) if (!past.has(item)) top.offer(item, scoreOf(item))
      return top.ids.slice(0, top.finish())
    }
    return {
      content: await measured((query, k) => {
        board.clear()
        model.score(query, board)
        return best(query, k, (item) => board.get(item))
      }),
      // Counts are whole numbers, so that a fraction only decides between equals.
      popularity: await measured((query, k) => best(query, k, (item) => known[item]! + random.next() / 2)),
      hindsightPopularity: await measured((query, k) => best(query, k, (item) => counts[item]!)),
    }
  }
  return {
    cases: cases.length,
    withheldItems: cold.length,
    amongAll: await rankings(everything),
    amongWithheld: await rankings(cold),
  }
}
