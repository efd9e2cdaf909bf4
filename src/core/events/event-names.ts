import type { EventKind } from '../../contracts/event.ts'

/**
 * What a track message's event name means. Names are compared in lower case with everything between words as one
 * underscore: "Product Added", "product_added" and "Product-Added" are one.
 * Source: Segment e-commerce specification v2; Google Analytics 4 recommended events for online sales.
 */
const KINDS = new Map<string, EventKind>([
  // Segment
  ['products_searched', 'products_searched'],
  ['product_list_viewed', 'product_list_viewed'],
  ['product_list_filtered', 'product_list_viewed'],
  ['product_clicked', 'product_clicked'],
  ['product_viewed', 'product_viewed'],
  ['product_added', 'product_added'],
  ['wishlist_product_added_to_cart', 'product_added'],
  ['product_removed', 'product_removed'],
  ['cart_viewed', 'cart_viewed'],
  ['product_added_to_wishlist', 'wishlist_added'],
  ['checkout_started', 'checkout_started'],
  ['order_completed', 'order_completed'],
  ['order_cancelled', 'order_cancelled'],
  ['order_canceled', 'order_cancelled'],
  ['order_refunded', 'order_refunded'],
  // Google Analytics 4
  ['page_view', 'page_viewed'],
  ['search', 'products_searched'],
  ['view_search_results', 'products_searched'],
  ['view_item_list', 'product_list_viewed'],
  ['select_item', 'product_clicked'],
  ['view_item', 'product_viewed'],
  ['add_to_cart', 'product_added'],
  ['remove_from_cart', 'product_removed'],
  ['view_cart', 'cart_viewed'],
  ['add_to_wishlist', 'wishlist_added'],
  ['begin_checkout', 'checkout_started'],
  ['purchase', 'order_completed'],
  ['refund', 'order_refunded'],
])

/** `other` for names that mean nothing to us: such events are kept, too. */
export function kindOfName(name: string): EventKind {
  const words = name
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
  return KINDS.get(words) ?? 'other'
}

/** Kinds that say nothing without a product. */
export const NEEDS_PRODUCT: ReadonlySet<EventKind> = new Set([
  'product_clicked',
  'product_viewed',
  'product_added',
  'product_removed',
  'wishlist_added',
  'order_completed',
])
