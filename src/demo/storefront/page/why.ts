import type { ChosenItem, Decision, Explanation } from '../../../contracts/decision.ts'
import type { Reason } from '../../../contracts/reason.ts'
import { byId, element } from './element.ts'
import { titleIn } from './offer.ts'
import type { Session } from './session.ts'
import { trouble } from './trouble.ts'

/** Opens the explanation of a decision: of one of its items, or of the whole shelf. */
export async function openWhy(session: Session, decision: Decision, item?: ChosenItem): Promise<void> {
  const dialog = byId('why')
  if (!(dialog instanceof HTMLDialogElement)) return
  const { words } = session
  dialog.replaceChildren(element('div', { class: 'why-body' }, element('p', { role: 'status' }, words.loading)))
  if (!dialog.open) dialog.showModal()
  const body = await session.api.explanation(decision.id, session.language).then(
    async (explanation) => contentOf(session, explanation, item, await nameIn(session, item)),
    (error: unknown) => [trouble(words, error)],
  )
  const title = element('h2', { id: 'why-title', tabindex: -1 }, words.whyTitle)
  const close = element('button', { class: 'primary', type: 'button', click: () => dialog.close() }, words.close)
  dialog.replaceChildren(element('div', { class: 'why-body' }, title, body, close))
  title.focus()
}

async function nameIn(session: Session, item: ChosenItem | undefined): Promise<string> {
  if (!item) return ''
  return session.api.product(item.productId).then(
    (product) => titleIn(session, product),
    () => item.name,
  )
}

function contentOf(
  session: Session,
  { decision, summary }: Explanation,
  item: ChosenItem | undefined,
  name: string,
): HTMLElement[] {
  const { words } = session
  const stored = decision.items.find(({ productId }) => productId === item?.productId)
  const figures: [string, string][] = [
    [words.basis, words.bases[decision.basis]],
    [words.model, decision.modelVersion === null ? '–' : String(decision.modelVersion)],
  ]
  if (stored) {
    figures.push([words.position, String(stored.position)])
    figures.push([words.propensity, percent(session, stored.propensity)])
  }
  return [
    ...(stored ? [element('p', {}, element('strong', {}, name)), reasonsOf(session, stored.reasons)] : []),
    element(
      'dl',
      { class: 'figures' },
      figures.map(([term, value]) => element('div', {}, element('dt', {}, term), element('dd', {}, value))),
    ),
    element(
      'section',
      { 'aria-labelledby': 'why-story', class: 'shelf' },
      element('h3', { id: 'why-story' }, words.story),
      element(
        'ul',
        { class: 'story' },
        summary.map((sentence) => element('li', {}, sentence)),
      ),
    ),
  ]
}

function reasonsOf(session: Session, reasons: readonly Reason[]): HTMLElement {
  return element(
    'section',
    { 'aria-labelledby': 'why-reasons', class: 'shelf' },
    element('h3', { id: 'why-reasons' }, session.words.reasons),
    element(
      'ol',
      {},
      reasons.map(({ text, weight }) => {
        const bar = element('span')
        bar.style.width = `${Math.round(100 * weight)}%`
        return element(
          'li',
          { class: 'weight' },
          element('span', {}, text),
          element('span', {}, percent(session, weight)),
          element('span', { class: 'track', 'aria-hidden': 'true' }, bar),
        )
      }),
    ),
  )
}

function percent(session: Session, share: number): string {
  return new Intl.NumberFormat(session.language, {
    style: 'percent',
    maximumFractionDigits: share < 0.1 ? 1 : 0,
  }).format(share)
}
