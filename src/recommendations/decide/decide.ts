import type { Placement } from '../../contracts/placement.ts'
import type { CatalogSnapshot } from '../../core/catalog/snapshot.ts'
import { type Choice, choose, type ListPlan } from '../../core/decisions/choose.ts'
import type { Candidates } from '../../core/decisions/policies/eligible.ts'
import type { PolicyContext } from '../../core/decisions/policies/policy.ts'
import { seededRandom } from '../../core/decisions/random.ts'
import type { DecisionRecord, RecordedItem } from '../../core/decisions/record.ts'
import type { Sections } from '../../core/decisions/record-sections.ts'
import type { ProductRow } from '../../core/ports.ts'
import type { ProfileView } from '../../core/profiles/consent.ts'
import { pastOf } from '../features.ts'
import { fillOf, isNew, joined, NEW_DAYS, newOf, rankedIn, type Scope } from './candidates.ts'
import { whyHere } from './item-reasons.ts'
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
}

/**
 * One decision: candidates, scores, policies, choice, reasons. Pure: the same input, models and catalogue give the
 * same record.
 *
 * @param asked what the record keeps of the request beside the input
 */
export function decide(
  input: DecideInput,
  models: OpenModels,
  modelVersion: number | null,
  catalog: CatalogSnapshot,
  asked: Sections = {},
): DecisionRecord {
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
  const { candidates, choice } = chosenFrom(ranked, input, models, context)
  const why = whyHere({ scope, ranked, ranker, models, questions: past.questions, catalog, now })
  const items = choice.chosen.map(({ candidate, propensity: _, slot: _slot, ...draw }, place): RecordedItem => {
    const product = candidates.rows[candidate]!
    return { product, score: candidates.scores[candidate]!, ...draw, reasons: why(product, draw, place) }
  })
  return {
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
}

/** Chooses from as few candidates as give the list that all of them would give. */
function chosenFrom(
  ranked: Candidates,
  { scope, placement, limit, now, seed }: DecideInput,
  models: OpenModels,
  context: PolicyContext,
): { readonly candidates: Candidates; readonly choice: Choice } {
  const { exploreRate, newShare = 0, newDays = NEW_DAYS } = placement.policy
  const { catalog } = context
  const of = (candidates: Candidates): { readonly candidates: Candidates; readonly choice: Choice } => {
    const plan: ListPlan =
      newShare > 0
        ? { fresh: Uint8Array.from(candidates.rows, (row) => (isNew(row, catalog, now, newDays) ? 1 : 0)) }
        : {}
    return { candidates, choice: choose(candidates, context, limit, seededRandom(seed), plan) }
  }
  const isChancy = exploreRate > 0 || newShare > 0
  if (!isChancy && FIRST_LOOK * limit < ranked.rows.length) {
    const first = of(firstOf(ranked, FIRST_LOOK * limit))
    if (first.choice.chosen.length === limit) return first
  }
  const all = of(newShare > 0 ? joined(ranked, newOf(scope, catalog, now, newDays)) : ranked)
  if (all.choice.chosen.length === limit || scope.kind === 'list') return all
  return of(joined(all.candidates, fillOf(scope, models, catalog)))
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
