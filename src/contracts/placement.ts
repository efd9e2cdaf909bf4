import Type from 'typebox'

export const SURFACES = ['home', 'product_page', 'cart', 'email', 'category', 'search'] as const

/** Where a decision is shown, as data: a store adds placements without a release. */
export const Placement = Type.Object(
  {
    name: Type.String({ pattern: '^[a-z][a-z0-9_]{0,63}$' }),
    surface: Type.Enum([...SURFACES]),
    /** What the page is about: nothing, one product, or the products in the cart. */
    anchor: Type.Enum(['none', 'product', 'cart']),
    size: Type.Integer({ minimum: 1, maximum: 100, description: 'How many items, where the request does not say.' }),
    policy: Type.Object(
      {
        inStockOnly: Type.Boolean({ default: true }),
        /** Days during which a bought product is not shown again, unless it is replenishable. 0 switches it off. */
        hideBoughtDays: Type.Integer({ minimum: 0, maximum: 3650, default: 14 }),
        collapseVariants: Type.Boolean({ default: true }),
        /** At most this many items of one category among those chosen; 0 for no limit. */
        maxPerCategory: Type.Integer({ minimum: 0, maximum: 100, default: 0 }),
        maxPerBrand: Type.Integer({ minimum: 0, maximum: 100, default: 0 }),
        minPriceMicros: Type.Optional(Type.Integer({ minimum: 0 })),
        maxPriceMicros: Type.Optional(Type.Integer({ minimum: 0 })),
        /** Probability with which a position is filled by a uniform draw from the next `explorePool` candidates. */
        exploreRate: Type.Number({ minimum: 0, maximum: 0.5, default: 0 }),
        explorePool: Type.Integer({ minimum: 2, maximum: 500, default: 50 }),
      },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false },
)
export type Placement = Type.Static<typeof Placement>
export type PlacementPolicy = Placement['policy']
