import type { Csr } from '../frame/csr.ts'
import type { FitRun } from '../frame/model.ts'
import { pause } from '../frame/run.ts'
import { BlockSymmetric } from './block-symmetric.ts'

/** Additions between two turns of the event loop: some tens of milliseconds. */
const ADDITIONS_PER_PAUSE = 4_000_000

/**
 * G = Xᵀ·X over chosen columns of X.
 *
 * Given    X rows × columns; `columns` Int32 [c] ascending: the columns of X that are rows of G, in that order
 * Returns  G symmetric, [c × c], by blocks of doubles
 * Cost     Σ_u n_u²/2 additions for n_u chosen entries in row u
 * Source   the outer-product form of the product: Golub and Van Loan, Matrix Computations, 4th ed., §1.1.14
 */
export async function gramOf(x: Csr, columns: Int32Array, run: FitRun): Promise<BlockSymmetric> {
  const gram = new BlockSymmetric(columns.length)
  const place = new Int32Array(x.columns).fill(-1)
  columns.forEach((column, p) => {
    place[column] = p
  })
  const places = new Int32Array(x.columns)
  const values = new Float64Array(x.columns)
  let since = 0
  for (let u = 0; u < x.rows; u++) {
    let n = 0
    for (let e = x.offsets[u]!; e < x.offsets[u + 1]!; e++) {
      const p = place[x.indices[e]!]!
      if (p < 0) continue
      places[n] = p
      values[n++] = x.values[e]!
    }
    // Columns ascend within a row, so that the second never exceeds the first.
    for (let a = 0; a < n; a++) {
      for (let b = 0; b <= a; b++) gram.add(places[a]!, places[b]!, values[a]! * values[b]!)
    }
    since += (n * n) / 2
    if (since > ADDITIONS_PER_PAUSE) {
      since = 0
      await pause(run, 0)
    }
  }
  gram.mirrorDiagonal()
  return gram
}
