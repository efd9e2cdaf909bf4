import { type Estimate, ndcg, normalInterval, pairedDifference, pause } from '@storemind/ml'
import type { Placement } from '../../contracts/placement.ts'
import { type ReplenishableFrom, repeatShares, STATED_REPLENISHABLE_FROM } from '../decide/models.ts'
import { rankerFor } from '../evaluation/measure.ts'
import { ServedLists } from '../evaluation/served.ts'
import type { Recipe } from './learn.ts'
import { FEWEST_CASES } from './learn-blend.ts'
import { DAY, type Shop } from './shop.ts'

/** A buyer who comes back within so long has come back for the product. */
export const REPEAT_WITHIN_MS = 90 * DAY

/** Thresholds tried, from what hides most to what hides nothing. */
const GRID: readonly ReplenishableFrom[] = [null, 0.5, 0.35, 0.25, 0.2, 0.15, 0.1, 0.05, 0]

/** How long home hides purchases while the threshold is judged, where the store has it hide nothing. */
const JUDGED_HIDING_DAYS = 14

export interface LearnedReplenishment {
  /** From which repeat share on a product counts as bought again and again. */
  readonly from: ReplenishableFrom
  /** Every threshold tried with the served list's mean NDCG@10; none where cases were too few. */
  readonly trials: readonly { readonly from: ReplenishableFrom; readonly ndcg: number }[]
  /** Shoppers whom the choice rests on. */
  readonly cases: number
  /** What the choice gains over hiding everything just bought; undefined where nothing was tried. */
  readonly gain: Estimate | undefined
}

/**
 * From which repeat share on something just bought is shown again.
 *
 * Solves   the highest threshold whose list, as home serves it on the validation days, is not proven worse than that
 *          of the best one: of thresholds that are equally good by the evidence, the one that hides most
 * Given    sources, blend and repeat shares learned from what came before the validation days
 * Returns  the threshold, with NDCG@10 of all tried; the stated one where cases are fewer than FEWEST_CASES
 * Cost     one ranking of each case, and one pass of policies over it for each threshold
 * Source   the cautious one of equals: the one-standard-error rule, Breiman et al., Classification and Regression
 *          Trees, 1984, §3.4.3, here with the 95 % interval of the paired difference
 */
export async function learnReplenishment(
  recipe: Recipe,
  shop: Pick<Shop, 'catalog' | 'rows'>,
  home: Placement,
  signal: AbortSignal,
): Promise<LearnedReplenishment> {
  const { homeCases: cases, before, fitted, blends } = recipe
  if (cases.length < FEWEST_CASES) {
    return { from: STATED_REPLENISHABLE_FROM, trials: [], cases: cases.length, gain: undefined }
  }
  const lists = new ServedLists({
    ranker: rankerFor('home', fitted, blends.home.model, shop.rows.length),
    placement: judged(home),
    catalog: shop.catalog,
    rows: shop.rows,
    repeatShare: repeatShares(before.bought, REPEAT_WITHIN_MS),
  })
  const values = GRID.map(() => new Float64Array(cases.length))
  for (const [c, { questions, targets }] of cases.entries()) {
    if (c % 32 === 0) await pause({ signal }, 0)
    const candidates = lists.candidates(questions)
    const wanted = new Set(targets)
    GRID.forEach((from, g) => {
      const list = lists.served(candidates, questions, from, 10, c)
      const at = values[g]
      if (at) at[c] = ndcg(list, wanted, 10)
    })
  }
  const trials = GRID.map((from, g) => ({ from, ndcg: normalInterval(values[g] ?? []).mean }))
  const best = trials.reduce((most, { ndcg: value }, g) => (value > (trials[most]?.ndcg ?? 0) ? g : most), 0)
  const chosen = values.findIndex((these) => !(pairedDifference(these, values[best] ?? these).high < 0))
  const gain = pairedDifference(values[chosen] ?? [], values[0] ?? [])
  return { from: GRID[chosen] ?? null, trials, cases: cases.length, gain }
}

/** Home without chance, and hiding something in any case, or there would be nothing to judge. */
function judged({ policy, ...home }: Placement): Placement {
  return {
    ...home,
    policy: { ...policy, exploreRate: 0, hideBoughtDays: policy.hideBoughtDays || JUDGED_HIDING_DAYS },
  }
}

/** The rule as people read it on the card. */
export function replenishmentInWords({ from, cases, gain }: LearnedReplenishment): string {
  const rule =
    from === null
      ? 'What was just bought is hidden, whatever it is'
      : from === 0
        ? 'What was just bought may be shown again, whatever it is'
        : `What was just bought is hidden, unless ${percent(from)} or more of a product’s buyers come back for it within 90 days`
  if (gain === undefined) {
    return `${rule}. That is the stated default: ${cases} shoppers are too few to learn it from. Where the store says whether a product is replenishable, that counts.`
  }
  return `${rule}. That was learned from ${cases} shoppers on the validation days: against hiding everything just bought, the NDCG@10 of home’s served list changes by ${signed(gain.mean)} (${signed(gain.low)} to ${signed(gain.high)}). Where the store says whether a product is replenishable, that counts.`
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`
}

function signed(value: number): string {
  return `${value >= 0 ? '+' : '−'}${Math.abs(value).toFixed(4)}`
}
