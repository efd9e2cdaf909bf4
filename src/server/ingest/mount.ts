import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { LegalBasis } from '../../contracts/consent.ts'
import { CodedError, errorBody } from '../../contracts/errors.ts'
import type { RouteContract } from '../../contracts/route.ts'
import {
  batch,
  browserSettings,
  REQUEST_BYTES,
  type Received,
  type RefusedMessage,
  SINGLE_ROUTES,
} from '../../contracts/routes/ingest.ts'
import type { Clock } from '../../core/ports.ts'
import type { Ingest, IngestItem } from '../../core/profiles/ingest.ts'
import type { Admission, Credentials } from '../http/admission.ts'
import { settingsFor } from './browser-settings.ts'
import { type Held, MemoryBudget } from './memory-budget.ts'
import { type MessageType, type ReadRequest, readBatch, readSingle } from './messages.ts'
import { readBody } from './read-body.ts'
import { checkWriteKey, keyInAddress, keyInHeader } from './write-key.ts'

export interface IngestHttpParts {
  readonly ingest: Ingest
  readonly admission: Admission
  readonly clock: Clock
  readonly basis: LegalBasis
  /** Bytes of events that are received and not on disk yet. */
  readonly queueBytes: number
  /** A fresh id for a message that has none. */
  readonly newId: () => string
}

const MESSAGE_TYPES = ['track', 'identify', 'page', 'screen', 'group', 'alias'] as const

const SHORT: ReadonlySet<string> = new Set(
  [batch, ...Object.values(SINGLE_ROUTES)].flatMap(({ aliases }) => aliases ?? []),
)

const held = Symbol('what a request holds of the memory for events')
const counted = Symbol('that a request counts for the address it came from')
interface Holding {
  [held]?: Held
  [counted]?: true
}

/** Mounts the routes of the Segment HTTP API, which read bodies in their own way. */
export function mountIngest(app: FastifyInstance, parts: IngestHttpParts): void {
  const budget = new MemoryBudget(parts.queueBytes)
  const admit = async (request: FastifyRequest & Holding, secret: string | undefined, problem?: string) => {
    request[counted] = true
    await checkWriteKey(parts.admission, shownBy(request, secret), problem)
  }
  /** What is refused before a key was found in it counts as well: else nothing would bound it. */
  const counting = async <T>(request: FastifyRequest & Holding, work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      if (request[counted] !== true) {
        request[counted] = true
        parts.admission.count(request.ip)
      }
      throw error
    }
  }
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    // JSON whatever it is called: clients send it as text/plain to spare browsers a question, or as a form.
    scope.addContentTypeParser('*', async (request: FastifyRequest & Holding, stream: IncomingMessage) =>
      counting(request, async () => {
        // Whoever shows a key that is none is not read any further.
        const shown = keyInHeader(request.headers.authorization)
        if (shown !== undefined) await admit(request, shown)
        request[held] = budget.enter()
        return readBody(stream, request.headers['content-encoding'], REQUEST_BYTES, request[held])
      }),
    )
    scope.addHook('onResponse', async (request: FastifyRequest & Holding) => request[held]?.release())
    scope.addHook('onRequestAbort', async (request: FastifyRequest & Holding) => request[held]?.release())
    scope.addHook('onError', async (_request, reply, error) => {
      if (!(error instanceof CodedError)) return
      if (error.code === 'TOO_BUSY') void reply.header('retry-after', budget.retryAfter)
      // What is left of the body is not waited for.
      if (error.code === 'TOO_BUSY' || error.code === 'BODY_TOO_LARGE') void reply.header('connection', 'close')
    })
    const mount = ({ path, aliases = [] }: RouteContract, type: MessageType | 'batch') => {
      for (const url of [path, ...aliases]) {
        scope.post(url, { config: BROWSER }, async (request, reply) => {
          const read = await counting(request, () => readRequest(request, type))
          if (request.headers.authorization === undefined) {
            await admit(request, read.writeKey, read.writeKey === undefined ? keyInAddress(request.query) : '')
          }
          return answer(reply, type, await take(parts, read, saidBy(request, url)))
        })
      }
    }
    mount(batch, 'batch')
    for (const type of MESSAGE_TYPES) mount(SINGLE_ROUTES[type], type)
  })
  app.get<{ Params: { writeKey: string } }>(browserSettings.path, { config: BROWSER }, async (request, reply) => {
    const { writeKey } = request.params
    await checkWriteKey(parts.admission, shownBy(request, writeKey))
    void reply.header('cache-control', 'no-store')
    return reply.send(settingsFor(writeKey, reachedAt(request)))
  })
}

/** Called from pages; the key is counted where it is found. */
const BROWSER = { browser: true, counted: true }

function shownBy(request: FastifyRequest, secret: string | undefined): Credentials {
  return { secret, origin: request.headers.origin, address: request.ip }
}

/** As the browser sees it: a proxy that ends TLS says so in its own headers, and only tells the browser its own way. */
function reachedAt(request: FastifyRequest): { protocol: string; host: string } {
  const forwarded = (name: string, form: RegExp) => {
    const [first = ''] = String(request.headers[name] ?? '').split(',')
    return form.test(first.trim()) ? first.trim() : undefined
  }
  return {
    protocol: forwarded('x-forwarded-proto', /^https?$/) ?? request.protocol,
    host: forwarded('x-forwarded-host', /^[\w.:[\]-]+$/) ?? request.host,
  }
}

async function readRequest(request: FastifyRequest, type: MessageType | 'batch'): Promise<ReadRequest> {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  if (!isUtf8(body)) throw new CodedError('MALFORMED_JSON', { problem: 'it is not UTF-8' })
  const text = body.toString('utf8')
  return type === 'batch' ? readBatch(text, breathe) : readSingle(text, type)
}

/** What the request itself says of the shopper whose browser sent it. */
interface Said {
  readonly objects: boolean
  readonly agent?: string
}

/** The short addresses are those of browsers; at the long ones the agent is that of the store's own server. */
function saidBy({ headers }: FastifyRequest, url: string): Said {
  const agent = SHORT.has(url) ? headers['user-agent'] : undefined
  return { objects: headers['sec-gpc'] === '1', ...(agent !== undefined && { agent }) }
}

const breathe = async () => void (await setImmediate())

/** Durable when it resolves. @returns what was refused, in the order of the messages */
async function take(
  parts: IngestHttpParts,
  { messages }: ReadRequest,
  said: Said,
): Promise<{ refused: RefusedMessage[]; count: number }> {
  const receivedAt = parts.clock()
  const items: IngestItem[] = []
  const places: number[] = []
  const refused: RefusedMessage[] = []
  const refuse = (index: number, error: RefusedMessage['error']) => {
    const messageId = messages[index]?.messageId
    refused.push({ index, ...(messageId !== undefined && { messageId }), error })
  }
  for (const [index, read] of messages.entries()) {
    if ('refusal' in read) {
      refuse(index, errorBody(read.refusal.code, read.refusal.details))
      continue
    }
    const { message, raw } = read
    places.push(index)
    items.push({
      source: 'api',
      key: message.messageId ?? parts.newId(),
      message,
      ...(raw !== undefined && { raw }),
      basis: parts.basis,
      receivedAt,
      ...said,
    })
  }
  if (items.length > 0) {
    const result = await parts.ingest.ingest(items)
    for (const { index, code, details } of result.refused) refuse(places[index] ?? -1, errorBody(code, details))
  }
  return { refused: refused.sort((a, b) => a.index - b.index), count: messages.length }
}

/** A request of which nothing was taken is refused as a whole, since sending it again would be of no use. */
function answer(
  reply: FastifyReply,
  type: MessageType | 'batch',
  { refused, count }: { refused: RefusedMessage[]; count: number },
): FastifyReply {
  const [first] = refused
  void reply.header('content-type', 'application/json; charset=utf-8').header('cache-control', 'no-store')
  if (first === undefined) return reply.send('{"success":true}')
  if (type !== 'batch') return reply.code(400).send(JSON.stringify({ error: first.error }))
  if (refused.length === count) {
    return reply.code(400).send(JSON.stringify({ error: errorBody('BATCH_REFUSED', { count }), refused }))
  }
  const partly: Received = { success: true, refused }
  return reply.send(JSON.stringify(partly))
}
