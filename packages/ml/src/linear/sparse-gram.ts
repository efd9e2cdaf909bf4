import type { Csr } from '../frame/csr.ts'
import { transpose } from '../frame/csr.ts'
import { MlError } from '../frame/errors.ts'
import type { FitRun } from '../frame/model.ts'
import { pause } from '../frame/run.ts'
import { TopK } from '../frame/topk.ts'

/** The strongest off-diagonal entries of each row of G = Xᵀ·X, and its whole diagonal. */
export interface SparseGram {
  readonly items: number
  /** [items] G_ii */
  readonly diagonal: Float64Array
  /** [items] users of each item. */
  readonly users: Int32Array
  /** [items + 1] */
  readonly offsets: Int32Array
  /** [n] the other item of each entry, best first within a row, ties by item. */
  readonly ids: Int32Array
  /** [n] G_ij */
  readonly values: Float32Array
}

/** Additions between two turns of the event loop: some tens of milliseconds. */
const ADDITIONS_PER_PAUSE = 4_000_000

/** Bytes of the entries of so many rows and of growing them, at most. */
export function sparseGramBytes(x: Omit<Csr, 'values'>, perRow: number, rows = x.columns): number {
  let pairs = 0
  for (let u = 0; u < x.rows; u++) {
    const n = x.offsets[u + 1]! - x.offsets[u]!
    pairs += n * (n - 1)
  }
  const entries = Math.min(pairs, rows * Math.min(perRow, x.columns))
  return 2 * 8 * entries + 12 * x.indices.length + 40 * x.columns
}

/** @param bytes of the entries and of the weights made of them @throws MlError `too_large` */
export function checkGramBytes(bytes: number, allowed: number, items: number): void {
  if (bytes <= allowed) return
  const megabytes = (n: number) => `${Math.ceil(n / 1e6)} MB`
  const task = `${items} items take up to ${megabytes(bytes)} of ${megabytes(allowed)}`
  throw new MlError('too_large', `${task}; lower gramEntries or neighbours`)
}

/**
 * Of each row i the `perRow` entries with the largest G_ij / users(j)^selectionPower.
 *
 * Given    X rows × columns, values > 0; which rows of G are `wanted`, by default all
 * Returns  the entries by rows, and the diagonal, those of rows not wanted being empty and zero; shapes stand at
 *          `SparseGram`
 * Cost     Σ_u w_u·n_u additions for n_u entries in row u, w_u of them wanted; no dense matrix: 8 bytes an entry kept
 * Source   row by row with a dense accumulator: Gustavson, ACM TOMS 1978
 */
export async function sparseGramOf(
  x: Csr,
  perRow: number,
  selectionPower: number,
  run: FitRun,
  progress: (fraction: number) => number,
  wanted?: Uint8Array,
): Promise<SparseGram> {
  const items = x.columns
  const byItem = transpose(x)
  const users = Int32Array.from({ length: items }, (_, i) => byItem.offsets[i + 1]! - byItem.offsets[i]!)
  const fame = Float64Array.from(users, (n) => n ** -selectionPower)
  const diagonal = new Float64Array(items)
  const rows = new RowsBuilder(items, perRow)
  const sums = new Float64Array(items)
  const touched = new Int32Array(items)
  let since = 0
  for (let i = 0; i < items; i++) {
    let count = 0
    const end = wanted?.[i] === 0 ? byItem.offsets[i]! : byItem.offsets[i + 1]!
    for (let e = byItem.offsets[i]!; e < end; e++) {
      const user = byItem.indices[e]!
      const value = byItem.values[e]!
      const end = x.offsets[user + 1]!
      for (let f = x.offsets[user]!; f < end; f++) {
        const j = x.indices[f]!
        // Values are above zero, so that a sum of zero is one that nobody touched.
        if (sums[j] === 0) touched[count++] = j
        sums[j]! += value * x.values[f]!
      }
      since += end - x.offsets[user]!
    }
    diagonal[i] = sums[i]!
    rows.close(touched, count, sums, fame, i)
    for (let t = 0; t < count; t++) sums[touched[t]!] = 0
    if (since > ADDITIONS_PER_PAUSE) {
      since = 0
      await pause(run, progress(i / items))
    }
  }
  return { items, diagonal, users, ...rows.built() }
}

/** Collects rows in item order, keeping the best entries of each. */
class RowsBuilder {
  readonly #top: TopK
  readonly #offsets: Int32Array
  readonly #most: number
  #ids: Int32Array
  #values: Float32Array
  #row = 0

  constructor(items: number, perRow: number) {
    this.#top = new TopK(Math.min(perRow, items))
    this.#offsets = new Int32Array(items + 1)
    this.#most = items * this.#top.k
    this.#ids = new Int32Array(Math.min(this.#most, 1 << 20))
    this.#values = new Float32Array(this.#ids.length)
  }

  close(touched: Int32Array, count: number, sums: Float64Array, fame: Float64Array, own: number): void {
    const top = this.#top
    top.count = 0
    for (let t = 0; t < count; t++) {
      const j = touched[t]!
      const score = sums[j]! * fame[j]!
      if (top.count === top.k && score < top.scores[0]!) continue
      if (j !== own) top.offer(j, score)
    }
    top.finish()
    const start = this.#offsets[this.#row]!
    const end = start + top.count
    if (end > this.#ids.length) this.#grow(end)
    for (let r = 0; r < top.count; r++) {
      this.#ids[start + r] = top.ids[r]!
      this.#values[start + r] = sums[top.ids[r]!]!
    }
    this.#offsets[++this.#row] = end
  }

  built(): Pick<SparseGram, 'offsets' | 'ids' | 'values'> {
    const end = this.#offsets[this.#row]!
    return { offsets: this.#offsets, ids: this.#ids.subarray(0, end), values: this.#values.subarray(0, end) }
  }

  #grow(needed: number): void {
    const room = Math.min(this.#most, Math.max(needed, 2 * this.#ids.length))
    const [ids, values] = [this.#ids, this.#values]
    this.#ids = new Int32Array(room)
    this.#ids.set(ids)
    this.#values = new Float32Array(room)
    this.#values.set(values)
  }
}
