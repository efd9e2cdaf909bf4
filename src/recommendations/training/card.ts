import { blend, type Model } from '@storemind/ml'
import type { Evaluation, ModelCard } from '../../contracts/model-version.ts'
import { CAPABILITY, FRAMES, type Frame, type TrainParams } from '../contracts.ts'
import { VOICES } from '../decide/voices.ts'
import type { FittedSource } from './fit-sources.ts'
import type { Recipe } from './learn.ts'
import { FEWEST_CASES } from './learn-blend.ts'
import { type LearnedReplenishment, replenishmentInWords } from './learn-replenishment.ts'
import type { Shop } from './shop.ts'

/** What the model is, what it was learned from, how good it is, and what it must not be used for. */
export function cardOf(parts: {
  readonly shop: Shop
  readonly recipe: Recipe
  readonly fitted: readonly FittedSource[]
  readonly blends: Readonly<Record<Frame, Model>>
  readonly replenishment: LearnedReplenishment
  readonly validation: Evaluation
  readonly params: TrainParams
  readonly trainedAt: number
  readonly seconds: number
}): ModelCard {
  const { shop, recipe, fitted, blends, replenishment, validation, params, trainedAt, seconds } = parts
  return {
    capability: CAPABILITY,
    trainedAt,
    seed: params.seed,
    window: { from: Math.floor(shop.from), to: Math.floor(shop.to) },
    data: {
      interactions: shop.lines.kind.length,
      profiles: shop.lines.users,
      products: shop.lines.items,
      withheldForConsent: shop.withheldForConsent,
      withheldAsBots: shop.withheldAsBots,
    },
    sources: fitted.map(({ source, params: chosen, model, seconds: taken }) => ({
      name: source.name,
      kind: source.kind,
      params: { ...chosen },
      weights: weightsOf(source.name, blends),
      seconds: taken,
      bytes: Object.values(model.arrays).reduce((sum, { byteLength }) => sum + byteLength, 0),
    })),
    validation: {
      ...validation,
      notes: [...validation.notes, ...notKept(recipe, fitted), replenishmentInWords(replenishment)],
    },
    limits: limitsOf(shop, recipe, fitted),
    seconds,
  }
}

/** A source's share of all weight in each frame's blend. */
function weightsOf(name: string, blends: Readonly<Record<Frame, Model>>): Record<string, number> {
  const shares: Record<string, number> = {}
  for (const frame of FRAMES) {
    const opened = blend.open(blends[frame])
    const total = opened.weights.reduce((sum, weight) => sum + weight, 0)
    opened.sources.forEach((column, k) => {
      const voice = VOICES[frame].find((one) => one.name === column)
      if (voice?.source !== name || total === 0) return
      shares[frame] = (shares[frame] ?? 0) + opened.weightOf(k) / total
    })
  }
  return shares
}

/** What validation tried and no page hears; it costs neither a training nor memory from then on. */
function notKept(recipe: Recipe, fitted: readonly FittedSource[]): string[] {
  const names = recipe.fitted.flatMap(({ source: { name } }) =>
    fitted.some(({ source }) => source.name === name) ? [] : [name],
  )
  return names.length === 0 ? [] : [`Tried on validation and not kept, since no page hears them: ${names.join(', ')}.`]
}

function limitsOf(shop: Shop, recipe: Recipe, fitted: readonly FittedSource[]): string[] {
  const limits = [
    'Products that came after it was trained are found by what they are alone, where content has a voice; what shoppers do with them counts from the next training on.',
    'Chances are those of the validation days among shoppers who bought anything; in a busier or a quieter season they are off.',
    'It says what shoppers are likely to choose, not what the store gains by showing it: that takes an experiment.',
  ]
  const unlearned = FRAMES.filter((frame) => !recipe.blends[frame].report)
  if (unlearned.length > 0) {
    limits.push(
      `There were fewer than ${FEWEST_CASES} cases, or purchases before them, to learn the weights of ${unlearned.join(', ')}: these are the general defaults, and their quality here is not known.`,
    )
  }
  for (const frame of FRAMES) {
    const report = recipe.blends[frame].report
    if (report?.fellBack) {
      limits.push(`For ${frame} no blend was better than ${report.bestSource} alone, so that is what answers.`)
    }
  }
  if (!shop.attributes)
    limits.push('No product is described, so that new products cannot be recommended by what they are.')
  const silent = recipe.silent.filter((name) => !fitted.some(({ source }) => source.name === name))
  if (silent.length > 0) limits.push(`There was nothing to learn for: ${silent.join(', ')}.`)
  if (shop.withheldForConsent > 0) {
    limits.push(`${shop.withheldForConsent} shoppers were left out for want of consent; who they are may bias it.`)
  }
  return limits
}
