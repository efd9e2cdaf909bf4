import type { Language } from '../../../contracts/decision.ts'
import type { StorefrontConfiguration } from '../files.ts'
import type { Api } from './api.ts'
import { type Words, wordsIn } from './words.ts'

/** What the person at the screen has chosen, kept as long as the tab is open. */
interface Choices {
  readonly shopper: string
  readonly language: Language
  readonly useHistory: boolean
  readonly cart: readonly string[]
}

const STORED = 'storemind-demo'

export class Session {
  readonly api: Api
  readonly configuration: StorefrontConfiguration
  private choices: Choices
  private readonly changed: () => void

  constructor(api: Api, configuration: StorefrontConfiguration, changed: () => void) {
    this.api = api
    this.configuration = configuration
    this.changed = changed
    const start = {
      shopper: configuration.shoppers[0]?.id ?? '',
      language: browserLanguage(),
      useHistory: true,
      cart: [],
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

  change(choices: Partial<Choices>): void {
    this.choices = { ...this.choices, ...choices }
    sessionStorage.setItem(STORED, JSON.stringify(this.choices))
    this.changed()
  }

  /** What every request for a decision says of this person. */
  asking() {
    return {
      ...(this.shopper === '' ? {} : { profile: this.shopper }),
      ...(this.useHistory ? {} : { personalise: false }),
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
    const { shopper, language, useHistory, cart } = value as Record<string, unknown>
    return {
      ...(typeof shopper === 'string' ? { shopper } : {}),
      ...(language === 'en' || language === 'zh' ? { language } : {}),
      ...(typeof useHistory === 'boolean' ? { useHistory } : {}),
      ...(Array.isArray(cart) ? { cart: cart.filter((id) => typeof id === 'string') } : {}),
    }
  } catch {
    return {}
  }
}
