import { EVENT_KINDS } from '../../../contracts/event.ts'
import { type SequenceLine, sequence } from '../states/sequence.ts'
import { feature } from './feature.ts'

/** The most recent product lines that are kept of a profile. */
export const HISTORY_LENGTH = 500

/** A profile's recent product lines in columns, oldest first. */
export interface History {
  readonly length: number
  /** [length] ProductRow */
  readonly products: Int32Array
  /** [length] EVENT_KINDS number */
  readonly kinds: Uint8Array
  /** [length] milliseconds UTC, not decreasing */
  readonly at: Float64Array
  /** [length] */
  readonly quantities: Float32Array
  /** [length] equal numbers happened together */
  readonly baskets: Int32Array
}

/** Every product line of every event, with what happened and when. */
export const history = feature({
  name: 'history',
  purpose: 'personalisation',
  state: sequence(HISTORY_LENGTH),
  writes: ({ event, products, basket }): SequenceLine[] =>
    event.lines.map((line, i) => ({
      at: event.at,
      product: products[i] ?? -1,
      kind: EVENT_KINDS[event.kind],
      quantity: line.quantity,
      basket,
    })),
  value: (state): History => {
    const from = Math.max(0, state.length - HISTORY_LENGTH)
    return {
      length: state.length - from,
      products: state.product.slice(from, state.length),
      kinds: state.kind.slice(from, state.length),
      at: state.at.slice(from, state.length),
      quantities: state.quantity.slice(from, state.length),
      // Unsigned numbers wrap into signed ones; equal ones stay equal.
      baskets: Int32Array.from(state.basket.subarray(from, state.length)),
    }
  },
})
