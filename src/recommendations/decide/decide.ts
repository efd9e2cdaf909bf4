import type { Placement } from '../../contracts/placement.ts'
import type { CatalogSnapshot } from '../../core/catalog/snapshot.ts'
import { type ChosenCandidate, choose } from '../../core/decisions/choose.ts'
import type { Candidates } from '../../core/decisions/policies/eligible.ts'
import type { PolicyContext } from '../../core/decisions/policies/policy.ts'
import { seededRandom } from '../../core/decisions/random.ts'
import type { DecisionRecord, RecordedItem, RecordedReason } from '../../core/decisions/record.ts'
import type { ProductRow } from '../../core/ports.ts'
import type { ProfileView } from '../../core/profiles/consent.ts'
import { pastOf } from '../features.ts'
import type { OpenModels } from './models.ts'
import type { Ranker } from './ranker.ts'
import { reasonsFor } from './reasons.ts'
import { frameOf } from './voices.ts'

const DAY = 86_400_000
/** A product counts as new for so long. */
const NEW_DAYS = 30
/** Candidates for each place on the list that policies look at first; hardly any list needs more. */
const FIRST_LOOK = 12
/** Products of the catalogue that fill a list when all that the models put forward was refused. */
const MOST_FILL = 5000

export interface DecideInput {
  readonly view: ProfileView
  readonly placement: Placement
  /** The product of the page, or what is in the cart. */
  readonly anchors: readonly ProductRow[]
  readonly excluded: readonly ProductRow[]
  readonly limit: number
  readonly market: string
  readonly now: number
  readonly seed: number
}

/**
 * One decision: candidates, scores, policies, choice, reasons. Pure: the same input, models and catalogue give the
 * same record.
 */
export function decide(
  input: DecideInput,
  models: OpenModels,
  modelVersion: number | null,
  catalog: CatalogSnapshot,
): DecisionRecord {
  const { view, placement, now } = input
  const anchors = Int32Array.from(input.anchors, (row) => models.itemOf[row] ?? -1).filter((item) => item >= 0)
  const past = pastOf(view, models.itemOf, models.items, anchors, now)
  const ranker = models.ranker(
    frameOf(anchors.length > 0 ? placement.anchor : 'none', past.questions.engaged.items.length > 0),
  )
  const ranked = candidatesOf(ranker, past.questions, models)
  const context: PolicyContext = {
    catalog,
    policy: placement.policy,
    market: input.market,
    now,
    anchors: new Set(input.anchors),
    excluded: new Set(input.excluded),
    boughtAt: past.boughtAt,
    learnedReplenishable: learnedReplenishable(models),
  }
  let candidates = firstOf(ranked, placement.policy.exploreRate > 0 ? ranked.rows.length : FIRST_LOOK * input.limit)
  let choice = choose(candidates, context, input.limit, seededRandom(input.seed))
  if (choice.chosen.length < input.limit && candidates.rows.length < ranked.rows.length) {
    candidates = ranked
    choice = choose(candidates, context, input.limit, seededRandom(input.seed))
  }
  if (choice.chosen.length < input.limit) {
    candidates = filled(ranked, models, catalog)
    choice = choose(candidates, context, input.limit, seededRandom(input.seed))
  }
  const items = choice.chosen.map((one): RecordedItem => {
    const product = candidates.rows[one.candidate]!
    const reasons =
      one.candidate < ranked.rows.length
        ? reasonsFor(models.itemOf[product]!, ranker, {
            frame: ranker.frame,
            models,
            questions: past.questions,
            catalog,
          })
        : fillReasons(product, models, catalog, now)
    return {
      product,
      score: candidates.scores[one.candidate]!,
      pool: one.pool,
      best: one.best,
      reasons: explored(one, reasons),
    }
  })
  return {
    basis: view.basis,
    ...(view.basis === 'contextual' ? { cause: view.cause } : {}),
    modelVersion,
    seed: input.seed,
    exploreRate: placement.policy.exploreRate,
    items,
    refused: choice.refused,
  }
}

/** The best candidates of a ranking as product rows; copies, since the ranker goes on to other requests. */
export function candidatesOf(
  ranker: Ranker,
  questions: Parameters<Ranker['rank']>[0],
  models: Pick<OpenModels, 'rows'>,
): Candidates {
  const top = ranker.rank(questions)
  const rows = new Int32Array(top.count)
  for (let i = 0; i < top.count; i++) rows[i] = models.rows[top.ids[i]!]!
  return { rows, scores: top.scores.slice(0, top.count) }
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

/** What was ranked, then what everybody buys, then the catalogue, newest first: a page is not left empty. */
function filled(ranked: Candidates, models: OpenModels, catalog: CatalogSnapshot): Candidates {
  const seen = new Set(ranked.rows)
  const rows = [...ranked.rows]
  const add = (row: ProductRow): void => {
    if (seen.has(row)) return
    seen.add(row)
    rows.push(row)
  }
  for (const item of models.popular) add(models.rows[item]!)
  for (let row = catalog.rows - 1; row >= 0 && rows.length < ranked.rows.length + MOST_FILL; row--) {
    if (catalog.at(row) !== undefined && !catalog.deleted(row)) add(row)
  }
  const scores = new Float32Array(rows.length)
  scores.set(ranked.scores)
  return { rows: Int32Array.from(rows), scores }
}

function fillReasons(row: ProductRow, models: OpenModels, catalog: CatalogSnapshot, now: number): RecordedReason[] {
  const item = models.itemOf[row] ?? -1
  if (item >= 0 && models.popular.includes(item)) return [{ code: 'popular', weight: 1 }]
  const released = catalog.releasedAt[row] ?? Number.NaN
  return [{ code: now - released <= NEW_DAYS * DAY ? 'new_arrival' : 'exploration', weight: 1 }]
}

/** What came out of a random draw says so first; the rest still says why it was among those drawn from. */
function explored(one: ChosenCandidate, reasons: readonly RecordedReason[]): readonly RecordedReason[] {
  if (one.best) return reasons
  const first: RecordedReason = { code: 'exploration', weight: 1 }
  return [first, ...reasons.map((reason) => ({ ...reason, weight: 0 }))].slice(0, 3)
}
