import { currencyHint, isCurrency } from '../../contracts/currency.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { Product } from '../../contracts/product.ts'
import { handle, type RouteHandler } from '../../contracts/route.ts'
import { deleteProducts, putProducts } from '../../contracts/routes/catalogue.ts'
import { getProduct, listProducts } from '../../contracts/routes/engine.ts'
import { idOf } from '../../core/events/event-lines.ts'
import type { Store, StoredProduct } from '../../core/ports.ts'

const PAGE = 100

export function catalogueRoutes({ catalog }: Pick<Store, 'catalog'>): RouteHandler[] {
  return [
    handle(listProducts, async ({ query: { limit = PAGE, after } }) => {
      const products: Product[] = []
      const from = rowOf(after)
      for await (const chunk of catalog.all({ ...(from === undefined ? {} : { afterRow: from }), chunk: limit })) {
        for (const stored of chunk) {
          if (!isThere(stored)) continue
          products.push(stored.product)
          if (products.length === limit) return { products, next: String(stored.row) }
        }
      }
      return { products, next: null }
    }),
    handle(getProduct, async ({ params: { productId } }) => {
      const stored = await catalog.byId(productId)
      if (stored === undefined || !isThere(stored)) throw new CodedError('PRODUCT_NOT_FOUND', { product: productId })
      return stored.product
    }),
    handle(putProducts, async ({ body: { products } }) => {
      for (const [i, { id, offers }] of products.entries()) {
        // The same ids that events may name, or else no event would ever find the product.
        if (idOf(id) !== id) throw new CodedError('BAD_REQUEST', { problem: `body/products/${i}/id is no id` })
        for (const [o, { currency }] of offers.entries()) {
          if (isCurrency(currency)) continue
          const field = `body/products/${i}/offers/${o}/currency`
          throw new CodedError('CURRENCY_UNKNOWN', { field, value: currency, hint: currencyHint(currency) })
        }
      }
      return catalog.upsert(products, 'api')
    }),
    handle(deleteProducts, async ({ body: { productIds } }) => ({ deleted: await catalog.delete(productIds) })),
  ]
}

function isThere({ described, deletedAt }: StoredProduct): boolean {
  return described && deletedAt === undefined
}

function rowOf(after: string | undefined): number | undefined {
  if (after === undefined) return undefined
  if (!/^\d{1,15}$/.test(after))
    throw new CodedError('BAD_REQUEST', { problem: 'query/after is not the next of a page' })
  return Number(after)
}
