import { CodedError } from '../../contracts/errors.ts'
import type { ModelVersion } from '../../contracts/model-version.ts'
import { MODEL_STATUSES } from '../../contracts/vocabulary.ts'
import type { Clock, ModelRepository } from '../../core/ports.ts'
import type { Connection } from '../dialects/sqlite/connection.ts'
import { integer, optionalInteger, type Row, scalar, text } from '../dialects/sqlite/row.ts'
import type { WriterClient } from '../dialects/sqlite/writer.ts'
import { modelDirectory, type StoreLayout } from '../layout.ts'
import { announce } from './announce.ts'
import { oneOf } from './jobs.ts'
import type { WriteContext } from './writing.ts'

type ModelEntry = Parameters<ModelRepository['add']>[0]

export function reserveModelVersion({ connection }: WriteContext, _argument: undefined): number {
  const row = connection
    .statement("UPDATE counters SET value = value + 1 WHERE name = 'model_version' RETURNING value")
    .get()
  return scalar(row, 'value')
}

export function addModel(
  { connection }: WriteContext,
  { entry, now }: { entry: ModelEntry; now: number },
): ModelVersion {
  const { version, capability, status, metric, value, bytes, card, files } = entry
  connection
    .statement(
      `INSERT INTO model_versions (version, capability, status, created_at, metric, value, bytes, card, files)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(version, capability, status, now, metric, value, bytes, JSON.stringify(card), JSON.stringify(files))
  return requireModel(connection, version)
}

export function promoteModel(context: WriteContext, { version, at }: { version: number; at: number }): ModelVersion {
  const { connection } = context
  const { capability, status } = requireModel(connection, version)
  if (status === 'serving') return requireModel(connection, version)
  const before = servingModel(connection, capability)
  if (before !== undefined) setStatus(connection, before.version, 'retired')
  connection
    .statement("UPDATE model_versions SET status = 'serving', promoted_at = ? WHERE version = ?")
    .run(at, version)
  connection
    .statement('INSERT INTO promotions (capability, version, previous, at) VALUES (?, ?, ?, ?)')
    .run(capability, version, before?.version ?? null, at)
  announce(context, at, 'model.promoted', { capability, version, before: before?.version ?? null, rolledBack: false })
  return requireModel(connection, version)
}

/** Undoes the latest promotion that still stands; again and again it leads back to the first version. */
export function rollBackModel(
  context: WriteContext,
  { capability, at }: { capability: string; at: number },
): ModelVersion | undefined {
  const { connection } = context
  const latest = connection
    .statement(
      `SELECT row, version, previous FROM promotions WHERE capability = ? AND undone_at IS NULL
       ORDER BY row DESC LIMIT 1`,
    )
    .get(capability)
  if (latest === undefined) return undefined
  const previous = optionalInteger(latest, 'previous')
  if (previous === undefined) return undefined
  connection.statement('UPDATE promotions SET undone_at = ? WHERE row = ?').run(at, integer(latest, 'row'))
  setStatus(connection, integer(latest, 'version'), 'retired')
  connection
    .statement("UPDATE model_versions SET status = 'serving', promoted_at = ? WHERE version = ?")
    .run(at, previous)
  const before = integer(latest, 'version')
  announce(context, at, 'model.promoted', { capability, version: previous, before, rolledBack: true })
  return requireModel(connection, previous)
}

/** The promotions of what is forgotten go with it: whoever rolls back further than what is kept finds nothing. */
export function forgetModels(
  { connection }: WriteContext,
  { capability, keep, inUse }: Parameters<ModelRepository['forget']>[0],
): number[] {
  const old = connection
    .statement(
      `SELECT version FROM model_versions
       WHERE capability = ?1 AND status <> 'serving' AND version IS NOT ?2
         AND version IS NOT (SELECT previous FROM promotions WHERE capability = ?1 AND undone_at IS NULL
                             ORDER BY row DESC LIMIT 1)
         AND version NOT IN (SELECT version FROM model_versions WHERE capability = ?1 ORDER BY version DESC LIMIT ?3)
       ORDER BY version`,
    )
    .all(capability, inUse ?? null, keep)
    .map((row) => integer(row, 'version'))
  for (const version of old) {
    connection.statement('DELETE FROM promotions WHERE version = ?').run(version)
    connection.statement('UPDATE promotions SET previous = NULL WHERE previous = ?').run(version)
    connection.statement('DELETE FROM model_versions WHERE version = ?').run(version)
  }
  return old
}

export function createModelRepository(
  connection: Connection,
  writer: WriterClient,
  clock: Clock,
  layout: StoreLayout,
): ModelRepository {
  return {
    add: (entry) => writer.call('addModel', { entry, now: clock() }),
    reserveVersion: () => writer.call('reserveModelVersion', undefined),
    directory: (version) => modelDirectory(layout, version),
    async files(version) {
      const row = connection.statement('SELECT files FROM model_versions WHERE version = ?').get(version)
      if (row === undefined) throw new CodedError('MODEL_NOT_FOUND', { version })
      return JSON.parse(text(row, 'files'))
    },
    async list(capability) {
      const rows =
        capability === undefined
          ? connection.statement('SELECT * FROM model_versions ORDER BY version DESC').all()
          : connection
              .statement('SELECT * FROM model_versions WHERE capability = ? ORDER BY version DESC')
              .all(capability)
      return rows.map(versionOf)
    },
    get: async (version) => findModel(connection, version),
    serving: async (capability) => servingModel(connection, capability),
    promote: (version, at) => writer.call('promoteModel', { version, at }),
    forget: (old) => writer.call('forgetModels', old),
    rollBack: (capability, at) => writer.call('rollBackModel', { capability, at }),
  }
}

function findModel(connection: Connection, version: number): ModelVersion | undefined {
  const row = connection.statement('SELECT * FROM model_versions WHERE version = ?').get(version)
  return row && versionOf(row)
}

function requireModel(connection: Connection, version: number): ModelVersion {
  const model = findModel(connection, version)
  if (model === undefined) throw new CodedError('MODEL_NOT_FOUND', { version })
  return model
}

function servingModel(connection: Connection, capability: string): ModelVersion | undefined {
  const row = connection
    .statement("SELECT * FROM model_versions WHERE capability = ? AND status = 'serving'")
    .get(capability)
  return row && versionOf(row)
}

function setStatus(connection: Connection, version: number, status: ModelVersion['status']): void {
  connection.statement('UPDATE model_versions SET status = ? WHERE version = ?').run(status, version)
}

function versionOf(row: Row): ModelVersion {
  const promotedAt = optionalInteger(row, 'promoted_at')
  return {
    version: integer(row, 'version'),
    capability: text(row, 'capability'),
    status: oneOf(MODEL_STATUSES, text(row, 'status')),
    createdAt: integer(row, 'created_at'),
    ...(promotedAt === undefined ? {} : { promotedAt }),
    metric: text(row, 'metric'),
    value: optionalInteger(row, 'value') ?? null,
    bytes: integer(row, 'bytes'),
    card: JSON.parse(text(row, 'card')),
  }
}
