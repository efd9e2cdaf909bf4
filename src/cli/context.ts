import { isAbsolute, relative, resolve } from 'node:path'
import { Check } from 'typebox/value'
import { LANGUAGES, type Language } from '../contracts/decision.ts'
import { CodedError } from '../contracts/errors.ts'
import { Id } from '../contracts/ids.ts'
import type { Terminal } from './terminal.ts'

export const DEFAULT_STORE = 'data/store'

/** What every command can see of the call. */
export interface Context {
  readonly terminal: Terminal
  /** How the user calls the command: `storemind`, or from a checkout the path of its `bin/storemind`. */
  readonly program: string
  readonly clock: () => number
  readonly randomBytes: (bytes: Uint8Array) => void
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly workingDirectory: string
  /** Aborted by Ctrl-C or when the process is asked to end. */
  readonly signal: AbortSignal
  /** Calls the listener whenever the process is asked to restart what it serves (SIGUSR2). */
  readonly onRestart?: (listener: () => void) => void
  /** Called by what serves: from now on the process goes on when nobody reads its output any more. */
  readonly outliveReaders?: () => void
  /** Resolves after so many milliseconds. */
  readonly wait: (millis: number) => Promise<void>
}

/** The options that every command takes. */
export interface GlobalOptions {
  readonly store?: string
  readonly json?: boolean
  readonly language?: string
  readonly set?: readonly string[]
}

export function storeDirectory(context: Context, options: GlobalOptions): string {
  return resolve(context.workingDirectory, options.store ?? (context.environment['STOREMIND_STORE'] || DEFAULT_STORE))
}

/** A whole command to copy, the store named where the user has to name it again. */
export function commandLine(context: Context, options: GlobalOptions, words: string): string {
  const command = `${context.program} ${words}`
  if (options.store === undefined) return command
  const full = storeDirectory(context, options)
  const path = relative(context.workingDirectory, full)
  const shortest = path === '' || path.startsWith('..') || isAbsolute(path) ? full : path
  return `${command} --store ${/^[\w@%+=:,./-]+$/.test(shortest) ? shortest : `'${shortest.replaceAll("'", "'\\''")}'`}`
}

/** `--set server.port=80 --set log.level=debug` */
export function settingFlags(options: GlobalOptions): Record<string, string> {
  return pairs(options.set ?? [], '--set')
}

/** @throws CodedError USAGE for text that is not `name=value` */
export function pairs(given: readonly string[], option: string): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf('=')
      if (at < 1) throw new CodedError('USAGE', { problem: `${option} takes NAME=VALUE, not "${text}"` })
      return [text.slice(0, at), text.slice(at + 1)]
    }),
  )
}

/** @throws CodedError USAGE */
export function languageOf(options: GlobalOptions): Language | undefined {
  if (options.language === undefined) return undefined
  const language = LANGUAGES.find((known) => known === options.language)
  if (language === undefined) {
    throw new CodedError('USAGE', {
      problem: `--language is one of ${LANGUAGES.join(', ')}, not "${options.language}"`,
    })
  }
  return language
}

/** @throws CodedError USAGE for what is not an id that Storemind gave */
export function idNamed(text: string, what: string): string {
  if (Check(Id, text)) return text
  throw new CodedError('USAGE', {
    problem: `${what} is an id like 01936b5e-7c1a-7000-8000-0123456789ab, not "${text}"`,
  })
}

/** @throws CodedError USAGE for what is not a whole number in the range */
export function wholeNumber(text: string, option: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
  const value = /^-?\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= least && value <= most)) {
    const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`
    throw new CodedError('USAGE', { problem: `${option} is a whole number ${range}, not "${text}"` })
  }
  return value
}

/** Prints the answer: JSON for programs, words for people. */
export function answer(context: Context, options: GlobalOptions, value: unknown, words: () => string): void {
  context.terminal.out(options.json ? `${JSON.stringify(value, null, 2)}\n` : `${words()}\n`)
}
