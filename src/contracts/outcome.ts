import Type from 'typebox'
import { Experiment } from './experiment.ts'
import { Millis } from './ids.ts'
import { Currency } from './money.ts'
import { textOfForm } from './pattern.ts'

const Token = Type.String({ maxLength: 128 })
const Tokens = Type.Array(Token, { maxItems: 500 })

/** What a page saw of decisions, by their tokens. */
export const TouchReport = Type.Object(
  {
    impressions: Type.Optional(Tokens),
    clicks: Type.Optional(Tokens),
    anonymousId: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 256,
        description:
          'The browser’s id, so that a purchase can follow. Left out: whom the decision was made for, if known.',
      }),
    ),
  },
  { additionalProperties: false },
)
export type TouchReport = Type.Static<typeof TouchReport>

export const TouchAnswer = Type.Object(
  {
    accepted: Type.Integer({ description: 'Impressions and clicks that are on disk now.' }),
    duplicates: Type.Integer({ description: 'Of tokens that were used before; they count once.' }),
    refused: Type.Array(
      Type.Object(
        {
          list: Type.Enum(['impressions', 'clicks']),
          index: Type.Integer(),
          error: Type.Object(
            { code: Type.String(), what: Type.String(), why: Type.String(), todo: Type.String() },
            { additionalProperties: false },
          ),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
)
export type TouchAnswer = Type.Static<typeof TouchAnswer>

/** Integer micros as text: a sum over a year may be more than a number holds exactly. */
const MicrosText = textOfForm('^-?\\d+$', 'a whole number as text', {
  description: 'Integer millionths of the currency’s unit.',
})

export const Revenue = Type.Object(
  {
    currency: Currency,
    /** What was bought, and what of it was given back. */
    micros: MicrosText,
    refundedMicros: MicrosText,
  },
  { additionalProperties: false },
)
export type Revenue = Type.Static<typeof Revenue>

const counts = {
  decisions: Type.Integer(),
  /** Decisions that were held back from visitors in a holdout. */
  held: Type.Integer(),
  impressions: Type.Integer(),
  clicks: Type.Integer(),
  /** Clicks for each impression; null without impressions. */
  clickThroughRate: Type.Union([Type.Number(), Type.Null()]),
  /** Orders with a line that followed a click or an impression. */
  attributedOrders: Type.Integer(),
  attributedRevenue: Type.Array(Revenue),
}
export const OutcomeCounts = Type.Object(counts, { additionalProperties: false })
export type OutcomeCounts = Type.Static<typeof OutcomeCounts>

export const PlacementReport = Type.Object(
  {
    placement: Type.String(),
    ...counts,
    positions: Type.Array(
      Type.Object(
        { position: Type.Integer(), impressions: Type.Integer(), clicks: Type.Integer() },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
)
export type PlacementReport = Type.Static<typeof PlacementReport>

export const OutcomeReport = Type.Object(
  {
    from: Millis,
    to: Millis,
    placements: Type.Array(PlacementReport),
    /** Tokens that counted for nothing, by code, and uses of a token after the first. */
    refusedTokens: Type.Record(Type.String(), Type.Integer()),
    duplicates: Type.Integer(),
  },
  { additionalProperties: false },
)
export type OutcomeReport = Type.Static<typeof OutcomeReport>

export const SampleRatioCheck = Type.Object(
  {
    /** False: the split is not what the shares say, so that no comparison of the arms can be trusted. */
    sound: Type.Boolean(),
    p: Type.Number({ description: 'Chance of a split at least as far from the shares, were it made by them.' }),
    arms: Type.Array(
      Type.Object(
        { arm: Type.String(), visitors: Type.Integer(), expected: Type.Number() },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
)

export const LIFT_VERDICTS = ['better', 'worse', 'not_proven', 'too_few'] as const

/** What an arm brought more than the first arm, for each visitor. Numbers are estimates in micros, not sums. */
export const Lift = Type.Object(
  {
    arm: Type.String(),
    baseline: Type.String(),
    currency: Currency,
    /** Micros a visitor; low and high are null where there are too few purchases for an interval. */
    perVisitor: Type.Number(),
    low: Type.Union([Type.Number(), Type.Null()]),
    high: Type.Union([Type.Number(), Type.Null()]),
    /** Of the baseline's revenue a visitor; null where it has none. */
    relative: Type.Union([Type.Number(), Type.Null()]),
    /** `planned_end`: holds at the end that was planned. `every_look`: holds however often one looks. */
    interval: Type.Enum(['planned_end', 'every_look']),
    verdict: Type.Enum([...LIFT_VERDICTS]),
  },
  { additionalProperties: false },
)
export type Lift = Type.Static<typeof Lift>

export const ArmReport = Type.Object(
  {
    arm: Type.String(),
    /** Visitors that are compared. */
    visitors: Type.Integer(),
    buyers: Type.Integer(),
    orders: Type.Integer(),
    /** Of all that these visitors bought since they came into the experiment, whatever led to it. */
    revenue: Type.Array(Revenue),
    ...counts,
  },
  { additionalProperties: false },
)

export const ExperimentReport = Type.Object(
  {
    experiment: Experiment,
    from: Type.Union([Millis, Type.Null()]),
    to: Millis,
    /** First of all, since nothing below means anything where it fails. */
    sampleRatio: SampleRatioCheck,
    /** What the figures say, in words. */
    words: Type.Array(Type.String()),
    /** Null where the split is not sound, or nothing has started. */
    lift: Type.Union([Type.Array(Lift), Type.Null()]),
    arms: Type.Array(ArmReport),
    leftOut: Type.Object(
      {
        /** Decisions for visitors who could not be in an arm, by cause. */
        decisions: Type.Record(Type.String(), Type.Integer()),
        /** Visitors who were in an arm and are not compared: marked as bots since, or no longer to be analysed. */
        bots: Type.Integer(),
        withheld: Type.Integer(),
        /** Visitors who turned out to be one with a visitor of another arm; they are compared by their first arm. */
        merged: Type.Integer(),
      },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false },
)
export type ExperimentReport = Type.Static<typeof ExperimentReport>

const Difference = Type.Object(
  {
    before: Type.Integer({ description: 'Rows that are there now.' }),
    after: Type.Integer({ description: 'Rows that a rebuild would leave.' }),
    added: Type.Integer(),
    removed: Type.Integer(),
    changed: Type.Integer({ description: 'Of those that stay.' }),
  },
  { additionalProperties: false },
)

/** What counting again from the log came to, or would come to. */
export const OutcomeRebuild = Type.Object(
  {
    dryRun: Type.Boolean(),
    events: Type.Integer({ description: 'Rows of the log that were read.' }),
    shoppers: Type.Integer({ description: 'Shoppers whose orders were attributed again; one may be counted again.' }),
    differences: Type.Optional(
      Type.Object(
        {
          touches: Difference,
          attributions: Difference,
          refusedTokens: Difference,
          revenue: Type.Array(
            Type.Object(
              { currency: Currency, beforeMicros: MicrosText, afterMicros: MicrosText },
              { additionalProperties: false },
            ),
            { description: 'Attributed, less refunds.' },
          ),
        },
        { additionalProperties: false, description: 'Of a dry run: what would differ from what is counted now.' },
      ),
    ),
  },
  { additionalProperties: false },
)
export type OutcomeRebuild = Type.Static<typeof OutcomeRebuild>
