import { currencyHint, isCurrency } from '../../contracts/currency.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { DecimalMark } from './amounts.ts'
import type { Importer, ImportSource } from './importer.ts'
import { quoted } from './problem.ts'
import { ENCODINGS, type Encoding } from './source-file.ts'
import { isZone } from './times.ts'

type Info = Importer['info']

/** Options that several formats know, so that they are called the same and mean the same everywhere. */
export const OPTIONS = {
  encoding: { name: 'encoding', meaning: `How text is encoded: ${ENCODINGS.join(', ')}.`, default: 'utf-8' },
  delimiter: { name: 'delimiter', meaning: 'Character between columns; `tab` for a tabulator.', default: ',' },
  decimal: { name: 'decimal', meaning: 'Decimal mark of numbers: `.` or `,`.', default: '.' },
  timezone: { name: 'timezone', meaning: 'IANA zone of times that name none. The store’s zone if left out.' },
  currency: { name: 'currency', meaning: 'ISO 4217 code of prices that name none. The store’s currency if left out.' },
  market: { name: 'market', meaning: 'Market that the prices or orders belong to.', default: 'default' },
} as const

export interface Settings {
  readonly encoding: Encoding
  readonly delimiter: string
  readonly decimal: DecimalMark
  readonly timezone: string
  readonly currency: string
  readonly market: string
  /** Our field → the file's column. */
  readonly map: ReadonlyMap<string, string>
  /** Tells one way of reading from another: the same file read differently is another import. */
  readonly signature: string
}

/**
 * The caller's options with their defaults.
 * @throws CodedError OPTION_UNKNOWN for an option or a mapped field that the format does not have, or a value that the
 * option cannot take; CURRENCY_UNKNOWN
 */
export function readSettings(source: ImportSource, info: Info): Settings {
  const unknown = (option: string) => new CodedError('OPTION_UNKNOWN', { importer: info.id, option })
  const given = new Map(Object.entries(source.options))
  for (const name of given.keys()) {
    if (!info.options.some((option) => option.name === name)) throw unknown(name)
  }
  for (const field of Object.keys(source.map)) {
    if (!info.fields.some(({ name }) => name === field)) throw unknown(`--map ${field}`)
  }
  const pick = <Value extends string>(
    name: keyof typeof OPTIONS,
    fallback: Value,
    valid: (text: string) => Value | undefined,
  ) => {
    const text = given.get(name)
    if (text === undefined) return fallback
    const value = valid(text)
    if (value === undefined) throw unknown(`${name}=${text}`)
    return value
  }
  const settings = {
    encoding: pick<Encoding>('encoding', 'utf-8', (text) => ENCODINGS.find((name) => name === text.toLowerCase())),
    delimiter: pick('delimiter', ',', (text) => {
      const mark = text === 'tab' || text === '\\t' ? '\t' : text
      return /^[\t\x21\x23-\x7e]$/.test(mark) ? mark : undefined
    }),
    decimal: pick<DecimalMark>('decimal', '.', (text) => (text === '.' || text === ',' ? text : undefined)),
    timezone: pick('timezone', source.timezone, (text) => (isZone(text) ? text : undefined)),
    currency: pick('currency', source.currency, (text) => {
      if (isCurrency(text)) return text
      throw new CodedError('CURRENCY_UNKNOWN', {
        field: '--option currency',
        value: quoted(text),
        hint: currencyHint(text),
      })
    }),
    market: pick('market', 'default', (text) => (text !== '' && text.length <= 64 ? text : undefined)),
    map: new Map(Object.entries(source.map)),
  }
  const map = [...settings.map].sort(([a], [b]) => (a < b ? -1 : 1))
  return { ...settings, signature: JSON.stringify([{ ...settings, map }, source.basis]) }
}
