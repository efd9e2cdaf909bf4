import { parseUuid } from '../../contracts/uuid.ts'
import {
  type OutcomeStep,
  type ProfileRow,
  type SettledShopper,
  TOUCH_KINDS,
  type TouchWrite,
} from '../../core/ports.ts'
import { integer, optionalInteger, scalar, text } from '../dialects/sqlite/row.ts'
import { settleReservations } from './budgets.ts'
import { isBot, noteChange, noteOrders } from './outcome-changes.ts'
import { FOLDED_BEFORE } from './outcome-retention.ts'
import type { WriteContext } from './writing.ts'

export const CURSOR = 'outcomes_cursor'
/** Counter: the last row of the log when it was begun again. */
export const READ_TO = 'outcomes_read_to'

/** Nothing here needs more of the writer than its connection. */
type Write = Pick<WriteContext, 'connection'>

/** Takes a stretch of the log in, with the cursor: all of it or nothing. False where somebody else did before. */
export function advanceOutcomes(context: Write, step: OutcomeStep): boolean {
  const { connection } = context
  const mark = connection.statement('SELECT value FROM counters WHERE name = ?').get(CURSOR)
  if ((mark === undefined ? 0 : integer(mark, 'value')) !== step.from) return false
  const changed = new Set<ProfileRow>()
  const bots = new Map<ProfileRow, boolean>()
  for (const touch of step.touches) {
    const profile = addTouch(context, touch, bots)
    if (profile !== undefined) changed.add(profile)
  }
  const refuse = connection.statement(
    'INSERT OR IGNORE INTO refused_tokens (event, position, code) SELECT row, ?2, ?3 FROM events WHERE row = ?1',
  )
  for (const { event, index, code } of step.refused) refuse.run(event, index, code)
  for (const profile of changed) noteChange(context, profile)
  noteOrders(context, step.orders)
  setCounter(context, CURSOR, step.upTo)
  return true
}

function setCounter({ connection }: Write, name: string, value: number): void {
  connection
    .statement(
      'INSERT INTO counters (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    )
    .run(name, value)
}

/** Adds a touch, unless its event or decision was erased meanwhile. Returns the profile to which it belongs. */
function addTouch(context: Write, touch: TouchWrite, bots: Map<ProfileRow, boolean>): ProfileRow | undefined {
  const { connection } = context
  const event = connection.statement('SELECT bot FROM events WHERE row = ?').get(touch.event)
  const decision = event && decisionRow(context, touch.decision)
  if (event === undefined || decision === undefined) return undefined
  const kind = TOUCH_KINDS[touch.kind]
  const spent = connection
    .statement('SELECT 1 AS yes FROM touches WHERE decision = ? AND position = ? AND kind = ? LIMIT 1')
    .get(decision, touch.position, kind)
  const named =
    touch.profile < 0 ? undefined : connection.statement('SELECT row FROM profiles WHERE row = ?').get(touch.profile)
  const profile = named && integer(named, 'row')
  let bot = integer(event, 'bot') !== 0
  if (profile !== undefined) {
    const known = bots.get(profile) ?? isBot(connection, profile)
    bots.set(profile, known)
    bot ||= known
  }
  connection
    .statement(
      `INSERT INTO touches (decision, position, kind, event, profile, product, at, duplicate, counted)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      decision,
      touch.position,
      kind,
      touch.event,
      profile ?? null,
      touch.product < 0 ? null : touch.product,
      touch.at,
      spent === undefined ? 0 : 1,
      spent === undefined && !bot ? 1 : 0,
    )
  // What was seen is spent: a limit that counts impressions has held it until now.
  if (!bot) settleReservations(context, { decisions: [touch.decision], onAnswer: false, now: touch.at })
  return profile
}

function decisionRow({ connection }: Write, id: string): number | undefined {
  const uuid = parseUuid(id)
  if (uuid === undefined) return undefined
  const known = connection.statement('SELECT row FROM touched_decisions WHERE id = ?').get(uuid)
  if (known !== undefined) return integer(known, 'row')
  const added = connection
    .statement(
      `INSERT INTO touched_decisions (id, at, placement, experiment, arm)
       SELECT id, at, placement, experiment, arm FROM decisions WHERE id = ?`,
    )
    .run(uuid)
  return Number(added.changes) === 0 ? undefined : Number(added.lastInsertRowid)
}

/** Puts what was worked out for shoppers in place of what was there, and takes their changes off the list. */
export function settleOutcomes(
  { connection }: Write,
  { upTo, shoppers }: { upTo: number; shoppers: readonly SettledShopper[] },
): void {
  const members = connection.statement(
    'SELECT ?1 AS profile UNION SELECT profile FROM canonical_profiles WHERE canonical = ?1',
  )
  const clear = connection.statement('DELETE FROM attributions WHERE profile = ?')
  // Lines of an order that was erased meanwhile are not brought back.
  const add = connection.statement(
    `INSERT INTO attributions (event, line, "order", profile, at, product, quantity, currency, micros, refunded_micros,
       decision, position, kind, touch, touch_product, touched_at)
     SELECT row, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16 FROM events WHERE row = ?1
     ON CONFLICT DO NOTHING`,
  )
  for (const { profile, attributions } of shoppers) {
    for (const row of members.all(profile)) clear.run(integer(row, 'profile'))
    for (const { touch, ...line } of attributions) {
      add.run(
        line.event,
        line.line,
        line.order,
        line.profile,
        line.at,
        line.product,
        line.quantity,
        line.currency ?? null,
        line.micros,
        line.refundedMicros,
        touch.decision,
        touch.position,
        TOUCH_KINDS[touch.kind],
        touch.event,
        touch.product < 0 ? null : touch.product,
        touch.at,
      )
    }
  }
  connection.statement('DELETE FROM outcome_changes WHERE row <= ?').run(upTo)
}

/** Other settings make every shopper's attributions due again. */
export function settleOutcomesBy({ connection }: Write, settings: string): void {
  const known = connection.statement("SELECT value FROM about WHERE name = 'outcome_settings'").get()
  if (known !== undefined && text(known, 'value') === settings) return
  connection
    .statement(
      `INSERT INTO about (name, value) VALUES ('outcome_settings', ?)
       ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    )
    .run(settings)
  connection.exec(
    'INSERT INTO outcome_changes (profile) SELECT DISTINCT profile FROM touches WHERE profile IS NOT NULL',
  )
}

/** Reads the log again from its beginning, but for what retention has folded: see `OutcomeRepository.restart`. */
export function restartOutcomes(context: Write, _: undefined): void {
  const { connection } = context
  const mark = connection.statement('SELECT value FROM counters WHERE name = ?').get(FOLDED_BEFORE)
  for (const table of ['attributions', 'outcome_changes']) connection.exec(`DELETE FROM ${table}`)
  if (mark === undefined) {
    for (const table of ['touches', 'touched_decisions', 'refused_tokens']) connection.exec(`DELETE FROM ${table}`)
  } else {
    const before = integer(mark, 'value')
    connection
      .statement('DELETE FROM touches WHERE decision IN (SELECT row FROM touched_decisions WHERE at >= ?)')
      .run(before)
    connection.statement('DELETE FROM touched_decisions WHERE at >= ?').run(before)
    // Whether a token was late when it came cannot be told any more where its decision is gone.
    connection.exec("DELETE FROM refused_tokens WHERE code <> 'TOKEN_EXPIRED'")
  }
  setCounter(context, READ_TO, scalar(connection.statement('SELECT coalesce(max(row), 0) AS n FROM events').get(), 'n'))
  setCounter(context, CURSOR, 0)
}

/**
 * Forgets a shopper's outcomes, after the shopper's events are gone. A touch by an event that names nobody stays, and
 * forgets whose it was. Where the first use of a token is forgotten, the next one is the first.
 */
export function eraseOutcomes({ connection }: WriteContext, profile: ProfileRow): Record<string, number> {
  const gone = connection
    .statement(
      `SELECT decision, position, kind, event, duplicate FROM touches
       WHERE profile = ? AND NOT EXISTS (SELECT 1 FROM events WHERE events.row = touches.event)`,
    )
    .all(profile)
  const remove = connection.statement(
    'DELETE FROM touches WHERE decision = ? AND position = ? AND kind = ? AND event = ?',
  )
  const next = connection.statement(
    `SELECT event, profile FROM touches WHERE decision = ? AND position = ? AND kind = ? ORDER BY event LIMIT 1`,
  )
  const promote = connection.statement(
    `UPDATE touches SET duplicate = 0 WHERE decision = ? AND position = ? AND kind = ? AND event = ?`,
  )
  const heirs = new Set<ProfileRow>()
  for (const row of gone) {
    const slot = [integer(row, 'decision'), integer(row, 'position'), integer(row, 'kind')] as const
    const event = integer(row, 'event')
    remove.run(...slot, event)
    const heir = integer(row, 'duplicate') === 0 ? next.get(...slot) : undefined
    if (heir === undefined) continue
    promote.run(...slot, integer(heir, 'event'))
    recount(connection, slot, integer(heir, 'event'), optionalInteger(heir, 'profile'))
    const whose = optionalInteger(heir, 'profile')
    if (whose !== undefined) heirs.add(whose)
  }
  const left = Number(connection.statement('UPDATE touches SET profile = NULL WHERE profile = ?').run(profile).changes)
  const attributions = Number(connection.statement('DELETE FROM attributions WHERE profile = ?').run(profile).changes)
  for (const heir of heirs) noteChange({ connection }, heir)
  return { touches: gone.length, touches_unlinked: left, attributions }
}

function recount(
  connection: WriteContext['connection'],
  slot: readonly [number, number, number],
  event: number,
  profile: ProfileRow | undefined,
): void {
  const found = connection.statement('SELECT bot FROM events WHERE row = ?').get(event)
  const bot =
    (found !== undefined && integer(found, 'bot') !== 0) || (profile !== undefined && isBot(connection, profile))
  connection
    .statement('UPDATE touches SET counted = ? WHERE decision = ? AND position = ? AND kind = ? AND event = ?')
    .run(bot ? 0 : 1, ...slot, event)
}
