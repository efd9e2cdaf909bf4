import Type, { type TObject, type TProperties } from 'typebox'
import { ERRORS, type ErrorCode } from '../errors.ts'
import { SegmentMessage } from '../event.ts'
import { route } from '../route.ts'

/** Bytes of one event and of one request, and messages of one batch: Segment's own limits. */
export const EVENT_BYTES = 32 * 1024
export const REQUEST_BYTES = 500 * 1024
export const BATCH_MESSAGES = 2500

const WriteKey = Type.Optional(
  Type.String({ maxLength: 512, description: 'The write key, where no Authorization header carries it.' }),
)

export const RefusedMessage = Type.Object(
  {
    index: Type.Integer({ minimum: 0, description: 'Which message of the batch, from 0.' }),
    messageId: Type.Optional(Type.String({ description: 'The message’s own id, where it has one.' })),
    error: Type.Object(
      {
        code: Type.Enum(Object.keys(ERRORS) as ErrorCode[]),
        what: Type.String(),
        why: Type.String(),
        todo: Type.String(),
      },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false },
)
export type RefusedMessage = Type.Static<typeof RefusedMessage>

export const Received = Type.Object(
  {
    success: Type.Literal(true, { description: 'Everything that is not in `refused` is on disk.' }),
    refused: Type.Optional(Type.Array(RefusedMessage, { description: 'Left out where every message was taken.' })),
  },
  { additionalProperties: false },
)
export type Received = Type.Static<typeof Received>

const ERRORS_OF_ALL = ['WRITE_KEY_INVALID', 'TOO_BUSY', 'DISK_FULL'] as const

/** A route that takes one message; its address says the type. */
function single(name: string, short: string, summary: string) {
  const { type: _, ...properties } = SegmentMessage.properties
  return route({
    name,
    method: 'POST',
    path: `/v1/${name}`,
    aliases: [`/v1/${short}`],
    scope: 'write',
    credentials: 'writeKey',
    browser: true,
    tag: 'events',
    summary,
    body: withWriteKey(properties),
    response: Received,
    errors: [...ERRORS_OF_ALL, 'EVENT_INVALID', 'EVENT_TOO_LARGE'],
  })
}

function withWriteKey<Properties extends TProperties>(properties: Properties): TObject<Properties> {
  return Type.Object({ ...properties, writeKey: WriteKey })
}

export const track = single('track', 't', 'Takes what a shopper did.')
export const identify = single('identify', 'i', 'Takes who a shopper is: a customer’s id, traits, consent.')
export const page = single('page', 'p', 'Takes that a shopper saw a page.')
export const screen = single('screen', 's', 'Takes that a shopper saw a screen of an app.')
export const group = single('group', 'g', 'Takes that a shopper belongs to a group. Kept, and not used yet.')
export const alias = single('alias', 'a', 'Takes that two ids are one shopper.')

export const batch = route({
  name: 'batch',
  method: 'POST',
  path: '/v1/batch',
  aliases: ['/v1/b'],
  scope: 'write',
  credentials: 'writeKey',
  browser: true,
  tag: 'events',
  summary: 'Takes up to 2,500 messages of any type. What is wrong is refused by itself; the rest is kept.',
  body: Type.Object({
    batch: Type.Array(SegmentMessage, { maxItems: BATCH_MESSAGES }),
    sentAt: SegmentMessage.properties.sentAt,
    context: SegmentMessage.properties.context,
    writeKey: WriteKey,
  }),
  response: Received,
  errors: [...ERRORS_OF_ALL, 'BATCH_TOO_LONG', 'BATCH_REFUSED'],
})

export const browserSettings = route({
  name: 'browserSettings',
  method: 'GET',
  path: '/v1/projects/:writeKey/settings',
  scope: 'open',
  browser: true,
  tag: 'events',
  summary: 'What Segment’s browser client loads before it sends: where to, and nothing else switched on.',
  params: Type.Object({ writeKey: Type.String({ minLength: 1, maxLength: 512 }) }, { additionalProperties: false }),
  response: Type.Record(Type.String(), Type.Unknown()),
  errors: ['WRITE_KEY_INVALID'],
})

/** The routes of one message, by its type. */
export const SINGLE_ROUTES = { track, identify, page, screen, group, alias } as const
