import type { ContextualCause } from '../../contracts/decision.ts'
import type { ReasonWords } from './words.ts'

const times = (count: number | undefined): string =>
  count === undefined || count <= 1 ? 'once' : count === 2 ? 'twice' : `${count} times`

/** Reasons in English. Titles are quoted as the store writes them. A product that is gone has no title: the sentence stays true without it. */
export const EN: ReasonWords = {
  reasons: {
    bought_before: ({ times: count }) => `You bought this ${count === undefined ? 'before' : times(count)}`,
    because_bought: ({ product }) => (product ? `Because you bought ${product}` : 'Because of what you bought'),
    because_viewed: ({ product }) => (product ? `Because you looked at ${product}` : 'Because of what you looked at'),
    because_in_cart: ({ product }) =>
      product ? `Goes with ${product} in your cart` : 'Goes with what is in your cart',
    similar_to: ({ product, value }) =>
      product ? `Similar to ${product}${value ? ` (${value})` : ''}` : 'Similar to what you know',
    bought_together: ({ product }) => (product ? `Often bought together with ${product}` : 'Often bought together'),
    people_like_you: () => 'People who buy what you buy chose this',
    category_affinity: ({ value }) => (value ? `You often choose from ${value}` : 'From a category you often choose'),
    brand_affinity: ({ value }) => (value ? `You often choose ${value}` : 'From a brand you often choose'),
    popular: () => 'Popular in this store',
    trending: () => 'Bought more and more these days',
    new_arrival: () => 'New in this store',
    exploration: () => 'Shown to learn whether you like it',
    next_after: ({ product }) => (product ? `Often bought after ${product}` : 'Often bought next'),
    placed_by_shop: () => 'Placed here by the shop',
    favoured_by_shop: () => 'Favoured by the shop',
    shop_order: () => 'In the order of the shop',
    in_category: () => 'From this category',
  },
  summary: {
    decided: (placement, items) =>
      `For the placement ${placement}, ${items === 1 ? '1 product was' : `${items} products were`} chosen.`,
    personalised: () => 'The shopper’s own history was used, with consent.',
    contextual: (cause) => `Nothing of the shopper’s past was used: ${CAUSES[cause]}.`,
    model: (version) => `Model version ${version} ranked the products.`,
    noModel: () => 'No trained model was in service.',
    refused: (policy, count) =>
      `${count === 1 ? '1 candidate was' : `${count} candidates were`} refused: ${REFUSALS[policy] ?? policy}.`,
    explored: (count) =>
      `${count === 1 ? '1 position was' : `${count} positions were`} filled by a random draw, to learn.`,
    floored: (count) =>
      `${count === 1 ? '1 position was' : `${count} positions were`} given to a new product by the draw of their floor.`,
    placed: (position, rule) => `Position ${position} was filled by the rule ${rule}.`,
    favoured: (position, rule) => `The product at position ${position} was raised by the rule ${rule}.`,
    resting: (rule) => `The rule ${rule} rested: its limit of the day was reached.`,
    attempts: (count) =>
      `${count === 1 ? '1 list was' : `${count} lists were`} given up before this one, since a limit did not allow it.`,
    shadow: (shown) =>
      `The placement is in shadow mode: the store showed ${shown} products of its own, and none of these.`,
    nothing: () => 'No product of the catalogue could be shown here.',
    inArm: (experiment, arm) => `The experiment “${experiment}” ran here; this visitor is in its arm ${arm}.`,
    leftOut: (experiment) =>
      `The experiment “${experiment}” ran here; this visitor is left out of it, since there was no id or no consent.`,
    heldOut: () => 'It was not shown: the visitor is in a holdout, and the store showed its own choice.',
  },
}

const CAUSES: Readonly<Record<ContextualCause, string>> = {
  first_visit: 'a first visit, nothing is known yet',
  no_consent: 'the shopper has not consented to it',
  objection: 'the shopper objects to it',
  bot: 'this is taken to be a program, not a person',
}

/** A policy's refusal code in words; a code that is not here is shown as it is. */
const REFUSALS: Readonly<Record<string, string>> = {
  deleted: 'deleted from the catalogue',
  undescribed: 'not described by any catalogue feed',
  out_of_stock: 'out of stock',
  price: 'outside the price limits',
  excluded: 'excluded by the request',
  just_bought: 'bought only recently',
  anchor: 'already on the page or in the cart',
  variant: 'another variant of a product already shown',
  category_cap: 'too many of one category',
  brand_cap: 'too many of one brand',
  rule: 'kept out by a rule of the shop',
  limit: 'shown as often as a rule of the shop allows',
}
