import { setImmediate } from 'node:timers/promises'
import { firstUuidOf } from '../../contracts/uuid.ts'
import type { DecisionWindow, DecisionWrite } from '../../core/ports.ts'
import type { Connection } from '../dialects/sqlite/connection.ts'
import { bytes, scalar } from '../dialects/sqlite/row.ts'
import { DECISION, decisionOf } from './decisions.ts'

const INSIDE = 'id >= ?1 AND id < ?2 AND (?3 IS NULL OR placement IN (SELECT value FROM json_each(?3)))'

function boundsOf({ from, to, placements }: DecisionWindow): [Uint8Array, Uint8Array, string | null] {
  return [firstUuidOf(from), firstUuidOf(to), placements === undefined ? null : JSON.stringify(placements)]
}

/** Every so many-th decision, so that all hours have their part. Reads the window: for a thread of its own. */
export function sampleDecisions(connection: Connection, window: DecisionWindow, most: number): DecisionWrite[] {
  const inside = boundsOf(window)
  const count = connection.statement(`SELECT count(*) AS n FROM decisions WHERE ${INSIDE}`).get(...inside)
  const stride = Math.max(1, Math.ceil(scalar(count, 'n') / most))
  const ids = connection
    .statement(
      `SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM decisions WHERE ${INSIDE})
       WHERE (n - 1) % ?4 = 0`,
    )
    .all(...inside, stride)
  const find = connection.statement(`${DECISION} WHERE id = ?`)
  return ids.flatMap((row) => {
    const found = find.get(bytes(row, 'id'))
    return found === undefined ? [] : [decisionOf(found)]
  })
}

const READ_CHUNK = 1000

/** Chunks by time, of shoppers as links lead to them now. */
export async function* readDecisions(connection: Connection, window: DecisionWindow): AsyncGenerator<DecisionWrite[]> {
  const inside = boundsOf(window)
  const statement = connection.statement(
    `SELECT id, at, coalesce((SELECT canonical FROM canonical_profiles c WHERE c.profile = decisions.profile), profile)
       AS profile, placement, record, experiment, arm
     FROM decisions WHERE ${INSIDE} AND id > ?4 ORDER BY id LIMIT ${READ_CHUNK}`,
  )
  let id: Uint8Array = new Uint8Array(0)
  for (;;) {
    const rows = statement.all(...inside, id)
    const last = rows.at(-1)
    if (last === undefined) return
    yield rows.map(decisionOf)
    if (rows.length < READ_CHUNK) return
    id = bytes(last, 'id')
    await setImmediate()
  }
}
