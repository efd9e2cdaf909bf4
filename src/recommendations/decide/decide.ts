import type { Placement } from '../../contracts/placement.ts'
import type { CatalogSnapshot } from '../../core/catalog/snapshot.ts'
import { type Choice, choose } from '../../core/decisions/choose.ts'
import type { Candidates } from '../../core/decisions/policies/eligible.ts'
import type { PolicyContext } from '../../core/decisions/policies/policy.ts'
import { seededRandom } from '../../core/decisions/random.ts'
import type { DecisionRecord, RecordedItem } from '../../core/decisions/record.ts'
import type { Sections } from '../../core/decisions/record-sections.ts'
import type { Spend } from '../../core/decisions/reservations.ts'
import { applyRules, type Ruled } from '../../core/decisions/rules/apply.ts'
import type { RulePlan } from '../../core/decisions/rules/rule-set.ts'
import { spendsOf } from '../../core/decisions/rules/spends.ts'
import type { ProductRow } from '../../core/ports.ts'
import type { ProfileView } from '../../core/profiles/consent.ts'
import { pastOf } from '../features.ts'
import { fillOf, isNew, joined, memberOf, NEW_DAYS, newOf, rankedIn, type Scope, unruled } from './candidates.ts'
import { favoured, placed, whyHere } from './item-reasons.ts'
import type { OpenModels } from './models.ts'
import { frameOf } from './voices.ts'

/** Candidates for each place on the list that policies look at first; hardly any list needs more. */
const FIRST_LOOK = 12

export interface DecideInput {
  readonly view: ProfileView
  readonly placement: Placement
  /** The product of the page, or what is in the cart. */
  readonly anchors: readonly ProductRow[]
  readonly scope: Scope
  readonly excluded: readonly ProductRow[]
  readonly limit: number
  readonly market: string
  readonly now: number
  readonly seed: number
  /** The rules in force; undefined where none is. */
  readonly rules: RulePlan | undefined
  /** Rows of those whose limit was reached. */
  readonly resting: ReadonlySet<number>
}

export interface Decided {
  readonly record: DecisionRecord
  /** What the list spends of rules' limits, to be reserved before it is shown. */
  readonly spends: readonly Spend[]
  /** [n] rows that policies and chance chose from. */
  readonly considered: Int32Array
}

/**
 * One decision: candidates, scores, policies, choice, reasons. Pure: the same input, models and catalogue give the
 * same.
 *
 * @param asked what the record keeps of the request beside the input
 */
export function decide(
  input: DecideInput,
  models: OpenModels,
  modelVersion: number | null,
  catalog: CatalogSnapshot,
  asked: Sections = {},
): Decided {
  const { view, placement, scope, now, limit } = input
  const { policy } = placement
  const anchors = Int32Array.from(input.anchors, (row) => models.itemOf[row] ?? -1).filter((item) => item >= 0)
  const past = pastOf(view, models.itemOf, models.items, anchors, now)
  const ranker = models.ranker(
    frameOf(anchors.length > 0 ? placement.anchor : 'none', past.questions.engaged.items.length > 0),
  )
  const ranked = rankedIn(scope, ranker, past.questions, models)
  const context: PolicyContext = {
    catalog,
    policy,
    market: input.market,
    now,
    anchors: new Set(input.anchors),
    excluded: new Set(input.excluded),
    boughtAt: past.boughtAt,
    given: scope.kind === 'list',
    learnedReplenishable: learnedReplenishable(models),
  }
  const { ruled, choice } = chosenFrom(ranked, input, models, context)
  const { candidates, slotRules } = ruled
  const why = whyHere({ scope, ranked, ranker, models, questions: past.questions, catalog, now })
  const items = choice.chosen.map(({ candidate, propensity: _, slot, ...draw }, place): RecordedItem => {
    const product = candidates.rows[candidate]!
    const own = why(product, draw, place)
    const pin = slot === undefined ? undefined : slotRules[slot]
    const reasons = pin === undefined ? favoured(own, ruled.boosts(product)) : placed(own, pin)
    const chance = ranker.chance(models.itemOf[product] ?? -1)
    const known = Number.isNaN(chance) ? {} : { chance }
    return { product, score: candidates.scores[candidate]!, ...known, ...draw, reasons }
  })
  const listed = choice.chosen.map(({ candidate, slot }) => ({
    product: candidates.rows[candidate]!,
    ...(slot === undefined ? {} : { slot }),
  }))
  const spends = spendsOf(input.rules, ruled, listed, { catalog, market: input.market, now }, input.resting)
  const record: DecisionRecord = {
    basis: view.basis,
    ...(view.basis === 'contextual' ? { cause: view.cause } : {}),
    modelVersion,
    seed: input.seed,
    exploreRate: policy.exploreRate,
    newShare: policy.newShare ?? 0,
    limit,
    ...asked,
    items,
    refused: choice.refused,
  }
  return { record, spends, considered: candidates.rows }
}

interface Chosen {
  readonly ruled: Ruled
  readonly choice: Choice
}

/** Rules, then policies and chance, on as few candidates as give the list that all of them would give. */
function chosenFrom(ranked: Candidates, input: DecideInput, models: OpenModels, context: PolicyContext): Chosen {
  const { scope, placement, limit, market, now, seed, rules, resting } = input
  const { exploreRate, newShare = 0, newDays = NEW_DAYS } = placement.policy
  const { catalog } = context
  const isInside = memberOf(scope)
  const of = (given: Candidates): Chosen => {
    const ruled =
      rules === undefined ? unruled(given) : applyRules(rules, given, { catalog, market, now }, resting, isInside)
    const { candidates, slots, refuses } = ruled
    const fresh =
      newShare > 0
        ? { fresh: Uint8Array.from(candidates.rows, (row) => (isNew(row, catalog, now, newDays) ? 1 : 0)) }
        : {}
    const asked = rules === undefined ? context : { ...context, ruled: refuses }
    return { ruled, choice: choose(candidates, asked, limit, seededRandom(seed), { slots, ...fresh }) }
  }
  const isSettledByFirst = exploreRate === 0 && newShare === 0 && !rules?.reorders
  if (isSettledByFirst && FIRST_LOOK * limit < ranked.rows.length) {
    const first = of(firstOf(ranked, FIRST_LOOK * limit))
    if (first.choice.chosen.length === limit) return first
  }
  const more = newShare > 0 ? joined(ranked, newOf(scope, catalog, now, newDays)) : ranked
  const all = of(more)
  if (all.choice.chosen.length === limit || scope.kind === 'list') return all
  if (isSettledByFirst) {
    // What fills a list may be thousands, and a list mostly lacks one or two.
    const known = new Set(more.rows)
    const next = fillOf(scope, models, catalog).filter((row) => !known.has(row))
    const some = of(joined(more, next.take(FIRST_LOOK * limit)))
    if (some.choice.chosen.length === limit) return some
  }
  return of(joined(more, fillOf(scope, models, catalog)))
}

/** The best `most` candidates. Without chance, a list that they fill is the list that all of them would give. */
function firstOf({ rows, scores }: Candidates, most: number): Candidates {
  return { rows: rows.subarray(0, most), scores: scores.subarray(0, most) }
}

/** Whether the model has learned that a product is bought again and again. */
export function learnedReplenishable({
  itemOf,
  repeatShare,
  replenishableFrom,
}: Pick<OpenModels, 'itemOf' | 'repeatShare' | 'replenishableFrom'>): (row: ProductRow) => boolean {
  return (row) => {
    const item = itemOf[row] ?? -1
    return replenishableFrom !== null && item >= 0 && repeatShare[item]! >= replenishableFrom
  }
}
