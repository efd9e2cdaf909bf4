import { setImmediate } from 'node:timers/promises'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { formatUuid, parseUuid, timeOfUuid } from '../../contracts/uuid.ts'
import type { DecisionEntry, DecisionRepository, DecisionWrite, ProfileRow } from '../../core/ports.ts'
import type { Connection } from '../dialects/sqlite/connection.ts'
import { bytes, integer, optionalInteger, type Row, scalar, text } from '../dialects/sqlite/row.ts'
import type { WriterClient } from '../dialects/sqlite/writer.ts'
import { open, seal } from '../seal.ts'
import { settleReservations } from './budgets.ts'
import { addAssignment } from './experiments.ts'
import { membersOf } from './identities.ts'
import { NO_PROFILE } from './keyring.ts'
import type { ReadContext, WriteContext } from './writing.ts'

export const DECISION = 'SELECT id, at, profile, placement, record, experiment, arm FROM decisions'
const CHUNK = 500

/** A decision of a shopper who was erased meanwhile is kept without the shopper, and without its inputs. */
export function appendDecisions(context: WriteContext, decisions: readonly DecisionEntry[]): void {
  const { connection } = context
  const add = connection.statement(
    `INSERT INTO decisions (id, at, profile, placement, record, experiment, arm)
     VALUES (?, ?, (SELECT row FROM profiles WHERE row = ?), ?, ?, ?, ?)`,
  )
  for (const { id, at, profile, placement, record, experiment, assignment, ...beside } of decisions) {
    const { attempts, inputs, reserved } = beside
    const uuid = uuidBytes(id)
    if (timeOfUuid(uuid) !== at) throw new TypeError(`${id} is not a UUIDv7 of ${at}`)
    const mark = experiment === undefined ? [null, null] : [experiment.experiment, experiment.arm]
    add.run(uuid, at, profile ?? null, placement, record, ...mark)
    if (assignment !== undefined) addAssignment(context, assignment)
    attempts?.forEach((attempt, number) => {
      connection
        .statement('INSERT INTO decision_attempts (decision, number, record) VALUES (?, ?, ?)')
        .run(uuid, number, attempt)
    })
    if (inputs !== undefined) sealInputs(context, id, profile, inputs)
    if (reserved) settleReservations(context, { decisions: [id], onAnswer: true, now: at })
  }
}

function sealInputs(
  { connection, keyring, random }: WriteContext,
  id: string,
  profile: ProfileRow | undefined,
  inputs: Uint8Array,
): void {
  const isGone =
    profile !== undefined && connection.statement('SELECT 1 FROM profiles WHERE row = ?').get(profile) === undefined
  if (isGone) return
  const key = keyring.ensure(profile ?? NO_PROFILE, random)
  connection
    .statement('INSERT INTO decision_inputs (decision, profile, sealed) VALUES (?, ?, ?)')
    .run(uuidBytes(id), profile ?? null, seal(key, deflateRawSync(inputs), inputsOf(id), random))
}

const inputsOf = (id: string): string => `inputs of ${id}`

export function createDecisionRepository(
  { connection, keyring }: ReadContext,
  writer: WriterClient,
  sample: DecisionRepository['sample'],
): DecisionRepository {
  return {
    append: (decisions) => writer.call('appendDecisions', decisions),
    sample,
    get: async (id) => readDecision(connection, id),
    async attempts(id) {
      const uuid = parseUuid(id)
      const sql = 'SELECT record FROM decision_attempts WHERE decision = ? ORDER BY number'
      return uuid === undefined
        ? []
        : connection
            .statement(sql)
            .all(uuid)
            .map((row) => bytes(row, 'record'))
    },
    async inputs(id) {
      const uuid = parseUuid(id)
      const row =
        uuid && connection.statement('SELECT profile, sealed FROM decision_inputs WHERE decision = ?').get(uuid)
      const key = row && keyring.keyOf(optionalInteger(row, 'profile') ?? NO_PROFILE)
      const plain = row && key && open(key, bytes(row, 'sealed'), inputsOf(id))
      return plain === undefined ? undefined : new Uint8Array(inflateRawSync(plain))
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

export function readDecision(connection: ReadContext['connection'], id: string): DecisionWrite | undefined {
  const uuid = parseUuid(id)
  const row = uuid && connection.statement(`${DECISION} WHERE id = ?`).get(uuid)
  return row && decisionOf(row)
}

export function decisionOf(row: Row): DecisionWrite {
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
