import { NOW } from './shop-under-test.ts'

/*
 * A small sound shop as files: twenty mugs, and shoppers who buy every other day. Bad input is put beside it, so that a
 * test also shows that the good part came through.
 */

const DAY = 86_400_000
const PRODUCTS = 20
const SHOPPERS = 30
const ORDERS = 6

export const PRODUCT_HEADER = 'id,title,price,category,availability'

/** A catalogue as CSV. */
export function soundProducts(count = PRODUCTS): string {
  const rows = Array.from(
    { length: count },
    (_, p) =>
      `p${p},Mug number ${p} in ${p % 2 === 0 ? 'blue' : 'red'},${5 + p}.50,Home > ${p % 2 === 0 ? 'Blue' : 'Red'},in_stock`,
  )
  return `${[PRODUCT_HEADER, ...rows].join('\n')}\n`
}

export const ORDER_HEADER = 'order_id,time,product_id,customer,quantity,price'

/** Orders as CSV: shopper s buys products of the colour of s, two at a time; the last order is yesterday. */
export function soundOrders(shoppers = SHOPPERS, products = PRODUCTS): string {
  const rows: string[] = [ORDER_HEADER]
  for (let order = 0; order < ORDERS; order++) {
    for (let s = 0; s < shoppers; s++) {
      const time = new Date(
        NOW - DAY - ((ORDERS - 1 - order) * shoppers + (shoppers - 1 - s)) * (4 * 3_600_000),
      ).toISOString()
      for (const k of [0, 1]) {
        const product = ((s * 3 + order * 5 + k * 2) * 2 + (s % 2)) % products
        rows.push(`o${order}-${s},${time},p${product},c${s},1,${5 + product}.50`)
      }
    }
  }
  return `${rows.join('\n')}\n`
}

/** One message of the Segment specification as a line. */
export function segmentLine(fields: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify({ type: 'track', userId: 'c0', timestamp: new Date(NOW - DAY).toISOString(), ...fields })}\n`
}
