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
    const taken = products[place]
    session.change({ cart: session.cart.filter((_, n) => n !== place) })
    if (taken) session.events.removed(taken)
    redraw(words.removed)
  }
  const order = () => {
    const pieces = Map.groupBy(products, ({ id }) => id)
    session.events.ordered(
      [...pieces.values()].flatMap(([product, ...more]) => (product ? [{ product, quantity: 1 + more.length }] : [])),
    )
    session.change({ cart: [] })
    redraw(words.ordered)
  }
  return [
    title,
    element(
      'section',
      { 'aria-label': words.cartTitle, class: 'shelf' },
      lines(session, products, take),
      element('button', { class: 'primary', type: 'button', click: order }, words.order),
    ),
    ...beside,
  ]
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
