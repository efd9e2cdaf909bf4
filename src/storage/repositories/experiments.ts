import type { Experiment } from '../../contracts/experiment.ts'
import type { Assignment, ExperimentRepository, ProfileRow, StoredExperiment } from '../../core/ports.ts'
import type { Connection } from '../dialects/sqlite/connection.ts'
import { integer, type Row, text } from '../dialects/sqlite/row.ts'
import type { WriterClient } from '../dialects/sqlite/writer.ts'
import { announce } from './announce.ts'
import { membersOf } from './identities.ts'
import type { WriteContext } from './writing.ts'

export function addExperiment(
  { connection }: WriteContext,
  { experiment, salt }: { experiment: Experiment; salt: string },
): number {
  const add = connection.statement('INSERT INTO experiments (id, salt, body) VALUES (?, ?, ?)')
  return Number(add.run(experiment.id, salt, JSON.stringify(experiment)).lastInsertRowid)
}

export function updateExperiment(
  context: WriteContext,
  { row, experiment }: { row: number; experiment: Experiment },
): void {
  const { connection } = context
  const { id, name, status, stoppedAt } = experiment
  const before = connection.statement("SELECT body ->> 'status' AS status FROM experiments WHERE row = ?").get(row)
  if (status === 'stopped' && stoppedAt !== undefined && before?.['status'] !== status) {
    announce(context, stoppedAt, 'experiment.ended', { experiment: id, name })
  }
  connection.statement('UPDATE experiments SET body = ? WHERE row = ?').run(JSON.stringify(experiment), row)
}

export function removeExperiment({ connection }: WriteContext, { row }: { row: number }): void {
  connection.statement('DELETE FROM assignments WHERE experiment = ?').run(row)
  connection.statement('DELETE FROM experiments WHERE row = ?').run(row)
}

/** Of a shopper who was erased meanwhile nothing is kept; of two at once the first stays. */
export function addAssignment({ connection }: WriteContext, { profile, experiment, arm, at }: Assignment): void {
  connection
    .statement(
      `INSERT INTO assignments (profile, experiment, arm, at) SELECT row, ?2, ?3, ?4 FROM profiles WHERE row = ?1
       ON CONFLICT DO NOTHING`,
    )
    .run(profile, experiment, arm, at)
}

export function createExperimentRepository(connection: Connection, writer: WriterClient): ExperimentRepository {
  return {
    async all() {
      return connection.statement('SELECT row, salt, body FROM experiments ORDER BY row').all().map(storedOf)
    },
    add: (experiment, salt) => writer.call('addExperiment', { experiment, salt }),
    update: (row, experiment) => writer.call('updateExperiment', { row, experiment }),
    remove: (row) => writer.call('removeExperiment', { row }),
    async assignment(experiment, members) {
      return earliest(members.flatMap((member) => assignmentOf(connection, member, experiment) ?? []))
    },
    async assignmentsOf(profile) {
      const find = connection.statement('SELECT * FROM assignments WHERE profile = ? ORDER BY experiment')
      return membersOf(connection, profile).flatMap((member) => find.all(member).map(toAssignment))
    },
  }
}

function assignmentOf(connection: Connection, profile: ProfileRow, experiment: number): Assignment | undefined {
  const row = connection
    .statement('SELECT * FROM assignments WHERE profile = ? AND experiment = ?')
    .get(profile, experiment)
  return row && toAssignment(row)
}

/** Of the same moment the smaller row: the answer does not depend on the order of the members. */
function earliest(found: readonly Assignment[]): Assignment | undefined {
  return found.toSorted((a, b) => a.at - b.at || a.profile - b.profile)[0]
}

function toAssignment(row: Row): Assignment {
  return {
    profile: integer(row, 'profile'),
    experiment: integer(row, 'experiment'),
    arm: integer(row, 'arm'),
    at: integer(row, 'at'),
  }
}

function storedOf(row: Row): StoredExperiment {
  const experiment: Experiment = JSON.parse(text(row, 'body'))
  return { row: integer(row, 'row'), salt: text(row, 'salt'), experiment }
}
