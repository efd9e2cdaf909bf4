import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { CodedError, type ErrorBody, type ErrorCode, type ErrorDetails } from '../../contracts/errors.ts'
import { faultOf } from '../logging.ts'

/** Fastify's own refusals in our words. */
const FRAMEWORK_ERRORS: Readonly<Record<string, (request: FastifyRequest) => [ErrorCode, ErrorDetails]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: (request) => [
    'BODY_TOO_LARGE',
    { limit: request.routeOptions.bodyLimit ?? request.server.initialConfig.bodyLimit ?? 0 },
  ],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => ['MALFORMED_JSON', { problem: 'its content-type is not application/json' }],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => ['BAD_REQUEST', { problem: 'its content-length is not its length' }],
  FST_ERR_BAD_URL: () => ['BAD_REQUEST', { problem: 'the address is not a valid URL' }],
}

export interface ErrorAnswer {
  readonly status: number
  readonly body: { readonly error: ErrorBody }
}

/** What a caller is told of an error. What was not foreseen becomes INTERNAL: a reference, and no inner details. */
export function errorAnswer(error: unknown, request: FastifyRequest): ErrorAnswer {
  const coded = asCoded(error, request)
  if (coded !== undefined) {
    // The caller is not at fault; whoever runs the server must hear of it too.
    if (coded.status >= 500 && coded.code !== 'NOT_READY') {
      request.log.error({ reference: request.id, code: coded.code }, 'request failed')
    }
    return { status: coded.status, body: { error: coded.body } }
  }
  request.log.error({ reference: request.id, fault: faultOf(error, request.log.level) }, 'request failed')
  const internal = new CodedError('INTERNAL', { reference: request.id })
  return { status: internal.status, body: { error: internal.body } }
}

function asCoded(error: unknown, request: FastifyRequest): CodedError | undefined {
  if (error instanceof CodedError) return error
  // Nobody hears the answer, and the log is no place for callers who hang up.
  if (request.raw.readableAborted) return new CodedError('BAD_REQUEST', { problem: 'its body broke off' })
  const code = codeOf(error)
  const known = code !== undefined && Object.hasOwn(FRAMEWORK_ERRORS, code) ? FRAMEWORK_ERRORS[code] : undefined
  if (known !== undefined) return new CodedError(...known(request))
  return undefined
}

function codeOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined
}

export function sendError(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): void {
  const { status, body } = errorAnswer(error, request)
  if (error instanceof CodedError && typeof error.details['seconds'] === 'number') {
    void reply.header('retry-after', error.details['seconds'])
  }
  void reply.code(status).header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(body))
}
