/**
 * From where on the data check speaks up, and why there. Shares are of 1. Each finding reads its limits here and
 * nowhere else.
 */
export const THRESHOLDS = {
  /** Below this a model that learns from others has nobody to learn from; a popularity list would do as well. */
  fewestReturning: 10,
  /** From here on the held-out last month has enough shoppers for Recall@10 to be told from chance (± about 0.03). */
  enoughReturning: 1000,
  /** Products that five shoppers bought: the least support at which neighbours are more than one person's taste. */
  fewestSupported: 10,
  /** Training holds out the last 30 days; a history shorter than three times that learns less than it is tested on. */
  shortHistoryDays: 90,
  /** Nothing new for so long: tastes, prices and the range have moved on. */
  staleDays: 30,
  /** Lines of products that no feed describes can teach, but cannot be shown: no title, price or stock. */
  orphansNote: 0.01,
  orphansWarning: 0.2,
  /** A product without a price cannot be filtered by price, nor shown with one. */
  unpricedWarning: 0.1,
  /** Same shopper, product, kind and minute: a double click is normal, a tracker that fires twice is not. */
  duplicatesNote: 0.005,
  duplicatesWarning: 0.05,
  /** Clocks of phones are off now and then; more than one in a hundred is a zone or a format read wrongly. */
  clockWarning: 0.01,
  /** Fashion takes back up to half; above a third of orders the purchases overstate what people liked. */
  refundsWarning: 0.33,
  /** Refunds whose order is missing cannot be taken off anything. */
  unmatchedWarning: 0.25,
  /** A quarter of a shop's traffic by programs is common; above that the marks deserve a look. */
  botsWarning: 0.25,
  /** Shoppers whose data may not train: above this most of the shop is out of sight. */
  withheldWarning: 0.5,
  /** More events than a person makes in years (30 a day for a year): a shared login, a till, a program. */
  giantEvents: 10_000,
  /** Events that name no shopper teach nothing about anybody. */
  anonymousWarning: 0.1,
} as const
