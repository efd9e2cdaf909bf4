import { type DestinationStream, type Logger, pino } from 'pino'
import { CodedError } from '../contracts/errors.ts'

export type { Logger } from 'pino'

/**
 * The log. Nothing of a shopper and no secret may reach it: requests are logged by their route's pattern, never by
 * address, header or body, and errors by kind and place. Fields that could carry one are cut off in any case.
 */
export function createLogger(options: { readonly level: string; readonly destination?: DestinationStream }): Logger {
  const settings = {
    level: options.level,
    base: null,
    serializers: { err: () => '[left out]', req: () => '[left out]', res: () => '[left out]' },
    redact: ['authorization', 'headers', 'key', 'secret', 'token', 'profile', 'traits', 'email', 'body', 'query'],
  }
  return options.destination ? pino(settings, options.destination) : pino(settings)
}

/** An error as it may be logged. Messages can quote data, so they appear only where somebody debugs. */
export function faultOf(error: unknown, level: string): Readonly<Record<string, unknown>> {
  if (error instanceof CodedError) return { code: error.code }
  if (!(error instanceof Error)) return { type: typeof error }
  const debugging = level === 'debug' || level === 'trace'
  const frames = (error.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line))
  return {
    type: error.name,
    ...('code' in error && typeof error.code === 'string' ? { code: error.code } : {}),
    ...(debugging ? { message: error.message } : {}),
    at: frames.slice(0, 12).map((line) => line.trim().slice(3)),
  }
}
