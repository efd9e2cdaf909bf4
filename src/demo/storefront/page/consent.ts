import { byId, element } from './element.ts'
import type { Session } from './session.ts'

/** Asks a visitor of whom nothing is known whether the store may remember; nothing is told before the answer is yes. */
export function drawConsent(session: Session, redraw: () => void): void {
  const { words } = session
  const answer = (consent: boolean) => () => {
    session.answer(consent)
    redraw()
    byId('main').focus({ preventScroll: true })
  }
  const button = (name: string, consent: boolean) =>
    element('button', { class: 'secondary', type: 'button', click: answer(consent) }, name)
  byId('consent').replaceChildren(
    ...(session.mustAsk
      ? [
          element(
            'section',
            { class: 'ask', 'aria-labelledby': 'ask-title' },
            element('h2', { id: 'ask-title' }, words.askTitle),
            element('p', {}, words.askText),
            element('div', { class: 'answers' }, button(words.refuse, false), button(words.accept, true)),
          ),
        ]
      : []),
  )
}
