/**
 * What users did with items, grouped by user and in time order within a user. Repeats are kept: the same item
 * bought twice is two entries. Users and items are dense indices; a Vocabulary is the only bridge to names.
 */
export interface Interactions {
  readonly users: number
  readonly items: number
  /** [users + 1]: entries of user u are `offsets[u] … offsets[u + 1] - 1`. */
  readonly offsets: Int32Array
  /** [n] item index of each entry. */
  readonly item: Int32Array
  /** [n] strength of each entry, > 0 and finite. */
  readonly weight: Float32Array
  /** [n] time of each entry, milliseconds UTC, not decreasing within a user. */
  readonly at: Float64Array
  /** [n] entries of one user that share a basket number happened together (one order, one session). */
  readonly basket: Int32Array
}

/** One user's past as a model is asked about it: oldest first, repeats kept. Known and unknown users look alike. */
export interface Query {
  /** The user's row in the training data, −1 where there is none. Models must not need it; they may use it to skip the user itself. */
  readonly user: number
  /** [m] item indices, oldest first. */
  readonly items: Int32Array
  /** [m] strengths, > 0. */
  readonly weights: Float32Array
  /** [m] times in milliseconds UTC, not decreasing. */
  readonly at: Float64Array
  /** [m] basket numbers: equal numbers happened together. */
  readonly basket: Int32Array
  /** The moment of asking, milliseconds UTC. */
  readonly now: number
}
