import { idealGain } from '../evaluation/ndcg.ts'

/** So few targets are each counted ahead of; with more of them, gains are summed in the order of the list. */
const COUNTED_HITS = 4

/** Gains of lists of `cutoff` places, with room for one list at a time. Ties rank by row, as in serving by item. */
export class ListGain {
  readonly cutoff: number
  /** [cutoff] the best rows of the last `select`, best first, of which `count` are filled. */
  readonly rows: Int32Array
  count = 0
  readonly #values: Float64Array
  /** [cutoff] 1 for places that hold a target. */
  readonly #isRight: Uint8Array
  /** [cutoff + 1] the gain of a perfect ranking by number of targets; its steps are the discounts of the ranks. */
  readonly #ideal: Float64Array

  constructor(cutoff: number) {
    this.cutoff = cutoff
    this.rows = new Int32Array(cutoff)
    this.#values = new Float64Array(cutoff)
    this.#isRight = new Uint8Array(cutoff)
    this.#ideal = Float64Array.from({ length: cutoff + 1 }, (_, targets) => idealGain(targets, cutoff))
  }

  /** The gain of a list that puts all of so many targets first. */
  ideal(targets: number): number {
    return this.#ideal[Math.min(targets, this.cutoff)]!
  }

  /**
   * The gain of the list that scores make.
   *
   * @param scores [rows] ascending by item; no score at all means not on the board
   * @param hits rows that are right, of which `asked` count
   * @param known how many targets the case has among all of its rows, which decides in what order gains are summed
   */
  gain(scores: Float64Array, rows: number, hits: Int32Array, asked: number, known: number): number {
    const ideal = this.#ideal
    const cutoff = this.cutoff
    let gain = 0
    for (let h = 0; h < asked; h++) {
      const hit = hits[h]!
      const score = scores[hit]!
      if (score <= 0) continue
      // Counted without a branch that a processor would guess wrongly. An equal score ranks behind.
      let rank = 0
      for (let row = 0; row < hit; row++) rank += scores[row]! >= score ? 1 : 0
      for (let row = hit + 1; row < rows; row++) rank += scores[row]! > score ? 1 : 0
      if (rank >= cutoff) continue
      if (known <= COUNTED_HITS) gain += ideal[rank + 1]! - ideal[rank]!
      else this.#isRight[rank] = 1
    }
    if (known <= COUNTED_HITS) return gain
    for (let rank = 0; rank < cutoff; rank++) {
      if (this.#isRight[rank] === 0) continue
      gain += ideal[rank + 1]! - ideal[rank]!
      this.#isRight[rank] = 0
    }
    return gain
  }

  /**
   * The best `cutoff` rows, kept in order by insertion: nearly all rows fail the first comparison.
   * @param least scores below it are known not to be among them
   */
  select(scores: Float64Array, from: number, rows: number, least: number): void {
    const { rows: best, cutoff } = this
    const values = this.#values
    let count = 0
    let bound = least
    for (let row = 0; row < rows; row++) {
      const score = scores[from + row]!
      if (score < bound || (count === cutoff && score <= values[count - 1]!)) continue
      if (count < cutoff) count++
      let at = count - 1
      while (at > 0 && values[at - 1]! < score) {
        values[at] = values[at - 1]!
        best[at] = best[at - 1]!
        at--
      }
      values[at] = score
      best[at] = row
      if (count === cutoff) bound = values[count - 1]!
    }
    this.count = count
  }
}
