import { isUtf8 } from 'node:buffer'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import { Compile } from 'typebox/compile'
import { CodedError, errorBody } from '../../contracts/errors.ts'
import type { RouteHandler } from '../../contracts/route.ts'
import type { Authenticator } from '../auth.ts'
import type { Logger } from '../logging.ts'
import { sendError } from './answer-error.ts'
import { validatorCompiler } from './validation.ts'

export interface HttpOptions {
  readonly handlers: readonly RouteHandler[]
  readonly authenticator: Authenticator
  readonly logger: Logger
  /** Bytes. */
  readonly bodyLimit: number
  /** False while the store opens and while it closes; then only `/healthz` answers. */
  readonly isReady: () => boolean
  /** Checks every answer against its contract; an answer that breaks it becomes INTERNAL. For tests. */
  readonly checkAnswers?: boolean
  /** A reference for the log; unique. */
  readonly reference: () => string
}

/** Long enough for an id of 256 characters, each of which may be escaped. */
const LONGEST_PARAMETER = 256 * 9

/** The HTTP side of the engine: mounts route contracts with their handlers. */
export function createHttpApp(options: HttpOptions): FastifyInstance {
  const logger: FastifyBaseLogger = options.logger
  const app = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: options.bodyLimit,
    genReqId: options.reference,
    return503OnClosing: false,
    routerOptions: { maxParamLength: LONGEST_PARAMETER },
    frameworkErrors: (error, request, reply) => sendError(error, request, reply),
    clientErrorHandler: (_error, socket) => {
      if (socket.writable) socket.end(rawBadRequest())
    },
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(() => JSON.stringify)
  app.setErrorHandler(sendError)
  app.setNotFoundHandler((request, reply) => {
    const [path = ''] = request.url.split('?')
    sendError(new CodedError('ROUTE_NOT_FOUND', { method: request.method, path }), request, reply)
  })
  readJsonStrictly(app)
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('x-content-type-options', 'nosniff')
    if (!options.isReady() && request.routeOptions.url !== '/healthz') {
      void reply.header('connection', 'close')
      throw new CodedError('NOT_READY')
    }
  })
  app.addHook('onResponse', async (request, reply) => {
    request.log.debug(
      {
        method: request.method,
        route: request.routeOptions.url ?? 'none',
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      'answered',
    )
  })
  for (const handler of options.handlers) mount(app, handler, options)
  return app
}

function mount(app: FastifyInstance, { contract, answer }: RouteHandler, options: HttpOptions): void {
  const { scope } = contract
  const validator = options.checkAnswers ? Compile(contract.response) : undefined
  app.route({
    method: contract.method,
    url: contract.path,
    schema: {
      ...(contract.params ? { params: contract.params } : {}),
      ...(contract.querystring ? { querystring: contract.querystring } : {}),
      ...(contract.body ? { body: contract.body } : {}),
    },
    onRequest: async (request) => {
      if (scope !== 'open') await options.authenticator.check(request.headers.authorization, scope)
    },
    handler: async (request: FastifyRequest, reply: FastifyReply) => {
      const result = await answer({
        params: request.params,
        query: request.query,
        body: request.body,
        globalPrivacyControl: request.headers['sec-gpc'] === '1',
      })
      if (validator !== undefined && !validator.Check(result)) {
        throw new TypeError(`${contract.name} broke its contract: ${JSON.stringify([...validator.Errors(result)][0])}`)
      }
      void reply.header('content-type', 'application/json; charset=utf-8').header('cache-control', 'no-store')
      return reply.send(JSON.stringify(result))
    },
  })
}

/** JSON in valid UTF-8 without keys that reach for an object's prototype. */
function readJsonStrictly(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    const text = body.toString('utf8')
    parse(request, text, (error, value) => {
      if (error === null && isUtf8(body)) done(null, value)
      else done(new CodedError('MALFORMED_JSON', { problem: isUtf8(body) ? jsonProblem(text) : 'it is not UTF-8' }))
    })
  })
}

/** The place, and not the parser's own words: they quote the body, and a shopper's data need not come back. */
function jsonProblem(text: string): string {
  if (text === '') return 'it is empty'
  try {
    JSON.parse(text)
    return 'it has a key that reaches for an object’s prototype'
  } catch (error) {
    const place = error instanceof Error ? /at position \d+|end of JSON/.exec(error.message)?.[0] : undefined
    return place === undefined
      ? 'it cannot be read'
      : place.startsWith('end')
        ? 'it ends too early'
        : `it breaks off ${place}`
  }
}

/** Answers what is not even HTTP. */
function rawBadRequest(): string {
  const body = JSON.stringify({ error: errorBody('BAD_REQUEST', { problem: 'it is not HTTP/1.1' }) })
  return `HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`
}
