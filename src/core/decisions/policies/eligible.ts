import { deleted, outOfStock, price, undescribed } from './catalogue.ts'
import type { HardFilter, PolicyContext, RefusalCode, RefusalCounts } from './policy.ts'
import { anchor, excluded, justBought } from './request.ts'
import { variantCollapse } from './variants.ts'

/** In the order in which they are asked: a candidate is refused for the first reason that holds. */
export const HARD_FILTERS: readonly HardFilter[] = [
  deleted,
  undescribed,
  excluded,
  anchor,
  outOfStock,
  price,
  justBought,
]

/** Scored products, best first, none twice. */
export interface Candidates {
  /** [n] ProductRow */
  readonly rows: Int32Array
  /** [n] not ascending */
  readonly scores: Float32Array
}

export interface Eligible {
  /** Positions among the candidates of those that may be shown, best first. */
  readonly positions: Int32Array
  readonly refused: RefusalCounts
}

/**
 * Hard filters, then variants: of each group the best that passed remains.
 *
 * @param first indices of candidates that are judged before all others, so that of their variants they remain
 */
export function eligible({ rows }: Candidates, context: PolicyContext, first: readonly number[] = []): Eligible {
  const tests = HARD_FILTERS.flatMap(({ code, refuses }) => {
    const test = refuses(context)
    return test === undefined ? [] : [{ code, test }]
  })
  const { ruled } = context
  if (ruled !== undefined) {
    tests.push(
      { code: 'rule', test: (row) => ruled(row) === 'rule' },
      { code: 'limit', test: (row) => ruled(row) === 'limit' },
    )
  }
  const collapsed = context.policy.collapseVariants ? variantCollapse(context.catalog) : undefined
  if (collapsed !== undefined) tests.push({ code: 'variant', test: collapsed })
  const refusals = new Int32Array(tests.length)
  const passes = (row: number): boolean => {
    for (let t = 0; t < tests.length; t++) {
      if (!tests[t]!.test(row)) continue
      refusals[t]!++
      return false
    }
    return true
  }
  const judged = new Map<number, boolean>()
  for (const i of first) if (!judged.has(i)) judged.set(i, passes(rows[i]!))
  const positions = new Int32Array(rows.length)
  let length = 0
  for (let i = 0; i < rows.length; i++) {
    if ((judged.size === 0 ? undefined : judged.get(i)) ?? passes(rows[i]!)) positions[length++] = i
  }
  const refused: Partial<Record<RefusalCode, number>> = {}
  for (let t = 0; t < tests.length; t++) if (refusals[t]! > 0) refused[tests[t]!.code] = refusals[t]!
  return { positions: positions.subarray(0, length), refused }
}
