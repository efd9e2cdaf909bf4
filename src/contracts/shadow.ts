import Type from 'typebox'
import { Millis } from './ids.ts'

const Share = Type.Union([Type.Number({ minimum: 0, maximum: 1 }), Type.Null()], {
  description: 'Null where there is nothing to count.',
})
const Figure = Type.Union([Type.Number(), Type.Null()])

/** The same figure of what the store showed and of what we would have shown. */
const Beside = Type.Object({ store: Figure, ours: Figure }, { additionalProperties: false })

/** What would have differed, had a placement in shadow mode shown our lists. */
export const ShadowReport = Type.Object(
  {
    placement: Type.String(),
    from: Millis,
    to: Millis,
    decisions: Type.Integer({ minimum: 0 }),
    /** Mean share of equal products among the first k of both lists. */
    overlap: Type.Array(Type.Object({ k: Type.Integer(), share: Share }, { additionalProperties: false })),
    /** Kendall's tau of the products on both lists, mean over decisions with at least two of them: 1 same order, −1 reversed. */
    rankCorrelation: Type.Object(
      { tau: Figure, decisions: Type.Integer({ minimum: 0 }) },
      { additionalProperties: false },
    ),
    /** Share of the catalogue that appeared at all. */
    coverage: Beside,
    /** Mean place of the shown products among all by purchases, 0 least bought to 1 most bought. */
    popularity: Beside,
    /** Mean price now of the shown products, micros of the currency that most of them have. */
    priceMicros: Beside,
    currency: Type.Optional(Type.String()),
    /** Share of what the store showed that was sold out when it showed it. */
    soldOut: Share,
    /** Share of what the store showed that no catalogue feed has told us of. */
    unknown: Share,
    outcomes: Type.Object(
      {
        windowDays: Type.Integer({ minimum: 1 }),
        /** Decisions for known shoppers who allow analytics, whose window is over. */
        decisions: Type.Integer({ minimum: 0 }),
        /** Of these, how many were followed by a purchase within the window. */
        followed: Type.Integer({ minimum: 0 }),
        /** Of these, in how many a bought product stood on both lists, on the store's alone, on ours alone, on neither. */
        both: Type.Integer({ minimum: 0 }),
        storeOnly: Type.Integer({ minimum: 0 }),
        oursOnly: Type.Integer({ minimum: 0 }),
        neither: Type.Integer({ minimum: 0 }),
      },
      { additionalProperties: false },
    ),
    /** The same in sentences, in the language asked for. */
    summary: Type.Array(Type.String()),
  },
  { additionalProperties: false },
)
export type ShadowReport = Type.Static<typeof ShadowReport>
