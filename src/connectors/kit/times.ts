/**
 * Times as exports write them: ISO 8601, a space in place of the `T`, seconds and zone optional ("2024-03-31",
 * "2024-03-31 02:30", "2024-03-31T02:30:00.250Z", "2024-03-31 02:30:00 -0500", "… UTC").
 * Without a zone the time is a wall clock's in `zone`: one that the clock skipped (start of summer time) is read as if
 * it had not yet been put forward; one that came twice is the first of the two (as RFC 9557 "compatible" does).
 * @param zone IANA name, see `isZone`
 * @returns UTC milliseconds; undefined where it is not a time, or not one of the calendar's
 */
export function parseTime(text: string, zone: string): number | undefined {
  if (text !== last.text || zone !== last.zone) last = { text, zone, time: readTime(text, zone) }
  return last.time
}

/** The lines of an order repeat its time. */
let last: { readonly text: string; readonly zone: string; readonly time: number | undefined } = {
  text: '',
  zone: '',
  time: undefined,
}

function readTime(text: string, zone: string): number | undefined {
  const match = TIME.exec(text.trim())
  if (!match) return undefined
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', mark] = match
  const numbers = [Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)] as const
  const wall = Date.UTC(...numbers, Number(fraction.padEnd(3, '0').slice(0, 3)))
  const back = new Date(wall)
  const calendar = back.getUTCFullYear() === numbers[0] && back.getUTCMonth() === numbers[1]
  if (!calendar || back.getUTCDate() !== numbers[2] || numbers[3] > 23 || numbers[4] > 59 || numbers[5] > 59) {
    return undefined
  }
  if (mark === undefined) return fromWall(wall, zone)
  if (mark === 'Z' || mark === 'z' || mark === 'UTC' || mark === 'GMT') return wall
  const sign = mark.startsWith('-') ? -1 : 1
  const offset = Number(mark.slice(1, 3)) * 60 + Number(mark.slice(-2))
  return wall - sign * offset * 60_000
}

/** Whether the machine knows this IANA zone. */
export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

const TIME =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|z|UTC|GMT|[+-]\d{2}:?\d{2})?$/

function fromWall(wall: number, zone: string): number {
  if (zone === 'UTC') return wall
  // The offsets before and after any change of the clock near this time; the earlier one decides in gap and overlap.
  const before = offsetAt(wall - DAY, zone)
  const after = offsetAt(wall + DAY, zone)
  if (before === after) return wall - before
  if (offsetAt(wall - before, zone) === before) return wall - before
  return offsetAt(wall - after, zone) === after ? wall - after : wall - before
}

const DAY = 86_400_000
const QUARTER = 900_000
const OFFSETS_KEPT = 4096
/** zone → quarter of an hour → offset; asking Intl costs microseconds and rows come in order of time. */
const offsets = new Map<string, Map<number, number>>()
const formats = new Map<string, Intl.DateTimeFormat>()

/** Milliseconds that the zone's wall clock is ahead of UTC. Zones change their clocks on quarters of an hour. */
function offsetAt(instant: number, zone: string): number {
  const quarter = Math.floor(instant / QUARTER)
  let known = offsets.get(zone)
  if (known === undefined || known.size >= OFFSETS_KEPT) {
    known = new Map()
    offsets.set(zone, known)
  }
  let offset = known.get(quarter)
  if (offset === undefined) {
    offset = askOffset(quarter * QUARTER, zone)
    known.set(quarter, offset)
  }
  return offset
}

function askOffset(instant: number, zone: string): number {
  let format = formats.get(zone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    formats.set(zone, format)
  }
  const parts = new Map(format.formatToParts(instant).map((part) => [part.type, part.value]))
  const part = (name: Intl.DateTimeFormatPartTypes) => Number(parts.get(name))
  const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
  return wall - instant
}
