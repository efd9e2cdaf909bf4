import Type from 'typebox'
import { ExternalId, Millis } from './ids.ts'
import { Currency, Price } from './money.ts'
import { AVAILABILITIES } from './vocabulary.ts'

export { AVAILABILITIES }

export const Availability = Type.Enum([...AVAILABILITIES])
export type Availability = (typeof AVAILABILITIES)[number]

/** What a product costs and whether it can be had, in one market. */
export const Offer = Type.Object(
  {
    market: Type.String({ minLength: 1, maxLength: 64, description: 'The market, `default` where a store has one.' }),
    priceMicros: Price,
    currency: Currency,
    salePriceMicros: Type.Optional(Price),
    availability: Availability,
    stock: Type.Optional(Type.Integer({ minimum: 0, description: 'Pieces on hand, where the store counts them.' })),
  },
  { additionalProperties: false },
)
export type Offer = Type.Static<typeof Offer>

/** A product as the store describes it. Variants are products that share a `groupId`. */
export const Product = Type.Object(
  {
    id: ExternalId,
    groupId: Type.Optional(ExternalId),
    title: Type.String({ minLength: 1, maxLength: 1000 }),
    description: Type.Optional(Type.String({ maxLength: 65_536 })),
    brand: Type.Optional(Type.String({ maxLength: 500 })),
    /** From general to special: ["Home", "Kitchen", "Mugs"]. */
    categories: Type.Array(Type.String({ minLength: 1, maxLength: 500 }), { maxItems: 32 }),
    attributes: Type.Record(Type.String(), Type.String({ maxLength: 4000 })),
    link: Type.Optional(Type.String({ maxLength: 4000 })),
    imageLink: Type.Optional(Type.String({ maxLength: 4000 })),
    /** Bought again and again (food, ink). Left out where the store does not say; then it is learned. */
    replenishable: Type.Optional(Type.Boolean()),
    releasedAt: Type.Optional(Millis),
    offers: Type.Array(Offer, { maxItems: 250 }),
  },
  { additionalProperties: false },
)
export type Product = Type.Static<typeof Product>
