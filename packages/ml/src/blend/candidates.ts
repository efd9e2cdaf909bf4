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

/** All candidates of a case with their features, FEATURES_PER_SOURCE of each source, 0 where unranked. */
export interface FeatureRows {
  /** [candidates] ascending. */
  readonly items: Int32Array
  /** [FEATURES_PER_SOURCE·sources × candidates], one feature after the other */
  readonly features: Float32Array
  /** Per source the rows that it ranked; its features are 0 elsewhere. */
  readonly rankedBy: readonly Int32Array[]
  /** Rows of candidates that are targets. */
  readonly hits: Int32Array
  /** [candidates] 1 for those rows. */
  readonly isHit: Uint8Array
  readonly targets: number
}

/** @param usual [sources] as `usualBests` gives them */
export function featureRows(
  { rankings, targets }: BlendCase,
  depth: number,
  rankOffset: number,
  usual: Float32Array,
): FeatureRows {
  const items = Int32Array.from(new Set(rankings.flatMap(({ ids }) => [...ids.subarray(0, depth)]))).sort()
  const rowOf = new Map(Array.from(items, (item, row) => [item, row]))
  const features = new Float32Array(FEATURES_PER_SOURCE * rankings.length * items.length)
  rankings.forEach(({ ids, scores }, source) => {
    const n = Math.min(depth, ids.length)
    for (let rank = 0; rank < n; rank++) {
      const at = FEATURES_PER_SOURCE * source * items.length + (rowOf.get(ids[rank]!) ?? 0)
      features[at] = normalisedScore(scores[rank]!, scores[0]!, scores[n - 1]!)
      features[at + items.length] = rankScore(rank, rankOffset)
      features[at + 2 * items.length] = strength(scores[rank]!, usual[source]!)
    }
  })
  const hits = Int32Array.from(targets, (target) => rowOf.get(target) ?? -1).filter((row) => row !== -1)
  const isHit = new Uint8Array(items.length)
  for (const row of hits) isHit[row] = 1
  const rankedBy = rankings.map(({ ids }) => ids.slice(0, depth).map((item) => rowOf.get(item) ?? 0))
  return { items, features, rankedBy, hits, isHit, targets: targets.length }
}

/**
 * The candidates that any blend can place among its best `cutoff`. Within a source every feature falls with the rank, and
 * weights are never negative, so who is outranked by `cutoff` others in each source that ranks it stays behind them
 * whatever the weights; ties keep that order too, since equals of a source stand in the order of items.
 *
 * Returns  the same case with the remaining rows only, still ascending; a third to a quarter of them where ten sources speak
 * Cost     O(candidates · depth · sources) at most; nearly all are settled by the source that ranks them best
 * Source   the skyline's k-dominance, Papadias et al., TODS 2005, §5 (skyband)
 */
export function contenders({ items, features, rankedBy, hits, targets }: FeatureRows, cutoff: number): FeatureRows {
  const n = items.length
  const unranked = n
  const ranks = rankedBy.map((rows) => {
    const rank = new Int32Array(n).fill(unranked)
    rows.forEach((row, place) => {
      rank[row] = place
    })
    return rank
  })
  const stays = (row: number): boolean => {
    const asked = ranks.filter((rank) => rank[row]! < unranked)
    const best = asked.reduce((least, rank) => (rank[row]! < least[row]! ? rank : least))
    let before = 0
    for (const other of rankedBy[ranks.indexOf(best)]!.subarray(0, best[row]!)) {
      if (asked.every((rank) => rank[other]! < rank[row]!) && ++before === cutoff) return false
    }
    return true
  }
  const kept = Int32Array.from(items, (_, row) => row).filter(stays)
  const rowOf = new Int32Array(n).fill(-1)
  kept.forEach((row, at) => {
    rowOf[row] = at
  })
  const width = features.length / n
  const few = new Float32Array(width * kept.length)
  for (let f = 0; f < width; f++) {
    for (let row = 0; row < kept.length; row++) few[f * kept.length + row] = features[f * n + kept[row]!]!
  }
  const moved = (rows: Int32Array) => rows.map((row) => rowOf[row]!).filter((row) => row >= 0)
  const keptHits = moved(hits)
  const isHit = new Uint8Array(kept.length)
  for (const row of keptHits) isHit[row] = 1
  return {
    items: kept.map((row) => items[row]!),
    features: few,
    rankedBy: rankedBy.map(moved),
    hits: keptHits,
    isHit,
    targets,
  }
}
