import { CodedError } from '../../contracts/errors.ts'
import { uuidv7 } from '../../contracts/ids.ts'
import { handle, type RouteHandler } from '../../contracts/route.ts'
import {
  createWebhook,
  enableWebhook,
  listDeliveries,
  listWebhooks,
  removeWebhook,
  rotateWebhook,
  testWebhook,
} from '../../contracts/routes/webhooks.ts'
import type { Webhook } from '../../contracts/webhook.ts'
import { signedHeaders, webhookSecret } from '../../core/delivery/signature.ts'
import type { Clock, RandomBytes, WebhookRepository, WebhookSender } from '../../core/ports.ts'

export interface WebhookParts {
  readonly webhooks: WebhookRepository
  readonly sender: WebhookSender
  readonly clock: Clock
  readonly randomBytes: RandomBytes
}

/** Each is sent every message: more than a shop has systems that listen. */
const MOST = 50
const SECRET_BYTES = 32
const OVERLAP_HOURS = 24
const HOUR = 3_600_000
const PAGE = 100

export function webhookRoutes({ webhooks, sender, clock, randomBytes }: WebhookParts): RouteHandler[] {
  const find = async (id: string): Promise<Webhook> => {
    const found = await webhooks.get(id)
    if (found === undefined) throw new CodedError('WEBHOOK_NOT_FOUND', { webhook: id })
    return found
  }
  const newSecret = (): string => {
    const bytes = new Uint8Array(SECRET_BYTES)
    randomBytes(bytes)
    return webhookSecret(bytes)
  }
  return [
    handle(createWebhook, async ({ body: { url, description = '', types = [] } }) => {
      const problem = sender.refusal(url)
      if (problem !== undefined) throw new CodedError('WEBHOOK_URL_REFUSED', { problem })
      const { length: count } = await webhooks.list()
      if (count >= MOST) throw new CodedError('WEBHOOK_LIMIT', { count })
      const secret = newSecret()
      const createdAt = clock()
      const webhook = { id: uuidv7(createdAt, randomBytes), url, description, types: [...new Set(types)], createdAt }
      await webhooks.add(webhook, secret)
      return { webhook: { ...webhook, pending: 0 }, secret }
    }),
    handle(listWebhooks, async () => ({ webhooks: await webhooks.list() })),
    handle(removeWebhook, async ({ params: { id } }) => {
      await find(id)
      await webhooks.remove(id)
      return { ok: true as const }
    }),
    handle(rotateWebhook, async ({ params: { id }, body: { overlapHours = OVERLAP_HOURS } }) => {
      const secret = newSecret()
      const now = clock()
      if (await webhooks.rotate(id, secret, now, now + overlapHours * HOUR)) return { webhook: await find(id), secret }
      const { previousSecretUntil = now } = await find(id)
      throw new CodedError('WEBHOOK_ROTATING', { webhook: id, until: new Date(previousSecretUntil).toISOString() })
    }),
    handle(enableWebhook, async ({ params: { id } }) => {
      await find(id)
      await webhooks.enable(id)
      return find(id)
    }),
    handle(testWebhook, async ({ params: { id } }) => {
      const { url } = await find(id)
      const at = clock()
      const secrets = await webhooks.secrets(id, at)
      const message = `msg_${uuidv7(at, randomBytes)}`
      const body = JSON.stringify({
        type: 'webhook.test',
        timestamp: new Date(at).toISOString(),
        data: { webhook: id },
      })
      const headers = signedHeaders({ secrets, message, body }, at)
      const { status, problem } = await sender.send({ url, headers, body }, new AbortController().signal)
      return {
        delivered: problem === undefined,
        ...(status === undefined ? {} : { status }),
        ...(problem === undefined ? {} : { problem }),
      }
    }),
    handle(listDeliveries, async ({ params: { id }, query: { limit = PAGE } }) => {
      await find(id)
      return { deliveries: await webhooks.deliveries(id, limit) }
    }),
  ]
}
