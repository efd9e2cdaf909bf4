import Type from 'typebox'
import { ExternalId, Millis } from './ids.ts'
import { textOfForm } from './pattern.ts'
import { Availability } from './product.ts'

/** A moment by the wall clock of the store's time zone; without a time of day it is the day's beginning. */
export const WallTime = textOfForm(
  '^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2})?$',
  'a day or a minute of the store’s own clock, like 2026-11-27 or 2026-11-27T18:00',
  { description: 'By the store’s own clock: `2026-11-27` or `2026-11-27T18:00`.' },
)

const Price = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'Micros of the market’s currency.',
})

/** Which products a rule speaks of: those that meet all that is said. */
export const RuleCondition = Type.Object(
  {
    productIds: Type.Optional(Type.Array(ExternalId, { minItems: 1, maxItems: 1000, uniqueItems: true })),
    categories: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 2000 }), {
        minItems: 1,
        maxItems: 200,
        description: 'In one of these categories or below it; each by its whole path, `Home > Kitchen`.',
      }),
    ),
    brands: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 500 }), { minItems: 1, maxItems: 200 })),
    attributes: Type.Optional(
      Type.Array(
        Type.Object(
          {
            name: Type.String({ minLength: 1, maxLength: 200 }),
            values: Type.Array(Type.String({ maxLength: 200 }), { minItems: 1, maxItems: 200 }),
          },
          { additionalProperties: false },
        ),
        { minItems: 1, maxItems: 20, description: 'Each of these attributes has one of its values.' },
      ),
    ),
    minPriceMicros: Type.Optional(Price),
    maxPriceMicros: Type.Optional(Price),
    availability: Type.Optional(Type.Array(Availability, { minItems: 1, maxItems: 4 })),
    onSale: Type.Optional(Type.Boolean({ description: 'Whether it costs less than usual now.' })),
    releasedFrom: Type.Optional(WallTime),
    releasedUntil: Type.Optional(WallTime),
    newerThanDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 36_500 })),
    olderThanDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 36_500 })),
  },
  { additionalProperties: false, minProperties: 1 },
)
export type RuleCondition = Type.Static<typeof RuleCondition>

/** What is spent each time a rule places a product, and how much of it there is. */
export const RuleLimit = Type.Object(
  {
    perDay: Type.Integer({
      minimum: 1,
      maximum: 1_000_000_000,
      description: 'Products shown by the rule in a day of the store.',
    }),
    counts: Type.Optional(
      Type.Enum(['answers', 'impressions'], {
        description:
          '`answers`: each answer counts at once. `impressions`: it is held until the page says that it was seen, and given back where that does not come. Left out: `answers`.',
      }),
    ),
    holdMinutes: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1440,
        description: 'How long an answer is held for its impression; left out: 30.',
      }),
    ),
  },
  { additionalProperties: false },
)
export type RuleLimit = Type.Static<typeof RuleLimit>

export const RULE_EFFECTS = ['pin', 'boost', 'bury', 'exclude', 'cap'] as const
export type RuleEffectName = (typeof RULE_EFFECTS)[number]

/** What happens to those products. */
export const RuleEffect = Type.Object(
  {
    do: Type.Enum([...RULE_EFFECTS], {
      description:
        '`pin`: stand at a position. `boost`, `bury`: the score is multiplied or divided by `strength`. `exclude`: are not shown. `cap`: are shown at most `limit.perDay` times.',
    }),
    position: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description: 'Of a pin, from 1.' })),
    count: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 50,
        description: 'How many a pin places from its position on; left out: all `productIds`, else one.',
      }),
    ),
    strength: Type.Optional(Type.Number({ exclusiveMinimum: 1, maximum: 1000, description: 'Of boost and bury.' })),
    limit: Type.Optional(RuleLimit),
  },
  { additionalProperties: false },
)
export type RuleEffect = Type.Static<typeof RuleEffect>

/** What a merchandiser wants of a list, whatever the models say. */
export const Rule = Type.Object(
  {
    name: textOfForm(
      '^[a-z][a-z0-9_-]{0,63}$',
      'up to 64 small letters, digits, underscores and hyphens, a letter first',
    ),
    note: Type.Optional(Type.String({ maxLength: 1000, description: 'What it is for, for people.' })),
    enabled: Type.Optional(Type.Boolean({ description: 'Left out: true.' })),
    priority: Type.Optional(
      Type.Integer({
        minimum: -1000,
        maximum: 1000,
        description: 'Of two pins for one position the higher one counts; left out: 0.',
      }),
    ),
    placements: Type.Optional(
      Type.Array(Type.String({ maxLength: 64 }), { minItems: 1, maxItems: 100, description: 'Left out: all of them.' }),
    ),
    markets: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
        minItems: 1,
        maxItems: 250,
        description: 'Left out: all of them.',
      }),
    ),
    from: Type.Optional(WallTime),
    /** Exclusive. */
    until: Type.Optional(WallTime),
    when: RuleCondition,
    /** Products that meet all of this are left alone. */
    unless: Type.Optional(RuleCondition),
    effect: RuleEffect,
  },
  { additionalProperties: false },
)
export type Rule = Type.Static<typeof Rule>

export const RULE_STATES = ['active', 'scheduled', 'ended', 'off'] as const

/** A rule as the store keeps it. */
export const RuleEntry = Type.Object(
  {
    rule: Rule,
    state: Type.Enum([...RULE_STATES]),
    changedAt: Millis,
    products: Type.Integer({
      minimum: 0,
      description:
        'Products of the catalogue that the rule may speak of now; prices and stock are looked at when it is applied.',
    }),
    usedToday: Type.Optional(Type.Integer({ minimum: 0, description: 'Of a limit: what is spent or held today.' })),
  },
  { additionalProperties: false },
)
export type RuleEntry = Type.Static<typeof RuleEntry>

const Share = Type.Number({ minimum: 0, maximum: 1 })

/** What a rule would have changed in past decisions, each decided twice on what is known now. */
export const RuleTrial = Type.Object(
  {
    rule: Type.String(),
    /** Decisions that were decided again, and those of the sample that could not be, by cause. */
    decisions: Type.Integer({ minimum: 0 }),
    skipped: Type.Record(Type.String(), Type.Integer({ minimum: 0 })),
    /** Decisions whose list is another one with the rule. */
    changed: Type.Integer({ minimum: 0 }),
    /** Items that came in, went out, or stand at another position, over all lists. */
    cameIn: Type.Integer({ minimum: 0 }),
    wentOut: Type.Integer({ minimum: 0 }),
    moved: Type.Integer({ minimum: 0 }),
    /** Share of all positions that products of the rule hold, without it and with it. */
    shareBefore: Share,
    shareAfter: Share,
    byPlacement: Type.Array(
      Type.Object(
        { placement: Type.String(), decisions: Type.Integer(), changed: Type.Integer() },
        { additionalProperties: false },
      ),
    ),
    /** The products whose number of lists changed most. */
    products: Type.Array(
      Type.Object(
        {
          productId: ExternalId,
          name: Type.String(),
          before: Type.Integer({ minimum: 0 }),
          after: Type.Integer({ minimum: 0 }),
        },
        { additionalProperties: false },
      ),
    ),
    /** The same in sentences, in the language asked for. */
    summary: Type.Array(Type.String()),
  },
  { additionalProperties: false },
)
export type RuleTrial = Type.Static<typeof RuleTrial>
