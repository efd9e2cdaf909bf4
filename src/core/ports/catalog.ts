import type { Product } from '../../contracts/product.ts'
import type { ProductRow } from './rows.ts'

export interface StoredProduct {
  readonly row: ProductRow
  readonly product: Product
  /** False while only events named it: no feed has described it. */
  readonly described: boolean
  readonly deletedAt?: number
  readonly createdAt: number
  readonly changedAt: number
}

export interface CatalogRepository {
  /** [n] rows of product ids; unknown ones get a row that is not described yet. */
  resolve(productIds: readonly string[]): Promise<Int32Array>
  /** Adds and changes; a product equal to what is stored changes nothing. Durable when it resolves. */
  upsert(products: readonly Product[], source: string): Promise<{ changed: number; unchanged: number }>
  delete(productIds: readonly string[]): Promise<number>
  byId(productId: string): Promise<StoredProduct | undefined>
  byRows(rows: readonly ProductRow[]): Promise<StoredProduct[]>
  /** Chunks of all products, deleted ones included, by row. */
  all(options?: { readonly afterRow?: ProductRow; readonly chunk?: number }): AsyncIterable<StoredProduct[]>
  /** Chunks of what was added, changed or deleted after a revision, oldest change first. */
  changes(afterRevision: number, chunk?: number): AsyncIterable<StoredProduct[]>
  /** Grows with every change; an unchanged number means an unchanged catalogue. */
  revision(): Promise<number>
  count(): Promise<number>
}
