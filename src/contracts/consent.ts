import Type from 'typebox'
import { LEGAL_BASES, PURPOSES } from './vocabulary.ts'

export { LEGAL_BASES, PURPOSES }

export const Purpose = Type.Enum([...PURPOSES])
export type Purpose = (typeof PURPOSES)[number]

export const LegalBasis = Type.Enum([...LEGAL_BASES])
export type LegalBasis = (typeof LEGAL_BASES)[number]

/** What is known of one shopper and one purpose. */
export interface ConsentState {
  readonly purpose: Purpose
  readonly granted: boolean
  /** UTC milliseconds; the latest statement counts. */
  readonly at: number
  /** Where it was said: an import's source, `identify`, `console`. */
  readonly source: string
}
