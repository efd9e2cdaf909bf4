import { uuidv7 } from '../../contracts/uuid.ts'
import type { WebhookType } from '../../contracts/webhook.ts'
import { text } from '../dialects/sqlite/row.ts'
import type { WriteContext } from './writing.ts'

/**
 * Puts a message into the outbox of every webhook that wants to hear of it. To be called by the write that it tells of:
 * both are on disk, or neither. The data may name no shopper: it leaves the store.
 */
export function announce(
  { connection, random }: Pick<WriteContext, 'connection' | 'random'>,
  at: number,
  type: WebhookType,
  data: Readonly<Record<string, unknown>>,
): void {
  const endpoints = connection
    .statement(
      `SELECT id FROM webhook_endpoints
       WHERE disabled_at IS NULL AND (types = '' OR instr(' ' || types || ' ', ' ' || ? || ' ') > 0)`,
    )
    .all(type)
  if (endpoints.length === 0) return
  const id = `msg_${uuidv7(at, (bytes) => bytes.set(random.take(bytes.length)))}`
  const body = JSON.stringify({ type, timestamp: new Date(at).toISOString(), data })
  const { lastInsertRowid } = connection
    .statement('INSERT INTO webhook_messages (id, type, created_at, body) VALUES (?, ?, ?, ?)')
    .run(id, type, at, body)
  const add = connection.statement(
    'INSERT INTO webhook_deliveries (endpoint, message, state, attempts, next_at) VALUES (?, ?, 0, 0, ?)',
  )
  for (const endpoint of endpoints) add.run(text(endpoint, 'id'), lastInsertRowid, at)
}
