import { DELIVERY_STATES, WEBHOOK_TYPES } from '../../contracts/vocabulary.ts'
import type { Webhook, WebhookDelivery } from '../../contracts/webhook.ts'
import type { ClaimedDelivery, ClaimRequest, SettledDelivery, WebhookRepository } from '../../core/ports.ts'
import type { OpenedStore } from '../dialects/sqlite/open.ts'
import { bytes, integer, optionalInteger, optionalText, type Row, scalar, text } from '../dialects/sqlite/row.ts'
import type { WriterClient } from '../dialects/sqlite/writer.ts'
import { open, seal, secretKey } from '../seal.ts'
import { announce } from './announce.ts'
import { oneOf } from './jobs.ts'
import type { Keyring } from './keyring.ts'
import type { WriteContext } from './writing.ts'

const PENDING = DELIVERY_STATES.indexOf('pending')
const DELIVERED = DELIVERY_STATES.indexOf('delivered')

export function addWebhook(
  { connection, keyring, random }: WriteContext,
  { webhook, secret }: { webhook: Omit<Webhook, 'pending'>; secret: string },
): void {
  const { id, url, description, types, createdAt } = webhook
  connection
    .statement(
      `INSERT INTO webhook_endpoints (id, url, description, types, sealed, created_at) VALUES (?, ?, ?, ?, ?, ?)`,
    )
    .run(id, url, description, types.join(' '), seal(keyFor(keyring), secret, belongs(id), random), createdAt)
}

export function removeWebhook({ connection }: WriteContext, { id }: { id: string }): boolean {
  connection.statement('DELETE FROM webhook_deliveries WHERE endpoint = ?').run(id)
  forgetMessages({ connection })
  return Number(connection.statement('DELETE FROM webhook_endpoints WHERE id = ?').run(id).changes) > 0
}

export function rotateWebhook(
  { connection, keyring, random }: WriteContext,
  { id, secret, now, until }: { id: string; secret: string; now: number; until: number },
): boolean {
  const rotate = `
    UPDATE webhook_endpoints SET sealed = ?1,
      previous_sealed = iif(?3 > ?2, sealed, NULL), previous_until = iif(?3 > ?2, ?3, NULL)
    WHERE id = ?4 AND (?3 <= ?2 OR coalesce(previous_until, ?2) <= ?2)`
  const sealed = seal(keyFor(keyring), secret, belongs(id), random)
  return Number(connection.statement(rotate).run(sealed, now, until, id).changes) > 0
}

export function forgetSecrets({ connection }: WriteContext, { now }: { now: number }): void {
  connection
    .statement('UPDATE webhook_endpoints SET previous_sealed = NULL, previous_until = NULL WHERE previous_until <= ?')
    .run(now)
}

export function enableWebhook({ connection }: WriteContext, { id }: { id: string }): boolean {
  const enable = 'UPDATE webhook_endpoints SET disabled_at = NULL, disabled_because = NULL WHERE id = ?'
  return Number(connection.statement(enable).run(id).changes) > 0
}

export function disableWebhook(
  context: WriteContext,
  { id, at, because }: { id: string; at: number; because: string },
): void {
  const { changes } = context.connection
    .statement(
      'UPDATE webhook_endpoints SET disabled_at = ?, disabled_because = ? WHERE id = ? AND disabled_at IS NULL',
    )
    .run(at, because, id)
  if (Number(changes) > 0) announce(context, at, 'webhook.disabled', { webhook: id, because })
}

const DUE = `
  SELECT endpoint, message, row_number() OVER (PARTITION BY endpoint ORDER BY next_at, message) AS place, next_at
  FROM webhook_deliveries JOIN webhook_endpoints ON webhook_endpoints.id = endpoint
  WHERE next_at <= ?1 AND disabled_at IS NULL AND endpoint NOT IN (SELECT value FROM json_each(?2))`

export function claimDeliveries(
  { connection, keyring }: WriteContext,
  { now, until, limit, perEndpoint, except }: ClaimRequest,
): ClaimedDelivery[] {
  const due = connection
    .statement(`SELECT endpoint, message FROM (${DUE}) WHERE place <= ?3 ORDER BY next_at LIMIT ?4`)
    .all(now, JSON.stringify(except), perEndpoint, limit)
  const lease = connection.statement(
    `UPDATE webhook_deliveries SET next_at = ?1, leased = 1, attempts = attempts + 1, last_at = ?2, first_at = coalesce(first_at, ?2)
     WHERE endpoint = ?3 AND message = ?4`,
  )
  const read = connection.statement(
    `SELECT d.endpoint, m.id AS message, e.url, e.sealed, e.previous_sealed, e.previous_until, m.body, d.attempts, d.first_at
     FROM webhook_deliveries d JOIN webhook_messages m ON m.row = d.message JOIN webhook_endpoints e ON e.id = d.endpoint
     WHERE d.endpoint = ? AND d.message = ?`,
  )
  return due.flatMap((row) => {
    const [endpoint, message] = [text(row, 'endpoint'), integer(row, 'message')]
    lease.run(until, now, endpoint, message)
    const found = read.get(endpoint, message)
    return found === undefined ? [] : [claimedOf(found, keyring, now)]
  })
}

/** What a process that died had claimed is free at once: one process works on a store. Returns how many there were. */
export function endLeases({ connection }: WriteContext, { at }: { at: number }): number {
  endEarly({ connection }, { at })
  return Number(
    connection.statement('UPDATE webhook_deliveries SET next_at = ?, leased = 0 WHERE leased = 1').run(at).changes,
  )
}

/**
 * After the clock was set back: what waits for a time that was counted by the clock before is due now. Else it would
 * wait as long again as the clock was ahead, which may be a year.
 */
export function endEarly({ connection }: Pick<WriteContext, 'connection'>, { at }: { at: number }): void {
  connection.statement(`UPDATE webhook_deliveries SET next_at = ?1 ${EARLY}`).run(at)
}

/** What was written later than now. A clock that is kept right by small steps was not set back. */
const EARLY = 'WHERE next_at > ?1 AND leased = 0 AND coalesce(last_at, next_at) > ?1 + 1000'

export function settleDelivery({ connection }: WriteContext, outcome: SettledDelivery): void {
  const { endpoint, message, attempts, at, state, status, problem, nextAt } = outcome
  // Whoever claimed it since then will say what became of it; only that it arrived is true in any case.
  connection
    .statement(
      `UPDATE webhook_deliveries SET state = ?1, last_status = ?2, problem = ?3, next_at = ?4, leased = 0, last_at = ?8
       WHERE endpoint = ?5 AND message = (SELECT row FROM webhook_messages WHERE id = ?6)
         AND (attempts = ?7 OR ?1 = ${DELIVERED})`,
    )
    .run(
      DELIVERY_STATES.indexOf(state),
      status ?? null,
      problem ?? null,
      nextAt ?? null,
      endpoint,
      message,
      attempts,
      at,
    )
  if (state === 'delivered') {
    connection.statement('UPDATE webhook_endpoints SET delivered_at = ? WHERE id = ?').run(at, endpoint)
  }
}

/** Settled deliveries that old. */
export function expireDeliveries({ connection }: WriteContext, { before }: { before: number }): number {
  const gone = connection
    .statement('DELETE FROM webhook_deliveries WHERE next_at IS NULL AND last_at < ?')
    .run(before).changes
  forgetMessages({ connection })
  return Number(gone)
}

function forgetMessages({ connection }: Pick<WriteContext, 'connection'>): void {
  connection.statement('DELETE FROM webhook_messages WHERE row NOT IN (SELECT message FROM webhook_deliveries)').run()
}

export function createWebhookRepository({ connection, keyring }: OpenedStore, writer: WriterClient): WebhookRepository {
  const selected = `
    SELECT e.*, (SELECT count(*) FROM webhook_deliveries d WHERE d.endpoint = e.id AND d.state = ${PENDING}) AS pending
    FROM webhook_endpoints e`
  return {
    add: (webhook, secret) => writer.call('addWebhook', { webhook, secret }),
    async list() {
      return connection.statement(`${selected} ORDER BY created_at, id`).all().map(webhookOf)
    },
    async get(id) {
      const row = connection.statement(`${selected} WHERE id = ?`).get(id)
      return row && webhookOf(row)
    },
    async secrets(id, now) {
      const row = connection
        .statement('SELECT sealed, previous_sealed, previous_until FROM webhook_endpoints WHERE id = ?')
        .get(id)
      return row === undefined ? [] : secretsOf(row, id, keyring, now)
    },
    rotate: (id, secret, now, until) => writer.call('rotateWebhook', { id, secret, now, until }),
    async forgetSecrets(now) {
      const over = 'SELECT EXISTS (SELECT 1 FROM webhook_endpoints WHERE previous_until <= ?) AS over'
      if (scalar(connection.statement(over).get(now), 'over') === 1) await writer.call('forgetSecrets', { now })
    },
    remove: (id) => writer.call('removeWebhook', { id }),
    enable: (id) => writer.call('enableWebhook', { id }),
    disable: (id, at, because) => writer.call('disableWebhook', { id, at, because }),
    isDue(now) {
      // An index seek; the join matters only while an endpoint is switched off.
      const row = connection.statement(`SELECT EXISTS (${DUE}) AS due`).get(now, '[]')
      return scalar(row, 'due') === 1
    },
    claim: (request) => writer.call('claimDeliveries', request),
    endLeases: (at) => writer.call('endLeases', { at }),
    async clockSetBack(at) {
      const early = `SELECT EXISTS (SELECT 1 FROM webhook_deliveries ${EARLY}) AS early`
      if (scalar(connection.statement(early).get(at), 'early') === 1) await writer.call('endEarly', { at })
    },
    settle: (outcome) => writer.call('settleDelivery', outcome),
    async deliveredSince(id, at) {
      const row = connection.statement('SELECT delivered_at FROM webhook_endpoints WHERE id = ?').get(id)
      const last = row && optionalInteger(row, 'delivered_at')
      return last !== undefined && last >= at
    },
    async deliveries(id, limit) {
      const rows = connection
        .statement(
          `SELECT d.*, m.id AS message_id, m.type, m.created_at FROM webhook_deliveries d
           JOIN webhook_messages m ON m.row = d.message WHERE d.endpoint = ? ORDER BY d.message DESC LIMIT ?`,
        )
        .all(id, limit)
      return rows.map(deliveryOf)
    },
    pending() {
      const row = connection.statement('SELECT count(*) AS n FROM webhook_deliveries WHERE next_at IS NOT NULL').get()
      return scalar(row, 'n')
    },
  }
}

/** Of this store alone, and not of any shopper: erasing one leaves webhooks as they are. */
function keyFor(keyring: Keyring) {
  return secretKey(keyring.derive('webhook secrets'))
}

function belongs(id: string): string {
  return `webhook ${id}`
}

/** The newest first; the one before it while its time is not over. */
function secretsOf(row: Row, id: string, keyring: Keyring, now: number): string[] {
  const until = optionalInteger(row, 'previous_until')
  const columns = until !== undefined && until > now ? ['sealed', 'previous_sealed'] : ['sealed']
  return columns.map((column) => {
    const plain = open(keyFor(keyring), bytes(row, column), belongs(id))
    if (plain === undefined) throw new TypeError(`a secret of webhook ${id} cannot be opened`)
    return plain.toString()
  })
}

function claimedOf(row: Row, keyring: Keyring, now: number): ClaimedDelivery {
  const endpoint = text(row, 'endpoint')
  return {
    endpoint,
    message: text(row, 'message'),
    url: text(row, 'url'),
    secrets: secretsOf(row, endpoint, keyring, now),
    body: text(row, 'body'),
    attempts: integer(row, 'attempts'),
    firstAt: integer(row, 'first_at'),
  }
}

function webhookOf(row: Row): Webhook {
  const disabledAt = optionalInteger(row, 'disabled_at')
  const previousSecretUntil = optionalInteger(row, 'previous_until')
  const types = text(row, 'types')
  return {
    id: text(row, 'id'),
    url: text(row, 'url'),
    description: text(row, 'description'),
    types: types === '' ? [] : types.split(' ').map((type) => oneOf(WEBHOOK_TYPES, type)),
    createdAt: integer(row, 'created_at'),
    ...(disabledAt === undefined ? {} : { disabledAt, disabledBecause: optionalText(row, 'disabled_because') ?? '' }),
    ...(previousSecretUntil === undefined ? {} : { previousSecretUntil }),
    pending: integer(row, 'pending'),
  }
}

function deliveryOf(row: Row): WebhookDelivery {
  const lastAttemptAt = optionalInteger(row, 'last_at')
  const lastStatus = optionalInteger(row, 'last_status')
  const problem = optionalText(row, 'problem')
  const nextAttemptAt = optionalInteger(row, 'next_at')
  return {
    message: text(row, 'message_id'),
    type: text(row, 'type'),
    state: DELIVERY_STATES[integer(row, 'state')] ?? 'pending',
    createdAt: integer(row, 'created_at'),
    attempts: integer(row, 'attempts'),
    ...(lastAttemptAt === undefined ? {} : { lastAttemptAt }),
    ...(lastStatus === undefined ? {} : { lastStatus }),
    ...(problem === undefined ? {} : { problem }),
    ...(nextAttemptAt === undefined ? {} : { nextAttemptAt }),
  }
}
