import type { Language } from '../../../contracts/decision.ts'
import type { StorefrontConfiguration } from '../files.ts'
import type { Api } from './api.ts'
import { createEvents, type Events, freshId, type Sender } from './events.ts'
import { type Words, wordsIn } from './words.ts'

/** What the person at the screen has chosen, kept as long as the tab is open. */
interface Choices {
  readonly shopper: string
  readonly language: Language
  readonly useHistory: boolean
  readonly cart: readonly string[]
  /** What a visitor of whom nothing was known answered; undefined before. */
  readonly consent: boolean | undefined
  /** The id of such a visitor, made when the answer was yes. */
  readonly visitor: string
}

const STORED = 'storemind-demo'

export class Session {
  readonly api: Api
  readonly configuration: StorefrontConfiguration
  readonly events: Events
  private choices: Choices
  private readonly changed: () => void

  constructor(api: Api, configuration: StorefrontConfiguration, changed: () => void) {
    this.api = api
    this.configuration = configuration
    this.changed = changed
    this.events = createEvents(configuration.writeKey, () => this.sender())
    const start = {
      shopper: configuration.shoppers[0]?.id ?? '',
      language: browserLanguage(),
      useHistory: true,
      cart: [],
      consent: undefined,
      visitor: '',
    }
    this.choices = { ...start, ...stored() }
    if (!configuration.shoppers.some(({ id }) => id === this.choices.shopper)) {
      this.choices = { ...this.choices, shopper: this.choices.shopper === '' ? '' : start.shopper }
    }
  }

  /** Empty on a first visit. */
  get shopper(): string {
    return this.choices.shopper
  }
  get language(): Language {
    return this.choices.language
  }
  get useHistory(): boolean {
    return this.choices.useHistory
  }
  get cart(): readonly string[] {
    return this.choices.cart
  }
  get words(): Words {
    return wordsIn(this.choices.language)
  }

  /** The browser says for its user that they do not want to be profiled. */
  get objects(): boolean {
    return Reflect.get(navigator, 'globalPrivacyControl') === true
  }
  /** Whether the visitor has to be asked before anything is remembered. */
  get mustAsk(): boolean {
    return this.shopper === '' && this.choices.consent === undefined && !this.objects
  }
  /** Whether a visitor of whom nothing was known has answered. */
  get hasAnswered(): boolean {
    return this.shopper === '' && this.choices.consent !== undefined
  }

  /** A yes is told at once, so that the store knows the visitor before it is asked for them. */
  answer(consent: boolean): void {
    this.change({ consent, visitor: consent ? freshId() : '' })
    const sender = this.sender()
    if (sender !== undefined) this.events.consented(sender)
  }

  /** The visitor takes the answer back. The store is told, since it has to stop using what it knows. */
  withdraw(): void {
    const { visitor } = this.choices
    if (visitor !== '')
      this.events.consented({ anonymousId: visitor, consent: { personalisation: false, analytics: false } })
    this.change({ consent: undefined, visitor: '' })
  }

  /** In whose name the page tells what happens; undefined where it must not. */
  private sender(): Sender | undefined {
    const { shopper, useHistory, visitor } = this.choices
    if (this.objects || !useHistory) return undefined
    // What a sample shopper answered stands in the store's history.
    if (shopper !== '') return { userId: shopper }
    return visitor === ''
      ? undefined
      : { anonymousId: visitor, consent: { personalisation: true, analytics: true, advertising: false } }
  }

  change(choices: Partial<Choices>): void {
    this.choices = { ...this.choices, ...choices }
    sessionStorage.setItem(STORED, JSON.stringify(this.choices))
    this.changed()
  }

  /** What every request for a decision says of this person. */
  asking() {
    const profile = this.shopper || this.choices.visitor
    return {
      ...(profile === '' ? {} : { profile }),
      ...(this.useHistory && !this.objects ? {} : { personalise: false }),
      language: this.language,
    }
  }

  price(micros: number, currency: string): string {
    return new Intl.NumberFormat(this.language === 'zh' ? 'zh-CN' : 'en-IE', { style: 'currency', currency }).format(
      micros / 1e6,
    )
  }
}

function browserLanguage(): Language {
  return navigator.language.startsWith('zh') ? 'zh' : 'en'
}

/** What an earlier page of this tab stored; nothing where it is not what this page stores. */
function stored(): Partial<Choices> {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(STORED) ?? '{}')
    if (typeof value !== 'object' || value === null) return {}
    const { shopper, language, useHistory, cart, consent, visitor } = value as Record<string, unknown>
    return {
      ...(typeof shopper === 'string' ? { shopper } : {}),
      ...(language === 'en' || language === 'zh' ? { language } : {}),
      ...(typeof useHistory === 'boolean' ? { useHistory } : {}),
      ...(typeof consent === 'boolean' && typeof visitor === 'string' ? { consent, visitor } : {}),
      ...(Array.isArray(cart) ? { cart: cart.filter((id) => typeof id === 'string') } : {}),
    }
  } catch {
    return {}
  }
}
