import type { CatalogSnapshot } from '../../core/catalog/snapshot.ts'
import type { Draw } from '../../core/decisions/draw.ts'
import type { Candidates } from '../../core/decisions/policies/eligible.ts'
import type { RecordedReason } from '../../core/decisions/record.ts'
import type { PlannedRule } from '../../core/decisions/rules/rule-set.ts'
import type { ProductRow } from '../../core/ports.ts'
import { isNew, NEW_DAYS, orderShare, type Scope } from './candidates.ts'
import type { OpenModels } from './models.ts'
import type { Questions } from './questions.ts'
import type { Ranker } from './ranker.ts'
import { reasonsFor } from './reasons.ts'

/** Positions whose models are asked what they rest on: what a page shows at once. */
const ASKED = 24
const MOST_REASONS = 3

export interface WhyContext {
  readonly scope: Scope
  readonly ranked: Candidates
  /** As it stands after the ranking that the items came from. */
  readonly ranker: Ranker
  readonly models: OpenModels
  readonly questions: Questions
  readonly catalog: CatalogSnapshot
  readonly now: number
}

/** Tells why a product stands at its place: how it was drawn, what its score rests on, or else what filled the list. */
export function whyHere(context: WhyContext): (product: ProductRow, draw: Draw, place: number) => RecordedReason[] {
  const { scope, models, ranker, questions, catalog, now } = context
  const order = scope.kind === 'list' ? orderOf(scope, context.ranked) : undefined
  const own = (product: ProductRow, place: number): RecordedReason[] => {
    const item = models.itemOf[product] ?? -1
    if (item < 0) return []
    return reasonsFor(item, ranker, { frame: ranker.frame, models, questions, catalog, asks: place < ASKED })
  }
  return (product, draw, place) => {
    const told = own(product, place)
    const reasons =
      order !== undefined
        ? besideOrder(told, order(product))
        : told.length > 0
          ? told
          : [{ code: fillCode(product, scope, models, catalog, now), weight: 1 }]
    if (draw.best) return reasons
    // What came out of a draw says so first; the rest still says why it was among those drawn from.
    const first = { code: draw.fresh ? 'new_arrival' : 'exploration', weight: 1 } as const
    const others = reasons.filter(({ code }) => code !== first.code)
    return [first, ...others.map((reason) => ({ ...reason, weight: 0 }))].slice(0, MOST_REASONS)
  }
}

/** What a rule placed says so, and after it what else speaks for it. */
export function placed(own: readonly RecordedReason[], { row }: PlannedRule): RecordedReason[] {
  const first: RecordedReason = { code: 'placed_by_shop', value: row, weight: 1 }
  // What nothing else speaks for was not drawn to learn either: the rule alone brought it here.
  const others = own.filter(({ code }) => code !== 'exploration')
  return [first, ...others.map((reason) => ({ ...reason, weight: 0 }))].slice(0, MOST_REASONS)
}

/** A boosted score is its own part and what the boosts added; the heaviest of them is named. */
export function favoured(own: readonly RecordedReason[], boosts: readonly PlannedRule[]): readonly RecordedReason[] {
  const strength = (rule: PlannedRule): number => rule.rule.effect.strength ?? 1
  const [heaviest] = boosts.toSorted((a, b) => strength(b) - strength(a))
  if (heaviest === undefined) return own
  const part = 1 / boosts.reduce((all, rule) => all * strength(rule), 1)
  const reason: RecordedReason = { code: 'favoured_by_shop', value: heaviest.row, weight: 1 - part }
  const others = own.slice(0, MOST_REASONS - 1).map((one) => ({ ...one, weight: one.weight * part }))
  return [...others, reason].sort((a, b) => b.weight - a.weight)
}

/** The part of a score that the store's own order carries. */
function orderOf(
  { rows, keepOrder }: Extract<Scope, { kind: 'list' }>,
  ranked: Candidates,
): (product: ProductRow) => number {
  const place = new Map<ProductRow, number>()
  rows.forEach((row, p) => {
    place.set(row, p)
  })
  const share = new Map<ProductRow, number>()
  ranked.rows.forEach((row, i) => {
    share.set(row, orderShare(ranked.scores[i]!, place.get(row) ?? 0, keepOrder))
  })
  return (product) => share.get(product) ?? 1
}

/** Reasons of our own part of a re-ranked list, beside what the store's order said. */
function besideOrder(told: readonly RecordedReason[], share: number): RecordedReason[] {
  const order: RecordedReason = { code: 'shop_order', weight: told.length === 0 ? 1 : share }
  const ours = told.slice(0, MOST_REASONS - 1).map((reason) => ({ ...reason, weight: reason.weight * (1 - share) }))
  return [...ours, ...(order.weight > 0 ? [order] : [])].sort((a, b) => b.weight - a.weight)
}

function fillCode(
  row: ProductRow,
  scope: Scope,
  { itemOf, popular }: OpenModels,
  catalog: CatalogSnapshot,
  now: number,
): 'popular' | 'new_arrival' | 'in_category' | 'exploration' {
  const item = itemOf[row] ?? -1
  if (item >= 0 && popular.includes(item)) return 'popular'
  if (isNew(row, catalog, now, NEW_DAYS)) return 'new_arrival'
  return scope.kind === 'category' ? 'in_category' : 'exploration'
}
