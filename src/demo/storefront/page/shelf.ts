import type { ChosenItem, Decision, DecisionRequest } from '../../../contracts/decision.ts'
import type { Product } from '../../../contracts/product.ts'
import { element } from './element.ts'
import { whenSeen } from './impressions.ts'
import { priceOf, titleIn } from './offer.ts'
import type { Session } from './session.ts'
import { trouble } from './trouble.ts'
import { openWhy } from './why.ts'

/** What a card shows of a product, wherever it was heard of. */
interface CardContent {
  readonly id: string
  readonly name: string
  readonly image: string | undefined
  readonly price: HTMLElement | undefined
  /** Told when the shopper opens it. */
  readonly opened?: () => void
}

export async function itemCard(session: Session, decision: Decision, item: ChosenItem): Promise<HTMLElement> {
  const [reason] = item.reasons
  const price =
    item.priceMicros !== undefined && item.currency !== undefined
      ? session.price(item.priceMicros, item.currency)
      : undefined
  const content = {
    id: item.productId,
    name: await nameOf(session, item.productId, item.name),
    image: item.imageLink,
    price: price === undefined ? undefined : element('p', { class: 'price' }, price),
    opened: () => session.events.clicked(decision, item),
  }
  const made = card(
    content,
    reason ? element('p', { class: 'reason' }, reason.text) : undefined,
    element(
      'button',
      {
        class: 'link',
        type: 'button',
        'aria-label': `${session.words.why} ${content.name}`,
        click: () => openWhy(session, decision, item),
      },
      session.words.why,
    ),
  )
  whenSeen(made, () => session.events.seen(decision, item))
  return made
}

export function productCard(session: Session, product: Product): HTMLElement {
  const name = titleIn(session, product)
  return card({ id: product.id, name, image: product.imageLink, price: priceOf(session, product) })
}

function card({ id, name, image, price, opened }: CardContent, ...more: (HTMLElement | undefined)[]): HTMLElement {
  return element(
    'li',
    { class: 'card' },
    element('img', { src: image ?? 'pictures/box-2-0.svg', alt: '', loading: 'lazy', width: 200, height: 150 }),
    element(
      'div',
      { class: 'card-body' },
      element('h3', {}, element('a', { href: `#/product/${encodeURIComponent(id)}`, click: opened }, name)),
      price,
      more,
    ),
  )
}

/** A decision names its products in the store's own language; another one is asked of the product. */
async function nameOf(session: Session, id: string, name: string): Promise<string> {
  if (session.language === 'en') return name
  return session.api.product(id).then(
    (product) => titleIn(session, product),
    () => name,
  )
}

export interface ShelfText {
  readonly id: string
  readonly title: string
}

/** Asks for one decision and sorts what was chosen onto shelves. Trouble is shown in the shelf's place. */
export async function shelves(
  session: Session,
  request: DecisionRequest,
  sort: (decision: Decision) => readonly (ShelfText & { readonly items: readonly ChosenItem[] })[],
): Promise<HTMLElement[]> {
  try {
    // What was done just now is to count.
    await session.events.settled()
    const decision = await session.api.recommend({ ...session.asking(), ...request })
    if (decision.items.length === 0) return [element('p', { class: 'note' }, session.words.nothing)]
    const sorted = sort(decision).filter(({ items }) => items.length > 0)
    return await Promise.all(sorted.map((one) => shelf(session, decision, one, one.items)))
  } catch (error) {
    return [trouble(session.words, error)]
  }
}

async function shelf(
  session: Session,
  decision: Decision,
  { id, title }: ShelfText,
  items: readonly ChosenItem[],
): Promise<HTMLElement> {
  const cards = await Promise.all(items.map((item) => itemCard(session, decision, item)))
  return element(
    'section',
    { class: 'shelf', 'aria-labelledby': id },
    element(
      'div',
      { class: 'shelf-head' },
      element('h2', { id }, title),
      element(
        'button',
        { class: 'link', type: 'button', click: () => openWhy(session, decision) },
        session.words.whyShelf,
      ),
    ),
    element('ul', { class: 'grid' }, cards),
  )
}
