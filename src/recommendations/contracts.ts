import Type from 'typebox'
import { Language } from '../contracts/decision.ts'
import { Millis } from '../contracts/ids.ts'

/** The capability's name in the registry of models and in model cards. */
export const CAPABILITY = 'recommendations'

/** The figure on which a new version is compared with the one that serves, on the validation window. */
export const GATE_METRIC = 'ndcgAt10'

/** Names of the tasks that run in workers of their own; the server's task table maps them to the functions. */
export const TRAIN_TASK = 'recommendations.train'
export const EVALUATE_TASK = 'recommendations.evaluate'
export const SHADOW_TASK = 'recommendations.shadow'

/** Everything that produces candidates. A name is kept in models and cards: never rename, append only. */
export const SOURCE_NAMES = [
  'personal_frequency',
  'item_neighbours',
  'user_neighbours',
  'transitions',
  'bought_together',
  'closed_form',
  'content',
  'popularity',
  'trend',
  'basket_neighbours',
] as const
export type SourceName = (typeof SOURCE_NAMES)[number]

/**
 * What all surfaces come down to: a page about nothing, for a shopper with a past or without one; a page about one
 * product; one about what lies in the cart.
 */
export const FRAMES = ['home', 'first_visit', 'product', 'cart'] as const
export type Frame = (typeof FRAMES)[number]

/** How training is run; the defaults stand in the configuration's `training.*` settings. */
export const TrainParams = Type.Object(
  {
    seed: Type.Integer({ minimum: 0, maximum: 0xffffffff }),
    threads: Type.Integer({ minimum: 1 }),
    windowDays: Type.Integer({ minimum: 0, description: 'History that trains, days; 0 for all.' }),
    validationDays: Type.Integer({
      minimum: 1,
      description: 'Last days of history, held out to choose parameters and the blend.',
    }),
    closedFormItems: Type.Integer({ minimum: 0, description: 'Products in the closed-form model; 0 leaves it out.' }),
  },
  { additionalProperties: false },
)
export type TrainParams = Type.Static<typeof TrainParams>

export const EvaluateParams = Type.Object(
  {
    ...TrainParams.properties,
    testDays: Type.Integer({ minimum: 1, description: 'Days at the end of the history that are the test.' }),
    placement: Type.Optional(Type.String({ description: 'Name of a placement; `home` where left out.' })),
  },
  { additionalProperties: false },
)
export type EvaluateParams = Type.Static<typeof EvaluateParams>

export const ShadowParams = Type.Object(
  {
    placement: Type.String(),
    from: Millis,
    to: Millis,
    windowDays: Type.Integer({ minimum: 1 }),
    language: Language,
  },
  { additionalProperties: false },
)
export type ShadowParams = Type.Static<typeof ShadowParams>
