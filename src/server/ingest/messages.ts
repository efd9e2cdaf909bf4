import { Compile } from 'typebox/compile'
import { CodedError, type ErrorCode, type ErrorDetails } from '../../contracts/errors.ts'
import { SegmentMessage } from '../../contracts/event.ts'
import { mismatchWords } from '../../contracts/mismatch.ts'
import { BATCH_MESSAGES, EVENT_BYTES } from '../../contracts/routes/ingest.ts'
import { splitBatch } from './split-batch.ts'

/** Braces within braces; a message that goes deeper is none that a store's client writes. */
const DEEPEST = 32
/** Characters that are parsed before the thread may do other work: under a millisecond. */
const AT_A_TIME = 65_536

/** Text without these has no such key, also not an escaped one. */
const SUSPECT = /__proto__|constructor|\\u/

const validator = Compile(SegmentMessage)

export type MessageType = SegmentMessage['type']

/** Why one message is not taken. A value: the messages around it go on. */
export interface MessageRefusal {
  readonly code: ErrorCode
  readonly details: ErrorDetails
}
export type ReadMessage =
  | {
      readonly message: SegmentMessage
      /** Its text, where it stood alone; with what the batch says for all. */
      readonly raw?: string
    }
  | { readonly refusal: MessageRefusal }

/** A request's body, understood. */
export interface ReadRequest {
  readonly writeKey: string | undefined
  /** In the order in which they came. */
  readonly messages: readonly (ReadMessage & { readonly messageId?: string })[]
}

/**
 * The body of a route that takes one message.
 * @throws CodedError MALFORMED_JSON, BAD_REQUEST
 */
export function readSingle(text: string, type: MessageType): ReadRequest {
  if (Buffer.byteLength(text) > EVENT_BYTES) {
    const key = writeKeyOf(parseObject(text))
    return { writeKey: key, messages: [{ refusal: tooLarge(Buffer.byteLength(text)) }] }
  }
  const { writeKey, ...body } = parseObject(text)
  const read = check({ ...body, type }, depthOf(body), text)
  return { writeKey: writeKeyOf({ writeKey }), messages: [named(read, body)] }
}

/**
 * The body of the batch route. All of it is JSON, or none of it is taken: a batch that was cut off is no batch.
 * @throws CodedError MALFORMED_JSON, BAD_REQUEST, BATCH_TOO_LONG
 */
export async function readBatch(text: string, breathe: () => Promise<void>): Promise<ReadRequest> {
  const split = splitBatch(text)
  if (split === undefined) {
    parseObject(text)
    throw new CodedError('BAD_REQUEST', { problem: 'body has no list `batch`' })
  }
  const envelope = parseObject(split.envelope)
  const count = split.messages.length
  if (count > BATCH_MESSAGES) throw new CodedError('BATCH_TOO_LONG', { count, limit: BATCH_MESSAGES })
  const messages: ReadRequest['messages'][number][] = []
  let parsed = 0
  for (const [i, part] of split.messages.entries()) {
    messages.push(readPart(part, split.depths[i] ?? 0, envelope))
    parsed += part.length
    if (parsed > AT_A_TIME) {
      parsed = 0
      await breathe()
    }
  }
  return { writeKey: writeKeyOf(envelope), messages }
}

function readPart(
  part: string,
  depth: number,
  { sentAt, context }: Readonly<Record<string, unknown>>,
): ReadRequest['messages'][number] {
  const value = parse(part)
  if (!isObject(value)) return { refusal: invalid('it is not an object') }
  // What the batch says once holds for each message that does not say it itself.
  const common = {
    ...(sentAt !== undefined && value['sentAt'] === undefined && { sentAt }),
    ...(context !== undefined && value['context'] === undefined && { context }),
  }
  const message = { ...common, ...value }
  const size = part.length * 3 > EVENT_BYTES ? Buffer.byteLength(part.trim()) : 0
  if (size > EVENT_BYTES) return named({ refusal: tooLarge(size) }, value)
  const read = check(message, depth, part)
  return named('message' in read ? { ...read, raw: rawOf(part, common) } : read, value)
}

function rawOf(part: string, common: object): string {
  const said = JSON.stringify(common).slice(1, -1)
  return said === '' ? part.trim() : `{${said},${part.trim().slice(1)}`
}

function named(read: ReadMessage, { messageId }: Readonly<Record<string, unknown>>): ReadRequest['messages'][number] {
  return typeof messageId === 'string' && messageId.length <= 256 ? { ...read, messageId } : read
}

function check(value: unknown, depth: number, text: string): ReadMessage {
  if (depth > DEEPEST) return { refusal: invalid(`it is nested deeper than ${DEEPEST} levels`) }
  if (SUSPECT.test(text) && reachesForPrototype(value))
    return { refusal: invalid('it has a key that reaches for an object’s prototype') }
  if (validator.Check(value)) return { message: value }
  const [first] = validator.Errors(value)
  const where = first?.instancePath.slice(1).replaceAll('/', '.') || 'the message'
  return { refusal: invalid(`${where} ${mismatchWords(first, 'a message', SegmentMessage)}`) }
}

/** A key that code which copies values one by one would write into every object's prototype. */
function reachesForPrototype(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.some(reachesForPrototype)
  for (const key of Object.keys(value)) {
    if (key === '__proto__') return true
    const inner: unknown = Reflect.get(value, key)
    if (typeof inner !== 'object' || inner === null) continue
    if (key === 'constructor' && Object.hasOwn(inner, 'prototype')) return true
    if (reachesForPrototype(inner)) return true
  }
  return false
}

function depthOf(value: unknown, depth = 0): number {
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return depth
  let deepest = depth + 1
  for (const inner of Object.values(value)) deepest = Math.max(deepest, depthOf(inner, depth + 1))
  return deepest
}

function tooLarge(size: number): MessageRefusal {
  return { code: 'EVENT_TOO_LARGE', details: { size, limit: EVENT_BYTES } }
}

function invalid(problem: string): MessageRefusal {
  return { code: 'EVENT_INVALID', details: { problem } }
}

function writeKeyOf({ writeKey }: Readonly<Record<string, unknown>>): string | undefined {
  return typeof writeKey === 'string' ? writeKey : undefined
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  const value = parse(text)
  if (!isObject(value)) throw new CodedError('BAD_REQUEST', { problem: 'body must be object' })
  if (Object.hasOwn(value, '__proto__') || reachesFromConstructor(value)) {
    throw new CodedError('MALFORMED_JSON', { problem: 'it has a key that reaches for an object’s prototype' })
  }
  return value
}

function reachesFromConstructor(value: Readonly<Record<string, unknown>>): boolean {
  const made = Object.hasOwn(value, 'constructor') ? value['constructor'] : undefined
  return isObject(made) && Object.hasOwn(made, 'prototype')
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Without the parser's own words: they quote the body, and a shopper's data need not come back. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new CodedError('MALFORMED_JSON', { problem: text.trim() === '' ? 'it is empty' : 'it cannot be read' })
  }
}
