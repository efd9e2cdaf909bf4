import type { Contribution, Query } from '@storemind/ml'
import type { ReasonCode } from '../../contracts/reason.ts'
import type { CatalogSnapshot } from '../../core/catalog/snapshot.ts'
import type { RecordedReason } from '../../core/decisions/record.ts'
import type { Frame, SourceName } from '../contracts.ts'
import type { OpenModels } from './models.ts'
import { anchorQuery, type Questions } from './questions.ts'
import type { Evidence, Ranker } from './ranker.ts'
import type { Voice } from './voices.ts'

/** Reasons that are told of an item. */
const MOST_REASONS = 3
/** A reason that carries less of the score than this is left out, unless it is the first. */
const LEAST_SHARE = 0.08
/** Pieces of evidence asked of each source. */
const CONTRIBUTIONS = 3
/** Products of the past that content is compared with, newest first. */
const COMPARED = 10

export interface ReasonContext {
  readonly frame: Frame
  readonly models: OpenModels
  readonly questions: Questions
  readonly catalog: CatalogSnapshot
  /** Whether models are asked what a score rests on, which costs about as much as ranking. */
  readonly asks: boolean
}

/**
 * Why an item stands on the list: what each voice added to its score, told by what that rested on.
 *
 * @param ranker as it stands after the ranking that the item came from
 * @returns at most three, the heaviest first; weights are shares of the whole score
 */
export function reasonsFor(item: number, ranker: Ranker, context: ReasonContext): RecordedReason[] {
  const evidence = ranker.evidence(item, CONTRIBUTIONS, context.asks ? isWorthAsking : () => false)
  const total = evidence.reduce((sum, { weight }) => sum + weight, 0)
  if (!(total > 0)) return []
  const merged = new Map<string, RecordedReason>()
  for (const one of evidence) {
    for (const reason of told(one, item, one.weight / total, context)) {
      const key = `${reason.code} ${reason.product ?? ''}`
      merged.set(key, { ...reason, weight: reason.weight + (merged.get(key)?.weight ?? 0) })
    }
  }
  const ordered = [...merged.values()].sort((a, b) => b.weight - a.weight)
  return ordered.filter(({ weight }, rank) => rank === 0 || weight >= LEAST_SHARE).slice(0, MOST_REASONS)
}

/** Sources whose reasons name a product. */
const NAMING: ReadonlySet<SourceName> = new Set(['item_neighbours', 'closed_form', 'transitions', 'bought_together'])

function isWorthAsking({ source }: Voice, part: number): boolean {
  return NAMING.has(source) && part >= LEAST_SHARE
}

/** One voice's part of the score as reasons; their weights sum to `share`. */
function told(evidence: Evidence, item: number, share: number, context: ReasonContext): RecordedReason[] {
  const { voice, contributions } = evidence
  switch (voice.source) {
    case 'personal_frequency':
      return [boughtBefore(item, share, context)]
    case 'popularity':
      return [{ code: 'popular', weight: share }]
    case 'trend':
      return [{ code: 'trending', weight: share }]
    case 'user_neighbours':
    case 'basket_neighbours':
      // Who is most like a shopper is the shopper: of a product that was bought before, "people like you" may be nobody else.
      return context.questions.bought.items.includes(item)
        ? [boughtBefore(item, share, context)]
        : [{ code: 'people_like_you', weight: share }]
    case 'bought_together':
      return shared(
        contributions,
        share,
        (product) => ({ code: context.frame === 'cart' ? 'because_in_cart' : 'bought_together', product }),
        context,
      )
    case 'transitions':
      return shared(
        contributions,
        share,
        (product, source) => (source === item ? boughtBefore(item, 0, context) : { code: 'next_after', product }),
        context,
      )
    case 'content':
      return share < LEAST_SHARE || !context.asks ? [] : [likeness(item, voice.question === 'anchors', share, context)]
    default:
      return shared(
        contributions,
        share,
        (product, source) => ({ code: causeOf(source, voice.question === 'anchors', context), product }),
        context,
      )
  }
}

function causeOf(source: number, anchored: boolean, { frame, questions }: ReasonContext): ReasonCode {
  if (anchored) return frame === 'cart' ? 'because_in_cart' : 'because_viewed'
  return questions.bought.items.includes(source) ? 'because_bought' : 'because_viewed'
}

/** A share split over the products that it rests on, in the measure of what each added. */
function shared(
  contributions: readonly Contribution[],
  share: number,
  reasonOf: (product: number, source: number) => Omit<RecordedReason, 'weight'>,
  { models }: ReasonContext,
): RecordedReason[] {
  const positive = contributions.filter(({ kind, weight }) => kind === 'item' && weight > 0)
  const sum = positive.reduce((all, { weight }) => all + weight, 0)
  return positive.map(({ index, weight }) => ({
    ...reasonOf(models.rows[index]!, index),
    weight: (share * weight) / sum,
  }))
}

function boughtBefore(item: number, weight: number, { questions }: ReasonContext): RecordedReason {
  const { items, basket } = questions.bought
  const orders = new Set<number>()
  for (let e = 0; e < items.length; e++) if (items[e] === item) orders.add(basket[e]!)
  return { code: 'bought_before', value: orders.size, weight }
}

/** The product it is most like, or the taste it belongs to where it is like many. */
function likeness(item: number, anchored: boolean, weight: number, context: ReasonContext): RecordedReason {
  const { models, questions, catalog } = context
  const row = models.rows[item]!
  const content = models.source('content')
  const compared = newestDistinct(anchored ? questions.anchors : questions.engaged)
  let nearest = -1
  let most = 0
  for (const other of compared) {
    if (other === item || !content?.explain) continue
    const contributions = content.explain(anchorQuery(Int32Array.of(other), 0), item, Number.MAX_SAFE_INTEGER)
    const alike = contributions.reduce((sum, contribution) => sum + contribution.weight, 0)
    if (alike > most) [nearest, most] = [other, alike]
  }
  if (!anchored) {
    const alikeIn = (column: Int32Array): boolean =>
      (column[row] ?? -1) >= 0 && compared.filter((other) => column[models.rows[other]!] === column[row]).length >= 3
    if (alikeIn(catalog.category)) return { code: 'category_affinity', weight }
    if (alikeIn(catalog.brand)) return { code: 'brand_affinity', weight }
  }
  return nearest < 0 ? { code: 'similar_to', weight } : { code: 'similar_to', product: models.rows[nearest]!, weight }
}

function newestDistinct({ items }: Query): number[] {
  const found = new Set<number>()
  for (let e = items.length - 1; e >= 0 && found.size < COMPARED; e--) found.add(items[e]!)
  return [...found]
}
