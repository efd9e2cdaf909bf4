import Type from 'typebox'
import { Id, Millis } from './ids.ts'
import { DELIVERY_STATES, WEBHOOK_TYPES } from './vocabulary.ts'

export { DELIVERY_STATES, WEBHOOK_TYPES }

export type WebhookType = (typeof WEBHOOK_TYPES)[number]

export const Webhook = Type.Object(
  {
    id: Id,
    url: Type.String(),
    description: Type.String(),
    types: Type.Array(Type.Enum([...WEBHOOK_TYPES]), { description: 'What it is told of; empty: everything.' }),
    createdAt: Millis,
    disabledAt: Type.Optional(Millis),
    disabledBecause: Type.Optional(Type.String()),
    previousSecretUntil: Type.Optional(Millis),
    pending: Type.Integer({ minimum: 0, description: 'Messages that are on their way to it.' }),
  },
  { additionalProperties: false },
)
export type Webhook = Type.Static<typeof Webhook>

export const WebhookDelivery = Type.Object(
  {
    message: Type.String({ description: 'The header `webhook-id`: the same for every attempt.' }),
    type: Type.String(),
    state: Type.Enum([...DELIVERY_STATES]),
    createdAt: Millis,
    attempts: Type.Integer({ minimum: 0 }),
    lastAttemptAt: Type.Optional(Millis),
    lastStatus: Type.Optional(
      Type.Integer({ description: 'HTTP status of the last answer; left out where none came.' }),
    ),
    problem: Type.Optional(Type.String({ description: 'What was wrong the last time.' })),
    nextAttemptAt: Type.Optional(Millis),
  },
  { additionalProperties: false },
)
export type WebhookDelivery = Type.Static<typeof WebhookDelivery>
