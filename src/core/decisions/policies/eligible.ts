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

/** Hard filters, then variants: of each group the best that passed remains. */
export function eligible({ rows }: Candidates, context: PolicyContext): Eligible {
  const tests = HARD_FILTERS.flatMap(({ code, refuses }) => {
    const test = refuses(context)
    return test === undefined ? [] : [{ code, test }]
  })
  const collapsed = context.policy.collapseVariants ? variantCollapse(context.catalog) : undefined
  if (collapsed !== undefined) tests.push({ code: 'variant', test: collapsed })
  const refused: Partial<Record<RefusalCode, number>> = {}
  const positions = new Int32Array(rows.length)
  let length = 0
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!
    const refusal = tests.find(({ test }) => test(row))
    if (refusal === undefined) positions[length++] = i
    else refused[refusal.code] = (refused[refusal.code] ?? 0) + 1
  }
  return { positions: positions.subarray(0, length), refused }
}
