import type { ChosenItem, Decision, Language } from '../contracts/decision.ts'
import type { Reason } from '../contracts/reason.ts'
import { DEFAULT_MARKET } from '../core/catalog/facts.ts'
import type { CatalogSnapshot } from '../core/catalog/snapshot.ts'
import type { DecodedRecord, RecordedReason } from '../core/decisions/record.ts'
import type { ProductRow } from '../core/ports.ts'
import { sentence, wordsOf } from './reasons/words.ts'

type Told = Pick<DecodedRecord, 'items' | 'market' | 'limit' | 'unknown'>

/** A record's items with their names and words, as a caller reads them; what the catalogue does not know comes last. */
export function itemsOf(
  { items, market = DEFAULT_MARKET, limit, unknown = [] }: Told,
  catalog: CatalogSnapshot,
  language: Language,
): ChosenItem[] {
  const known = items.map(({ product, score, chance, propensity, reasons }, i): ChosenItem => {
    const words = reasons.map((reason) => told(reason, product, catalog, language))
    const likely = chance === undefined ? {} : { chance }
    return { ...described(product, catalog, market), position: i + 1, score, ...likely, propensity, reasons: words }
  })
  const left = Math.max(0, limit - known.length)
  return [...known, ...unknown.slice(0, left).map((id, i) => unknownItem(id, known.length + i + 1, language))]
}

/** What the store shows itself, in its order. */
export function shownItems(
  { shown = [], market = DEFAULT_MARKET }: Pick<DecodedRecord, 'shown' | 'market'>,
  catalog: CatalogSnapshot,
  language: Language,
): ChosenItem[] {
  return shown.map((product, i) => {
    const item = typeof product === 'string' ? product : described(product, catalog, market)
    if (typeof item === 'string') return unknownItem(item, i + 1, language)
    return { ...unknownItem(item.productId, i + 1, language), ...item }
  })
}

function described(
  product: ProductRow,
  catalog: CatalogSnapshot,
  market: string,
): Omit<ChosenItem, 'position' | 'score' | 'propensity' | 'reasons'> {
  const entry = catalog.at(product)
  const offer = catalog.offer(product, market)
  return {
    productId: entry?.id ?? String(product),
    name: entry?.title ?? String(product),
    ...(entry?.link === undefined ? {} : { link: entry.link }),
    ...(entry?.imageLink === undefined ? {} : { imageLink: entry.imageLink }),
    ...(offer === undefined ? {} : { priceMicros: offer.priceMicros, currency: offer.currency }),
  }
}

/** On the store's own list, and in no catalogue that was sent to us. */
function unknownItem(productId: string, position: number, language: Language): ChosenItem {
  const reasons = [{ code: 'shop_order', text: sentence('shop_order', {}, language), weight: 1 } as const]
  return { productId, name: productId, position, score: 0, propensity: 1, reasons }
}

function told(
  { code, product, value: count, weight }: RecordedReason,
  item: ProductRow,
  catalog: CatalogSnapshot,
  language: Language,
): Reason {
  const pointed = product === undefined ? undefined : catalog.at(product)
  // The count of a rule's reason is the rule's row, which says nothing to a shopper.
  const counted = count === undefined || BY_RULE.has(code) ? undefined : String(count)
  const value = spokenOf(code, item, product, catalog) ?? counted
  const text = sentence(
    code,
    {
      ...(pointed === undefined ? {} : { product: pointed.title }),
      ...(value === undefined ? {} : { value }),
      ...(count === undefined ? {} : { times: count }),
    },
    language,
  )
  return {
    code,
    text,
    weight,
    ...(pointed === undefined ? {} : { productId: pointed.id }),
    ...(value === undefined ? {} : { value }),
  }
}

const BY_RULE: ReadonlySet<RecordedReason['code']> = new Set(['placed_by_shop', 'favoured_by_shop'])

/** The category or brand that a reason speaks of is the item's own, so that the record need not keep it. */
function spokenOf(
  code: RecordedReason['code'],
  item: ProductRow,
  product: ProductRow | undefined,
  catalog: CatalogSnapshot,
): string | undefined {
  if (code === 'brand_affinity') return catalog.brands.name(catalog.brand[item] ?? -1)
  if (code === 'category_affinity') return lastOf(catalog, item)
  const isOfOneKind = product !== undefined && (catalog.category[item] ?? -1) === catalog.category[product]
  return code === 'similar_to' && isOfOneKind ? lastOf(catalog, item) : undefined
}

/** "Home > Kitchen > Mugs" → "Mugs". */
function lastOf(catalog: CatalogSnapshot, item: ProductRow): string | undefined {
  return catalog.categories
    .name(catalog.category[item] ?? -1)
    ?.split(' > ')
    .at(-1)
}

/** Whether the shopper's past was used, and why not where it was not. */
export function basisOf({ basis, cause }: Pick<DecodedRecord, 'basis' | 'cause'>): Pick<Decision, 'basis' | 'cause'> {
  return { basis, ...(cause === undefined ? {} : { cause }) }
}

/** Rows of the rules that a record speaks of. */
export function rulesIn({ items, resting = [] }: Pick<DecodedRecord, 'items' | 'resting'>): number[] {
  const named = items.flatMap(({ reasons }) =>
    reasons.flatMap(({ code, value }) => (BY_RULE.has(code) && value !== undefined ? [value] : [])),
  )
  return [...new Set([...named, ...resting])]
}

/**
 * The story of a decision in sentences.
 * @param rules names of the rules in the record, by their rows
 * @param attempts lists that were given up before this one
 */
export function summaryOf(
  { placement, experiment }: Pick<Decision, 'placement' | 'experiment'>,
  record: DecodedRecord,
  rules: ReadonlyMap<number, string>,
  attempts: number,
  language: Language,
): string[] {
  const { summary: words } = wordsOf(language)
  const drawn = record.items.filter(({ best }) => !best)
  const floored = drawn.filter(({ fresh }) => fresh).length
  const explored = drawn.length - floored
  const nameOf = (row: number): string => rules.get(row) ?? String(row)
  const byRule = record.items.flatMap(({ reasons }, i) =>
    reasons.flatMap(({ code, value }) => {
      if (value === undefined || !BY_RULE.has(code)) return []
      return [code === 'placed_by_shop' ? words.placed(i + 1, nameOf(value)) : words.favoured(i + 1, nameOf(value))]
    }),
  )
  return [
    record.items.length === 0 ? words.nothing() : words.decided(placement, record.items.length),
    record.basis === 'personalised' ? words.personalised() : words.contextual(record.cause ?? 'first_visit'),
    record.modelVersion === null ? words.noModel() : words.model(record.modelVersion),
    ...byRule,
    ...(record.resting ?? []).map((row) => words.resting(nameOf(row))),
    ...(attempts > 0 ? [words.attempts(attempts)] : []),
    ...Object.entries(record.refused).map(([policy, count]) => words.refused(policy, count)),
    ...(explored > 0 ? [words.explored(explored)] : []),
    ...(floored > 0 ? [words.floored(floored)] : []),
    ...(experiment === undefined
      ? []
      : [experiment.arm === undefined ? words.leftOut(experiment.name) : words.inArm(experiment.name, experiment.arm)]),
    ...(record.held ? [words.heldOut()] : []),
    ...(record.shown ? [words.shadow(record.shown.length)] : []),
  ]
}
