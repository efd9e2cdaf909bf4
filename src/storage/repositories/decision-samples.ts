import { setImmediate } from 'node:timers/promises'
import type { DecisionWindow, DecisionWrite } from '../../core/ports.ts'
import type { Connection } from '../dialects/sqlite/connection.ts'
import { bytes, integer, scalar } from '../dialects/sqlite/row.ts'
import { DECISION, decisionOf } from './decisions.ts'

const INSIDE = 'at >= ?1 AND at < ?2 AND (?3 IS NULL OR placement IN (SELECT value FROM json_each(?3)))'

/** Every so many-th decision, so that all hours have their part. Reads the window: for a thread of its own. */
export function sampleDecisions(connection: Connection, window: DecisionWindow, most: number): DecisionWrite[] {
  const names = window.placements === undefined ? null : JSON.stringify(window.placements)
  const count = connection
    .statement(`SELECT count(*) AS n FROM decisions WHERE ${INSIDE}`)
    .get(window.from, window.to, names)
  const stride = Math.max(1, Math.ceil(scalar(count, 'n') / most))
  const ids = connection
    .statement(
      `SELECT id FROM (SELECT id, row_number() OVER (ORDER BY at, id) AS n FROM decisions WHERE ${INSIDE})
       WHERE (n - 1) % ?4 = 0`,
    )
    .all(window.from, window.to, names, stride)
  const find = connection.statement(`${DECISION} WHERE id = ?`)
  return ids.flatMap((row) => {
    const found = find.get(bytes(row, 'id'))
    return found === undefined ? [] : [decisionOf(found)]
  })
}

const READ_CHUNK = 1000

/** Chunks by time, of shoppers as links lead to them now. */
export async function* readDecisions(connection: Connection, window: DecisionWindow): AsyncGenerator<DecisionWrite[]> {
  const names = window.placements === undefined ? null : JSON.stringify(window.placements)
  const statement = connection.statement(
    `SELECT id, at, coalesce((SELECT canonical FROM canonical_profiles c WHERE c.profile = decisions.profile), profile)
       AS profile, placement, record, experiment, arm
     FROM decisions WHERE ${INSIDE} AND (at, id) > (?4, ?5) ORDER BY at, id LIMIT ${READ_CHUNK}`,
  )
  let at = Number.MIN_SAFE_INTEGER
  let id: Uint8Array = new Uint8Array(0)
  for (;;) {
    const rows = statement.all(window.from, window.to, names, at, id)
    const last = rows.at(-1)
    if (last === undefined) return
    yield rows.map(decisionOf)
    if (rows.length < READ_CHUNK) return
    at = integer(last, 'at')
    id = bytes(last, 'id')
    await setImmediate()
  }
}
