import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { attributeAffinity, contentNeighbours, integer, rng, Scoreboard, type ScoresItems } from '@storemind/ml'
import { type Benchmark, type BenchmarkContext, dataFolder, type Figures, UsageError } from '../harness/benchmark.ts'
import { BEAUTY_FILES } from './amazon-beauty.ts'
import { type ColdItemsData, coldBeauty, OFFICE_FILES, readOffice } from './cold-items-data.ts'
import { type ColdDraw, drawCold, type Readings, readingsOf, type Scores } from './cold-items-draw.ts'

const WITHHELD = 0.2
const DRAWS = 5
const LIKENESS = [0.1, 0.3, 1, 3, 10]
/** Chosen on other draws of both data sets, for users' items before the last; the table stands in bench/README.md. */
const LIKENESS_POWER = 2

/**
 * Items that nobody has touched: a fifth of them, drawn five times, is withheld from all that learns, and what they are
 * has to bring them to the people who took them next. Popularity is counted in hindsight, with the withheld items' own
 * counts up to the moment asked about: nobody could know these, so that it is the hardest popularity to beat.
 */
export const coldItems: Benchmark = {
  name: 'cold-items',
  about: 'new items by content only, against popularity',
  needs: 'amazon-beauty or amazon-office-text',
  async run(context) {
    const data = await read(context)
    const all = new Map<string, Readings[]>()
    const timesAmongAll: number[] = []
    const timesAmongNew: number[] = []
    const chosen: number[] = []
    let cases = 0
    for (let d = 0; d < DRAWS; d++) {
      const seed = context.seed + d
      const likeness = await chooseLikeness(drawCold(data.attributes, data.validation, WITHHELD, seed), context)
      chosen.push(likeness)
      const draw = drawCold(data.attributes, data.test, WITHHELD, seed)
      cases += draw.cases.length
      const found = await measure(draw, likeness, context)
      for (const [name, readings] of Object.entries(found)) all.set(name, [...(all.get(name) ?? []), readings])
      timesAmongAll.push(found.affinity.recallAt10 / found.hindsightPopularity.recallAt10)
      timesAmongNew.push(found.affinity.newOnlyRecallAt10 / found.hindsightPopularity.newOnlyRecallAt10)
      context.say(`draw ${d + 1} of ${DRAWS}: ${draw.cases.length} cases`)
    }
    const figures = (name: string): Figures => averaged(all.get(name) ?? [])
    const affinity = figures('affinity')
    const hindsight = figures('hindsightPopularity')
    return {
      metrics: {
        ...affinity,
        timesPopularity: ratio(affinity, hindsight, 'recallAt10'),
        timesPopularityLowest: Math.min(...timesAmongAll),
        newOnlyTimesPopularity: ratio(affinity, hindsight, 'newOnlyRecallAt10'),
        newOnlyTimesPopularityLowest: Math.min(...timesAmongNew),
        casesPerDraw: cases / DRAWS,
      },
      peers: {
        likeness: figures('likeness'),
        hindsightPopularity: hindsight,
        knownPopularity: figures('knownPopularity'),
        random: figures('random'),
      },
      notes: [
        `Weight of likeness, chosen on validation for each draw: ${chosen.join(', ')}.`,
        `${data.name}, ${DRAWS} draws of ${100 * WITHHELD} % of the items; means, and the standard deviation between draws.`,
        'Case: a user whose last item is withheld and who took others before. All items but those of the past are ranked; newOnly ranks the withheld ones alone.',
        'likeness: content neighbours. hindsightPopularity knows the withheld items’ own counts; knownPopularity has met none of them. Equals come in random order.',
      ],
    }
  },
}

/** The weight of likeness with the best NDCG@10 among all items for users' items before the last. */
async function chooseLikeness(draw: ColdDraw, { seed, threads }: BenchmarkContext): Promise<number> {
  const trainer = attributeAffinity.trainer({ likenessPower: LIKENESS_POWER })
  const { arrays } = await trainer.fit(draw, { rng: rng(seed), threads })
  const tried = LIKENESS.map((likeness) => {
    const model = attributeAffinity.open({ kind: trainer.kind, params: { ...trainer.params, likeness }, arrays })
    return { likeness, ndcg: readingsOf(draw, scoresOf(model)).ndcgAt10 }
  })
  return tried.reduce((best, one) => (one.ndcg > best.ndcg ? one : best)).likeness
}

async function measure(draw: ColdDraw, weight: number, { seed, threads }: BenchmarkContext) {
  const run = { rng: rng(seed), threads }
  const affinity = attributeAffinity.open(
    await attributeAffinity.trainer({ likeness: weight, likenessPower: LIKENESS_POWER }).fit(draw, run),
  )
  const likeness = contentNeighbours.open(await contentNeighbours.trainer().fit(draw.attributes, run))
  const random = rng(seed)
  const counted = (counts: ArrayLike<number>): Scores => {
    return (_, scores) => {
      for (let item = 0; item < scores.length; item++) scores[item] = counts[item] ?? 0
    }
  }
  return {
    affinity: readingsOf(draw, scoresOf(affinity)),
    likeness: readingsOf(draw, scoresOf(likeness)),
    hindsightPopularity: readingsOf(draw, counted(draw.hindsight)),
    knownPopularity: readingsOf(draw, counted(draw.known)),
    random: readingsOf(draw, (_, scores) => {
      for (let item = 0; item < scores.length; item++) scores[item] = integer(random, 1 << 30)
    }),
  }
}

/** A model's scores as it serves: what it leaves off its board comes last. */
function scoresOf(model: ScoresItems): Scores {
  const board = new Scoreboard(model.items)
  return (query, scores) => {
    board.clear()
    model.score(query, board)
    scores.fill(Number.NEGATIVE_INFINITY)
    for (const item of board.touched.subarray(0, board.count)) scores[item] = board.get(item)
  }
}

function averaged(draws: readonly Readings[]): Figures {
  const spread = (key: keyof Readings): [number, number] => {
    const values = draws.map((draw) => draw[key])
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    return [mean, Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1))]
  }
  const [recallAt10, recallAt10Deviation] = spread('recallAt10')
  const [newOnlyRecallAt10, newOnlyRecallAt10Deviation] = spread('newOnlyRecallAt10')
  return {
    recallAt10,
    recallAt10Deviation,
    ndcgAt10: spread('ndcgAt10')[0],
    newOnlyRecallAt10,
    newOnlyRecallAt10Deviation,
    newOnlyNdcgAt10: spread('newOnlyNdcgAt10')[0],
  }
}

function ratio(ours: Figures, theirs: Figures, key: string): number {
  return (ours[key] ?? Number.NaN) / (theirs[key] ?? Number.NaN)
}

async function read(context: BenchmarkContext): Promise<ColdItemsData> {
  const needs = 'amazon-beauty or amazon-office-text'
  const folder = dataFolder(context, needs)
  if (existsSync(join(folder, 'Beauty.txt'))) return coldBeauty(dataFolder(context, needs, BEAUTY_FILES))
  if (existsSync(join(folder, 'item.json'))) return readOffice(dataFolder(context, needs, OFFICE_FILES))
  throw new UsageError(`${folder} holds neither Beauty.txt nor item.json.`)
}
