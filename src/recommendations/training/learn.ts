import { blend, type Interactions, type ItemAttributes, keepEntries, type Model, type Rng, rng } from '@storemind/ml'
import { FRAMES, type Frame, type SourceName } from '../contracts.ts'
import { historyBetween, type ShopHistory, type ShopLines } from '../decide/history.ts'
import { openVoices } from '../decide/models.ts'
import { SOURCES, type SourceData, sourceNamed } from '../decide/sources.ts'
import { VOICES } from '../decide/voices.ts'
import { type CaseWindow, casesOf, type FrameCase } from '../evaluation/cases.ts'
import {
  checkRoom,
  chooseSource,
  type FitOptions,
  type FittedSource,
  fitSource,
  gridOf,
  type Trial,
} from './fit-sources.ts'
import { defaultBlend, FEWEST_CASES, type LearnedBlend, learnBlend } from './learn-blend.ts'
import { type Stretch, validationStart } from './validation-start.ts'

/** Cases that parameters and blends are chosen on; more make training longer and hardly better. */
const MOST_CASES = { home: 2000, first_visit: 1000, product: 1000, cart: 1000 }

/**
 * Lines of interest that a grid is compared on; of a larger store, as many shoppers as have about so many between them.
 * Trying every way on all of 20 million lines cost most of the time of training; the way that is chosen still learns
 * from all.
 */
const MOST_LINES = 2_000_000

const STEPS = SOURCES.length + FRAMES.length

export interface LearnOptions extends FitOptions, Stretch {
  readonly historyLength: number
}

/** What validation decided. */
export interface Recipe {
  /** The chosen way of each source that has something to learn from, fitted on what came before validation. */
  readonly fitted: readonly FittedSource[]
  readonly trials: Readonly<Partial<Record<SourceName, readonly Trial[]>>>
  readonly blends: Readonly<Record<Frame, LearnedBlend>>
  readonly splitAt: number
  readonly before: ShopHistory
  /** What home's blend and its sources were judged by. */
  readonly homeCases: readonly FrameCase[]
  /** Sources that had nothing to learn from. */
  readonly silent: readonly SourceName[]
}

/**
 * Chooses each source's parameters and each frame's blend on the last stretch of history, having learned from what
 * came before it; where next to nothing did, nothing is judged, and both are the general defaults.
 *
 * @throws MlError `cancelled`
 */
export async function learn(
  lines: ShopLines,
  attributes: ItemAttributes | undefined,
  options: LearnOptions,
): Promise<Recipe> {
  const splitAt = validationStart(lines, options)
  checkRoom({ ...historyBetween(lines, options.from, options.to), attributes }, options)
  const before = historyBetween(lines, options.from, splitAt)
  const window: CaseWindow = {
    before,
    after: historyBetween(lines, splitAt, options.to),
    from: splitAt,
    historyLength: options.historyLength,
  }
  const judges = before.bought.item.length >= FEWEST_CASES
  const cases = Object.fromEntries(
    FRAMES.map((frame, f) => {
      const random = rng(options.seed * 64 + 40 + f)
      return [frame, judges ? casesOf(frame, window, MOST_CASES[frame], random) : []]
    }),
  )
  const data: SourceData = { ...before, attributes }
  const tryOut = someShoppers(data, MOST_LINES, rng(options.seed * 64 + 50))
  const fitted: FittedSource[] = []
  const trials: Partial<Record<SourceName, readonly Trial[]>> = {}
  for (const [s, source] of SOURCES.entries()) {
    // What only speaks of anchors is chosen by product pages.
    const judged = source.name === 'bought_together' ? cases['product'] : cases['home']
    const chosen = await chooseSource(source, data, tryOut, judged ?? [], within(options, s, STEPS))
    if (!chosen) continue
    fitted.push(chosen.fitted)
    trials[source.name] = chosen.trials
  }
  const blendOf = async (frame: Frame, f: number): Promise<LearnedBlend> =>
    learnBlend(
      frame,
      openVoices(frame, fitted),
      cases[frame] ?? [],
      lines.items,
      within(options, SOURCES.length + f, STEPS),
    )
  return {
    fitted,
    trials,
    blends: {
      home: await blendOf('home', 0),
      first_visit: await blendOf('first_visit', 1),
      product: await blendOf('product', 2),
      cart: await blendOf('cart', 3),
    },
    splitAt,
    before,
    homeCases: cases['home'] ?? [],
    silent: SOURCES.flatMap(({ name }) => (fitted.some(({ source }) => source.name === name) ? [] : [name])),
  }
}

/** Shoppers drawn at random with about `lines` lines of interest between them; all where there are no more than these. */
export function someShoppers(data: SourceData, lines: number, random: Rng): SourceData {
  const { bought, engaged } = data
  const share = lines / engaged.item.length
  if (share >= 1) return data
  const drawn = Uint8Array.from({ length: engaged.users }, () => (random.next() < share ? 1 : 0))
  const ofDrawn = (all: Interactions) => keepEntries(all, (_, user) => drawn[user] === 1)
  const some = ofDrawn(engaged)
  return { ...data, engaged: some, bought: bought === engaged ? some : ofDrawn(bought) }
}

/**
 * Sources that some page hears, by what validation showed; where a page's weights are the defaults, all of its voices.
 * Popularity is always among them, since it fills the lists that nothing else fills.
 */
export function heardSources({ blends }: Pick<Recipe, 'blends'>): ReadonlySet<SourceName> {
  const heard = FRAMES.flatMap((frame) => {
    const { report, model } = blends[frame]
    if (!report) return VOICES[frame].map(({ source }) => source)
    const opened = blend.open(model)
    return VOICES[frame].flatMap(({ name, source }) => {
      const column = opened.sources.indexOf(name)
      return column >= 0 && opened.uses(column) ? [source] : []
    })
  })
  return new Set<SourceName>([...heard, 'popularity'])
}

/**
 * The recipe's sources fitted anew on all of a history.
 * @param wanted those that are fitted; all where left out
 */
export async function refit(
  recipe: Recipe,
  data: SourceData,
  options: FitOptions,
  wanted?: ReadonlySet<SourceName>,
): Promise<FittedSource[]> {
  const fitted: FittedSource[] = []
  // What had nothing to learn from before validation may have something now.
  const late = recipe.silent.flatMap((name) => {
    const source = sourceNamed(name)
    return gridOf(source, options)
      .slice(0, 1)
      .map((params) => ({ source, params }))
  })
  const all = [...recipe.fitted, ...late].filter(({ source }) => wanted?.has(source.name) ?? true)
  for (const [f, { source, params }] of all.entries()) {
    options.onProgress(source.name, f / all.length)
    const one = await fitSource(source, data, params, options)
    if (one) fitted.push(one)
  }
  return fitted
}

/** The blend of each frame: as it was learned, else by default for the sources that were fitted in the end. */
export function blendsOf(recipe: Recipe, fitted: readonly FittedSource[]): Record<Frame, Model> {
  const modelOf = (frame: Frame): Model => {
    const { report, model } = recipe.blends[frame]
    return report ? model : defaultBlend(openVoices(frame, fitted).map(({ voice }) => voice.name))
  }
  return {
    home: modelOf('home'),
    first_visit: modelOf('first_visit'),
    product: modelOf('product'),
    cart: modelOf('cart'),
  }
}

/** Step `step` of `steps`, as a stretch of the whole. */
function within<O extends FitOptions>(options: O, step: number, steps: number): O {
  return {
    ...options,
    onProgress: (what: string, fraction: number) => options.onProgress(what, (step + fraction) / steps),
  }
}
