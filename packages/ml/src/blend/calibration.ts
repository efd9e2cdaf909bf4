import type { ArrayReader } from '../frame/algorithm.ts'
import { MlError } from '../frame/errors.ts'

/** From scores to chances: between two knots a line, beyond them the last one's chance. No knots: nothing is known. */
export interface Calibration {
  /** [knots] strictly ascending */
  readonly scores: Float32Array
  /** [knots] ascending, 0 to 1 */
  readonly chances: Float32Array
}

/** Pairs of the first bin, the best scored ones; each bin further down is longer by the factor. */
const FIRST_BIN = 100
const BIN_GROWTH = 1.3
/** Hits that a knot rests on at least: its chance is then good to about a quarter. */
const HITS_OF_A_KNOT = 15

/**
 * How often what was scored so high was right.
 *
 * Solves   min over ascending p of Σ (p(score) − hit)², on bins of neighbouring scores that are fine where scores are high
 * Given    scores [n], and for each 1 where it was right
 * Returns  knots at the mean score of each block; none where fewer than 15 were right
 * Cost     O(n log n)
 * Source   pool adjacent violators: Ayer, Brunk, Ewing, Reid and Silverman, Ann. Math. Stat. 1955; for classifiers:
 *          Zadrozny and Elkan, KDD 2002, §3
 * Differs  blocks are merged until each holds 15 hits, so that no chance rests on a lucky few; a line between the
 *          blocks' means in place of steps
 * @throws MlError `length_mismatch`
 */
export function fitCalibration(scores: Float64Array, hits: Uint8Array): Calibration {
  if (scores.length !== hits.length) throw new MlError('length_mismatch', 'scores and hits')
  // Sorted apart from the scores that were right: equal scores are in one block, so that it never matters whose is whose.
  const all = scores.slice().sort().reverse()
  const right = scores
    .filter((_, i) => hits[i] === 1)
    .sort()
    .reverse()
  const blocks: Block[] = []
  let size = FIRST_BIN
  let taken = 0
  for (let from = 0; from < all.length; size = Math.ceil(size * BIN_GROWTH)) {
    let to = Math.min(all.length, from + size)
    // Equal scores have equal chances.
    while (to < all.length && all[to] === all[to - 1]) to++
    const before = taken
    while (taken < right.length && right[taken]! >= all[to - 1]!) taken++
    let sum = 0
    for (let i = from; i < to; i++) sum += all[i]!
    push(blocks, { count: to - from, sum, hits: taken - before })
    from = to
  }
  const last = blocks.at(-1)
  const before = blocks.at(-2)
  if (last && before && last.hits < HITS_OF_A_KNOT) blocks.splice(-2, 2, merged(before, last))
  const known = blocks.filter((one) => one.hits >= HITS_OF_A_KNOT).reverse()
  return {
    scores: Float32Array.from(known, ({ sum, count }) => sum / count),
    chances: Float32Array.from(known, chance),
  }
}

/** Neighbouring pairs, as sums. */
interface Block {
  readonly count: number
  readonly sum: number
  readonly hits: number
}

/** Adds the next block down; blocks that rest on too little or whose chance is not above it are one with it. */
function push(blocks: Block[], next: Block): void {
  let block = next
  for (let last = blocks.at(-1); last; last = blocks.at(-1)) {
    if (last.hits >= HITS_OF_A_KNOT && chance(last) > chance(block)) break
    block = merged(last, block)
    blocks.pop()
  }
  blocks.push(block)
}

function merged(a: Block, b: Block): Block {
  return { count: a.count + b.count, sum: a.sum + b.sum, hits: a.hits + b.hits }
}

function chance({ hits, count }: Block): number {
  return hits / count
}

/** The chance that belongs to a score; NaN where nothing is known. @cost O(log knots) */
export function chanceOf({ scores, chances }: Calibration, score: number): number {
  const last = scores.length - 1
  if (last < 0 || Number.isNaN(score)) return Number.NaN
  if (score <= scores[0]!) return chances[0]!
  if (score >= scores[last]!) return chances[last]!
  let [low, high] = [0, last]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (scores[middle]! <= score) low = middle
    else high = middle
  }
  const share = (score - scores[low]!) / (scores[high]! - scores[low]!)
  return chances[low]! + share * (chances[high]! - chances[low]!)
}

/** @throws MlError `bad_model` */
export function readCalibration(arrays: ArrayReader): Calibration {
  const scores = arrays.f32('calibration.scores')
  const chances = arrays.f32('calibration.chances', scores.length)
  for (let k = 0; k < scores.length; k++) {
    const isChance = chances[k]! >= 0 && chances[k]! <= 1
    const ascends = k === 0 || (scores[k]! > scores[k - 1]! && chances[k]! >= chances[k - 1]!)
    if (!isChance || !ascends) throw new MlError('bad_model', `calibration knot ${k}`)
  }
  return { scores, chances }
}
