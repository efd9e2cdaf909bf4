import Type from 'typebox'

/**
 * Why an item was chosen, as data. The number is what a decision record keeps: never renumber, append only.
 * The words in each language stand with the capability that gives the reason.
 */
export const REASON_CODES = {
  bought_before: 1,
  because_bought: 2,
  because_viewed: 3,
  because_in_cart: 4,
  similar_to: 5,
  bought_together: 6,
  people_like_you: 7,
  category_affinity: 8,
  brand_affinity: 9,
  popular: 10,
  trending: 11,
  new_arrival: 12,
  exploration: 13,
  next_after: 14,
  placed_by_shop: 15,
  favoured_by_shop: 16,
  shop_order: 17,
  in_category: 18,
} as const
export type ReasonCode = keyof typeof REASON_CODES

export const Reason = Type.Object(
  {
    code: Type.Enum(Object.keys(REASON_CODES) as ReasonCode[]),
    text: Type.String({ description: 'The reason in the language of the request.' }),
    weight: Type.Number({ description: 'The share of the score that this reason carries, 0 to 1.' }),
    productId: Type.Optional(Type.String({ description: 'The product that the reason speaks of.' })),
    value: Type.Optional(Type.String({ description: 'The category, brand or count that the reason speaks of.' })),
  },
  { additionalProperties: false },
)
export type Reason = Type.Static<typeof Reason>
