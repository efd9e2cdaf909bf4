import type { Product } from '../../../contracts/product.ts'
import { element } from './element.ts'
import type { Session } from './session.ts'

/** Where the simulated feed carries them. */
const CHINESE_TITLE = 'custom_label_0'
export const STYLE = 'custom_label_1'

/** The price of the first offer, with the one before it was reduced. */
export function priceOf(session: Session, product: Product): HTMLElement | undefined {
  const [offer] = product.offers
  if (!offer) return undefined
  const full = session.price(offer.priceMicros, offer.currency)
  if (offer.salePriceMicros === undefined) return element('p', { class: 'price' }, full)
  return element(
    'p',
    { class: 'price' },
    element('span', { class: 'sale' }, session.price(offer.salePriceMicros, offer.currency)),
    element('s', { class: 'was' }, full),
  )
}

export function titleIn(session: Session, product: Product): string {
  return (session.language === 'zh' ? product.attributes[CHINESE_TITLE] : undefined) ?? product.title
}
