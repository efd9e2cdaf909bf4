import type { Ranked, ScoresItems } from './abilities.ts'
import { MlError } from './errors.ts'
import type { Query } from './interactions.ts'
import { Scoreboard } from './scoreboard.ts'

/** [items] 1 where an item must not be ranked. */
export type Mask = Uint8Array

/**
 * The k best items of a board.
 *
 * Returns  `ids` and `scores` [k] of which the first `count` hold the ranking, best first
 * Cost     O(touched · log k), no allocation after construction
 * Differs  ties are broken by item index, so that the order never depends on how the board was filled; a NaN never ranks
 */
export class TopK {
  readonly k: number
  readonly ids: Int32Array
  readonly scores: Float32Array
  count = 0

  constructor(k: number) {
    if (!Number.isInteger(k) || k < 0) throw new MlError('bad_parameter', `k ${k} is not a whole number`)
    this.k = k
    this.ids = new Int32Array(k)
    this.scores = new Float32Array(k)
  }

  select(board: Scoreboard, mask?: Mask): number {
    const { touched, scores } = board
    let t = 0
    let isOrdered = true
    for (this.count = 0; t < board.count && this.count < this.k; t++) {
      const item = touched[t]!
      const score = scores[item]!
      if (Number.isNaN(score) || (mask !== undefined && mask[item] === 1)) continue
      isOrdered &&= this.count === 0 || this.#worse(item, score, this.count - 1)
      this.ids[this.count] = item
      this.scores[this.count++] = score
    }
    // Many boards are filled in their order, best first: then this is the ranking, and no heap is needed.
    let worst = isOrdered ? this.count - 1 : 0
    if (!isOrdered) this.#heapify()
    for (; t < board.count; t++) {
      const item = touched[t]!
      const score = scores[item]!
      // Most items of a long board are worse than the worst kept; a board's scores are Float32 as they are.
      if (score < this.scores[worst]! || (mask !== undefined && mask[item] === 1)) continue
      if (worst > 0) {
        this.#heapify()
        worst = 0
        isOrdered = false
      }
      this.offer(item, score)
    }
    return isOrdered ? this.count : this.finish()
  }

  /** Considers one item; call `finish` after the last. For rankings that do not come from a board. */
  offer(item: number, score: number): void {
    if (Number.isNaN(score) || this.k === 0) return
    if (this.count < this.k) {
      let at = this.count++
      // The heap's root is the worst kept item.
      while (at > 0) {
        const parent = (at - 1) >> 1
        if (!this.#worse(item, score, parent)) break
        this.ids[at] = this.ids[parent]!
        this.scores[at] = this.scores[parent]!
        at = parent
      }
      this.ids[at] = item
      this.scores[at] = score
    } else if (!this.#worse(item, score, 0)) {
      this.#sift(item, score, this.count)
    }
  }

  /** Puts what was offered into order, best first, and returns how many there are. */
  finish(): number {
    for (let end = this.count - 1; end > 0; end--) {
      const item = this.ids[end]!
      const score = this.scores[end]!
      this.ids[end] = this.ids[0]!
      this.scores[end] = this.scores[0]!
      this.#sift(item, score, end)
    }
    return this.count
  }

  /** Copies of the ranking, exactly as long as it is. */
  ranked(): Ranked {
    return { ids: this.ids.slice(0, this.count), scores: this.scores.slice(0, this.count) }
  }

  #worse(item: number, score: number, than: number): boolean {
    const other = this.scores[than]!
    // Stored scores are Float32; a board's are too, but an offered one may not be.
    const rounded = Math.fround(score)
    return rounded < other || (rounded === other && item > this.ids[than]!)
  }

  #heapify(): void {
    for (let at = (this.count >> 1) - 1; at >= 0; at--) this.#sift(this.ids[at]!, this.scores[at]!, this.count, at)
  }

  /** Sinks an item from a place, by default the root, among the heap's first `size`. */
  #sift(item: number, score: number, size: number, from = 0): void {
    let at = from
    for (;;) {
      let child = 2 * at + 1
      if (child >= size) break
      if (child + 1 < size && this.#worse(this.ids[child + 1]!, this.scores[child + 1]!, child)) child++
      if (this.#worse(item, score, child)) break
      this.ids[at] = this.ids[child]!
      this.scores[at] = this.scores[child]!
      at = child
    }
    this.ids[at] = item
    this.scores[at] = score
  }
}

/** Rankings of several queries: row q is `ids[q·k …]`, filled with −1 (scores NaN) where there are fewer than k. */
export interface RankedBatch {
  readonly k: number
  readonly ids: Int32Array
  readonly scores: Float32Array
}

/**
 * The k best items for each query; one query is a batch of one.
 *
 * @param maskOf what may not be ranked for query q; the array may be reused between calls
 */
export function recommend(
  scorer: ScoresItems,
  queries: readonly Query[],
  k: number,
  maskOf?: (query: Query, q: number) => Mask | undefined,
): RankedBatch {
  const board = new Scoreboard(scorer.items)
  const top = new TopK(k)
  const ids = new Int32Array(queries.length * k).fill(-1)
  const scores = new Float32Array(queries.length * k).fill(Number.NaN)
  queries.forEach((query, q) => {
    board.clear()
    scorer.score(query, board)
    top.select(board, maskOf?.(query, q))
    ids.set(top.ids.subarray(0, top.count), q * k)
    scores.set(top.scores.subarray(0, top.count), q * k)
  })
  return { k, ids, scores }
}
