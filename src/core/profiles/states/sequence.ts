import type { StateType } from './state-type.ts'

/** One product line of an event, as a profile remembers it. */
export interface SequenceLine {
  /** Milliseconds UTC. */
  readonly at: number
  readonly product: number
  /** An EVENT_KINDS number. */
  readonly kind: number
  readonly quantity: number
  /** Equal numbers happened together: an unsigned 32-bit hash of the order, or of the event where there is none. */
  readonly basket: number
}

/** Lines in columns, oldest first: those before `length` count. */
export interface Sequence {
  length: number
  at: Float64Array
  product: Int32Array
  kind: Uint8Array
  quantity: Float32Array
  basket: Uint32Array
}

const SAME_MOMENT = 0x80
const WHOLE_QUANTITY = 0x40

/**
 * The most recent `cap` lines. Lines are totally ordered by time, then basket, kind, product and quantity, and the
 * last ones of that order are kept: exact, whatever the order of arrival.
 *
 * @param cap lines that are kept; up to `slack` more are held between trims, so that a line costs O(1) amortised
 */
export function sequence(cap: number, slack = 128): StateType<Sequence, SequenceLine> {
  const fold = (state: Sequence, line: SequenceLine): void => {
    if (state.length === state.at.length) {
      if (state.length < cap + slack) grow(state, Math.min(cap + slack, Math.max(8, 2 * state.length)))
      else dropOldest(state, state.length - cap)
    }
    let place = state.length
    while (place > 0 && after(state, place - 1, line)) place--
    openGap(state, place)
    state.at[place] = line.at
    state.product[place] = line.product
    state.kind[place] = line.kind
    state.quantity[place] = line.quantity
    state.basket[place] = line.basket
  }
  return {
    empty: () => withCapacity(0),
    fold,
    merge: (state, other) => {
      for (let i = 0; i < other.length; i++) fold(state, lineAt(other, i))
    },
    encode: (state, to) => {
      const first = Math.max(0, state.length - cap)
      to.varint(state.length - first)
      let at = 0
      let basket = -1
      for (let i = first; i < state.length; i++) {
        const line = lineAt(state, i)
        const same = line.at === at && line.basket === basket
        const whole = Number.isInteger(line.quantity) && line.quantity >= 0 && line.quantity < 2 ** 24
        to.u8(line.kind | (same ? SAME_MOMENT : 0) | (whole ? WHOLE_QUANTITY : 0))
        if (!same) {
          to.signed(line.at - at)
          to.u32(line.basket)
        }
        to.varint(line.product)
        if (whole) to.varint(line.quantity)
        else to.f32(line.quantity)
        at = line.at
        basket = line.basket
      }
    },
    decode: (from) => {
      const length = from.varint()
      const state = withCapacity(length)
      let at = 0
      let basket = 0
      for (let i = 0; i < length; i++) {
        const head = from.u8()
        if ((head & SAME_MOMENT) === 0) {
          at += from.signed()
          basket = from.u32()
        }
        state.at[i] = at
        state.basket[i] = basket
        state.kind[i] = head & 0x3f
        state.product[i] = from.varint()
        state.quantity[i] = (head & WHOLE_QUANTITY) === 0 ? from.f32() : from.varint()
      }
      state.length = length
      return state
    },
  }
}

function lineAt(state: Sequence, i: number): SequenceLine {
  return {
    at: state.at[i]!,
    product: state.product[i]!,
    kind: state.kind[i]!,
    quantity: state.quantity[i]!,
    basket: state.basket[i]!,
  }
}

/** Whether the line at `i` comes after the given one. */
function after(state: Sequence, i: number, line: SequenceLine): boolean {
  const difference =
    state.at[i]! - line.at ||
    state.basket[i]! - line.basket ||
    state.kind[i]! - line.kind ||
    state.product[i]! - line.product ||
    state.quantity[i]! - line.quantity
  return difference > 0
}

function withCapacity(capacity: number): Sequence {
  return {
    length: 0,
    at: new Float64Array(capacity),
    product: new Int32Array(capacity),
    kind: new Uint8Array(capacity),
    quantity: new Float32Array(capacity),
    basket: new Uint32Array(capacity),
  }
}

function grow(state: Sequence, capacity: number): void {
  const { at, product, kind, quantity, basket } = state
  Object.assign(state, withCapacity(capacity), { length: state.length })
  state.at.set(at)
  state.product.set(product)
  state.kind.set(kind)
  state.quantity.set(quantity)
  state.basket.set(basket)
}

function dropOldest(state: Sequence, count: number): void {
  for (const column of columnsOf(state)) column.copyWithin(0, count, state.length)
  state.length -= count
}

function openGap(state: Sequence, place: number): void {
  if (place < state.length) {
    for (const column of columnsOf(state)) column.copyWithin(place + 1, place, state.length)
  }
  state.length++
}

function columnsOf(state: Sequence) {
  return [state.at, state.product, state.kind, state.quantity, state.basket]
}
