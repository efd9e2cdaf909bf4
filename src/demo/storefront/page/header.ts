import type { Language } from '../../../contracts/decision.ts'
import { byId, element } from './element.ts'
import type { Session } from './session.ts'

const LANGUAGES_SHOWN: readonly { readonly language: Language; readonly name: string }[] = [
  { language: 'en', name: 'EN' },
  { language: 'zh', name: '中文' },
]

/** Draws what stands above and below every page. @param redraw draws the page anew after a choice */
export function drawFrame(session: Session, redraw: () => void): void {
  const { words, configuration } = session
  const choose = (choices: Parameters<Session['change']>[0]) => () => {
    session.change(choices)
    redraw()
  }
  const select = element(
    'select',
    { id: 'shopper', change: () => choose({ shopper: select.value })() },
    element('option', { value: '' }, words.firstVisit),
    configuration.shoppers.map(({ id, label }) => element('option', { value: id }, label)),
  )
  select.value = session.shopper
  const history = element('input', {
    type: 'checkbox',
    id: 'history',
    change: () => choose({ useHistory: history.checked })(),
  })
  history.checked = session.useHistory
  byId('header').replaceChildren(
    element(
      'div',
      { class: 'bar' },
      element(
        'a',
        { class: 'brand', href: '#/' },
        element('img', { src: 'pictures/bag-5-0.svg', alt: '', width: 32, height: 32 }),
        configuration.store || words.store,
      ),
      element('label', { class: 'field' }, words.shopper, select),
      element('label', { class: 'switch' }, history, words.useHistory),
      element(
        'div',
        { class: 'language', role: 'group', 'aria-label': words.language },
        LANGUAGES_SHOWN.map(({ language, name }) =>
          element(
            'button',
            {
              id: `language-${language}`,
              type: 'button',
              lang: language,
              'aria-pressed': String(session.language === language),
              click: choose({ language }),
            },
            name,
          ),
        ),
      ),
      element(
        'a',
        { class: 'cart-link', href: '#/cart' },
        words.cart,
        element('span', { class: 'count', id: 'cart-count' }, String(session.cart.length)),
      ),
      element('p', { class: 'quiet', role: 'status', id: 'said' }),
    ),
  )
  const withdraw = () => {
    session.withdraw()
    redraw()
  }
  byId('footer').replaceChildren(
    element('p', {}, words.footer),
    ...(session.hasAnswered
      ? [element('button', { class: 'link', type: 'button', click: withdraw }, words.withdraw)]
      : []),
  )
  byId('skip').textContent = words.skip
  document.documentElement.lang = session.language
}

/** Says something to who listens rather than looks. */
export function say(text: string): void {
  byId('said').textContent = text
}

export function showCartCount(session: Session): void {
  byId('cart-count').textContent = String(session.cart.length)
}
