import { CodedError } from '../../../contracts/errors.ts'

const BUSY = 5
const NO_MEMORY = 7
const IO_ERROR = 10
const CORRUPT = 11
const FULL = 13
const NOT_A_DATABASE = 26

/** SQLite's primary result code of an error, or undefined where it is none of SQLite's. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined
  return error.errcode & 0xff
}

/** A SQLite error in the words of the product's table; anything else as it is. */
export function codedFrom(error: unknown, path: string): unknown {
  const code = sqliteCode(error)
  const cause = { cause: error }
  if (code === FULL || isNoSpace(error)) return new CodedError('DISK_FULL', { path }, cause)
  if (code === CORRUPT || code === NOT_A_DATABASE) {
    const problem = error instanceof Error ? error.message : 'it cannot be read'
    return new CodedError('STORE_DAMAGED', { path, problem }, cause)
  }
  if (code === BUSY) return new CodedError('STORE_LOCKED', { path, pid: 'unknown' }, cause)
  return error
}

/** True for errors after which a transaction may be gone, as SQLite documents for ROLLBACK. */
export function isDiskFault(error: unknown): boolean {
  const code = sqliteCode(error)
  return code === FULL || code === IO_ERROR || code === NO_MEMORY || code === BUSY
}

function isNoSpace(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')
}

/** An error as it crosses to another thread. */
export type PortableError =
  | { readonly coded: true; readonly code: CodedError['code']; readonly details: CodedError['details'] }
  | { readonly coded: false; readonly message: string; readonly stack: string }

export function portable(error: unknown): PortableError {
  if (error instanceof CodedError) return { coded: true, code: error.code, details: error.details }
  if (error instanceof Error) return { coded: false, message: error.message, stack: error.stack ?? '' }
  return { coded: false, message: String(error), stack: '' }
}

export function fromPortable(error: PortableError): Error {
  if (error.coded) return new CodedError(error.code, error.details)
  return new Error(error.message, { cause: error.stack })
}
