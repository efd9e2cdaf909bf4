import { CodedError } from '../../contracts/errors.ts'
import type { Connection } from '../dialects/sqlite/connection.ts'
import { scalar } from '../dialects/sqlite/row.ts'
import { firstSchema } from './0001-first-schema.ts'
import { productRevisions } from './0002-product-revisions.ts'
import { keyOrigins } from './0003-key-origins.ts'
import { experiments } from './0004-experiments.ts'
import { stateThrough } from './0005-state-through.ts'
import { decisionsWhole } from './0006-decisions-whole.ts'
import { youngKeys } from './0007-young-keys.ts'
import { outcomes } from './0008-outcomes.ts'
import { webhooks } from './0009-webhooks.ts'
import { webhookLeases } from './0010-webhook-leases.ts'
import { profileHeads } from './0011-profile-heads.ts'
import { outcomeDays } from './0012-outcome-days.ts'
import { webhookRotation } from './0013-webhook-rotation.ts'
import { recentHeads } from './0014-recent-heads.ts'
import { decisionsById } from './0015-decisions-by-id.ts'
import { packedYoungKeys } from './0016-packed-young-keys.ts'
import { unmeasuredModels } from './0017-unmeasured-models.ts'

export interface Migration {
  readonly version: number
  readonly name: string
  readonly sql: string
}

/** In order and without gaps. What is released is never changed: a new schema is a new row here. */
export const MIGRATIONS: readonly Migration[] = [
  { version: 1, name: 'first schema', sql: firstSchema },
  { version: 2, name: 'product revisions', sql: productRevisions },
  { version: 3, name: 'origins of keys', sql: keyOrigins },
  { version: 4, name: 'experiments', sql: experiments },
  { version: 5, name: 'state through', sql: stateThrough },
  { version: 6, name: 'decisions whole', sql: decisionsWhole },
  { version: 7, name: 'young keys', sql: youngKeys },
  { version: 8, name: 'outcomes', sql: outcomes },
  { version: 9, name: 'webhooks', sql: webhooks },
  { version: 10, name: 'webhook leases', sql: webhookLeases },
  { version: 11, name: 'profile heads', sql: profileHeads },
  { version: 12, name: 'outcome days', sql: outcomeDays },
  { version: 13, name: 'webhook rotation', sql: webhookRotation },
  { version: 14, name: 'recent heads', sql: recentHeads },
  { version: 15, name: 'decisions by id', sql: decisionsById },
  { version: 16, name: 'packed young keys', sql: packedYoungKeys },
  { version: 17, name: 'unmeasured models', sql: unmeasuredModels },
]

export const SCHEMA_VERSION = MIGRATIONS.length

/** The version that a database stands at; 0 for an empty one, undefined where it is no store of ours. */
export function schemaVersion(connection: Connection): number | undefined {
  const tables = scalar(connection.statement("SELECT count(*) AS n FROM sqlite_schema WHERE type = 'table'").get(), 'n')
  if (tables === 0) return 0
  const own = connection.statement("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'schema_migrations'").get()
  if (scalar(own, 'n') === 0) return undefined
  return scalar(connection.statement('SELECT coalesce(max(version), 0) AS n FROM schema_migrations').get(), 'n')
}

/**
 * Brings a database up to a version, each step in a transaction of its own. Two processes may try at once: the second
 * one waits, looks again and finds nothing to do.
 * @throws CodedError STORE_NEWER, STORE_DAMAGED
 */
export function migrate(connection: Connection, now: number, to = SCHEMA_VERSION): void {
  checkSchema(connection)
  for (const migration of MIGRATIONS.slice(0, to)) {
    connection.exec('BEGIN IMMEDIATE')
    try {
      connection.exec(
        'CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT',
      )
      if ((schemaVersion(connection) ?? 0) < migration.version) {
        connection.exec(migration.sql)
        connection
          .statement('INSERT INTO schema_migrations (version, name, applied_at) VALUES (?, ?, ?)')
          .run(migration.version, migration.name, now)
      }
      connection.exec('COMMIT')
    } catch (error) {
      if (connection.inTransaction) connection.exec('ROLLBACK')
      throw error
    }
  }
}

/**
 * Refuses what this program cannot open.
 * @throws CodedError STORE_NEWER, STORE_DAMAGED
 */
export function checkSchema(connection: Connection): number {
  const found = schemaVersion(connection)
  if (found === undefined) {
    throw new CodedError('STORE_DAMAGED', { path: connection.path, problem: 'it is a database of another program' })
  }
  if (found > SCHEMA_VERSION) {
    throw new CodedError('STORE_NEWER', { path: connection.path, found, known: SCHEMA_VERSION })
  }
  return found
}
