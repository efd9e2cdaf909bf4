import { createHmac } from 'node:crypto'

/*
 * Signatures of Standard Webhooks 1.0.0 (github.com/standard-webhooks/standard-webhooks, "Symmetric"): HMAC-SHA256 over
 * `id.timestamp.body` with the bytes that stand in base64 after `whsec_`; while a secret replaces another, one signature
 * of each, apart by a space.
 */

const PREFIX = 'whsec_'

/** @param bytes 24 to 64 random ones */
export function webhookSecret(bytes: Uint8Array): string {
  return `${PREFIX}${Buffer.from(bytes).toString('base64')}`
}

/**
 * The headers by which a receiver knows who sent a message, that it is whole, and whether it had it before.
 * @param at of this attempt, UTC milliseconds
 */
export function signedHeaders(
  message: { readonly secrets: readonly string[]; readonly message: string; readonly body: string },
  at: number,
): Record<string, string> {
  const timestamp = String(Math.floor(at / 1000))
  const signed = `${message.message}.${timestamp}.${message.body}`
  const signatures = message.secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64')
    return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`
  })
  return {
    'content-type': 'application/json',
    'webhook-id': message.message,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  }
}
