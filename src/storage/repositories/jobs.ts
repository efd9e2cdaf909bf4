import { CodedError } from '../../contracts/errors.ts'
import type { Job, JobProgress } from '../../contracts/job.ts'
import { JOB_KINDS, JOB_STATUSES } from '../../contracts/vocabulary.ts'
import type { JobRepository } from '../../core/ports.ts'
import type { Connection } from '../dialects/sqlite/connection.ts'
import { integer, optionalInteger, optionalText, type Row, text } from '../dialects/sqlite/row.ts'
import type { WriterClient } from '../dialects/sqlite/writer.ts'
import { announce } from './announce.ts'
import type { WriteContext } from './writing.ts'

const NOT_STARTED: JobProgress = { phase: 'waiting', done: 0, total: 0, unit: '' }

export function createJob({ connection }: WriteContext, job: Job): void {
  connection
    .statement('INSERT INTO jobs (id, kind, status, created_at, params, progress) VALUES (?, ?, ?, ?, ?, ?)')
    .run(job.id, job.kind, job.status, job.createdAt, JSON.stringify(job.params), JSON.stringify(job.progress))
}

/** The parts of a job that change; what is left out stays. */
export type JobChange = { readonly id: string } & Partial<
  Pick<Job, 'status' | 'startedAt' | 'endedAt' | 'progress' | 'result' | 'error'>
>

export function changeJob(context: WriteContext, change: JobChange): void {
  const { connection } = context
  const { id, status, startedAt, endedAt, progress, result, error } = change
  const changed = connection
    .statement(
      `UPDATE jobs SET status = coalesce(?, status), started_at = coalesce(?, started_at),
         ended_at = coalesce(?, ended_at), progress = coalesce(?, progress), result = coalesce(?, result),
         error = coalesce(?, error)
       WHERE id = ?`,
    )
    .run(status ?? null, startedAt ?? null, endedAt ?? null, json(progress), json(result), json(error), id)
  if (Number(changed.changes) === 0) throw new CodedError('JOB_NOT_FOUND', { job: id })
  if (endedAt !== undefined) announceEnd(context, id, endedAt)
}

function announceEnd(context: WriteContext, id: string, at: number): void {
  const row = context.connection.statement('SELECT kind, status, error FROM jobs WHERE id = ?').get(id)
  if (row === undefined) return
  const failure = optionalText(row, 'error')
  // The code alone: its words may quote a file.
  const error = failure === undefined ? {} : { error: JSON.parse(failure).code }
  announce(context, at, 'job.ended', { job: id, kind: text(row, 'kind'), status: text(row, 'status'), ...error })
}

export function interruptJobs(context: WriteContext, { at }: { at: number }): number {
  const abandoned = context.connection
    .statement(
      "UPDATE jobs SET status = 'interrupted', ended_at = ? WHERE status IN ('queued', 'running') RETURNING id",
    )
    .all(at)
    .map((row) => text(row, 'id'))
  for (const id of abandoned) announceEnd(context, id, at)
  return abandoned.length
}

/** @param newId a fresh UUIDv7 for a moment */
export function createJobRepository(
  connection: Connection,
  writer: WriterClient,
  newId: (at: number) => string,
): JobRepository {
  return {
    async create(kind, params, at) {
      const job: Job = { id: newId(at), kind, status: 'queued', createdAt: at, params, progress: NOT_STARTED }
      await writer.call('createJob', job)
      return job
    },
    async get(id) {
      const row = connection.statement('SELECT * FROM jobs WHERE id = ?').get(id)
      return row && jobOf(row)
    },
    async list(limit) {
      const rows = connection.statement('SELECT * FROM jobs ORDER BY created_at DESC, id DESC LIMIT ?').all(limit)
      return rows.map(jobOf)
    },
    async since(kind, at) {
      const rows = connection
        .statement('SELECT * FROM jobs WHERE kind = ? AND created_at >= ? ORDER BY created_at DESC, id DESC')
        .all(kind, at)
      return rows.map(jobOf)
    },
    start: (id, startedAt) => writer.call('changeJob', { id, status: 'running', startedAt }),
    progress: (id, progress) => writer.call('changeJob', { id, progress }),
    end: (id, endedAt, outcome) => writer.call('changeJob', { id, endedAt, ...outcome }),
    interruptAbandoned: (at) => writer.call('interruptJobs', { at }),
  }
}

function jobOf(row: Row): Job {
  const startedAt = optionalInteger(row, 'started_at')
  const endedAt = optionalInteger(row, 'ended_at')
  const result = optionalText(row, 'result')
  const error = optionalText(row, 'error')
  return {
    id: text(row, 'id'),
    kind: oneOf(JOB_KINDS, text(row, 'kind')),
    status: oneOf(JOB_STATUSES, text(row, 'status')),
    createdAt: integer(row, 'created_at'),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(endedAt === undefined ? {} : { endedAt }),
    params: JSON.parse(text(row, 'params')),
    progress: JSON.parse(text(row, 'progress')),
    ...(result === undefined ? {} : { result: JSON.parse(result) }),
    ...(error === undefined ? {} : { error: JSON.parse(error) }),
  }
}

export function oneOf<T extends string>(known: readonly T[], value: string): T {
  const found = known.find((one) => one === value)
  if (found === undefined) throw new TypeError(`${value} is none of ${known.join(', ')}`)
  return found
}

function json(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value)
}
