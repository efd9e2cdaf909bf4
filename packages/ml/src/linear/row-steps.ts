import type { FitRun } from '../frame/model.ts'
import { pause } from '../frame/run.ts'
import { TopK } from '../frame/topk.ts'

/** A matrix of weights as item graphs store it: row i lists what item i says of others. */
export interface StoredRows {
  /** [rows + 1] */
  readonly offsets: Int32Array
  /** [n] */
  readonly ids: Int32Array
  /** [n] */
  readonly weights: Float32Array
}

/** `ids` and `values` of the same length. */
export interface SparseVector {
  readonly ids: Int32Array
  readonly values: Float32Array
}

/** One row of the normal equations A·B = C of least squares, the ridge being part of A. */
export interface EquationRow {
  /** The other items where either A or C is not zero: `ids`, `a` and `c` [0 … count − 1]. */
  readonly count: number
  readonly ids: Int32Array
  readonly a: Float64Array
  readonly c: Float64Array
  /** A_nn > 0 */
  readonly own: number
}

export interface RowStepRule {
  /** Known items that a new one speaks of, those of largest weight by magnitude. */
  readonly keep: number
  /** Whether a new item speaks only of those whose C_nj is not zero. */
  readonly onlyCompany: boolean
}

/** Rounds over the new items: the second lets them share what they all tell, and a third changes nothing that ranks. */
const SWEEPS = 2
/** Additions between two turns of the event loop: some tens of milliseconds. */
const ADDITIONS_PER_PAUSE = 4_000_000

/**
 * What new items say of known ones, all that is said already being held.
 *
 * Solves   for each new item n and known item j the objective of least squares over B_nj alone:
 *            B_nj = (C_nj − Σ_{i ≠ n} A_ni·B_ij) / A_nn
 *          i over the known items and the other new ones as they stand, a few rounds over the new items
 * Given    the known rows of B as stored, [known] rows; `fresh` Int32 the new items, ascending; their equations
 * Returns  for each of `fresh` its weights to known items, at most `keep`, ascending by item
 * Cost     SWEEPS · Σ_n |A_n| · (weights in a row of B) additions
 * Source   coordinate descent: Friedman, Hastie, Höfling and Tibshirani, Annals of Applied Statistics 2007, §2, without
 *          the l1 term
 * Differs  only the weights of largest magnitude stay; a step is exact for B as it is stored, with what was cut from it
 */
export async function rowSteps(
  known: StoredRows,
  fresh: Int32Array,
  equation: (item: number) => EquationRow,
  { keep, onlyCompany }: RowStepRule,
  run: FitRun,
  progress: (fraction: number) => number,
): Promise<SparseVector[]> {
  const items = known.offsets.length - 1
  const found: SparseVector[] = Array.from(fresh, () => ({ ids: new Int32Array(0), values: new Float32Array(0) }))
  const rowOf = new Map(Array.from(fresh, (item, r) => [item, r]))
  const left = new Left(items)
  const strongest = new TopK(Math.min(keep, items))
  let since = 0
  for (let step = 0; step < SWEEPS * fresh.length; step++) {
    const r = step % fresh.length
    const { count, ids, a, c, own } = equation(fresh[r]!)
    left.clear()
    for (let e = 0; e < count; e++) if (ids[e]! < items && c[e] !== 0) left.add(ids[e]!, c[e]!)
    left.closed = onlyCompany
    for (let e = 0; e < count; e++) {
      const i = ids[e]!
      if (a[e] === 0) continue
      if (i < items) {
        left.take(a[e]!, known.ids, known.weights, known.offsets[i]!, known.offsets[i + 1]!)
        since += known.offsets[i + 1]! - known.offsets[i]!
      } else {
        const row = found[rowOf.get(i) ?? -1]
        if (row) left.take(a[e]!, row.ids, row.values, 0, row.ids.length)
      }
    }
    strongest.count = 0
    for (let t = 0; t < left.count; t++) strongest.offer(left.touched[t]!, Math.abs(left.sums[left.touched[t]!]!))
    const kept = strongest.ids.slice(0, strongest.count).sort()
    found[r] = { ids: kept, values: Float32Array.from(kept, (j) => left.sums[j]! / own) }
    since += count
    if (since > ADDITIONS_PER_PAUSE) {
      since = 0
      await pause(run, progress(step / (SWEEPS * fresh.length)))
    }
  }
  return found
}

/** What is left to tell of each known item: a dense accumulator with a sparse reset. */
class Left {
  count = 0
  /** Whether further items are left out. */
  closed = false
  /** [items] */
  readonly sums: Float64Array
  /** [items] the items that have a sum are the first `count`. */
  readonly touched: Int32Array
  readonly #met: Uint8Array

  constructor(items: number) {
    this.sums = new Float64Array(items)
    this.touched = new Int32Array(items)
    this.#met = new Uint8Array(items)
  }

  clear(): void {
    for (let t = 0; t < this.count; t++) {
      this.#met[this.touched[t]!] = 0
      this.sums[this.touched[t]!] = 0
    }
    this.count = 0
    this.closed = false
  }

  add(item: number, value: number): void {
    if (this.#met[item] === 0) {
      if (this.closed) return
      this.#met[item] = 1
      this.touched[this.count++] = item
    }
    this.sums[item]! += value
  }

  take(factor: number, ids: Int32Array, weights: Float32Array, from: number, to: number): void {
    for (let e = from; e < to; e++) this.add(ids[e]!, -factor * weights[e]!)
  }
}
