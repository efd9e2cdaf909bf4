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
import { bearerSecret } from '../auth.ts'
import type { Logger } from '../logging.ts'
import type { Admission } from './admission.ts'
import { sendError } from './answer-error.ts'
import { allowOrigins } from './cors.ts'
import { validatorCompiler } from './validation.ts'

export interface HttpOptions {
  readonly handlers: readonly RouteHandler[]
  readonly admission: Admission
  readonly logger: Logger
  /** Bytes. */
  readonly bodyLimit: number
  /** Pages that may call browser-facing routes. */
  readonly corsOrigins: readonly string[]
  readonly connections: ConnectionLimits
  /** False while the store opens and while it closes; then only `/healthz` answers. */
  readonly isReady: () => boolean
  /** Checks every answer against its contract; an answer that breaks it becomes INTERNAL. For tests. */
  readonly checkAnswers?: boolean
  /** Told of every answer that was sent. */
  readonly onAnswered?: (answer: Answered) => void
  /** A reference for the log; unique. */
  readonly reference: () => string
}

export interface Answered {
  readonly method: string
  /** The pattern, or `none` where there is no such route. */
  readonly route: string
  readonly status: number
  /** Milliseconds from the request to the end of the answer. */
  readonly millis: number
}

/** What a caller may take of the server before it has said anything worth an answer. Times in milliseconds. */
export interface ConnectionLimits {
  /** From the first byte of a request to the end of its headers. */
  readonly headersTimeout: number
  /** From the first byte of a request to its last. */
  readonly requestTimeout: number
  /** How long a connection may wait for its next request. */
  readonly keepAliveTimeout: number
  /** Connections at once; more are closed unanswered. */
  readonly maxConnections: number
  /** Proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[]
}

/** How often, at the most, connections are looked at that are slower than they may be. */
const CHECK_MILLIS = 2000
/** Nothing was sent or received for so long in the midst of a request or an answer. */
const SILENCE_MILLIS = 120_000

/** Long enough for an id of 256 characters, each of which may be escaped. */
const LONGEST_PARAMETER = 256 * 9

/** The HTTP side of the engine: mounts route contracts with their handlers. */
export function createHttpApp(options: HttpOptions): FastifyInstance {
  const logger: FastifyBaseLogger = options.logger
  const { admission, connections } = options
  const app = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: options.bodyLimit,
    genReqId: options.reference,
    return503OnClosing: false,
    requestTimeout: connections.requestTimeout,
    keepAliveTimeout: connections.keepAliveTimeout,
    connectionTimeout: SILENCE_MILLIS,
    http: {
      headersTimeout: connections.headersTimeout,
      connectionsCheckingInterval: Math.min(CHECK_MILLIS, connections.headersTimeout / 2),
    },
    trustProxy: connections.trustedProxies.length > 0 ? [...connections.trustedProxies] : false,
    routerOptions: { maxParamLength: LONGEST_PARAMETER },
    frameworkErrors: (error, request, reply) => sendError(error, request, reply),
    clientErrorHandler: (error, socket) => {
      if (socket.writable) socket.end(error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? RAW_TIMEOUT : RAW_BAD_REQUEST)
    },
  })
  app.server.maxConnections = connections.maxConnections
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
    // Routes with a contract count their callers once they know the key.
    if (request.routeOptions.config?.counted !== true) admission.count(request.ip)
  })
  app.addHook('onResponse', async (request, reply) => {
    const { method } = request
    const route = request.routeOptions.url ?? 'none'
    const status = reply.statusCode
    const millis = reply.elapsedTime
    options.onAnswered?.({ method, route, status, millis })
    request.log.debug({ method, route, status, ms: Math.round(millis) }, 'answered')
  })
  allowOrigins(app, options.corsOrigins)
  for (const handler of options.handlers) {
    if (handler.contract.beacon !== true) mount(app, handler, options)
    else {
      // In a scope of its own: elsewhere JSON must be called JSON.
      void app.register(async (scope) => {
        readJsonStrictly(scope, ['application/json', 'text/plain'])
        mount(scope, handler, options)
      })
    }
  }
  return app
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route itself sees to it that its callers are bounded. */
    readonly counted?: boolean
  }
}

function mount(app: FastifyInstance, { contract, answer }: RouteHandler, options: HttpOptions): void {
  const { scope } = contract
  const validator = options.checkAnswers ? Compile(contract.response) : undefined
  app.route({
    method: contract.method,
    url: contract.path,
    config: { counted: true, browser: contract.browser === true },
    schema: {
      ...(contract.params ? { params: contract.params } : {}),
      ...(contract.querystring ? { querystring: contract.querystring } : {}),
      ...(contract.body ? { body: contract.body } : {}),
    },
    onRequest: async (request) => {
      if (scope === 'open') {
        // What needs no key and writes is bounded by address.
        if (contract.body !== undefined) options.admission.count(request.ip)
        return
      }
      const { authorization, origin } = request.headers
      await options.admission.admit({ secret: bearerSecret(authorization), origin, address: request.ip }, scope)
    },
    handler: async (request: FastifyRequest, reply: FastifyReply) => {
      const result = await answer({
        params: request.params,
        query: request.query,
        body: request.body,
        globalPrivacyControl: request.headers['sec-gpc'] === '1',
        userAgent: request.headers['user-agent'] ?? '',
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
function readJsonStrictly(app: FastifyInstance, types: readonly string[] = ['application/json']): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser([...types], { parseAs: 'buffer' }, (request, body: Buffer, done) => {
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

/** Answers to what is not even a whole request. */
const RAW_BAD_REQUEST = rawAnswer('400 Bad Request', 'it is not HTTP/1.1')
/** It may be the server that was too busy to read it: whoever was not served may come again on a new connection. */
const RAW_TIMEOUT = rawAnswer('408 Request Timeout', 'it did not arrive in time', 'retry-after: 1\r\n')

function rawAnswer(status: string, problem: string, headers = ''): string {
  const body = JSON.stringify({ error: errorBody('BAD_REQUEST', { problem }) })
  return `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${headers}connection: close\r\n\r\n${body}`
}
