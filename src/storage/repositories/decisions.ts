import { setImmediate } from 'node:timers/promises'
import { formatUuid, parseUuid } from '../../contracts/ids.ts'
import type { DecisionRepository, DecisionWrite, ProfileRow } from '../../core/ports.ts'
import type { Connection } from '../dialects/sqlite/connection.ts'
import { bytes, integer, optionalInteger, type Row, scalar, text } from '../dialects/sqlite/row.ts'
import type { WriterClient } from '../dialects/sqlite/writer.ts'
import { addAssignment } from './experiments.ts'
import { membersOf } from './identities.ts'
import type { WriteContext } from './writing.ts'

const DECISION = 'SELECT id, at, profile, placement, record, experiment, arm FROM decisions'
const CHUNK = 500

/** A decision of a shopper who was erased meanwhile is kept without the shopper. */
export function appendDecisions(context: WriteContext, decisions: readonly DecisionWrite[]): void {
  const { connection } = context
  const add = connection.statement(
    `INSERT INTO decisions (id, at, profile, placement, record, experiment, arm)
     VALUES (?, ?, (SELECT row FROM profiles WHERE row = ?), ?, ?, ?, ?)`,
  )
  for (const { id, at, profile, placement, record, experiment, assignment } of decisions) {
    const mark = experiment === undefined ? [null, null] : [experiment.experiment, experiment.arm]
    add.run(uuidBytes(id), at, profile ?? null, placement, record, ...mark)
    if (assignment !== undefined) addAssignment(context, assignment)
  }
}

export function createDecisionRepository(connection: Connection, writer: WriterClient): DecisionRepository {
  return {
    append: (decisions) => writer.call('appendDecisions', decisions),
    async get(id) {
      const uuid = parseUuid(id)
      const row = uuid && connection.statement(`${DECISION} WHERE id = ?`).get(uuid)
      return row && decisionOf(row)
    },
    ofProfile: (profile) => decisionsOfProfile(connection, profile),
    async count() {
      return scalar(connection.statement('SELECT count(*) AS n FROM decisions').get(), 'n')
    },
  }
}

async function* decisionsOfProfile(connection: Connection, profile: ProfileRow): AsyncGenerator<DecisionWrite> {
  for (const member of membersOf(connection, profile)) {
    let after: Uint8Array = new Uint8Array(0)
    for (;;) {
      const rows = connection
        .statement(`${DECISION} WHERE profile = ? AND id > ? ORDER BY id LIMIT ${CHUNK}`)
        .all(member, after)
      yield* rows.map(decisionOf)
      const last = rows.at(-1)
      if (last === undefined || rows.length < CHUNK) break
      after = bytes(last, 'id')
      await setImmediate()
    }
  }
}

function decisionOf(row: Row): DecisionWrite {
  const profile = optionalInteger(row, 'profile')
  const experiment = optionalInteger(row, 'experiment')
  return {
    id: formatUuid(bytes(row, 'id')),
    at: integer(row, 'at'),
    ...(profile === undefined ? {} : { profile }),
    placement: text(row, 'placement'),
    record: bytes(row, 'record'),
    ...(experiment === undefined ? {} : { experiment: { experiment, arm: integer(row, 'arm') } }),
  }
}

function uuidBytes(id: string): Uint8Array {
  const uuid = parseUuid(id)
  if (uuid === undefined) throw new TypeError(`${id} is not a UUID`)
  return uuid
}
