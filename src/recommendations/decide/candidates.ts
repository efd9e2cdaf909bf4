import type { CatalogSnapshot } from '../../core/catalog/snapshot.ts'
import type { Candidates } from '../../core/decisions/policies/eligible.ts'
import type { Ruled } from '../../core/decisions/rules/apply.ts'
import type { ProductRow } from '../../core/ports.ts'
import type { OpenModels } from './models.ts'
import type { Questions } from './questions.ts'
import type { Ranker } from './ranker.ts'

/** Which products a decision chooses from. */
export type Scope =
  | { readonly kind: 'catalogue' }
  /** Those of a category; `rows` ascending. */
  | { readonly kind: 'category'; readonly rows: Int32Array }
  /** Those that the store sent, in its order: all of them come back. */
  | { readonly kind: 'list'; readonly rows: Int32Array; readonly keepOrder: number }

/** Products of the catalogue that fill a list when all that the models put forward was refused. */
const MOST_FILL = 5000
/** New products that the floor knows at once; of more, those released last. */
const MOST_NEW = 500
const DAY = 86_400_000
/** Days for which a product counts as new where its placement does not say. */
export const NEW_DAYS = 30

/** The best candidates of a ranking as product rows; copies, since the ranker goes on to other requests. */
export function candidatesOf(
  ranker: Ranker,
  questions: Questions,
  models: Pick<OpenModels, 'rows'>,
  mask?: Uint8Array,
): Candidates {
  const top = ranker.rank(questions, mask)
  const rows = new Int32Array(top.count)
  for (let i = 0; i < top.count; i++) rows[i] = models.rows[top.ids[i]!]!
  return { rows, scores: top.scores.slice(0, top.count) }
}

/** What the models put forward within a scope, best first. */
export function rankedIn(scope: Scope, ranker: Ranker, questions: Questions, models: OpenModels): Candidates {
  if (scope.kind === 'catalogue') return candidatesOf(ranker, questions, models)
  const ours = candidatesOf(ranker, questions, models, maskOf(scope, models))
  return scope.kind === 'category' ? ours : reranked(scope.rows, ours, scope.keepOrder)
}

/** A category's rows are one array for as long as the catalogue does not change, so its mask is made once. */
const MASKS = new WeakMap<Int32Array, { readonly models: OpenModels; readonly mask: Uint8Array }>()

/** [items] 0 for the products of the scope. */
function maskOf({ kind, rows }: Exclude<Scope, { kind: 'catalogue' }>, models: OpenModels): Uint8Array {
  const known = MASKS.get(rows)
  if (known?.models === models) return known.mask
  const mask = new Uint8Array(models.items).fill(1)
  for (const row of rows) {
    const item = models.itemOf[row] ?? -1
    if (item >= 0) mask[item] = 0
  }
  if (kind === 'category') MASKS.set(rows, { models, mask })
  return mask
}

/** How slowly a place loses its worth. */
const RANK_OFFSET = 60

/**
 * The store's list in an order between its own and ours.
 *
 * Solves   score(i) = w / (60 + place of i on the store's list) + (1 − w) / (60 + place of i in our ranking)
 * Returns  every row of the list, best first; what our ranking does not know has the first part only
 * Source   reciprocal rank fusion, Cormack, Clarke and Büttcher, SIGIR 2009, with the two rankings weighed
 */
function reranked(rows: Int32Array, ours: Candidates, keepOrder: number): Candidates {
  const scores = new Map<ProductRow, number>()
  rows.forEach((row, place) => {
    scores.set(row, keepOrder / (RANK_OFFSET + place))
  })
  ours.rows.forEach((row, place) => {
    scores.set(row, (scores.get(row) ?? 0) + (1 - keepOrder) / (RANK_OFFSET + place))
  })
  // Sorting is stable: of equal scores the store's own order counts.
  return byScore([...scores])
}

function byScore(entries: [ProductRow, number][]): Candidates {
  entries.sort(([, a], [, b]) => b - a)
  return {
    rows: Int32Array.from(entries, ([row]) => row),
    scores: Float32Array.from(entries, ([, score]) => score),
  }
}

/** The part of a re-ranked product's score that the store's own order carries. */
export function orderShare(score: number, place: number, keepOrder: number): number {
  return Math.min(1, keepOrder / (RANK_OFFSET + place) / score)
}

/** Candidates with further ones after them, which have no score of their own. */
export function joined(ranked: Candidates, more: Iterable<ProductRow>): Candidates {
  const rows = [...new Set([...ranked.rows, ...more])]
  const scores = new Float32Array(rows.length)
  scores.set(ranked.scores)
  return { rows: Int32Array.from(rows), scores }
}

/** Candidates of which no rule speaks. */
export function unruled(candidates: Candidates): Ruled {
  return { candidates, slots: [], slotRules: [], refuses: () => undefined, boosts: () => [] }
}

/** Whether a product is of the scope. */
export function memberOf(scope: Scope): (row: ProductRow) => boolean {
  if (scope.kind === 'catalogue') return () => true
  if (scope.kind === 'category') return insideOf(scope.rows)
  const rows = new Set(scope.rows)
  return (row) => rows.has(row)
}

/** What fills a list that the models do not fill: what everybody buys, then the scope, newest first. */
export function* fillOf(scope: Scope, models: OpenModels, catalog: CatalogSnapshot): Generator<ProductRow> {
  if (scope.kind === 'list') return
  const isInside = memberOf(scope)
  for (const item of models.popular) if (isInside(models.rows[item]!)) yield models.rows[item]!
  const rows = scope.kind === 'category' ? scope.rows : undefined
  const count = rows?.length ?? catalog.rows
  for (let i = count - 1, given = 0; i >= 0 && given < MOST_FILL; i--) {
    const row = rows?.[i] ?? i
    if (catalog.at(row) === undefined || catalog.deleted(row)) continue
    given++
    yield row
  }
}

/** New products of the scope, of too many the later ones: the floor draws from them. */
export function* newOf(scope: Scope, catalog: CatalogSnapshot, now: number, days: number): Generator<ProductRow> {
  if (scope.kind === 'list') return
  const rows = scope.kind === 'category' ? scope.rows.toReversed() : catalog.latest
  let given = 0
  for (const row of rows) {
    if (given === MOST_NEW) return
    if (!isNew(row, catalog, now, days)) continue
    given++
    yield row
  }
}

export function isNew(row: ProductRow, { releasedAt }: CatalogSnapshot, now: number, days: number): boolean {
  return now - (releasedAt[row] ?? Number.NaN) <= days * DAY
}

/** Whether an ascending array holds a row. */
function insideOf(rows: Int32Array): (row: ProductRow) => boolean {
  return (row) => {
    let [low, high] = [0, rows.length - 1]
    while (low <= high) {
      const middle = (low + high) >> 1
      if (rows[middle]! === row) return true
      if (rows[middle]! < row) low = middle + 1
      else high = middle - 1
    }
    return false
  }
}
