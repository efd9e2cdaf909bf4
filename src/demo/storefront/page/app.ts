import type { StorefrontConfiguration } from '../files.ts'
import { createApi } from './api.ts'
import { cart } from './cart.ts'
import { drawConsent } from './consent.ts'
import { byId, element } from './element.ts'
import { drawFrame, say, showCartCount } from './header.ts'
import { home } from './home.ts'
import { product } from './product.ts'
import { Session } from './session.ts'
import { trouble } from './trouble.ts'
import { wordsIn } from './words.ts'

/** Counts drawings, so that a slow answer does not draw over the page that was asked for after it. */
let drawing = 0

interface Drawing {
  /** Goes to the page's top. */
  readonly move: boolean
  /** The visitor comes to this page now. */
  readonly arrives: boolean
  readonly said?: string
}

async function draw(session: Session, options: Drawing): Promise<void> {
  const own = ++drawing
  const main = byId('main')
  main.setAttribute('aria-busy', 'true')
  const parts = await pageOf(session, options.arrives).catch((error: unknown) => [trouble(session.words, error)])
  if (own !== drawing) return
  main.replaceChildren(...parts)
  main.removeAttribute('aria-busy')
  const title = main.querySelector('h1')?.textContent
  document.title = [title, session.configuration.store].filter(Boolean).join(' · ')
  showCartCount(session)
  say(options.said ?? title ?? '')
  if (!options.move) return
  window.scrollTo({ top: 0, behavior: 'instant' })
  // Focus alone would scroll the page's first lines beneath the bar that stays on top.
  main.focus({ preventScroll: true })
}

function pageOf(session: Session, arrives: boolean): Promise<HTMLElement[]> {
  const [, page = '', id = ''] = location.hash.split('/')
  if (page === 'product') return product(session, decodeURIComponent(id), { say, arrives })
  if (page === 'cart') return cart(session, (said) => void draw(session, { move: false, arrives: false, said }))
  return home(session)
}

async function start(): Promise<void> {
  const response = await fetch('config.json')
  if (!response.ok) throw new Error(`config.json: ${response.status}`)
  // The server that serves this page makes it.
  const configuration = (await response.json()) as StorefrontConfiguration
  const session = new Session(createApi(configuration.key), configuration, () => showCartCount(session))
  const drawAll = (arrives: boolean) => {
    const focused = document.activeElement?.id
    drawFrame(session, redraw)
    drawConsent(session, redraw)
    if (focused) document.getElementById(focused)?.focus()
    void draw(session, { move: false, arrives })
  }
  const redraw = () => drawAll(false)
  byId('skip').addEventListener('click', (event) => {
    event.preventDefault()
    byId('main').focus()
  })
  window.addEventListener('hashchange', () => void draw(session, { move: true, arrives: true }))
  drawAll(true)
}

start().catch((error: unknown) =>
  byId('main').replaceChildren(element('h1', {}, 'Demo store'), trouble(wordsIn('en'), error)),
)
