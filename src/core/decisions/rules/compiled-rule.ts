import type { Rule } from '../../../contracts/rule.ts'
import type { CatalogSnapshot } from '../../catalog/snapshot.ts'
import type { ProductRow, StoredRule } from '../../ports.ts'
import { bitsFor, hasBit, highestBits, setBit } from './bits.ts'
import { compileCondition, type Moment } from './condition.ts'
import { instantOf } from './wall-time.ts'

/** Products that a pin falls back on where none of them was ranked. */
const OWN = 200

/** A rule against one state of the catalogue. */
export interface CompiledRule {
  readonly stored: StoredRule
  /** [rows] bits of the products that it may speak of. */
  readonly bits: Uint32Array
  readonly products: number
  /** Milliseconds UTC; infinite where the rule says nothing. */
  readonly from: number
  readonly until: number
  /** In the order in which a pin takes them: as the rule names them, else newest row first. */
  readonly own: readonly ProductRow[]
  matches(row: ProductRow, moment: Moment): boolean
}

/**
 * @param before the same rule against the catalogue that this one grew from: only what changed is asked again
 * @cost O(products that the first of its product ids or categories names, else all); O(changes) with `before`
 */
export function compileRule(
  stored: StoredRule,
  catalog: CatalogSnapshot,
  zone: string,
  before?: CompiledRule,
): CompiledRule {
  const { rule } = stored
  const when = compileCondition(rule.when, catalog, zone)
  const unless = rule.unless === undefined ? undefined : compileCondition(rule.unless, catalog, zone)
  const isSpared = (row: ProductRow) => unless !== undefined && unless.momentary === undefined && unless.lasting(row)
  const isThere = (row: ProductRow) => catalog.at(row) !== undefined && !catalog.deleted(row)
  const lasting = (row: ProductRow) => isThere(row) && when.lasting(row) && !isSpared(row)
  const bits = bitsFor(catalog.rows)
  let products = before?.products ?? 0
  const judge = (row: ProductRow): void => {
    const [was, is] = [hasBit(bits, row), lasting(row)]
    if (was === is) return
    products += is ? 1 : -1
    setBit(bits, row, is)
  }
  if (before === undefined) {
    const among = when.among()
    if (among === undefined) for (let row = 0; row < catalog.rows; row++) judge(row)
    else for (const row of among) judge(row)
  } else {
    bits.set(before.bits)
    for (const row of catalog.parts.changes?.rows ?? []) judge(row)
  }
  const sparesNow = (row: ProductRow, moment: Moment) =>
    unless?.momentary !== undefined && unless.lasting(row) && unless.momentary(row, moment)
  return {
    stored,
    bits,
    products,
    ...scheduleOf(rule, zone),
    own: ownOf(rule, bits, catalog),
    matches: (row, moment) => hasBit(bits, row) && (when.momentary?.(row, moment) ?? true) && !sparesNow(row, moment),
  }
}

export function scheduleOf({ from, until }: Rule, zone: string): { readonly from: number; readonly until: number } {
  return {
    from: (from === undefined ? undefined : instantOf(from, zone)) ?? Number.NEGATIVE_INFINITY,
    until: (until === undefined ? undefined : instantOf(until, zone)) ?? Number.POSITIVE_INFINITY,
  }
}

function ownOf({ when, effect }: Rule, bits: Uint32Array, catalog: CatalogSnapshot): readonly ProductRow[] {
  if (effect.do !== 'pin') return []
  if (when.productIds === undefined) return highestBits(bits, OWN)
  return when.productIds.map((id) => catalog.rowOf(id)).filter((row) => row >= 0 && hasBit(bits, row))
}
