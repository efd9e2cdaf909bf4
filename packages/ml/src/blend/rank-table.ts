import type { Ranked } from '../frame/abilities.ts'

/** Behind every rank. */
export const UNRANKED = 0x7fffffff

/** Who ranks which candidate of one case where; its room is used for one case after the other. */
export class RankTable {
  readonly #sources: number
  /** [candidates] ascending. */
  #items = new Int32Array(0)
  /** [candidates × sources] */
  #ranks = new Int32Array(0)
  /** Per source the rows that it ranked, best first. */
  #rankedBy: Int32Array[] = []
  /** [largest item + 1] its row, where it has one now. */
  #rows = new Int32Array(0)

  constructor(sources: number) {
    this.#sources = sources
  }

  /** Reads the rankings of a case. @returns how many candidates they have between them */
  read(rankings: readonly Ranked[], depth: number): number {
    const lists = rankings.map(({ ids }) => ids.subarray(0, depth))
    const all = new Int32Array(lists.reduce((sum, { length }) => sum + length, 0))
    let filled = 0
    for (const ids of lists) {
      all.set(ids, filled)
      filled += ids.length
    }
    all.sort()
    let rows = 0
    for (let at = 0; at < all.length; at++) if (at === 0 || all[at] !== all[at - 1]) all[rows++] = all[at]!
    this.#items = all.subarray(0, rows)
    const largest = rows === 0 ? -1 : all[rows - 1]!
    if (largest >= this.#rows.length) this.#rows = new Int32Array(2 * largest + 1)
    for (let row = 0; row < rows; row++) this.#rows[all[row]!] = row
    if (this.#ranks.length < rows * this.#sources) this.#ranks = new Int32Array(2 * rows * this.#sources)
    this.#ranks.fill(UNRANKED, 0, rows * this.#sources)
    this.#rankedBy = lists.map((ids, s) => {
      const ranked = new Int32Array(ids.length)
      for (let rank = 0; rank < ids.length; rank++) {
        const row = this.#rows[ids[rank]!]!
        ranked[rank] = row
        this.#ranks[row * this.#sources + s] = rank
      }
      return ranked
    })
    return rows
  }

  /** The row of an item, −1 where nobody ranks it. */
  rowOf(item: number): number {
    const row = this.#rows[item]
    return row !== undefined && this.#items[row] === item ? row : -1
  }

  /** From 0; UNRANKED where the source does not rank the row. */
  rank(row: number, source: number): number {
    return this.#ranks[row * this.#sources + source]!
  }

  /**
   * Whether any blend can place a candidate among its best `cutoff`. Within a source every feature falls with the rank, and
   * weights are never negative, so who is outranked by `cutoff` others in each source that ranks it stays behind them
   * whatever the weights; ties keep that order too, since equals of a source stand in the order of items. A third to a
   * quarter of all can, where ten sources speak.
   *
   * Source   the skyline's k-dominance, Papadias et al., TODS 2005, §5 (skyband)
   */
  contends(row: number, cutoff: number): boolean {
    const sources = this.#sources
    const ranks = this.#ranks
    const mine = row * sources
    let best = 0
    for (let s = 1; s < sources; s++) if (ranks[mine + s]! < ranks[mine + best]!) best = s
    const place = ranks[mine + best]!
    if (place < cutoff) return true
    const ahead = this.#rankedBy[best]!
    let before = 0
    for (let rank = 0; rank < place; rank++) {
      const other = ahead[rank]! * sources
      let isAhead = true
      for (let s = 0; s < sources; s++) {
        const own = ranks[mine + s]!
        if (own !== UNRANKED && ranks[other + s]! >= own) {
          isAhead = false
          break
        }
      }
      if (isAhead && ++before === cutoff) return false
    }
    return true
  }
}
