import type { Ranked } from '../frame/abilities.ts'
import type { Scoreboard } from '../frame/scoreboard.ts'
import { type Mask, TopK } from '../frame/topk.ts'

/** One query's answers by each source, and what turned out to be right. */
export interface BlendCase {
  /** Cases of one user stay in one fold; −1 is nobody in particular. */
  readonly user: number
  /** One ranking per source, best first; what lies below the blend's depth is not read. */
  readonly rankings: readonly Ranked[]
  /** Distinct items; the more of them are in no ranking, the lower any blend must stay. */
  readonly targets: Int32Array
}

/** Copies of the best items of each board, as a case needs them. */
export function rankingsOf(boards: readonly Scoreboard[], depth: number, mask?: Mask): Ranked[] {
  const top = new TopK(depth)
  return boards.map((board) => {
    top.select(board, mask)
    return top.ranked()
  })
}

/** A score on its own ranking's scale: 1 for the best; 0 for zero, or for the worst where scores fall below zero. */
export function normalisedScore(score: number, best: number, worst: number): number {
  const low = Math.min(0, worst)
  return best > low ? (score - low) / (best - low) : 1
}

/** 1 for the first, falling with the rank the more slowly the larger the offset. @param rank from 0 */
export function rankScore(rank: number, offset: number): number {
  return (1 + offset) / (1 + rank + offset)
}

/** What each source says of an item: its normalised score, its rank score, its strength. */
export const FEATURES_PER_SOURCE = 3

/** Strength beyond this many times the usual best counts as this many. */
const MOST_STRENGTH = 10

/**
 * A score against what is usual for the source's best: 1 for a usual best, 0 for none. Unlike the normalised score it
 * tells a source that knows much of a query from one that knows next to nothing.
 */
export function strength(score: number, usual: number): number {
  return Math.min(MOST_STRENGTH, Math.max(0, score / usual))
}

/** Per source the median of its rankings' best scores, of those above 0; 1 where there is none: Float32 [sources]. */
export function usualBests(cases: readonly BlendCase[], sources: number): Float32Array {
  return Float32Array.from({ length: sources }, (_, source) => {
    const best = Float32Array.from(cases, ({ rankings }) => rankings[source]?.scores[0] ?? 0).filter((one) => one > 0)
    return best.sort()[best.length >> 1] ?? 1
  })
}
