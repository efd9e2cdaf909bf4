import type { ByteReader, ByteWriter } from '../bytes.ts'

/**
 * A kind of state S that remembers writes W. Folding is commutative: events that arrive out of order leave the same
 * state. Merging two states equals folding the writes of both, so that linked profiles are merged when they are read
 * and a link can be undone.
 */
export interface StateType<S, W> {
  empty(): S
  /** Takes the write in, in place. O(1), amortised. */
  fold(state: S, write: W): void
  /** Takes all that `other` remembers in, in place; `other` stays as it is. */
  merge(state: S, other: S): void
  encode(state: S, to: ByteWriter): void
  decode(from: ByteReader): S
}
