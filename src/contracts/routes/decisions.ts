import Type from 'typebox'
import { Decision, DecisionRequest, Explanation, Language, Replay } from '../decision.ts'
import { Id } from '../ids.ts'
import { Job } from '../job.ts'
import { MOST_TEST_DAYS } from '../model-version.ts'
import { route } from '../route.ts'

export const recommend = route({
  name: 'recommend',
  method: 'POST',
  path: '/v1/recommendations',
  scope: 'read',
  browser: true,
  tag: 'decisions',
  summary: 'Recommends products. One request or a hundred: each is one decision with its own id and reasons.',
  body: Type.Object(
    { requests: Type.Array(DecisionRequest, { minItems: 1, maxItems: 100 }) },
    { additionalProperties: false },
  ),
  response: Type.Object({ decisions: Type.Array(Decision) }, { additionalProperties: false }),
  errors: ['PRODUCT_NOT_FOUND', 'CATEGORY_NOT_FOUND', 'PLACEMENT_NOT_FOUND', 'NO_MODEL'],
})

export const explainDecision = route({
  name: 'explainDecision',
  method: 'GET',
  path: '/v1/decisions/:id/explanation',
  scope: 'read',
  browser: true,
  tag: 'decisions',
  summary: 'Says why a decision came out as it did, from what was stored when it was made.',
  params: Type.Object({ id: Id }, { additionalProperties: false }),
  querystring: Type.Object({ language: Type.Optional(Language) }, { additionalProperties: false }),
  response: Explanation,
  errors: ['DECISION_NOT_FOUND'],
})

export const replayDecision = route({
  name: 'replayDecision',
  method: 'GET',
  path: '/v1/decisions/:id/replay',
  scope: 'admin',
  tag: 'decisions',
  summary: 'Decides again from the inputs that were captured and compares bit by bit; says why where it cannot.',
  params: Type.Object({ id: Id }, { additionalProperties: false }),
  querystring: Type.Object({ language: Type.Optional(Language) }, { additionalProperties: false }),
  response: Replay,
  errors: ['DECISION_NOT_FOUND'],
})

export const TrainRequest = Type.Object(
  {
    capability: Type.Optional(Type.Enum(['recommendations'])),
    seed: Type.Optional(Type.Integer({ minimum: 0, maximum: 0xffffffff })),
    /** Only history of the last so many days; left out: all of it. */
    windowDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 36_500 })),
    /** Puts the new version in service when it passes the gate; true where left out. */
    promote: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
)
export type TrainRequest = Type.Static<typeof TrainRequest>

export const train = route({
  name: 'train',
  method: 'POST',
  path: '/v1/training',
  scope: 'admin',
  tag: 'models',
  summary: 'Trains a new model version from the store’s history.',
  body: TrainRequest,
  response: Job,
  errors: ['JOB_RUNNING'],
})

export const EvaluateRequest = Type.Object(
  {
    seed: Type.Optional(Type.Integer({ minimum: 0, maximum: 0xffffffff })),
    /** Days at the end of the history that are the test; 30 where left out. */
    testDays: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST_TEST_DAYS })),
    placement: Type.Optional(Type.String({ maxLength: 64 })),
  },
  { additionalProperties: false },
)
export type EvaluateRequest = Type.Static<typeof EvaluateRequest>

export const evaluate = route({
  name: 'evaluate',
  method: 'POST',
  path: '/v1/evaluations',
  scope: 'admin',
  tag: 'models',
  summary: 'Trains on the history before the test days and measures every source and the blend on them.',
  body: EvaluateRequest,
  response: Job,
  errors: ['JOB_RUNNING'],
})
