import Type from 'typebox'
import { ExternalId, Id, Millis } from './ids.ts'
import { Reason } from './reason.ts'

export const LANGUAGES = ['en', 'zh'] as const
export const Language = Type.Enum([...LANGUAGES])
export type Language = (typeof LANGUAGES)[number]

/** Asks for one decision. */
export const DecisionRequest = Type.Object(
  {
    placement: Type.Optional(Type.String({ maxLength: 64, description: 'Left out: `home`.' })),
    profile: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 256,
        description: 'A userId, an anonymousId or a profile id. Left out, or not heard of yet: a first visit.',
      }),
    ),
    productId: Type.Optional(ExternalId),
    cart: Type.Optional(Type.Array(ExternalId, { maxItems: 200 })),
    /** The category that the page shows, from general to special: `Home > Kitchen`. Its products are ranked. */
    category: Type.Optional(Type.String({ minLength: 1, maxLength: 2000 })),
    /** The products that the store would show, in its order, for example the result of a search. */
    list: Type.Optional(Type.Array(ExternalId, { minItems: 1, maxItems: 500, uniqueItems: true })),
    /** For a placement in shadow mode: what the store shows itself, in its order. Passed over where it is live. */
    shown: Type.Optional(Type.Array(ExternalId, { maxItems: 500, uniqueItems: true })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
    market: Type.Optional(Type.String({ maxLength: 64 })),
    language: Type.Optional(Language),
    exclude: Type.Optional(Type.Array(ExternalId, { maxItems: 500 })),
    /** False while the shopper says no to personalisation on this very request (`Sec-GPC: 1`). */
    personalise: Type.Optional(Type.Boolean()),
    /** True: what the decision is made from is kept, sealed like other personal data, so that it can be replayed. */
    capture: Type.Optional(Type.Boolean()),
    /** Fixes the random source, for tests and replays. */
    seed: Type.Optional(Type.Integer({ minimum: 0, maximum: 0xffffffff })),
  },
  { additionalProperties: false },
)
export type DecisionRequest = Type.Static<typeof DecisionRequest>

export const ChosenItem = Type.Object(
  {
    productId: ExternalId,
    name: Type.String(),
    position: Type.Integer({ minimum: 1 }),
    score: Type.Number({ description: 'The blend’s score; comparable within this decision only.' }),
    chance: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 1,
        description:
          'How likely the shopper is to take the product, as it was in the validation days of training among shoppers who bought anything: within those days where the placement is about no product, else in the same order. Comparable between decisions; left out where too little was learned to tell, and for what the models did not put forward.',
      }),
    ),
    propensity: Type.Number({
      description: 'Probability that this item stood at this position, given the positions above it.',
    }),
    reasons: Type.Array(Reason),
    link: Type.Optional(Type.String()),
    imageLink: Type.Optional(Type.String()),
    priceMicros: Type.Optional(Type.Integer()),
    currency: Type.Optional(Type.String()),
    token: Type.Optional(
      Type.String({
        description: 'Ties an impression or a click of this item to the decision; see docs/experiments.md.',
      }),
    ),
  },
  { additionalProperties: false },
)
export type ChosenItem = Type.Static<typeof ChosenItem>

export const DECISION_BASES = ['personalised', 'contextual'] as const

/** Why nothing of the shopper's past may be used. */
export const CONTEXTUAL_CAUSES = ['first_visit', 'no_consent', 'objection', 'bot'] as const
export type ContextualCause = (typeof CONTEXTUAL_CAUSES)[number]

export const DecisionExperiment = Type.Object(
  {
    id: Id,
    name: Type.String(),
    arm: Type.Optional(Type.String({ description: 'Left out where the visitor is left out of the experiment.' })),
  },
  { additionalProperties: false },
)

/** What was decided, as it is answered to the caller. */
export const Decision = Type.Object(
  {
    id: Id,
    placement: Type.String(),
    /** The shopper's id as it was asked for. */
    profile: Type.Optional(Type.String()),
    /** `contextual`: nothing of the shopper's past was used (first visit, no consent, or said so). */
    basis: Type.Enum([...DECISION_BASES]),
    cause: Type.Optional(
      Type.Enum([...CONTEXTUAL_CAUSES], {
        description: 'Why it is contextual. `first_visit`: there was no id, or one that the store has not heard of.',
      }),
    ),
    at: Millis,
    modelVersion: Type.Union([Type.Integer(), Type.Null()]),
    items: Type.Array(ChosenItem),
    /** How many candidates each policy refused. */
    refused: Type.Record(Type.String(), Type.Integer({ minimum: 0 })),
    token: Type.Optional(Type.String({ description: 'Ties an impression of the whole list to the decision.' })),
    /** The experiment that ran on the placement, and the arm in which the visitor stands. */
    experiment: Type.Optional(DecisionExperiment),
    shadow: Type.Optional(
      Type.Literal(true, { description: 'The placement is in shadow mode: these are the items that the store shows.' }),
    ),
    holdout: Type.Optional(
      Type.Literal(true, { description: 'The visitor is in a holdout: show what the store shows without Storemind.' }),
    ),
  },
  { additionalProperties: false },
)
export type Decision = Type.Static<typeof Decision>

/** Why a decision came out as it did, from what was stored when it was made. */
export const Explanation = Type.Object(
  {
    decision: Decision,
    seed: Type.Integer({ minimum: 0, maximum: 0xffffffff }),
    /** The whole story in sentences, in the language asked for. */
    summary: Type.Array(Type.String()),
    /** Whether it can be decided again, bit by bit, from what was kept of its inputs. */
    replayable: Type.Boolean(),
  },
  { additionalProperties: false },
)
export type Explanation = Type.Static<typeof Explanation>

/** Why a decision cannot be decided again. */
export const REPLAY_OBSTACLES = [
  'not_captured',
  'inputs_gone',
  'format_changed',
  'features_changed',
  'model_gone',
  'rule_gone',
  'newcomers_changed',
] as const
export type ReplayObstacle = (typeof REPLAY_OBSTACLES)[number]

/** A decision made again from its captured inputs. */
export const Replay = Type.Object(
  {
    id: Id,
    outcome: Type.Enum(['identical', 'different', 'not_replayable']),
    /** What is in the way, where it is not replayable. */
    obstacle: Type.Optional(Type.Enum([...REPLAY_OBSTACLES])),
    /** What came of it, in sentences, in the language asked for. */
    summary: Type.Array(Type.String()),
    /** What was decided then, and what comes out now: equal where it is identical. */
    before: Type.Array(ChosenItem),
    again: Type.Array(ChosenItem),
  },
  { additionalProperties: false },
)
export type Replay = Type.Static<typeof Replay>
