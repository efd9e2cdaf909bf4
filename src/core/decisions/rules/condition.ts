import type { RuleCondition } from '../../../contracts/rule.ts'
import { type CatalogSnapshot, NONE } from '../../catalog/snapshot.ts'
import type { ProductRow } from '../../ports.ts'
import { instantOf } from './wall-time.ts'

const DAY = 86_400_000

/** What a condition looks at beside the catalogue: prices and stock differ by market, ages by the day. */
export interface Moment {
  readonly catalog: CatalogSnapshot
  readonly market: string
  readonly now: number
}

/**
 * A condition in two parts. What only a change of the catalogue changes is asked once per change; the rest is asked
 * when a decision is made, of the few products that pass the first part.
 */
export interface CompiledCondition {
  readonly lasting: (row: ProductRow) => boolean
  /** Undefined where the condition says nothing of price, stock or age. */
  readonly momentary: ((row: ProductRow, moment: Moment) => boolean) | undefined
  /** Rows among which all that pass the first part are; undefined: all rows. */
  readonly among: () => Iterable<ProductRow> | undefined
}

export function compileCondition(condition: RuleCondition, catalog: CatalogSnapshot, zone: string): CompiledCondition {
  const tests = lastingTests(condition, catalog, zone)
  const moments = momentaryTests(condition)
  return {
    lasting: (row) => tests.every((test) => test(row)),
    momentary: moments.length === 0 ? undefined : (row, moment) => moments.every((test) => test(row, moment)),
    among: () => amongOf(condition, catalog),
  }
}

type Test = (row: ProductRow) => boolean

function lastingTests(condition: RuleCondition, catalog: CatalogSnapshot, zone: string): Test[] {
  const { productIds, categories, brands, attributes, releasedFrom, releasedUntil } = condition
  const tests: Test[] = []
  if (productIds !== undefined) {
    const rows = new Set(productIds.map((id) => catalog.rowOf(id)).filter((row) => row !== NONE))
    tests.push((row) => rows.has(row))
  }
  if (categories !== undefined) {
    const inside = new Set(categories.flatMap((path) => [...catalog.categoriesUnder(path)]))
    tests.push((row) => inside.has(catalog.category[row] ?? NONE))
  }
  if (brands !== undefined) {
    const wanted = new Set(brands.map((brand) => catalog.brands.index(brand)).filter((brand) => brand !== NONE))
    tests.push((row) => wanted.has(catalog.brand[row] ?? NONE))
  }
  for (const { name, values } of attributes ?? []) {
    const wanted = new Set(values.map((value) => catalog.attributeNumber(name, value)).filter((n) => n !== NONE))
    tests.push((row) => catalog.attributesOf(row).some((number) => wanted.has(number)))
  }
  if (releasedFrom !== undefined) {
    const from = instantOf(releasedFrom, zone) ?? Number.NaN
    tests.push((row) => (catalog.releasedAt[row] ?? Number.NaN) >= from)
  }
  if (releasedUntil !== undefined) {
    const until = instantOf(releasedUntil, zone) ?? Number.NaN
    tests.push((row) => (catalog.releasedAt[row] ?? Number.NaN) < until)
  }
  return tests
}

function momentaryTests(condition: RuleCondition): ((row: ProductRow, moment: Moment) => boolean)[] {
  const { minPriceMicros, maxPriceMicros, availability, onSale, newerThanDays, olderThanDays } = condition
  const tests: ((row: ProductRow, moment: Moment) => boolean)[] = []
  if (minPriceMicros !== undefined || maxPriceMicros !== undefined) {
    const [low, high] = [minPriceMicros ?? 0, maxPriceMicros ?? Number.POSITIVE_INFINITY]
    tests.push((row, { catalog, market }) => {
      const paid = catalog.offer(row, market)?.priceMicros ?? Number.NaN
      return paid >= low && paid <= high
    })
  }
  if (availability !== undefined) {
    // A counted stock of none is sold out, whatever the feed calls it.
    tests.push((row, { catalog, market }) => {
      const offer = catalog.offer(row, market)
      if (offer === undefined) return availability.includes('in_stock')
      return availability.includes(offer.available ? offer.availability : 'out_of_stock')
    })
  }
  if (onSale !== undefined) {
    tests.push((row, { catalog, market }) => (catalog.offer(row, market)?.onSale ?? false) === onSale)
  }
  const age = (row: ProductRow, { catalog, now }: Moment) => now - (catalog.releasedAt[row] ?? Number.NaN)
  if (newerThanDays !== undefined) tests.push((row, moment) => age(row, moment) < newerThanDays * DAY)
  if (olderThanDays !== undefined) tests.push((row, moment) => age(row, moment) >= olderThanDays * DAY)
  return tests
}

function amongOf(
  { productIds, categories }: RuleCondition,
  catalog: CatalogSnapshot,
): Iterable<ProductRow> | undefined {
  if (productIds !== undefined) return productIds.map((id) => catalog.rowOf(id)).filter((row) => row !== NONE)
  if (categories !== undefined) return categories.flatMap((path) => [...catalog.under(path)])
  return undefined
}
