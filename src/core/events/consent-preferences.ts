import type { Purpose } from '../../contracts/consent.ts'
import type { ShopEvent } from '../../contracts/event.ts'

/**
 * Categories of consent managers and the purposes they stand for. Our own names count; so do those that OneTrust,
 * Cookiebot and Google consent mode use. A category that is not here says nothing.
 */
const CATEGORIES = new Map<string, Purpose>([
  ['personalisation', 'personalisation'],
  ['personalization', 'personalisation'],
  ['personalization_storage', 'personalisation'],
  ['functional', 'personalisation'],
  ['preferences', 'personalisation'],
  ['analytics', 'analytics'],
  ['analytics_storage', 'analytics'],
  ['statistics', 'analytics'],
  ['performance', 'analytics'],
  ['advertising', 'advertising'],
  ['targeting', 'advertising'],
  ['marketing', 'advertising'],
  ['ad_storage', 'advertising'],
  ['ad_user_data', 'advertising'],
  ['ad_personalization', 'advertising'],
  ['email_marketing', 'email_marketing'],
  ['push_marketing', 'push_marketing'],
])

const ANSWERS = new Map<unknown, boolean>([
  [true, true],
  [false, false],
  ['granted', true],
  ['denied', false],
])

/**
 * What a message says about consent, from several places at once. Where they disagree on a purpose the no counts; what
 * is neither a plain yes nor a plain no is not taken for one.
 */
export function consentsOf(stated: readonly unknown[]): ShopEvent['consents'] {
  const answers = new Map<Purpose, boolean>()
  for (const preferences of stated) {
    if (typeof preferences !== 'object' || preferences === null) continue
    for (const [category, value] of Object.entries(preferences)) {
      const purpose = CATEGORIES.get(
        category
          .trim()
          .toLowerCase()
          .replace(/[\s-]+/g, '_'),
      )
      const granted = ANSWERS.get(typeof value === 'string' ? value.trim().toLowerCase() : value)
      if (purpose === undefined || granted === undefined) continue
      answers.set(purpose, granted && answers.get(purpose) !== false)
    }
  }
  return [...answers].map(([purpose, granted]) => ({ purpose, granted }))
}
