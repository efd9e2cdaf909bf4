import Type from 'typebox'
import { Millis } from './ids.ts'
import { MODEL_STATUSES } from './vocabulary.ts'

export { MODEL_STATUSES }

export const Metrics = Type.Record(Type.String(), Type.Number())
export type Metrics = Type.Static<typeof Metrics>

/** One row of an evaluation: a candidate source, a baseline or the served blend, on the time split. */
export const EvaluationRow = Type.Object(
  {
    name: Type.String({ description: 'For example `item_neighbours`, `popularity`, `blend`.' }),
    role: Type.Enum(['baseline', 'source', 'blend', 'served']),
    /** Keys: recallAt10, ndcgAt10, mrrAt10, coverageAt10, giniAt10, popularityBiasAt10, … */
    metrics: Metrics,
    /** 95 % intervals of the same keys, where they were computed: [low, high]. */
    intervals: Type.Record(Type.String(), Type.Tuple([Type.Number(), Type.Number()])),
  },
  { additionalProperties: false },
)
export type EvaluationRow = Type.Static<typeof EvaluationRow>

/** Of an evaluation. Ten years: no store's history is tested on more. */
export const MOST_TEST_DAYS = 3650

export const Evaluation = Type.Object(
  {
    /** History before `splitAt` trains, what came from `splitAt` to `until` is the test. */
    trainFrom: Millis,
    splitAt: Millis,
    until: Millis,
    profiles: Type.Integer({ minimum: 0, description: 'Shoppers in the test.' }),
    products: Type.Integer({ minimum: 0, description: 'Products ranked (all of them).' }),
    /** For which placement's blend. */
    placement: Type.String(),
    rows: Type.Array(EvaluationRow),
    /** What a reader must know to compare it with another one. */
    notes: Type.Array(Type.String()),
    seconds: Type.Number(),
    seed: Type.Integer(),
  },
  { additionalProperties: false },
)
export type Evaluation = Type.Static<typeof Evaluation>

/** What a model is, what it was learned from, how good it is, and what it must not be used for. */
export const ModelCard = Type.Object(
  {
    capability: Type.String(),
    trainedAt: Millis,
    seed: Type.Integer(),
    window: Type.Object({ from: Millis, to: Millis }, { additionalProperties: false }),
    data: Type.Object(
      {
        interactions: Type.Integer(),
        profiles: Type.Integer(),
        products: Type.Integer(),
        withheldForConsent: Type.Integer({ description: 'Shoppers left out because they did not consent.' }),
        withheldAsBots: Type.Integer(),
      },
      { additionalProperties: false },
    ),
    sources: Type.Array(
      Type.Object(
        {
          name: Type.String(),
          kind: Type.String(),
          params: Type.Record(Type.String(), Type.Unknown()),
          weights: Type.Record(Type.String(), Type.Number(), { description: 'Weight in the blend, by placement.' }),
          seconds: Type.Number(),
          bytes: Type.Integer(),
        },
        { additionalProperties: false },
      ),
    ),
    validation: Evaluation,
    limits: Type.Array(Type.String()),
    seconds: Type.Number(),
  },
  { additionalProperties: false },
)
export type ModelCard = Type.Static<typeof ModelCard>

export const ModelVersion = Type.Object(
  {
    version: Type.Integer({ minimum: 1 }),
    capability: Type.String(),
    status: Type.Enum([...MODEL_STATUSES]),
    createdAt: Millis,
    promotedAt: Type.Optional(Millis),
    metric: Type.String({ description: 'The figure that the gate compares.' }),
    value: Type.Union([Type.Number(), Type.Null()], {
      description: 'Of the metric; null where too few shoppers came back in the validation days to measure it.',
    }),
    bytes: Type.Integer(),
    card: ModelCard,
  },
  { additionalProperties: false },
)
export type ModelVersion = Type.Static<typeof ModelVersion>
