import type { Product } from '../../../contracts/product.ts'
import { element } from './element.ts'
import { priceOf, titleIn } from './offer.ts'
import type { Session } from './session.ts'
import { shelves } from './shelf.ts'

export async function cart(session: Session, redraw: (said: string) => void): Promise<HTMLElement[]> {
  const { words } = session
  const title = element('h1', {}, words.cartTitle)
  if (session.cart.length === 0) return [title, element('p', { class: 'note' }, words.cartEmpty)]
  const [products, beside] = await Promise.all([
    Promise.all(session.cart.map((id) => session.api.product(id))),
    shelves(session, { placement: 'cart', cart: [...new Set(session.cart)], limit: 8 }, ({ items }) => [
      { id: 'goes', title: words.goesWithCart, items },
    ]),
  ])
  const take = (place: number) => {
    session.change({ cart: session.cart.filter((_, n) => n !== place) })
    redraw(words.removed)
  }
  return [title, element('section', { 'aria-label': words.cartTitle }, lines(session, products, take)), ...beside]
}

function lines(session: Session, products: readonly Product[], take: (place: number) => void): HTMLElement {
  const { words } = session
  const paid = products.map(({ offers: [offer] }) => offer?.salePriceMicros ?? offer?.priceMicros ?? 0)
  const currency = products[0]?.offers[0]?.currency ?? 'EUR'
  return element(
    'div',
    { class: 'lines' },
    element(
      'ul',
      {},
      products.map((product, place) =>
        element(
          'li',
          {},
          element('img', { src: product.imageLink ?? 'pictures/box-2-0.svg', alt: '', width: 72, height: 72 }),
          element('a', { href: `#/product/${encodeURIComponent(product.id)}` }, titleIn(session, product)),
          priceOf(session, product),
          element(
            'button',
            {
              class: 'link',
              type: 'button',
              'aria-label': `${words.remove} ${titleIn(session, product)}`,
              click: () => take(place),
            },
            words.remove,
          ),
        ),
      ),
    ),
    element(
      'p',
      { class: 'total' },
      element('span', {}, words.total),
      element(
        'span',
        {},
        session.price(
          paid.reduce((a, b) => a + b, 0),
          currency,
        ),
      ),
    ),
  )
}
