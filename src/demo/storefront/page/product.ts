import type { ChosenItem, Decision } from '../../../contracts/decision.ts'
import type { Product } from '../../../contracts/product.ts'
import { element } from './element.ts'
import { priceOf, STYLE, titleIn } from './offer.ts'
import type { Session } from './session.ts'
import { shelves } from './shelf.ts'

/** @param arrives false where the page is drawn anew for somebody who is on it already */
export async function product(
  session: Session,
  id: string,
  { say, arrives }: { readonly say: (text: string) => void; readonly arrives: boolean },
): Promise<HTMLElement[]> {
  const [found, beside] = await Promise.all([
    session.api.product(id),
    shelves(session, { placement: 'product_page', productId: id, limit: 12 }, (decision) => sorted(session, decision)),
  ])
  if (arrives) session.events.viewed(found)
  return [crumbs(session, found), details(session, found, say), ...beside]
}

const COMPLEMENTS = new Set<string>(['bought_together', 'because_in_cart', 'next_after'])

/** What goes with the product and what is like it, by the reason that weighs most. */
function sorted({ words }: Session, { items }: Decision) {
  const complements = (item: ChosenItem) => COMPLEMENTS.has(item.reasons[0]?.code ?? '')
  const alike = (item: ChosenItem) => item.reasons[0]?.code === 'similar_to'
  return [
    { id: 'together', title: words.together, items: items.filter(complements) },
    { id: 'similar', title: words.similar, items: items.filter(alike) },
    { id: 'also', title: words.also, items: items.filter((item) => !complements(item) && !alike(item)) },
  ]
}

function crumbs({ words }: Session, { categories }: Product): HTMLElement {
  return element(
    'nav',
    { class: 'crumbs', 'aria-label': categories.join(', ') },
    element('a', { href: '#/' }, words.home),
    ` › ${categories.join(' › ')}`,
  )
}

function details(session: Session, found: Product, say: (text: string) => void): HTMLElement {
  const { words } = session
  const available = found.offers[0]?.availability !== 'out_of_stock'
  const attribute = (name: string, label: string) => {
    const value = found.attributes[name]
    return value === undefined ? undefined : element('li', {}, label + words.colon + value)
  }
  const add = () => {
    session.change({ cart: [...session.cart, found.id] })
    session.events.added(found)
    say(words.added)
  }
  return element(
    'article',
    { class: 'big' },
    element('img', { src: found.imageLink ?? 'pictures/box-2-0.svg', alt: '', width: 600, height: 450 }),
    element(
      'div',
      { class: 'big-body' },
      element('h1', {}, titleIn(session, found)),
      priceOf(session, found),
      element('p', {}, found.description ?? ''),
      element(
        'ul',
        { class: 'facts' },
        element('li', {}, available ? words.inStock : words.outOfStock),
        attribute(STYLE, words.style),
        attribute('color', words.colour),
        attribute('size', words.size),
      ),
      element('button', { class: 'primary', type: 'button', disabled: !available, click: add }, words.addToCart),
    ),
  )
}
