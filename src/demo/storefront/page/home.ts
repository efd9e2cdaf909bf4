import type { Product } from '../../../contracts/product.ts'
import { element } from './element.ts'
import type { Session } from './session.ts'
import { productCard, shelves } from './shelf.ts'
import { trouble } from './trouble.ts'

const PAGE = 24

export async function home(session: Session): Promise<HTMLElement[]> {
  const { words } = session
  const [chosen, all] = await Promise.all([
    shelves(session, { placement: 'home', limit: 12 }, (decision) => [
      {
        id: 'recommended',
        title: decision.basis === 'personalised' ? words.forYou : words.forAnyone,
        items: decision.items,
      },
    ]),
    everything(session),
  ])
  return [
    element('div', { class: 'intro' }, element('h1', {}, words.homeTitle), element('p', {}, words.homeText)),
    ...(session.objects ? [element('p', { class: 'note' }, words.objects)] : []),
    ...chosen,
    all,
  ]
}

/** The whole catalogue, a page at a time. */
async function everything(session: Session): Promise<HTMLElement> {
  const { words, api } = session
  const grid = element('ul', { class: 'grid' })
  const more = element('button', { class: 'secondary', type: 'button', click: () => load() }, words.more)
  const section = element(
    'section',
    { class: 'shelf', 'aria-labelledby': 'all' },
    element('h2', { id: 'all' }, words.allProducts),
    grid,
    more,
  )
  let after: string | undefined

  const load = async (): Promise<void> => {
    more.disabled = true
    try {
      const page = await api.products(after, PAGE)
      const cards = page.products.map((product: Product) => productCard(session, product))
      grid.append(...cards)
      // Whoever asked for more goes on reading where the new ones begin.
      if (after !== undefined) cards[0]?.querySelector('a')?.focus()
      after = page.next ?? undefined
      more.hidden = page.next === null
    } catch (error) {
      section.append(trouble(words, error))
    }
    more.disabled = false
  }
  await load()
  return section
}
