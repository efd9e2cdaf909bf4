import type { ErrorCode } from '../contracts/errors.ts'

/** What the command's exit code says; docs/cli.md lists the same. */
export const EXIT = {
  ok: 0,
  /** Something went wrong that is not one of the below, or an import is not complete. */
  failed: 1,
  /** The command, an option or a setting is not understood. */
  usage: 2,
  /** A thing that was named does not exist: a store, a file, a profile, a decision, a version. */
  notFound: 3,
  /** Understood and refused: in use, not better, too little data, nothing to roll back. */
  refused: 4,
  /** Interrupted before the end; the same command goes on where it stopped. */
  interrupted: 5,
} as const

/** Ends a command that has told its story already, with this exit code. */
export class Outcome extends Error {
  override readonly name = 'Outcome'
  readonly exitCode: number

  constructor(exitCode: number) {
    super(`exit ${exitCode}`)
    this.exitCode = exitCode
  }
}

const USAGE: readonly string[] = [
  'USAGE',
  'BAD_REQUEST',
  'BASIS_REQUIRED',
  'IMPORTER_UNKNOWN',
  'OPTION_UNKNOWN',
  'CURRENCY_UNKNOWN',
  'CONFIGURATION_INVALID',
] satisfies ErrorCode[]

export function exitCodeOf(error: { readonly code: string; readonly status: number }): number {
  if (error.code === 'JOB_CANCELLED') return EXIT.interrupted
  if (USAGE.includes(error.code)) return EXIT.usage
  if (error.code.endsWith('_NOT_FOUND')) return EXIT.notFound
  if (error.status === 409 || error.status === 422) return EXIT.refused
  return EXIT.failed
}
