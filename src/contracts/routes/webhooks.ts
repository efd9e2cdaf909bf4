import Type from 'typebox'
import { Id } from '../ids.ts'
import { route } from '../route.ts'
import { WEBHOOK_TYPES, Webhook, WebhookDelivery } from '../webhook.ts'

const ById = Type.Object({ id: Id }, { additionalProperties: false })
const common = { scope: 'admin', tag: 'webhooks' } as const

export const createWebhook = route({
  ...common,
  name: 'createWebhook',
  method: 'POST',
  path: '/v1/webhooks',
  summary: 'Makes a webhook. Its secret is shown once; verify with it that a message comes from this store.',
  body: Type.Object(
    {
      url: Type.String({ minLength: 1, maxLength: 2048 }),
      description: Type.Optional(Type.String({ maxLength: 200 })),
      types: Type.Optional(Type.Array(Type.Enum([...WEBHOOK_TYPES]), { description: 'Left out: everything.' })),
    },
    { additionalProperties: false },
  ),
  response: Type.Object({ webhook: Webhook, secret: Type.String() }, { additionalProperties: false }),
  errors: ['WEBHOOK_URL_REFUSED', 'WEBHOOK_LIMIT'],
})
export const listWebhooks = route({
  ...common,
  name: 'listWebhooks',
  method: 'GET',
  path: '/v1/webhooks',
  summary: 'Webhooks without their secrets.',
  response: Type.Object({ webhooks: Type.Array(Webhook) }, { additionalProperties: false }),
  errors: [],
})
export const removeWebhook = route({
  ...common,
  name: 'removeWebhook',
  method: 'DELETE',
  path: '/v1/webhooks/:id',
  summary: 'Removes a webhook and what was on its way to it.',
  params: ById,
  response: Type.Object({ ok: Type.Literal(true) }, { additionalProperties: false }),
  errors: ['WEBHOOK_NOT_FOUND'],
})
export const rotateWebhook = route({
  ...common,
  name: 'rotateWebhook',
  method: 'POST',
  path: '/v1/webhooks/:id/rotate',
  summary: 'Gives a webhook a new secret, shown once. Until the overlap ends, messages are signed with both.',
  params: ById,
  body: Type.Object(
    {
      overlapHours: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: 168,
          default: 24,
          description: 'For so long the secret before it signs too; 0 forgets it at once.',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  response: Type.Object({ webhook: Webhook, secret: Type.String() }, { additionalProperties: false }),
  errors: ['WEBHOOK_NOT_FOUND', 'WEBHOOK_ROTATING'],
})
export const enableWebhook = route({
  ...common,
  name: 'enableWebhook',
  method: 'POST',
  path: '/v1/webhooks/:id/enable',
  summary: 'Switches a webhook on again; what was on its way to it goes on.',
  params: ById,
  response: Webhook,
  errors: ['WEBHOOK_NOT_FOUND'],
})
export const WebhookTest = Type.Object(
  {
    delivered: Type.Boolean(),
    status: Type.Optional(Type.Integer()),
    problem: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
)
export const testWebhook = route({
  ...common,
  name: 'testWebhook',
  method: 'POST',
  path: '/v1/webhooks/:id/test',
  summary: 'Sends one signed message of the type `webhook.test`, once, and says what came of it.',
  params: ById,
  response: WebhookTest,
  errors: ['WEBHOOK_NOT_FOUND'],
})
export const listDeliveries = route({
  ...common,
  name: 'listDeliveries',
  method: 'GET',
  path: '/v1/webhooks/:id/deliveries',
  summary: 'What was sent to a webhook, newest first.',
  params: ById,
  querystring: Type.Object(
    { limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })) },
    { additionalProperties: false },
  ),
  response: Type.Object({ deliveries: Type.Array(WebhookDelivery) }, { additionalProperties: false }),
  errors: ['WEBHOOK_NOT_FOUND'],
})
