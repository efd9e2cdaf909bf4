/*
 * Days and moments by a store's own clock. Connectors read whole formats of times; a rule needs only these.
 */

const DAY = 86_400_000
const formats = new Map<string, Intl.DateTimeFormat>()

export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

/** The day of a moment in a zone: `2026-11-27`. */
export function dayOf(instant: number, zone: string): string {
  return new Date(instant + offsetAt(instant, zone)).toISOString().slice(0, 10)
}

/** What the zone's clock shows at a moment: `18:05`. */
export function timeOf(instant: number, zone: string): string {
  return new Date(instant + offsetAt(instant, zone)).toISOString().slice(11, 16)
}

/**
 * `2026-11-27` or `2026-11-27T18:00` → UTC milliseconds. A moment that the clock skipped is read as if it had not been
 * put forward; one that came twice is the first of the two (RFC 9557 "compatible").
 * @returns undefined where the calendar has no such day or time
 */
export function instantOf(wallTime: string, zone: string): number | undefined {
  const text = wallTime.length === 10 ? `${wallTime}T00:00` : wallTime
  const wall = Date.parse(`${text}:00.000Z`)
  if (Number.isNaN(wall) || new Date(wall).toISOString().slice(0, 16) !== text) return undefined
  const before = offsetAt(wall - DAY, zone)
  const after = offsetAt(wall + DAY, zone)
  if (before === after || offsetAt(wall - before, zone) === before) return wall - before
  return offsetAt(wall - after, zone) === after ? wall - after : wall - before
}

/** Milliseconds that the zone's clock is ahead of UTC. */
function offsetAt(instant: number, zone: string): number {
  if (zone === 'UTC') return 0
  const format = formats.get(zone) ?? new Intl.DateTimeFormat('en-US', { ...PARTS, timeZone: zone })
  formats.set(zone, format)
  const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]))
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0
  const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
  return wall - Math.floor(instant / 1000) * 1000
}

const PARTS: Intl.DateTimeFormatOptions = {
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
}
