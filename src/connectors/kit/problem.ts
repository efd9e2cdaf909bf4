import type { ErrorCode, ErrorDetails } from '../../contracts/errors.ts'
import type { ImportItem, SourceLine } from './importer.ts'

export type ProblemItem = Extract<ImportItem, { kind: 'problem' }>

/** What a field or a row turned out to be: a refusal is a value, so that the other rows go on. */
export interface Refusal {
  readonly code: ErrorCode
  readonly details: ErrorDetails
}

export function refuse(code: ErrorCode, details: ErrorDetails = {}): Refusal {
  return { code, details }
}

export function problem(line: SourceLine, refusal: Refusal): ProblemItem {
  return { kind: 'problem', line, code: refusal.code, details: refusal.details }
}

const QUOTED_LENGTH = 80

/** A value as a message quotes it: cut short, and without halves of characters or control characters. */
export function quoted(value: string): string {
  const short = value.length > QUOTED_LENGTH ? `${value.slice(0, QUOTED_LENGTH)}…` : value
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return short.toWellFormed().replace(/[\u0000-\u001f\u007f]/g, ' ')
}

/** The first character of a text that may not stand in it, as a message names it: tabs and line ends may. */
export function controlCharacter(text: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const code = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.exec(text)?.[0].charCodeAt(0)
  if (code === undefined) return undefined
  return code === 0
    ? 'a NUL character (U+0000)'
    : `the control character U+${code.toString(16).toUpperCase().padStart(4, '0')}`
}
