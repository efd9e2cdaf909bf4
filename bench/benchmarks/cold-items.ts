import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  type ColdItemsFigures,
  type ColdItemsRankings,
  evaluateColdItems,
} from '../../src/recommendations/evaluation/cold-items.ts'
import { type Benchmark, type BenchmarkContext, dataFolder, UsageError } from '../harness/benchmark.ts'
import { type ColdItemsData, readBeauty, readOffice } from './cold-items-data.ts'

const WITHHELD = 0.2

/**
 * Items that nobody has touched: a fifth of them is withheld from all that learns, and content alone has to bring them
 * to the people who took them. Two sets of candidates: all items, where the long known ones compete, and the new ones
 * alone (`newOnly…`), as on a page of new arrivals.
 */
export const coldItems: Benchmark = {
  name: 'cold-items',
  about: 'new items by content only, against popularity',
  needs: 'amazon-beauty or amazon-office-text',
  async run(context) {
    const data = await read(context)
    const { interactions, attributes } = data
    const report = await evaluateColdItems(interactions, attributes, { seed: context.seed, withheld: WITHHELD })
    const { amongAll, amongWithheld, cases, withheldItems } = report
    const side = (name: keyof ColdItemsRankings) => figures(amongAll[name], amongWithheld[name])
    const content = side('content')
    const popularity = side('popularity')
    const hindsight = side('hindsightPopularity')
    // Popularity that has not met an item cannot find it: the one in hindsight is the harder peer.
    const harder = Math.max(popularity.recallAt10, hindsight.recallAt10)
    return {
      metrics: { ...content, timesPopularity: content.recallAt10 / harder, cases },
      peers: {
        popularity,
        hindsightPopularity: hindsight,
        random: { recallAt10: 10 / interactions.items, newOnlyRecallAt10: 10 / withheldItems },
      },
      notes: [
        `${data.name}: ${withheldItems} of ${interactions.items} items withheld. The past is masked.`,
        'hindsightPopularity counts the withheld items’ own purchases, the cases’ included, which nobody could know.',
      ],
    }
  },
}

function figures(amongAll: ColdItemsFigures, newOnly: ColdItemsFigures) {
  return {
    recallAt10: amongAll.recallAt10.mean,
    ndcgAt10: amongAll.ndcgAt10.mean,
    newOnlyRecallAt10: newOnly.recallAt10.mean,
    newOnlyNdcgAt10: newOnly.ndcgAt10.mean,
  }
}

async function read(context: BenchmarkContext): Promise<ColdItemsData> {
  const folder = dataFolder(context, 'amazon-beauty or amazon-office-text')
  if (existsSync(join(folder, 'Beauty.txt'))) return readBeauty(folder)
  if (existsSync(join(folder, 'item.json'))) return readOffice(folder)
  throw new UsageError(`${folder} holds neither Beauty.txt nor item.json.`)
}
