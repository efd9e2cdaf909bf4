import { CLIENT_ERRORS, type ErrorCode } from './generated.ts'

/** An error that a store answered, or that kept a call from reaching one. */
export class StoremindError extends Error {
  override readonly name = 'StoremindError'
  readonly code: ErrorCode
  readonly what: string
  readonly why: string
  /** What to do about it. */
  readonly todo: string
  /** The HTTP status; 503 and 502 also where nothing, or something else, answered. */
  readonly status: number

  constructor(
    status: number,
    body: { readonly code: ErrorCode; readonly what: string; readonly why: string; readonly todo: string },
    options?: ErrorOptions,
  ) {
    super(`${body.code}: ${body.what}`, options)
    this.status = status
    this.code = body.code
    this.what = body.what
    this.why = body.why
    this.todo = body.todo
  }
}

/** An error of the client's own side. */
export function clientError(
  code: keyof typeof CLIENT_ERRORS,
  details: Readonly<Record<string, string>>,
  options?: ErrorOptions,
): StoremindError {
  const row = CLIENT_ERRORS[code]
  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (whole, name: string) => details[name] ?? whole)
  return new StoremindError(row.status, { code, what: fill(row.what), why: row.why, todo: row.todo }, options)
}

/** The error in an answer's envelope; undefined where the answer is not Storemind's. */
export function answeredError(status: number, body: unknown): StoremindError | undefined {
  if (typeof body !== 'object' || body === null || !('error' in body)) return undefined
  const { error } = body
  return isErrorBody(error) ? new StoremindError(status, error) : undefined
}

function isErrorBody(value: unknown): value is { code: ErrorCode; what: string; why: string; todo: string } {
  if (typeof value !== 'object' || value === null) return false
  // A newer server may know a code that this client does not; it is passed on as it is.
  return ['code', 'what', 'why', 'todo'].every((key) => typeof Reflect.get(value, key) === 'string')
}
