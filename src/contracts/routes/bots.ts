import Type from 'typebox'
import { Job } from '../job.ts'
import { route } from '../route.ts'

export const markBot = route({
  name: 'markBot',
  method: 'POST',
  path: '/v1/profiles/bot',
  scope: 'admin',
  tag: 'events',
  summary: 'Marks a shopper as a program, or takes the mark away. Marked events are kept, and never train or count.',
  body: Type.Object(
    { profile: Type.String({ minLength: 1, maxLength: 256 }), bot: Type.Boolean() },
    { additionalProperties: false },
  ),
  response: Type.Object(
    { events: Type.Integer({ description: 'Events that were marked or unmarked.' }) },
    { additionalProperties: false },
  ),
  errors: ['PROFILE_NOT_FOUND'],
})

export const findBots = route({
  name: 'findBots',
  method: 'POST',
  path: '/v1/bots',
  scope: 'admin',
  tag: 'events',
  summary: 'Looks for programs by what they did in the last day, and marks them. Runs every hour by itself.',
  response: Job,
  errors: ['JOB_RUNNING'],
})
