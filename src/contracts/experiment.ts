import Type from 'typebox'
import { Id, Millis } from './ids.ts'
import { textOfForm } from './pattern.ts'
import { Placement } from './placement.ts'

/** What a part of the visitors gets instead of what the placement says. */
export const ExperimentArm = Type.Object(
  {
    name: textOfForm(
      '^[a-z0-9][a-z0-9_-]{0,31}$',
      'up to 32 small letters, digits, underscores and hyphens, a letter or digit first',
    ),
    share: Type.Integer({
      minimum: 1,
      maximum: 1000,
      description: 'How many visitors come here, in proportion to the other arms’ shares.',
    }),
    holdout: Type.Optional(
      Type.Boolean({
        description: 'Decided and logged, not shown: the answer has no items and the store shows its own.',
      }),
    ),
    policy: Type.Optional(
      Type.Partial(Placement.properties.policy, {
        additionalProperties: false,
        description: 'What differs from the placement’s policy; left out: the placement as it is.',
      }),
    ),
  },
  { additionalProperties: false },
)
export type ExperimentArm = Type.Static<typeof ExperimentArm>

/** An experiment as it is asked for. */
export const ExperimentDraft = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    placements: Type.Array(Type.String({ maxLength: 64 }), {
      minItems: 1,
      maxItems: 20,
      description: 'A visitor stands in the same arm on all of them.',
    }),
    arms: Type.Array(ExperimentArm, {
      minItems: 2,
      maxItems: 8,
      description: 'The first is the one that the others are compared with.',
    }),
    days: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 365,
        description: 'How long it runs. Decided beforehand, it allows the narrower interval at its end.',
      }),
    ),
    expectedVisitors: Type.Optional(
      Type.Integer({
        minimum: 100,
        maximum: 1_000_000_000,
        description: 'Where the interval that holds at every look is narrowest; 10,000 where left out.',
      }),
    ),
  },
  { additionalProperties: false },
)
export type ExperimentDraft = Type.Static<typeof ExperimentDraft>

export const EXPERIMENT_STATUSES = ['draft', 'running', 'stopped'] as const

export const Experiment = Type.Object(
  {
    id: Id,
    ...ExperimentDraft.properties,
    status: Type.Enum([...EXPERIMENT_STATUSES]),
    createdAt: Millis,
    startedAt: Type.Optional(Millis),
    stoppedAt: Type.Optional(Millis),
  },
  { additionalProperties: false },
)
export type Experiment = Type.Static<typeof Experiment>
