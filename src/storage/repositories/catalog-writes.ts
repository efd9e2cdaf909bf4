import { hash } from 'node:crypto'
import type { Offer, Product } from '../../contracts/product.ts'
import type { ProductRow } from '../../core/ports.ts'
import type { Connection } from '../dialects/sqlite/connection.ts'
import { integer, optionalBytes, optionalInteger } from '../dialects/sqlite/row.ts'
import { catalogRevision } from './catalog.ts'
import type { WriteContext } from './writing.ts'

/** Rows of product ids; an unknown one gets a row that waits for its description. */
export function resolveProducts(
  context: WriteContext,
  { ids, now }: { ids: readonly string[]; now: number },
): Int32Array {
  return Int32Array.from(ids, (id) => resolveProduct(context, id, now))
}

export function resolveProduct({ connection, names }: WriteContext, id: string, now: number): ProductRow {
  const cached = names.products.get(id)
  if (cached !== undefined) return cached
  const known = connection.statement('SELECT row FROM products WHERE id = ?').get(id)
  const row = known === undefined ? add() : integer(known, 'row')
  names.products.set(id, row)
  return row

  function add(): ProductRow {
    const insert = connection.statement(
      'INSERT INTO products (id, created_at, changed_at, revision) VALUES (?, ?, ?, ?)',
    )
    const made = insert.run(id, now, now, nextRevision(connection))
    raiseRevision(connection)
    return Number(made.lastInsertRowid)
  }
}

export function upsertProducts(
  context: WriteContext,
  { products, source, now }: { products: readonly Product[]; source: string; now: number },
): { changed: number; unchanged: number } {
  const { connection } = context
  const find = connection.statement('SELECT row, fingerprint, deleted_at FROM products WHERE id = ?')
  const add = connection.statement(
    `INSERT INTO products (id, body, fingerprint, source, created_at, changed_at, revision)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  )
  const change = connection.statement(
    `UPDATE products SET body = ?, fingerprint = ?, source = ?, changed_at = ?, revision = ?, deleted_at = NULL
     WHERE row = ?`,
  )
  const revision = nextRevision(connection)
  let changed = 0
  for (const product of products) {
    const { offers, ...rest } = product
    const fingerprint = hash('sha256', canonicalJson(product), 'buffer')
    const known = find.get(product.id)
    let row: number
    if (known === undefined) {
      const body = JSON.stringify(rest)
      row = Number(add.run(product.id, body, fingerprint, source, now, now, revision).lastInsertRowid)
    } else {
      const before = optionalBytes(known, 'fingerprint')
      const deleted = optionalInteger(known, 'deleted_at') !== undefined
      if (!deleted && before !== undefined && fingerprint.equals(before)) continue
      row = integer(known, 'row')
      change.run(JSON.stringify(rest), fingerprint, source, now, revision, row)
    }
    writeOffers(context, row, offers)
    changed++
  }
  if (changed > 0) raiseRevision(connection)
  return { changed, unchanged: products.length - changed }
}

/** A deleted product keeps its row and its words, so that past decisions can still be explained. */
export function deleteProducts(
  { connection }: WriteContext,
  { ids, now }: { ids: readonly string[]; now: number },
): number {
  const statement = connection.statement(
    'UPDATE products SET deleted_at = ?, changed_at = ?, revision = ? WHERE id = ? AND deleted_at IS NULL',
  )
  const revision = nextRevision(connection)
  let deleted = 0
  for (const id of ids) deleted += Number(statement.run(now, now, revision, id).changes)
  if (deleted > 0) raiseRevision(connection)
  return deleted
}

function writeOffers(context: WriteContext, product: number, offers: readonly Offer[]): void {
  const { connection } = context
  connection.statement('DELETE FROM offers WHERE product = ?').run(product)
  const add = connection.statement(
    'INSERT INTO offers (product, position, market, price_micros, currency, sale_price_micros, availability, stock) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  )
  for (const [position, offer] of offers.entries()) {
    const { priceMicros, currency, salePriceMicros, availability, stock } = offer
    const market = marketRow(context, offer)
    add.run(product, position, market, priceMicros, currency, salePriceMicros ?? null, availability, stock ?? null)
  }
}

function marketRow({ connection }: WriteContext, offer: Offer): number {
  const known = connection.statement('SELECT row FROM markets WHERE name = ?').get(offer.market)
  if (known !== undefined) return integer(known, 'row')
  const add = connection.statement('INSERT INTO markets (name, currency) VALUES (?, ?)')
  return Number(add.run(offer.market, offer.currency).lastInsertRowid)
}

/** The revision at which what this write changes is found; see CatalogRepository.changes. */
function nextRevision(connection: Connection): number {
  return catalogRevision(connection) + 1
}

function raiseRevision(connection: Connection): void {
  connection.statement("UPDATE counters SET value = value + 1 WHERE name = 'catalog_revision'").run()
}

/** JSON whose text does not depend on the order in which keys were set. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}
