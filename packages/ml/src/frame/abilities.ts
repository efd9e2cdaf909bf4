import type { Query } from './interactions.ts'
import type { Scoreboard } from './scoreboard.ts'

/*
 * What an opened model can do. Abilities are separate, so that nothing is ever "not implemented": a model has an
 * ability or it does not.
 */

/** Scores items for a user's past onto a cleared board. Items the model cannot score stay off it (NaN when read densely). */
export interface ScoresItems {
  readonly items: number
  score(query: Query, board: Scoreboard): void
}

/** Finds the items most like one item, best first; fewer than k where there are fewer. `bad_parameter` unless k is a count. */
export interface FindsSimilar {
  readonly items: number
  similar(item: number, k: number): Ranked
}

/** Says which of the history's items (or which attributes) made an item's score, largest first. `bad_parameter` unless limit is a count. */
export interface Explains {
  explain(query: Query, item: number, limit: number): Contribution[]
}

/** A ranking: `ids` Int32 [n] and `scores` Float32 [n], best first, ties by item index. */
export interface Ranked {
  readonly ids: Int32Array
  readonly scores: Float32Array
}

/** One piece of evidence: an item of the history or an attribute, with what it added to the score. */
export interface Contribution {
  readonly kind: 'item' | 'attribute' | 'user'
  readonly index: number
  readonly weight: number
}
