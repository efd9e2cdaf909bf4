import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isZone, parseTime } from './times.ts'

const iso = (text: string, zone = 'UTC') => {
  const time = parseTime(text, zone)
  return time === undefined ? undefined : new Date(time).toISOString()
}

describe('parseTime', () => {
  it('reads ISO 8601 with and without zone, seconds and time', () => {
    expect(iso('2024-03-01')).toBe('2024-03-01T00:00:00.000Z')
    expect(iso('2024-03-01 10:20')).toBe('2024-03-01T10:20:00.000Z')
    expect(iso('2024-03-01T10:20:30.1234567Z')).toBe('2024-03-01T10:20:30.123Z')
    expect(iso('2024-03-01 10:20:30 -0500', 'Asia/Tokyo')).toBe('2024-03-01T15:20:30.000Z')
    expect(iso('2024-03-01T10:20:30+05:30')).toBe('2024-03-01T04:50:30.000Z')
    expect(iso('2024-03-01 10:20:30 UTC', 'Asia/Tokyo')).toBe('2024-03-01T10:20:30.000Z')
  })

  it('refuses what is no time of the calendar', () => {
    for (const text of [
      '',
      'yesterday',
      '2024-02-30',
      '2023-02-29',
      '2024-13-01',
      '2024-01-01 24:00',
      '2024-01-01 10:60',
      '01/02/2024',
      '1714557600',
      '2024-1-1',
      'NaN',
    ]) {
      expect(parseTime(text, 'UTC'), text).toBeUndefined()
    }
  })

  it('reads a wall clock in its zone', () => {
    expect(iso('2010-12-01 08:26:00', 'Europe/London')).toBe('2010-12-01T08:26:00.000Z')
    expect(iso('2011-07-01 08:26:00', 'Europe/London')).toBe('2011-07-01T07:26:00.000Z')
    expect(iso('2024-01-01 00:00', 'America/New_York')).toBe('2024-01-01T05:00:00.000Z')
    expect(iso('2024-06-01 12:00', 'Asia/Kathmandu')).toBe('2024-06-01T06:15:00.000Z')
  })

  it('reads a time that the clock skipped as if it had not been put forward, and the first of two', () => {
    expect(iso('2024-03-31 02:30', 'Europe/Berlin')).toBe('2024-03-31T01:30:00.000Z')
    expect(iso('2024-10-27 02:30', 'Europe/Berlin')).toBe('2024-10-27T00:30:00.000Z')
    expect(iso('2024-10-27 03:30', 'Europe/Berlin')).toBe('2024-10-27T02:30:00.000Z')
    expect(iso('2024-03-10 02:30', 'America/New_York')).toBe('2024-03-10T07:30:00.000Z')
  })

  it('gives back every time that the zone’s own clock shows once', () => {
    const format = new Intl.DateTimeFormat('sv-SE', {
      timeZone: 'Europe/Berlin',
      dateStyle: 'short',
      timeStyle: 'medium',
    })
    const instant = fc.integer({ min: Date.UTC(1995, 0, 1) / 1000, max: Date.UTC(2035, 0, 1) / 1000 })
    fc.assert(
      fc.property(instant, (seconds) => {
        const wall = format.format(seconds * 1000)
        const read = parseTime(wall, 'Europe/Berlin') ?? 0
        // In the hour that comes twice the first one is meant.
        expect([seconds * 1000, seconds * 1000 - 3_600_000]).toContain(read)
        expect(format.format(read)).toBe(wall)
      }),
      { seed: 3, numRuns: 300 },
    )
  })

  it('knows zones', () => {
    expect(isZone('Europe/London')).toBe(true)
    expect(isZone('Europe/Atlantis')).toBe(false)
    expect(isZone('')).toBe(false)
  })
})
