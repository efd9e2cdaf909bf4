import { createHash } from 'node:crypto'
import { Compile } from 'typebox/compile'
import { Errors } from 'typebox/value'
import { SegmentMessage } from '../../contracts/event.ts'
import { mismatchWords } from '../../contracts/mismatch.ts'
import { isRefusal } from '../kit/amounts.ts'
import { FIELD_LIMIT } from '../kit/csv-scanner.ts'
import { controlCharacter, quoted, type Refusal, refuse } from '../kit/problem.ts'
import { parseTime } from '../kit/times.ts'

const DEPTH_LIMIT = 32

/** Interpreting the schema took a third of an import. */
const validator = Compile(SegmentMessage)

/** One line of JSON → a message whose time is settled, with the key that names it. */
export function messageOf(text: string, zone: string): { key: string; message: SegmentMessage } | Refusal {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const words = error instanceof Error ? error.message : 'it cannot be parsed'
    return refuse('ROW_JSON_INVALID', { problem: quoted(words) })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse('ROW_JSON_INVALID', { problem: 'it is not an object' })
  }
  const unsound = findUnsound(value, '', 0)
  if (unsound) return unsound
  if (!validator.Check(value)) {
    const [first] = Errors(SegmentMessage, value)
    const where = first?.instancePath.slice(1).replaceAll('/', '.') || 'the message'
    return refuse('EVENT_INVALID', { problem: `${where} ${mismatchWords(first, 'a message', SegmentMessage)}` })
  }
  const message = settleTime(value, zone)
  if (isRefusal(message)) return message
  return {
    key: value.messageId ?? `line:${createHash('sha256').update(text).digest('hex').slice(0, 32)}`,
    message,
  }
}

/** Text that is not Unicode, is too long or goes too deep; a number that JSON can write and no machine can hold. */
function findUnsound(value: unknown, field: string, depth: number): Refusal | undefined {
  if (typeof value === 'string') {
    if (value.length > FIELD_LIMIT) {
      return refuse('ROW_FIELD_TOO_LONG', { field: quoted(field), size: Buffer.byteLength(value), limit: FIELD_LIMIT })
    }
    if (!value.isWellFormed()) return refuse('ROW_TEXT_INVALID', { field: quoted(field) })
    return value.includes('\u0000')
      ? refuse('ROW_CONTROL_CHARACTER', { field: quoted(field), character: controlCharacter('\u0000') ?? '' })
      : undefined
  }
  if (typeof value === 'number') {
    return Number.isFinite(value)
      ? undefined
      : refuse('ROW_NUMBER_INVALID', { field: quoted(field), value: String(value) })
  }
  if (typeof value !== 'object' || value === null) return undefined
  if (depth > DEPTH_LIMIT)
    return refuse('ROW_JSON_INVALID', { problem: `it is nested deeper than ${DEPTH_LIMIT} levels` })
  for (const [name, inner] of Object.entries(value)) {
    const path = field === '' ? name : `${field}.${name}`
    if (!name.isWellFormed()) return refuse('ROW_TEXT_INVALID', { field: quoted(path) })
    const unsound = findUnsound(inner, path, depth + 1)
    if (unsound) return unsound
  }
  return undefined
}

/**
 * History arrives long after it was sent, so the correction of a live sender's clock (arrival minus `sentAt`) would move
 * it to today. Where the archive says when the message had arrived, the correction is made from that; `sentAt` is then
 * taken out, `timestamp` is when it happened and `originalTimestamp` what the sender's clock said.
 */
function settleTime(message: SegmentMessage, zone: string): SegmentMessage | Refusal {
  const said = message.originalTimestamp ?? message.timestamp
  if (said === undefined) return refuse('ROW_FIELD_MISSING', { field: 'timestamp' })
  const { sentAt, ...kept } = message
  const times = new Map<string, number | undefined>([['timestamp', parseTime(message.timestamp ?? said, zone)]])
  if (message.originalTimestamp !== undefined)
    times.set('originalTimestamp', parseTime(message.originalTimestamp, zone))
  if (sentAt !== undefined) times.set('sentAt', parseTime(sentAt, zone))
  for (const [field, time] of times) {
    const value = field === 'timestamp' ? message.timestamp : field === 'sentAt' ? sentAt : message.originalTimestamp
    if (time === undefined) return refuse('ROW_TIME_INVALID', { field, value: quoted(value ?? '') })
  }
  const at = times.get('timestamp') ?? 0
  const original = times.get('originalTimestamp') ?? at
  const arrival =
    'receivedAt' in message && typeof message.receivedAt === 'string' ? parseTime(message.receivedAt, zone) : undefined
  const corrected = message.timestamp !== undefined && message.originalTimestamp !== undefined
  const sent = times.get('sentAt')
  const settled = corrected || sent === undefined || arrival === undefined ? at : original + (arrival - sent)
  return {
    ...kept,
    timestamp: new Date(settled).toISOString(),
    ...(original !== settled && { originalTimestamp: new Date(original).toISOString() }),
  }
}
