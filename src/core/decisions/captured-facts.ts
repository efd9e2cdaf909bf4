import type { CatalogSnapshot } from '../catalog/snapshot.ts'
import { SnapshotBuilder } from '../catalog/snapshot-builder.ts'
import type { ProductRow } from '../ports.ts'
import type { ByteReader, ByteWriter } from '../profiles/bytes.ts'

const HAS_GROUP = 1
const HAS_BRAND = 2
const HAS_CATEGORY = 4
const DESCRIBED = 8
const DELETED = 16
const HAS_OFFER = 32
const AVAILABLE = 64
const REPLENISHABLE = 128
const NOT_REPLENISHABLE = 256

/**
 * What a decision may have looked at of some products, in one market. Numbers of groups, brands and categories are
 * those of this process: only whether two are equal is kept.
 *
 * @param rows ascending
 * @format varint n, then (varint row minus the row before, varint flags, varint group, varint brand, varint category,
 *   f64 release, varint price) each, what the flags leave out left out
 */
export function captureFacts(catalog: CatalogSnapshot, rows: Int32Array, market: string, to: ByteWriter): void {
  to.varint(rows.length)
  let before = 0
  for (const row of rows) {
    const [group = -1, brand = -1, category = -1] = [catalog.group[row], catalog.brand[row], catalog.category[row]]
    const offer = catalog.offer(row, market)
    const again = catalog.replenishable(row)
    to.varint(row - before)
    before = row
    to.varint(
      (group >= 0 ? HAS_GROUP : 0) |
        (brand >= 0 ? HAS_BRAND : 0) |
        (category >= 0 ? HAS_CATEGORY : 0) |
        (catalog.described(row) ? DESCRIBED : 0) |
        (catalog.deleted(row) ? DELETED : 0) |
        (offer === undefined ? 0 : HAS_OFFER) |
        (offer?.available ? AVAILABLE : 0) |
        (again === undefined ? 0 : again ? REPLENISHABLE : NOT_REPLENISHABLE),
    )
    if (group >= 0) to.varint(group)
    if (brand >= 0) to.varint(brand)
    if (category >= 0) to.varint(category)
    to.f64(catalog.releasedAt[row] ?? Number.NaN)
    if (offer !== undefined) to.varint(Math.max(0, offer.priceMicros))
  }
}

/** A catalogue of these products alone, nameless, that answers policies as the whole one did. */
export function readFacts(market: string, from: ByteReader): { catalog: CatalogSnapshot; rows: Int32Array } {
  const builder = new SnapshotBuilder()
  const rows: ProductRow[] = []
  let row = 0
  for (let n = from.varint(); n > 0; n--) {
    row += from.varint()
    rows.push(row)
    const flags = from.varint()
    const has = (flag: number): boolean => (flags & flag) !== 0
    const groupId = has(HAS_GROUP) ? { groupId: String(from.varint()) } : {}
    const brand = has(HAS_BRAND) ? { brand: String(from.varint()) } : {}
    const categories = has(HAS_CATEGORY) ? [String(from.varint())] : []
    const releasedAt = from.f64()
    const availability = has(AVAILABLE) ? ('in_stock' as const) : ('out_of_stock' as const)
    const offers = has(HAS_OFFER) ? [{ market, priceMicros: from.varint(), currency: 'XXX', availability }] : []
    const replenishable = has(REPLENISHABLE)
      ? { replenishable: true }
      : has(NOT_REPLENISHABLE)
        ? { replenishable: false }
        : {}
    builder.add({
      row,
      product: {
        id: String(row),
        title: '',
        ...groupId,
        ...brand,
        categories,
        attributes: {},
        releasedAt,
        ...replenishable,
        offers,
      },
      described: has(DESCRIBED),
      ...(has(DELETED) ? { deletedAt: 0 } : {}),
      createdAt: 0,
      changedAt: 0,
    })
  }
  return { catalog: builder.finish(0), rows: Int32Array.from(rows) }
}
