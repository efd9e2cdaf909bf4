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
  value: (state, now): History => {
    const from = Math.max(0, state.length - HISTORY_LENGTH)
    const length = state.length - from
    const columns = {
      length,
      products: state.product.slice(from, state.length),
      kinds: state.kind.slice(from, state.length),
      at: state.at.slice(from, state.length),
      quantities: state.quantity.slice(from, state.length),
      // Unsigned numbers wrap into signed ones; equal ones stay equal.
      baskets: Int32Array.from(state.basket.subarray(from, state.length)),
    }
    const future = columns.at.findIndex((at) => at > now + UNSTEADY_MILLIS)
    return future <= 0 ? columns : futureFirst(columns, future)
  },
})

/** An event arrives before it is read; a clock that is kept right by small steps may show it a little later. */
const UNSTEADY_MILLIS = 60_000

/**
 * What lies after now came while the clock was ahead. When it happened is not known any more, and as the latest it would
 * make everything that the shopper does from now on look old: it counts as what was longest ago.
 * @param future the first line that does
 */
function futureFirst(columns: History, future: number): History {
  const rotated = <T extends Int32Array | Uint8Array | Float32Array | Float64Array>(column: T): T => {
    const turned = column.slice() as T
    turned.set(column.subarray(future))
    turned.set(column.subarray(0, future), column.length - future)
    return turned
  }
  const at = rotated(columns.at)
  const unknown = columns.length - future
  at.fill(at[unknown] ?? 0, 0, unknown)
  return {
    length: columns.length,
    products: rotated(columns.products),
    kinds: rotated(columns.kinds),
    at,
    quantities: rotated(columns.quantities),
    baskets: rotated(columns.baskets),
  }
}
