import { type Estimate, pairedDifference, rng } from '@storemind/ml'
import type { Evaluation } from '../../contracts/model-version.ts'
import type { Placement } from '../../contracts/placement.ts'
import type { JobRun } from '../../core/ports.ts'
import { HISTORY_LENGTH } from '../../core/profiles/features/history.ts'
import type { EvaluateParams, Frame } from '../contracts.ts'
import { historyBetween } from '../decide/history.ts'
import { openVoices, repeatShares } from '../decide/models.ts'
import { frameOf } from '../decide/voices.ts'
import { coded, fitOptions } from '../training/job.ts'
import { blendsOf, learn, refit } from '../training/learn.ts'
import {
  type LearnedReplenishment,
  learnReplenishment,
  REPEAT_WITHIN_MS,
  replenishmentInWords,
} from '../training/learn-replenishment.ts'
import { DAY, placementOf, readShop, type Shop, type ShopReader } from '../training/shop.ts'
import { type CaseWindow, casesOf, type FrameCase, homeCases } from './cases.ts'
import { type ChancesTold, chancesInWords, chancesTold } from './chances.ts'
import {
  type Answer,
  baselines,
  blendAnswer,
  type Measured,
  measure,
  popularityOf,
  rankerFor,
  voiceAnswer,
} from './measure.ts'
import { servedAnswer } from './served.ts'
import { nothingToTest } from './test-days.ts'

/** Orders that stand for all where product pages or carts are asked for. */
const MOST_ORDERS = 2000

/**
 * How good recommendations are on days that nothing was learned from.
 *
 * Solves   the last `testDays` are the test. On what came before, all is done as in training: the last
 *          `validationDays` of it choose parameters and the blend, then the sources are fitted on all of it. The test
 *          is touched once
 * Returns  full-ranking figures over all products with 95 % intervals, for baselines, sources, the blend, and the
 *          blend as served, under the placement's policies
 * @throws CodedError NOTHING_TO_TEST, TOO_LITTLE_DATA, PLACEMENT_NOT_FOUND, JOB_CANCELLED
 */
export async function evaluateRecommendations(
  reader: ShopReader,
  params: EvaluateParams,
  run: JobRun,
): Promise<Evaluation> {
  return coded('evaluate', async () => {
    const started = run.clock()
    const placement = await placementOf(reader, params.placement ?? 'home')
    const frame = frameOf(placement.anchor, true)
    const shop = await readShop(reader, params.windowDays, run, 'evaluate')
    const splitAt = shop.to - params.testDays * DAY
    const window: CaseWindow = {
      before: historyBetween(shop.lines, shop.from, splitAt),
      after: historyBetween(shop.lines, splitAt, shop.to),
      from: splitAt,
      historyLength: HISTORY_LENGTH,
    }
    const { before } = window
    const cases = casesOf(frame, window, frame === 'home' ? Number.POSITIVE_INFINITY : MOST_ORDERS, rng(params.seed))
    if (cases.length === 0 || before.bought.item.length === 0) throw nothingToTest(frame, shop, params)
    const recipe = await learn(shop.lines, shop.attributes, {
      ...fitOptions(params, run, 0.02, 0.65),
      from: shop.from,
      to: splitAt,
      validationMs: params.validationDays * DAY,
      historyLength: HISTORY_LENGTH,
    })
    const home = await placementOf(reader, 'home')
    const replenishment = await learnReplenishment(recipe, shop, home, run.signal)
    const fitted = await refit(recipe, { ...before, attributes: shop.attributes }, fitOptions(params, run, 0.65, 0.85))
    const blends = blendsOf(recipe, fitted)
    const voices = openVoices(frame, fitted)
    const ranker = rankerFor(frame, fitted, blends[frame], shop.lines.items)
    const popularity = popularityOf(before)
    const measured: Measured[] = []
    const steps = voices.length + 4
    const add = async (name: string, role: Measured['row']['role'], answer: Answer): Promise<void> => {
      fitOptions(params, run, 0.85, 1).onProgress(`how good ${name} is`, measured.length / steps)
      measured.push(await measure(name, role, answer, cases, popularity, run.signal))
    }
    for (const { name, answer } of await baselines(before, run.signal)) await add(name, 'baseline', answer)
    for (const voice of voices) await add(voice.voice.name, 'source', voiceAnswer(voice, shop.lines.items))
    await add('blend', 'blend', blendAnswer(ranker))
    const repeatShare = repeatShares(before.bought, REPEAT_WITHIN_MS)
    const { catalog, rows } = shop
    const served = servedAnswer({ ranker, placement, catalog, rows, repeatShare }, replenishment.from)
    await add('served', 'served', served)
    const told = chancesTold(ranker, cases, 10)
    return {
      trainFrom: Math.floor(shop.from),
      splitAt: Math.floor(splitAt),
      until: Math.floor(shop.to),
      profiles: cases.length,
      products: shop.lines.items,
      placement: placement.name,
      rows: measured.map(({ row }) => (row.role === 'blend' ? withChances(row, told) : row)),
      notes: [
        ...protocolNotes(frame, placement, (splitAt - recipe.splitAt) / DAY, replenishment),
        ...gainNotes(measured),
        ...(told ? [chancesInWords(told, 'of the blend on the test days')] : []),
        unknownTargets(cases, popularity),
        ...(frame === 'home' ? await firstVisitNotes(window, shop, { recipe, fitted, popularity, run }) : []),
      ],
      seconds: (run.clock() - started) / 1000,
      seed: params.seed,
    }
  })
}

function withChances(row: Measured['row'], told: ChancesTold | undefined): Measured['row'] {
  if (!told) return row
  const { meanChance, hitShare, calibrationError } = told
  const chances = { meanChanceAt10: meanChance, hitShareAt10: hitShare, calibrationErrorAt10: calibrationError }
  return { ...row, metrics: { ...row.metrics, ...chances } }
}

function protocolNotes(
  frame: Frame,
  placement: Placement,
  validationDays: number,
  replenishment: LearnedReplenishment,
): string[] {
  const asked =
    frame === 'home'
      ? 'Each shopper with an order before the split and a purchase after it is one case, asked at the split; the targets are all distinct products bought after it, refunds taken back.'
      : frame === 'product'
        ? 'Each order of the test days with two products or more is one case: one of them, drawn at random, is the page, the others are the targets.'
        : 'Each order of the test days with two products or more is one case: one of them, drawn at random, was left out of the cart and is the target.'
  return [
    asked,
    `Every product of the catalogue is ranked; what was bought before is not masked. Parameters and weights were chosen on the ${Number(validationDays.toFixed(1))} days before the split; the test days were ranked once.`,
    `The row “served” applies the policies of the placement ${placement.name}. It knows today’s stock and prices, not those of the split.`,
    ...(placement.policy.hideBoughtDays > 0
      ? [
          `“Just bought” is ${placement.policy.hideBoughtDays} days in ${placement.name}. ${replenishmentInWords(replenishment)}`,
        ]
      : []),
    'popularity (baseline): distinct buyers, halved every 30 days. personal_top_frequency: what the shopper bought most often, filled with popularity. popularityBiasAt10: mean popularity percentile of what is recommended less that of what was bought.',
  ]
}

/** Whether the blend's lead over the baselines is more than chance: paired by shopper. */
function gainNotes(measured: readonly Measured[]): string[] {
  const blend = measured.find(({ row }) => row.role === 'blend')
  if (!blend) return []
  const baselines = measured.filter(({ row }) => row.role === 'baseline')
  return [blend, ...measured.filter(({ row }) => row.role === 'served')].flatMap((mine) =>
    baselines.map(
      (one) =>
        `${mine.row.role === 'served' ? 'Served' : 'Blend'} over ${one.row.name}, paired by case with 95 % intervals: Recall@10 ${gain(pairedDifference(mine.recallOf, one.recallOf))}, NDCG@10 ${gain(pairedDifference(mine.ndcgOf, one.ndcgOf))}.`,
    ),
  )
}

function gain({ mean, low, high }: Estimate): string {
  return `${mean >= 0 ? '+' : ''}${mean.toFixed(4)} (${low.toFixed(4)} to ${high.toFixed(4)})`
}

function unknownTargets(cases: readonly FrameCase[], popularity: Int32Array): string {
  let targets = 0
  let unknown = 0
  for (const one of cases) {
    targets += one.targets.length
    for (const item of one.targets) if (popularity[item] === 0) unknown++
  }
  const share = ((100 * unknown) / targets).toFixed(1)
  return `${share} % of the targets had never been sold before the split; they count as targets all the same.`
}

/** Shoppers without a past, apart. */
async function firstVisitNotes(
  window: CaseWindow,
  shop: Shop,
  {
    recipe,
    fitted,
    popularity,
    run,
  }: {
    recipe: Awaited<ReturnType<typeof learn>>
    fitted: Awaited<ReturnType<typeof refit>>
    popularity: Int32Array
    run: JobRun
  },
): Promise<string[]> {
  const { cold } = homeCases(window)
  if (cold.length === 0) return []
  const ranker = rankerFor('first_visit', fitted, blendsOf(recipe, fitted).first_visit, shop.lines.items)
  const blend = await measure('blend', 'blend', blendAnswer(ranker), cold, popularity, run.signal)
  const first = (await baselines(window.before, run.signal))[0]
  const baseline = first && (await measure(first.name, 'baseline', first.answer, cold, popularity, run.signal))
  return [
    `Apart from these, ${cold.length} shoppers without an order before the split: Recall@10 ${figure(blend, 'recallAt10')}, NDCG@10 ${figure(blend, 'ndcgAt10')}${baseline ? ` (popularity: ${figure(baseline, 'recallAt10')}, ${figure(baseline, 'ndcgAt10')})` : ''}.`,
  ]
}

function figure({ row }: Measured, metric: string): string {
  return (row.metrics[metric] ?? 0).toFixed(4)
}
