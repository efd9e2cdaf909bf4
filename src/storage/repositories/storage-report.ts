import { statfsSync } from 'node:fs'
import type { StorageReport } from '../../contracts/routes/engine.ts'
import type { RetentionRule } from '../../core/ports.ts'
import type { Connection } from '../dialects/sqlite/connection.ts'
import { integer, scalar } from '../dialects/sqlite/row.ts'
import { databaseBytes, tableBytes } from '../dialects/sqlite/table-bytes.ts'

const DAY = 86_400_000
const GROWTH_DAYS = 30

/** Tables that grow with each event, besides the payloads. */
const EVENT_TABLES = ['events', 'lines', 'orders', 'live_keys_young', 'history_keys', 'history_keys_young']

/** How one part of the store grows, and how long a rule keeps it. */
interface Growth {
  readonly bytes: number
  readonly bytesPerDay: number
  /** 0 keeps for ever. */
  readonly keptDays: number
}

/**
 * What the store uses and when the disk will be full. Growth is what the last 30 days with data brought, by the time
 * of the events, so that an import of years in one afternoon does not look like a flood. What a rule bounds grows to
 * its bound; what none bounds grows on, and is taken at today's size in `steadyStateBytes`.
 * Cost: every page of the database is visited once.
 */
export function storageReport(connection: Connection, directory: string, rule: RetentionRule): StorageReport {
  const { tables, growths, bytes } = connection.snapshot(() => {
    const sizes = tableBytes(connection)
    return {
      tables: sizes.map(({ name, bytes: size }) => ({ name, rows: countRows(connection, name), bytes: size })),
      growths: growthsOf(connection, new Map(sizes.map(({ name, bytes: size }) => [name, size])), rule),
      bytes: databaseBytes(connection),
    }
  })
  const bounded = growths.filter(({ keptDays }) => keptDays > 0)
  const steadyStateBytes =
    bounded.length === 0
      ? null
      : bytes + bounded.reduce((sum, part) => sum + part.bytesPerDay * part.keptDays - part.bytes, 0)
  const { bavail, bsize } = statfsSync(directory)
  const freeBytes = bavail * bsize
  return {
    bytes,
    freeBytes,
    tables,
    bytesPerDay: growths.reduce((sum, part) => sum + part.bytesPerDay, 0),
    steadyStateBytes,
    daysUntilFull: daysUntilFull(growths, freeBytes),
  }
}

/** Null where the disk never fills. Each bounded part grows until its bound, the others for ever. */
export function daysUntilFull(growths: readonly Growth[], freeBytes: number): number | null {
  const rooms = growths.map(({ bytes, bytesPerDay, keptDays }) =>
    keptDays === 0 ? Number.POSITIVE_INFINITY : Math.max(0, bytesPerDay * keptDays - bytes),
  )
  const grownAfter = (days: number) =>
    growths.reduce((sum, { bytesPerDay }, i) => sum + Math.min(bytesPerDay * days, rooms[i] ?? 0), 0)
  let low = 0
  let high = 1
  while (grownAfter(high) < freeBytes) {
    high *= 2
    if (high > 1e6) return null
  }
  while (high - low > 0.01) {
    const middle = (low + high) / 2
    if (grownAfter(middle) < freeBytes) low = middle
    else high = middle
  }
  return high
}

function growthsOf(connection: Connection, sizes: ReadonlyMap<string, number>, rule: RetentionRule): Growth[] {
  const size = (names: readonly string[]) => names.reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0)
  const live = [...sizes.keys()].filter((name) => /^live_keys_\d+$/.test(name))
  const events = share(connection, 'events')
  const decisions = share(connection, 'decisions')
  const eventBytes = size([...EVENT_TABLES, ...live])
  const payloadBytes = size(['event_payloads'])
  const decisionBytes = size(['decisions'])
  return [
    { bytes: eventBytes, bytesPerDay: eventBytes * events, keptDays: 0 },
    { bytes: payloadBytes, bytesPerDay: payloadBytes * events, keptDays: rule.rawEventDays },
    { bytes: decisionBytes, bytesPerDay: decisionBytes * decisions, keptDays: rule.decisionDays },
  ]
}

/** The share of all rows that one of the last 30 days with data brought, on average. */
function share(connection: Connection, table: 'events' | 'decisions'): number {
  const rows = connection
    .statement(`SELECT at / ${DAY} AS day, count(*) AS n FROM ${table} GROUP BY 1 ORDER BY 1 DESC LIMIT ${GROWTH_DAYS}`)
    .all()
  const total = countRows(connection, table)
  const recent = rows.reduce((sum, row) => sum + integer(row, 'n'), 0)
  return total === 0 ? 0 : recent / rows.length / total
}

function countRows(connection: Connection, table: string): number {
  return scalar(connection.statement(`SELECT count(*) AS n FROM "${table}"`).get(), 'n')
}
