import type { ContextualCause, Language } from '../../contracts/decision.ts'
import type { ReasonCode } from '../../contracts/reason.ts'
import { EN } from './en.ts'
import { ZH } from './zh.ts'

/** What a reason may speak of; which parts a code uses stands in each language's table. */
export interface ReasonSubject {
  /** Title of the product that the reason points at. */
  readonly product?: string
  /** A category or a brand. */
  readonly value?: string
  /** How often; above zero. */
  readonly times?: number
}

/** One language: a sentence for each code, and the sentences of an explanation's summary. */
export interface ReasonWords {
  readonly reasons: Readonly<Record<ReasonCode, (subject: ReasonSubject) => string>>
  readonly summary: SummaryWords
}

export interface SummaryWords {
  decided(placement: string, items: number): string
  personalised(): string
  contextual(cause: ContextualCause): string
  model(version: number): string
  noModel(): string
  refused(policy: string, count: number): string
  explored(count: number): string
  /** Positions that the floor of new products took. */
  floored(count: number): string
  nothing(): string
  inArm(experiment: string, arm: string): string
  leftOut(experiment: string): string
  heldOut(): string
  /** The store showed its own list, of so many. */
  shadow(shown: number): string
  placed(position: number, rule: string): string
  favoured(position: number, rule: string): string
  /** A rule whose limit was reached. */
  resting(rule: string): string
  /** Lists that were given up, since a limit did not allow them. */
  attempts(count: number): string
}

const WORDS: Readonly<Record<Language, ReasonWords>> = { en: EN, zh: ZH }

export function wordsOf(language: Language): ReasonWords {
  return WORDS[language]
}

/** The sentence that a shopper or a merchant reads. */
export function sentence(code: ReasonCode, subject: ReasonSubject, language: Language): string {
  return WORDS[language].reasons[code](subject)
}
