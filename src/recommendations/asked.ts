import type { DecisionRequest } from '../contracts/decision.ts'
import { CodedError } from '../contracts/errors.ts'
import type { Placement } from '../contracts/placement.ts'
import { DEFAULT_MARKET } from '../core/catalog/facts.ts'
import type { CatalogSnapshot } from '../core/catalog/snapshot.ts'
import type { ListedProduct, Sections } from '../core/decisions/record-sections.ts'
import type { ProductRow } from '../core/ports.ts'
import type { Scope } from './decide/candidates.ts'

/** How much the store's own order of a list counts where the placement does not say. */
const KEEP_ORDER = 0.5

/** What a request asks for, in rows of one snapshot of the catalogue. */
export interface Asked {
  readonly anchors: readonly ProductRow[]
  readonly scope: Scope
  readonly excluded: readonly ProductRow[]
  readonly limit: number
  readonly market: string
  /** What the record keeps of it. */
  readonly sections: Sections
}

/** @throws CodedError PRODUCT_NOT_FOUND, CATEGORY_NOT_FOUND, BAD_REQUEST */
export function askedOf(request: DecisionRequest, placement: Placement, catalog: CatalogSnapshot): Asked {
  const { market = DEFAULT_MARKET, exclude = [], list = [] } = request
  const anchors = anchorsOf(request, placement.anchor, catalog)
  const excluded = rowsOf(exclude, catalog)
  const scope = scopeOf(request, placement, catalog)
  const isUnknown = (id: string) => catalog.rowOf(id) < 0 && !exclude.includes(id)
  const unknown = scope.kind === 'list' ? list.filter(isUnknown) : []
  const sections = {
    ...(market === DEFAULT_MARKET ? {} : { market }),
    ...(anchors.length === 0 ? {} : { anchors }),
    ...(scope.kind === 'category' && request.category !== undefined ? { category: pathOf(request.category) } : {}),
    ...(unknown.length === 0 ? {} : { unknown }),
    ...(placement.mode === 'shadow' ? shownOf(request, placement, market, catalog) : {}),
  }
  const size = scope.kind === 'list' ? list.length : placement.size
  return { anchors, scope, excluded, limit: request.limit ?? size, market, sections }
}

/** What the store shows itself, and how much of it is sold out at this moment. */
function shownOf(
  { shown }: DecisionRequest,
  { name }: Placement,
  market: string,
  catalog: CatalogSnapshot,
): Pick<Sections, 'shown' | 'shownSoldOut'> {
  refuseMissing(true, shown, `the placement ${name} is in shadow mode, and "shown" does not say what the store shows`)
  const listed = (shown ?? []).map((id): ListedProduct => {
    const row = catalog.rowOf(id)
    return row < 0 ? id : row
  })
  const isSoldOut = (product: ListedProduct) => typeof product === 'number' && !catalog.available(product, market)
  const soldOut = listed.filter(isSoldOut).length
  return { shown: listed, ...(soldOut === 0 ? {} : { shownSoldOut: soldOut }) }
}

/** What the page is about; products in a cart that the store does not know are passed over. */
function anchorsOf(request: DecisionRequest, anchor: Placement['anchor'], catalog: CatalogSnapshot): ProductRow[] {
  if (request.productId !== undefined) {
    const row = catalog.rowOf(request.productId)
    if (row < 0 || catalog.deleted(row)) throw new CodedError('PRODUCT_NOT_FOUND', { product: request.productId })
    if (anchor === 'product') return [row]
  }
  return anchor === 'cart' ? rowsOf(request.cart ?? [], catalog) : []
}

function scopeOf(
  { category, list }: DecisionRequest,
  { name, anchor, policy }: Placement,
  catalog: CatalogSnapshot,
): Scope {
  refuseMissing(anchor === 'category', category, `the placement ${name} ranks a category, and "category" names none`)
  refuseMissing(anchor === 'list', list, `the placement ${name} ranks the store’s own list, and "list" is missing`)
  refuseSuperfluous(anchor === 'category', category, `the placement ${name} takes no "category"`)
  refuseSuperfluous(anchor === 'list', list, `the placement ${name} takes no "list"`)
  if (category !== undefined) {
    const rows = catalog.under(pathOf(category))
    if (rows.length === 0) throw new CodedError('CATEGORY_NOT_FOUND', { category })
    return { kind: 'category', rows }
  }
  if (list === undefined) return { kind: 'catalogue' }
  return { kind: 'list', rows: Int32Array.from(rowsOf(list, catalog)), keepOrder: policy.keepOrder ?? KEEP_ORDER }
}

function refuseMissing(isNeeded: boolean, value: unknown, problem: string): void {
  if (isNeeded && value === undefined) throw new CodedError('BAD_REQUEST', { problem })
}

function refuseSuperfluous(isNeeded: boolean, value: unknown, problem: string): void {
  if (!isNeeded && value !== undefined) throw new CodedError('BAD_REQUEST', { problem })
}

/** "Home>Kitchen " → "Home > Kitchen" */
function pathOf(category: string): string {
  return category
    .split('>')
    .map((level) => level.trim())
    .join(' > ')
}

function rowsOf(productIds: readonly string[], catalog: CatalogSnapshot): ProductRow[] {
  return productIds.map((id) => catalog.rowOf(id)).filter((row) => row >= 0)
}
