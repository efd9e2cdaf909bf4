import { setImmediate } from 'node:timers/promises'
import type { OutcomeDifferences, OutcomeRehearsal } from '../../core/ports.ts'
import type { Connection } from '../dialects/sqlite/connection.ts'
import { scalar, text } from '../dialects/sqlite/row.ts'
import { readDecision } from './decisions.ts'
import { advanceOutcomes, restartOutcomes, settleOutcomes } from './outcome-writes.ts'
import { createOutcomeRepository } from './outcomes.ts'
import type { ReadContext } from './writing.ts'

/** Everything that following the log writes. */
const WRITTEN = [
  'touched_decisions',
  'touches',
  'attributions',
  'refused_tokens',
  'outcome_changes',
  'counters',
  'reservations',
  'budgets',
]

/** What is compared: rows that say the same whichever way they were made, and by which columns a row is found again. */
const COMPARED = {
  touches: {
    keys: ['id', 'position', 'kind', 'event'],
    rows: `SELECT d.id, t.position, t.kind, t.event, t.profile, t.product, t.at, t.duplicate, t.counted
           FROM touches t JOIN touched_decisions d ON d.row = t.decision`,
  },
  attributions: {
    keys: ['event', 'line'],
    rows: `SELECT t.event, t.line, t."order", t.profile, t.at, t.product, t.quantity, t.currency, t.micros,
             t.refunded_micros, d.id, t.position, t.kind, t.touch, t.touch_product, t.touched_at
           FROM attributions t JOIN touched_decisions d ON d.row = t.decision`,
  },
  refusedTokens: { keys: ['event', 'position'], rows: 'SELECT event, position, code FROM refused_tokens' },
} as const

/**
 * Outcomes beside the store's own, on a connection that is given up to it: tables of the same names and forms stand in
 * front of them as temporary ones, and inside one transaction the log stays what it is now. So what is tried is what
 * would be done, line by line, and the store's files are not written.
 */
export function rehearseOutcomes(read: ReadContext): OutcomeRehearsal {
  const { connection } = read
  connection.exec('BEGIN')
  for (const table of WRITTEN) shadow(connection, table)
  // Whoever tries it must hear between two steps that it is to stop.
  const whole = async <T>(work: () => T): Promise<T> => {
    await setImmediate()
    return work()
  }
  const outcomes = createOutcomeRepository(
    read,
    {
      advance: (step) => whole(() => advanceOutcomes({ connection }, step)),
      settle: (upTo, shoppers) => whole(() => settleOutcomes({ connection }, { upTo, shoppers })),
      settleBy: () => Promise.reject(new TypeError('a rehearsal keeps to the settings it was given')),
      restart: () => whole(() => restartOutcomes({ connection }, undefined)),
    },
    () => Promise.reject(new TypeError('a rehearsal reports differences only')),
  )
  return {
    outcomes,
    decision: async (id) => readDecision(connection, id),
    remember() {
      for (const [name, { rows }] of Object.entries(COMPARED)) {
        connection.exec(`CREATE TEMP TABLE before_${name} AS ${rows}`)
      }
    },
    differences: () => ({
      touches: difference(connection, 'touches'),
      attributions: difference(connection, 'attributions'),
      refusedTokens: difference(connection, 'refusedTokens'),
      revenue: revenue(connection),
    }),
  }
}

/** A temporary table with the form, the indexes and the rows of one of the store. */
function shadow(connection: Connection, table: string): void {
  const made = connection
    .statement('SELECT type, sql FROM main.sqlite_schema WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type DESC')
    .all(table)
  for (const row of made) {
    if (text(row, 'type') === 'table') {
      connection.exec(text(row, 'sql').replace('CREATE TABLE', 'CREATE TEMP TABLE'))
      connection.exec(`INSERT INTO temp.${table} SELECT * FROM main.${table}`)
    } else connection.exec(text(row, 'sql').replace('INDEX ', 'INDEX temp.'))
  }
}

function difference(connection: Connection, name: keyof typeof COMPARED): OutcomeDifferences['touches'] {
  const { rows, keys } = COMPARED[name]
  const before = `SELECT * FROM before_${name}`
  const many = (sql: string) => scalar(connection.statement(`SELECT count(*) AS n FROM (${sql})`).get(), 'n')
  const keysOf = (from: string) => `SELECT ${keys.join(', ')} FROM (${from})`
  const added = many(`${keysOf(rows)} EXCEPT ${keysOf(before)}`)
  return {
    before: many(before),
    after: many(rows),
    added,
    removed: many(`${keysOf(before)} EXCEPT ${keysOf(rows)}`),
    changed: many(`${rows} EXCEPT ${before}`) - added,
  }
}

function revenue(connection: Connection): OutcomeDifferences['revenue'] {
  const sums = (table: string) =>
    new Map(
      connection
        .statement(
          `SELECT currency, cast(sum(micros - refunded_micros) AS TEXT) AS net FROM ${table}
           WHERE currency IS NOT NULL GROUP BY currency`,
        )
        .all()
        .map((row) => [text(row, 'currency'), text(row, 'net')]),
    )
  const [before, after] = [sums('before_attributions'), sums('attributions')]
  return [...new Set([...before.keys(), ...after.keys()])].sort().map((currency) => ({
    currency,
    beforeMicros: before.get(currency) ?? '0',
    afterMicros: after.get(currency) ?? '0',
  }))
}
