import Type from 'typebox'
import { Language } from '../decision.ts'
import { route } from '../route.ts'
import { ShadowReport } from '../shadow.ts'

export const shadowReport = route({
  name: 'shadowReport',
  method: 'GET',
  path: '/v1/placements/:name/shadow-report',
  scope: 'admin',
  tag: 'decisions',
  summary: 'What would have differed, had a placement in shadow mode shown our lists instead of the store’s.',
  params: Type.Object({ name: Type.String({ minLength: 1, maxLength: 64 }) }, { additionalProperties: false }),
  querystring: Type.Object(
    {
      days: Type.Optional(Type.Integer({ minimum: 1, maximum: 365, description: 'Left out: 30.' })),
      windowDays: Type.Optional(
        Type.Integer({ minimum: 1, maximum: 90, description: 'Days in which a purchase follows a list; left out: 7.' }),
      ),
      language: Type.Optional(Language),
    },
    { additionalProperties: false },
  ),
  response: ShadowReport,
  errors: ['PLACEMENT_NOT_FOUND', 'WORKER_DIED'],
})
