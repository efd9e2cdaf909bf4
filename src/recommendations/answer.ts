import type { ChosenItem, Language } from '../contracts/decision.ts'
import type { Reason } from '../contracts/reason.ts'
import type { CatalogSnapshot } from '../core/catalog/snapshot.ts'
import type { DecodedRecord, RecordedReason } from '../core/decisions/record.ts'
import type { ProductRow } from '../core/ports.ts'
import { sentence, wordsOf } from './reasons/words.ts'

/** A record's items with their names and words, as a caller reads them. */
export function itemsOf(
  { items }: Pick<DecodedRecord, 'items'>,
  catalog: CatalogSnapshot,
  market: string,
  language: Language,
): ChosenItem[] {
  return items.map(({ product, score, propensity, reasons }, i): ChosenItem => {
    const entry = catalog.at(product)
    const offer = catalog.offer(product, market)
    return {
      productId: entry?.id ?? String(product),
      name: entry?.title ?? String(product),
      position: i + 1,
      score,
      propensity,
      reasons: reasons.map((reason) => told(reason, product, catalog, language)),
      ...(entry?.link === undefined ? {} : { link: entry.link }),
      ...(entry?.imageLink === undefined ? {} : { imageLink: entry.imageLink }),
      ...(offer === undefined ? {} : { priceMicros: offer.priceMicros, currency: offer.currency }),
    }
  })
}

function told(
  { code, product, value: count, weight }: RecordedReason,
  item: ProductRow,
  catalog: CatalogSnapshot,
  language: Language,
): Reason {
  const pointed = product === undefined ? undefined : catalog.at(product)
  const value = spokenOf(code, item, product, catalog) ?? (count === undefined ? undefined : String(count))
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

/** The story of a decision in sentences. */
export function summaryOf(placement: string, record: DecodedRecord, language: Language): string[] {
  const { summary: words } = wordsOf(language)
  const explored = record.items.filter(({ best }) => !best).length
  return [
    record.items.length === 0 ? words.nothing() : words.decided(placement, record.items.length),
    record.basis === 'personalised' ? words.personalised() : words.contextual(),
    record.modelVersion === null ? words.noModel() : words.model(record.modelVersion),
    ...Object.entries(record.refused).map(([policy, count]) => words.refused(policy, count)),
    ...(explored > 0 ? [words.explored(explored)] : []),
  ]
}
