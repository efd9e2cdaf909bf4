import Type from 'typebox'
import { ExternalId } from '../ids.ts'
import { Product } from '../product.ts'
import { route } from '../route.ts'

/** Products of one call; larger catalogues come in several. */
const AT_ONCE = 1000

/*
 * Keys with the scope `write` stand in pages for everybody to read, and whoever holds one must not be able to change a
 * price: the catalogue needs `admin`.
 */
export const putProducts = route({
  name: 'putProducts',
  method: 'PUT',
  path: '/v1/products',
  scope: 'admin',
  tag: 'catalogue',
  summary: 'Adds and changes up to 1,000 products. Each one replaces what is known of it; decisions follow at once.',
  body: Type.Object(
    { products: Type.Array(Product, { minItems: 1, maxItems: AT_ONCE }) },
    { additionalProperties: false },
  ),
  response: Type.Object(
    {
      changed: Type.Integer({ description: 'Added or changed.' }),
      unchanged: Type.Integer({ description: 'Equal to what was known.' }),
    },
    { additionalProperties: false },
  ),
  errors: ['CURRENCY_UNKNOWN', 'DISK_FULL'],
})

export const deleteProducts = route({
  name: 'deleteProducts',
  method: 'POST',
  path: '/v1/products/delete',
  scope: 'admin',
  tag: 'catalogue',
  summary: 'Takes up to 1,000 products out of the catalogue. Past decisions can still be explained.',
  body: Type.Object(
    { productIds: Type.Array(ExternalId, { minItems: 1, maxItems: AT_ONCE }) },
    { additionalProperties: false },
  ),
  response: Type.Object(
    { deleted: Type.Integer({ description: 'Those that were there.' }) },
    { additionalProperties: false },
  ),
  errors: ['DISK_FULL'],
})
