import { StoremindError } from '@storemind/client'
import { CodedError, ERRORS } from '../contracts/errors.ts'

interface ErrorWords {
  readonly code: string
  readonly what: string
  readonly why: string
  readonly todo: string
}

/** An error that arrived as data, for example in a job's row. */
export class ReportedError extends Error {
  override readonly name = 'ReportedError'
  readonly body: ErrorWords

  constructor(body: ErrorWords) {
    super(`${body.code}: ${body.what}`)
    this.body = body
  }
}

/** What is told of an error; undefined where nobody foresaw it. */
export function wordsOf(error: unknown): (ErrorWords & { readonly status: number }) | undefined {
  if (error instanceof CodedError) return { ...error.body, status: error.status }
  if (error instanceof StoremindError) {
    const { code, what, why, todo, status } = error
    return { code, what, why, todo, status }
  }
  if (error instanceof ReportedError) return { ...error.body, status: statusOf(error.body.code) }
  return undefined
}

function statusOf(code: string): number {
  const row = Object.entries(ERRORS).find(([known]) => known === code)
  return row === undefined ? 500 : row[1].status
}
