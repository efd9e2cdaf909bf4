import { FoldIn } from './fold-in.ts'
import { ShortFoldIn } from './short-fold-in.ts'

/** Rows of entries: row r has `count[r]` of them from `from[r]` on. */
export interface EntryRows {
  readonly from: Int32Array
  readonly count: Int32Array
  /** Rows of the other side. */
  readonly indices: Int32Array
  readonly values: Float32Array
}

/** The side that is held. */
export interface HeldSide {
  /** [rows × d] */
  readonly factors: Float32Array
  /** [d × d] what all pairs add. */
  readonly gram: Float32Array
  /** λ of a row of n entries. */
  ridge(n: number): number
}

/** Rows between two turns of the event loop: some tens of milliseconds. */
const ROWS_PER_PAUSE = 256

/**
 * The vectors of many rows with the other side held, as `FoldIn` solves for one.
 *
 * Returns  Float32 [rows × d], zeros for a row without entries
 * Cost     for a row of n entries n·d²/2 + min(d³/6, n²·d/2 + n³/6 + d²/2), and d³/6 for each length below d/2 that occurs
 */
export async function foldInRows(
  { from, count, indices, values }: EntryRows,
  { factors, gram, ridge }: HeldSide,
  d: number,
  pauseAt: (fraction: number) => Promise<void>,
): Promise<Float32Array> {
  const vectors = new Float32Array(from.length * d)
  const long = new FoldIn(d, gram)
  const right = new Float64Array(d)
  let short: ShortFoldIn | undefined
  // One after the other by length, which short ones share a factored matrix by.
  const order = Int32Array.from(from.keys()).sort((a, b) => count[a]! - count[b]! || a - b)
  for (const [done, row] of order.entries()) {
    if (done % ROWS_PER_PAUSE === 0) await pauseAt(done / order.length)
    const n = count[row]!
    if (n === 0) continue
    if (2 * n < d) {
      if (short?.n !== n) short = new ShortFoldIn(n, d, gram, ridge(n))
      short.solve(indices, values, from[row]!, factors, vectors, row * d)
      continue
    }
    long.begin(ridge(n))
    right.fill(0)
    for (let e = from[row]!; e < from[row]! + n; e++) {
      const at = d * indices[e]!
      long.add(values[e]!, factors, at)
      for (let p = 0; p < d; p++) right[p]! += values[e]! * factors[at + p]!
    }
    long.factor()
    long.solve(right)
    vectors.set(right, row * d)
  }
  return vectors
}
