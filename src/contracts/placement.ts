import Type from 'typebox'
import { textOfForm } from './pattern.ts'

export const SURFACES = ['home', 'product_page', 'cart', 'email', 'category', 'search'] as const

/** What a page is about: nothing, one product, the products in the cart, a category, or a list the store sends. */
export const ANCHORS = ['none', 'product', 'cart', 'category', 'list'] as const
export type Anchor = (typeof ANCHORS)[number]

export const PLACEMENT_MODES = ['live', 'shadow'] as const

/** Where a decision is shown, as data: a store adds placements without a release. */
export const Placement = Type.Object(
  {
    name: textOfForm('^[a-z][a-z0-9_]{0,63}$', 'up to 64 small letters, digits and underscores, a letter first'),
    surface: Type.Enum([...SURFACES]),
    /**
     * What the page is about: nothing, one product, the products in the cart, a category whose products are ranked, or
     * a list that the store sends and gets back in another order.
     */
    anchor: Type.Enum([...ANCHORS]),
    size: Type.Integer({
      minimum: 1,
      maximum: 500,
      description: 'How many items, where the request does not say; a list that the store sends comes back whole.',
    }),
    /** `shadow`: the store shows its own list, ours is logged beside it and compared. Left out: `live`. */
    mode: Type.Optional(Type.Enum([...PLACEMENT_MODES])),
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
        /** Probability with which a position is given to a new product, drawn uniformly; left out: 0, no floor. */
        newShare: Type.Optional(Type.Number({ minimum: 0, maximum: 0.5 })),
        /** Days after its release, or its coming into the catalogue, that a product counts as new; left out: 30. */
        newDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 365 })),
        /** Of a list that the store sends: how much its own order counts beside ours, 0 to 1; left out: 0.5. */
        keepOrder: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
      },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false },
)
export type Placement = Type.Static<typeof Placement>
export type PlacementPolicy = Placement['policy']
