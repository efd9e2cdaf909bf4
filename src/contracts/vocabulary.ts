/*
 * The closed lists of words that contracts and stored rows share. They stand apart from the schemas that are made of
 * them, since the threads of the store need the words, and the schema library is 370 files: loading it would take most
 * of the time in which such a thread starts.
 */

/**
 * What happened, in the shop's words. The number is what storage keeps: rows are never renumbered, new kinds go to
 * the end.
 */
export const EVENT_KINDS = {
  other: 0,
  page_viewed: 1,
  product_list_viewed: 2,
  products_searched: 3,
  product_clicked: 4,
  product_viewed: 5,
  product_added: 6,
  product_removed: 7,
  cart_viewed: 8,
  wishlist_added: 9,
  checkout_started: 10,
  order_completed: 11,
  order_cancelled: 12,
  order_refunded: 13,
  identified: 14,
  aliased: 15,
} as const
export type EventKind = keyof typeof EVENT_KINDS

/** What a shopper's data may be used for. Consent is given per purpose. */
export const PURPOSES = ['personalisation', 'analytics', 'advertising', 'email_marketing', 'push_marketing'] as const

/**
 * On which ground the shoppers of an import or a source may be profiled.
 * - `consent`: only those who said yes; the import names the column that says so.
 * - `contract`: the store's terms with its customers cover it; a recorded "no" still counts.
 * - `sample`: data for trying out, of no living customer of this store.
 */
export const LEGAL_BASES = ['consent', 'contract', 'sample'] as const

/** Whether a product can be had. */
export const AVAILABILITIES = ['in_stock', 'out_of_stock', 'preorder', 'backorder'] as const

export const JOB_KINDS = ['import', 'train', 'evaluate', 'backup', 'retention', 'bots', 'outcomes'] as const
export const JOB_STATUSES = ['queued', 'running', 'succeeded', 'failed', 'cancelled', 'interrupted'] as const

export const MODEL_STATUSES = ['candidate', 'serving', 'retired', 'rejected'] as const

/** What a webhook can tell of. Names are Standard Webhooks' form: the noun, a dot, what happened to it. */
export const WEBHOOK_TYPES = [
  'job.ended',
  'import.completed',
  'model.promoted',
  'profile.erased',
  'experiment.ended',
  'webhook.disabled',
] as const

export const DELIVERY_STATES = ['pending', 'delivered', 'failed'] as const
