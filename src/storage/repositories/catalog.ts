import { setImmediate } from 'node:timers/promises'
import type { Offer, Product } from '../../contracts/product.ts'
import { AVAILABILITIES } from '../../contracts/vocabulary.ts'
import type { CatalogRepository, Clock, ProductRow, StoredProduct } from '../../core/ports.ts'
import type { Connection } from '../dialects/sqlite/connection.ts'
import { integer, optionalInteger, optionalText, type Row, scalar, text } from '../dialects/sqlite/row.ts'
import type { WriterClient } from '../dialects/sqlite/writer.ts'

const PRODUCT = 'SELECT row, id, body, created_at, changed_at, deleted_at, revision FROM products'
const OFFER = `SELECT product, name, price_micros, offers.currency AS currency, sale_price_micros, availability, stock
  FROM offers JOIN markets ON markets.row = offers.market`
/** More ids than this are resolved on the writer's thread, so that the calling one stays quick. */
const INLINE = 256
const CHUNK = 500

export function createCatalogRepository(connection: Connection, writer: WriterClient, clock: Clock): CatalogRepository {
  /** Every decision asks for the revision: it is read again only when something was written since. */
  let known = { revision: 0, changes: -1 }
  return {
    async resolve(productIds) {
      if (productIds.length <= INLINE) {
        const find = connection.statement('SELECT row FROM products WHERE id = ?')
        const rows = productIds.map((id) => find.get(id))
        if (rows.every((row) => row !== undefined)) return Int32Array.from(rows, (row) => scalar(row, 'row'))
      }
      return writer.call('resolveProducts', { ids: productIds, now: clock() })
    },
    upsert: (products, source) => writer.call('upsertProducts', { products, source, now: clock() }),
    delete: (productIds) => writer.call('deleteProducts', { ids: productIds, now: clock() }),
    async byId(productId) {
      const row = connection.statement(`${PRODUCT} WHERE id = ?`).get(productId)
      return row && withOffers(connection, row)
    },
    async byRows(rows) {
      const find = connection.statement(`${PRODUCT} WHERE row = ?`)
      const found: StoredProduct[] = []
      for (const row of rows) {
        const stored = find.get(row)
        if (stored !== undefined) found.push(withOffers(connection, stored))
      }
      return found
    },
    all: (options) => allProducts(connection, options?.afterRow, options?.chunk),
    changes: (after, chunk) => changedProducts(connection, after, chunk),
    async revision() {
      const { changes } = writer
      if (known.changes !== changes) known = { revision: catalogRevision(connection), changes }
      return known.revision
    },
    async count() {
      return scalar(connection.statement('SELECT count(*) AS n FROM products WHERE deleted_at IS NULL').get(), 'n')
    },
  }
}

export function catalogRevision(connection: Connection): number {
  return scalar(connection.statement("SELECT value FROM counters WHERE name = 'catalog_revision'").get(), 'value')
}

/** Chunks by revision, then row; between chunks the thread may do other work. */
async function* changedProducts(
  connection: Connection,
  afterRevision: number,
  chunk = CHUNK,
): AsyncGenerator<StoredProduct[]> {
  const statement = `${PRODUCT} WHERE (revision, row) > (?, ?) ORDER BY revision, row LIMIT ?`
  let [revision, row] = [afterRevision, Number.MAX_SAFE_INTEGER]
  for (;;) {
    const products = connection.statement(statement).all(revision, row, chunk)
    const last = products.at(-1)
    if (last === undefined) return
    yield products.map((product) => withOffers(connection, product))
    if (products.length < chunk) return
    ;[revision, row] = [integer(last, 'revision'), integer(last, 'row')]
    await setImmediate()
  }
}

/** Chunks by row; between chunks the thread may do other work. */
export async function* allProducts(
  connection: Connection,
  afterRow: ProductRow = 0,
  chunk = CHUNK,
): AsyncGenerator<StoredProduct[]> {
  for (let after = afterRow; ; ) {
    const products = connection.statement(`${PRODUCT} WHERE row > ? ORDER BY row LIMIT ?`).all(after, chunk)
    const last = products.at(-1)
    if (last === undefined) return
    const until = integer(last, 'row')
    const offers = connection
      .statement(`${OFFER} WHERE product > ? AND product <= ? ORDER BY product, position`)
      .all(after, until)
    yield joinOffers(products, offers)
    if (products.length < chunk) return
    after = until
    await setImmediate()
  }
}

function withOffers(connection: Connection, row: Row): StoredProduct {
  const offers = connection.statement(`${OFFER} WHERE product = ? ORDER BY position`).all(integer(row, 'row'))
  return storedProduct(row, offers.map(offerOf))
}

function joinOffers(products: readonly Row[], offers: readonly Row[]): StoredProduct[] {
  let next = 0
  return products.map((row) => {
    const own: Offer[] = []
    const product = integer(row, 'row')
    for (let offer = offers[next]; offer !== undefined && integer(offer, 'product') === product; ) {
      own.push(offerOf(offer))
      offer = offers[++next]
    }
    return storedProduct(row, own)
  })
}

function storedProduct(row: Row, offers: Offer[]): StoredProduct {
  const body = optionalText(row, 'body')
  const deletedAt = optionalInteger(row, 'deleted_at')
  const id = text(row, 'id')
  const described: Omit<Product, 'offers'> =
    body === undefined ? { id, title: id, categories: [], attributes: {} } : JSON.parse(body)
  return {
    row: integer(row, 'row'),
    product: { ...described, offers },
    described: body !== undefined,
    ...(deletedAt === undefined ? {} : { deletedAt }),
    createdAt: integer(row, 'created_at'),
    changedAt: integer(row, 'changed_at'),
  }
}

function offerOf(row: Row): Offer {
  const said = text(row, 'availability')
  const salePriceMicros = optionalInteger(row, 'sale_price_micros')
  const stock = optionalInteger(row, 'stock')
  return {
    market: text(row, 'name'),
    priceMicros: integer(row, 'price_micros'),
    currency: text(row, 'currency'),
    ...(salePriceMicros === undefined ? {} : { salePriceMicros }),
    availability: AVAILABILITIES.find((one) => one === said) ?? 'out_of_stock',
    ...(stock === undefined ? {} : { stock }),
  }
}
