import type { Model } from '@storemind/ml'
import type { Evaluation, EvaluationRow, ModelCard } from '../contracts/model-version.ts'
import type { JobRun } from '../core/ports.ts'
import { HISTORY_LENGTH } from '../core/profiles/features/history.ts'
import { FRAMES, GATE_METRIC, type TrainParams } from './contracts.ts'
import { historyBetween } from './decide/history.ts'
import { blendModelName, openVoices, productsModel, repeatShares, sourceModelName } from './decide/models.ts'
import { WORDS_MODEL, wordsModel } from './decide/newcomers.ts'
import { baselines, blendAnswer, measure, popularityOf, rankerFor, voiceAnswer } from './evaluation/measure.ts'
import { cardOf } from './training/card.ts'
import { coded, fitOptions } from './training/job.ts'
import { blendsOf, heardSources, learn, type Recipe, refit } from './training/learn.ts'
import { FEWEST_CASES } from './training/learn-blend.ts'
import { learnReplenishment, REPEAT_WITHIN_MS } from './training/learn-replenishment.ts'
import { DAY, placementOf, readShop, type Shop, type ShopReader } from './training/shop.ts'
import { validationNotes } from './training/validation-notes.ts'

/** What training hands to the registry of models. */
export interface TrainedRecommendations {
  readonly models: ReadonlyMap<string, Model>
  readonly card: ModelCard
  /** The figure that the gate compares, and its value on the validation days; null where it could not be measured. */
  readonly metric: string
  readonly value: number | null
}

/**
 * Learns a model version from the store's history.
 *
 * Solves   parameters and blends are chosen on the last `validationDays`, having learned from what came before; then
 *          the chosen sources that some page hears are fitted again on all of it; the others are not kept
 * Returns  models by name, their card, and the blend's cross-validated NDCG@10 on the validation days
 * Cost     measured in README.md; the closed form dominates where it has thousands of products
 * @throws CodedError TOO_LITTLE_DATA, JOB_CANCELLED
 */
export async function trainRecommendations(
  reader: ShopReader,
  params: TrainParams,
  run: JobRun,
): Promise<TrainedRecommendations> {
  return coded('train', async () => {
    const started = run.clock()
    const shop = await readShop(reader, params.windowDays, run, 'train')
    const recipe = await learn(shop.lines, shop.attributes, {
      ...fitOptions(params, run, 0.02, 0.7),
      from: shop.from,
      to: shop.to,
      validationMs: params.validationDays * DAY,
      historyLength: HISTORY_LENGTH,
    })
    const replenishment = await learnReplenishment(recipe, shop, await placementOf(reader, 'home'), run.signal)
    const validation = await validationOf(recipe, shop, params, run)
    const whole = historyBetween(shop.lines, shop.from, shop.to)
    const all = { ...whole, attributes: shop.attributes }
    const fitted = await refit(recipe, all, fitOptions(params, run, 0.75, 1), heardSources(recipe))
    const blends = blendsOf(recipe, fitted)
    const models = new Map<string, Model>([
      ['products', productsModel(shop.rows, repeatShares(whole.bought, REPEAT_WITHIN_MS), replenishment.from)],
      ...(shop.words ? [[WORDS_MODEL, wordsModel(shop.words)] satisfies [string, Model]] : []),
      ...fitted.map(({ source, model }): [string, Model] => [sourceModelName(source.name), model]),
      ...FRAMES.map((frame): [string, Model] => [blendModelName(frame), blends[frame]]),
    ])
    const seconds = (run.clock() - started) / 1000
    const learned = { shop, recipe, fitted, blends, replenishment }
    const card = cardOf({ ...learned, validation, params, trainedAt: run.clock(), seconds })
    return { models, card, metric: GATE_METRIC, value: gateValue(recipe, validation) }
  })
}

/** Every source and the blend on the validation days; no rows where shoppers are too few to judge by. */
async function validationOf(recipe: Recipe, shop: Shop, params: TrainParams, run: JobRun): Promise<Evaluation> {
  const started = run.clock()
  const { homeCases: cases, before, fitted } = recipe
  const rows: EvaluationRow[] = []
  if (cases.length >= FEWEST_CASES) {
    const popularity = popularityOf(before)
    for (const { name, answer } of await baselines(before, run.signal)) {
      rows.push((await measure(name, 'baseline', answer, cases, popularity, run.signal)).row)
    }
    const voices = openVoices('home', fitted)
    for (const voice of voices) {
      const answer = voiceAnswer(voice, shop.lines.items)
      rows.push((await measure(voice.voice.name, 'source', answer, cases, popularity, run.signal)).row)
    }
    const answer = blendAnswer(rankerFor('home', fitted, recipe.blends.home.model, shop.lines.items))
    rows.push((await measure('blend', 'blend', answer, cases, popularity, run.signal)).row)
  }
  return {
    trainFrom: Math.floor(shop.from),
    splitAt: Math.floor(recipe.splitAt),
    until: Math.floor(shop.to),
    profiles: cases.length,
    products: shop.lines.items,
    placement: 'home',
    rows,
    notes: validationNotes(recipe, shop, params),
    seconds: (run.clock() - started) / 1000,
    seed: params.seed,
  }
}

function gateValue({ blends }: Recipe, validation: Evaluation): number | null {
  const report = blends.home.report
  if (report) return report.fellBack ? report.bestSourceNdcg : report.crossValidated
  return validation.rows.find(({ role }) => role === 'blend')?.metrics[GATE_METRIC] ?? null
}
