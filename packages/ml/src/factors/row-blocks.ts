import { arenaBytes, GRAM_ROWS } from '@storemind/kernels'
import type { Csr } from '../frame/csr.ts'
import { MlError } from '../frame/errors.ts'

/** Rows [from, to) of one side that are improved together, and how many rows of the other side their entries name. */
export interface RowBlock {
  readonly from: number
  readonly to: number
  readonly others: number
}

/** The rows of the other side that a block names, numbered as they come. */
export class Named {
  readonly #place: Int32Array
  readonly #rows: Int32Array
  #count = 0

  constructor(columns: number) {
    this.#place = new Int32Array(columns).fill(-1)
    this.#rows = new Int32Array(columns)
  }

  /** [count] the rows, by number. */
  get rows(): Int32Array {
    return this.#rows.subarray(0, this.#count)
  }

  get count(): number {
    return this.#count
  }

  /** The number of a row, its own from its first naming on. */
  number(row: number): number {
    const known = this.#place[row]!
    if (known >= 0) return known
    this.#place[row] = this.#count
    this.#rows[this.#count] = row
    return this.#count++
  }

  /** Forgets what was named after the first `count`. */
  keep(count: number): void {
    for (let n = count; n < this.#count; n++) this.#place[this.#rows[n]!] = -1
    this.#count = count
  }
}

/**
 * Cuts the rows of x into consecutive blocks, each as long as its room allows.
 *
 * @param d padded coordinates
 * @param weighted whether entries weigh other than 1
 * @param bytes of kernel memory that a block may take
 * @cost O(entries), 8 bytes a column
 * @throws MlError `too_large` where a single row takes more
 */
export function rowBlocks(x: Csr, d: number, weighted: boolean, bytes: number): RowBlock[] {
  const blocks: RowBlock[] = []
  const named = new Named(x.columns)
  let from = 0
  for (let r = 0; r < x.rows; r++) {
    const before = named.count
    const name = () => {
      for (let e = x.offsets[r]!; e < x.offsets[r + 1]!; e++) named.number(x.indices[e]!)
    }
    const room = () => blockBytes(r + 1 - from, x.offsets[r + 1]! - x.offsets[from]!, named.count, d, weighted)
    name()
    if (r > from && room() > bytes) {
      blocks.push({ from, to: r, others: before })
      from = r
      named.keep(0)
      name()
    }
    if (room() > bytes) {
      const [needed, allowed] = [room(), bytes].map((n) => (n / 1e6).toFixed(2))
      const entries = x.offsets[r + 1]! - x.offsets[r]!
      throw new MlError('too_large', `a row of ${entries} entries takes ${needed} MB of ${allowed} MB; raise maxBytes`)
    }
  }
  if (x.rows > from) blocks.push({ from, to: x.rows, others: named.count })
  return blocks
}

/** Bytes of kernel memory that a block takes: its rows, their ridges, order, offsets and entries, what they name, and the Gram matrix. */
export function blockBytes(rows: number, entries: number, others: number, d: number, weighted: boolean): number {
  const perEntry = new Array(weighted ? 3 : 2).fill(4 * entries)
  return arenaBytes(4 * rows * d, 4 * others * d, 4 * rows, 4 * rows, 4 * (rows + 1), ...perEntry, 4 * d * d, 64)
}

/**
 * Rows whose Gram matrix is summed at a time, a multiple of `GRAM_ROWS`, so that the sums are those of all rows at once.
 * @throws MlError `too_large` where not even those find room
 */
export function gramRows(rows: number, d: number, bytes: number): number {
  const roomOf = (n: number) => arenaBytes(4 * n * d, 64) + (Math.ceil(n / GRAM_ROWS) + 1) * arenaBytes(4 * d * d)
  const least = Math.min(rows, GRAM_ROWS)
  if (roomOf(least) > bytes) {
    const [needed, allowed] = [roomOf(least), bytes].map((n) => (n / 1e6).toFixed(2))
    throw new MlError('too_large', `factors of ${d} coordinates take ${needed} MB of ${allowed} MB; raise maxBytes`)
  }
  let n = GRAM_ROWS
  while (n < rows && roomOf(Math.min(rows, n + GRAM_ROWS)) <= bytes) n += GRAM_ROWS
  return n
}
