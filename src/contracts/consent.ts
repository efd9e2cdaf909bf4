import Type from 'typebox'

/** What a shopper's data may be used for. Consent is given per purpose. */
export const PURPOSES = ['personalisation', 'analytics', 'advertising', 'email_marketing', 'push_marketing'] as const
export const Purpose = Type.Enum([...PURPOSES])
export type Purpose = (typeof PURPOSES)[number]

/**
 * On which ground the shoppers of an import or a source may be profiled.
 * - `consent`: only those who said yes; the import names the column that says so.
 * - `contract`: the store's terms with its customers cover it; a recorded "no" still counts.
 * - `sample`: data for trying out, of no living customer of this store.
 */
export const LEGAL_BASES = ['consent', 'contract', 'sample'] as const
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
