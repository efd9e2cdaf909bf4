import type { SegmentMessage } from '../../contracts/event.ts'

/** Nothing that a web store knows of happened before. */
export const EARLIEST = Date.UTC(2000, 0, 1)

const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|z|[+-]\d{2}:?\d{2})?)?$/

export interface EventTimes {
  readonly happenedAt: number
  readonly at: number
}

/**
 * When it happened by the sender's clock, and by ours.
 *
 * - `happenedAt` is what the sender's clock said: `originalTimestamp`, else `timestamp`, else the arrival.
 * - `at` corrects it. Where both are given, whoever relayed the message has corrected `timestamp` already. Otherwise a
 *   `sentAt` shows how far the sender's clock is off: at = happenedAt + (receivedAt − sentAt), as Segment does.
 * - `at` is kept within [2000-01-01, arrival]: a time in the future would make a shopper's every other event look old,
 *   and a clock that starts at 1970 would stretch every window. `happenedAt` keeps what was said, so that `judge` can
 *   count both.
 * @returns the name of the field that is no time, as text
 */
export function timesOf(message: SegmentMessage, receivedAt: number): EventTimes | string {
  const original = timeOf(message.originalTimestamp)
  const relayed = timeOf(message.timestamp)
  const sent = timeOf(message.sentAt)
  if (Number.isNaN(original)) return 'originalTimestamp'
  if (Number.isNaN(relayed)) return 'timestamp'
  if (Number.isNaN(sent)) return 'sentAt'
  const happenedAt = original ?? relayed ?? receivedAt
  const isCorrected = original !== undefined && relayed !== undefined
  const corrected = isCorrected ? relayed : sent === undefined ? happenedAt : happenedAt + (receivedAt - sent)
  return { happenedAt, at: Math.min(Math.max(corrected, EARLIEST), receivedAt) }
}

/** ISO 8601; a time without a zone is UTC. NaN where it is none. */
function timeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const match = ISO.exec(text.trim())
  if (!match) return Number.NaN
  const [whole, year, month, day] = match
  // Date rolls 31 February over into March; a calendar does not have it.
  const back = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  if (back.getUTCMonth() + 1 !== Number(month) || back.getUTCDate() !== Number(day)) return Number.NaN
  const iso = whole.replace(' ', 'T').replace('z', 'Z')
  const hasZone = /(?:Z|[+-]\d{2}:?\d{2})$/.test(iso.slice(10))
  return Date.parse(iso.length === 10 || hasZone ? iso.replace(/([+-]\d{2})(\d{2})$/, '$1:$2') : `${iso}Z`)
}
