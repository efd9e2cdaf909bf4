import type { ArrayReader } from '../frame/algorithm.ts'
import type { Csr } from '../frame/csr.ts'
import type { Interactions } from '../frame/interactions.ts'
import type { FitRun, TypedArray } from '../frame/model.ts'
import { pause } from '../frame/run.ts'
import { TopK } from '../frame/topk.ts'
import { preferencesBytes } from '../neighbours/preferences.ts'
import type { BlockSymmetric } from './block-symmetric.ts'
import { ConjugateGradients } from './conjugate-gradients.ts'
import type { CoveredParams } from './covered-items.ts'
import { grownGraph, grownGraphBytes } from './grown-graph.ts'
import { type EquationRow, rowSteps, type SparseVector } from './row-steps.ts'

/** The items of a model that is to grow: first those it covers, then the new ones that enter, ascending. */
export interface GrownCover {
  readonly places: Int32Array
  /** The place of the first new item. */
  readonly first: number
}

/** The normal equations A·B = C of a linear model over the places of a cover. */
export interface Equations {
  /** A, the ridge included. */
  readonly a: BlockSymmetric
  /** Writes column j of C, j new, to `out` [places]; C_jj may be anything. */
  readonly asked: (j: number, out: Float64Array) => void
  /** Writes row n of C, n new, likewise. */
  readonly told: (n: number, out: Float64Array) => void
}

/** Items that a new one is explained by, at most; more where rows keep more. */
const MOST_EXPLAINING = 500
/** Relative residual at which an item's weights are taken to be found: far below what ranks. */
const TOLERANCE = 1e-5
const MOST_STEPS = 200
const ITEMS_PER_PAUSE = 8

/**
 * The new items that anybody took, or as many of them, those of most users, as `maxBytes` allows.
 *
 * @param bytesOf what so many covered and so many new items take
 */
export function grownCover(
  arrays: ArrayReader,
  x: Csr,
  maxBytes: number,
  bytesOf: (covered: number, fresh: number) => number,
): GrownCover {
  const known = arrays.i32('offsets').length - 1
  const covered = arrays.i32('covered')
  const users = new Int32Array(x.columns - known)
  for (const item of x.indices) if (item >= known) users[item - known]!++
  const top = new TopK(roomFor(covered.length, users.length, maxBytes, bytesOf))
  users.forEach((count, at) => {
    if (count > 0) top.offer(known + at, count)
  })
  const fresh = top.ids.slice(0, top.count).sort()
  const places = new Int32Array(covered.length + fresh.length)
  places.set(covered)
  places.set(fresh, covered.length)
  return { places, first: covered.length }
}

/** The most new items that fit beside the covered ones. */
function roomFor(
  covered: number,
  fresh: number,
  maxBytes: number,
  bytesOf: (covered: number, fresh: number) => number,
): number {
  let [fits, above] = [0, fresh + 1]
  while (above - fits > 1) {
    const middle = (fits + above) >> 1
    if (bytesOf(covered, middle) <= maxBytes) fits = middle
    else above = middle
  }
  return fits
}

/** Bytes that extending takes at its peak beside the data. @param bytesOf those of the equations */
export function furtherCoveredBytes(
  arrays: ArrayReader,
  data: Interactions,
  { maxBytes, neighbours }: Readonly<CoveredParams>,
  bytesOf: (covered: number, fresh: number) => number,
): number {
  const known = arrays.i32('offsets').length - 1
  const covered = arrays.i32('covered').length
  const fresh = roomFor(covered, data.items - known, maxBytes, bytesOf)
  const explaining = Math.min(Math.max(neighbours, MOST_EXPLAINING), covered + fresh)
  const further = fresh * (explaining + Math.min(neighbours, covered))
  return (
    preferencesBytes(data) +
    4 * data.item.length +
    bytesOf(covered, fresh) +
    8 * explaining * (explaining + 6) +
    64 * (covered + fresh) +
    grownGraphBytes(data.items, arrays.f32('weights').length, further)
  )
}

/**
 * A closed-form model with further items, every weight between those it knew being held.
 *
 * Solves   the model's own objective, whose normal equations are A·B = C off the diagonal,
 *          over column j of each new item: A_SS·b = C_Sj, S being the items, known and new, that lower it most alone,
 *          by C_ij² / A_ii; at most 500, or `neighbours` if that is more, and none of which C_ij = 0;
 *          over what new items say of known ones: `rowSteps`
 * Given    the model's arrays; the cover that grew, and its equations
 * Returns  the model's arrays with rows and columns of the new items, `covered` with those that entered. Between known
 *          items every weight stays; a known row says of new items what would be among its `neighbours` largest
 * Cost     for each new item |S|² to gather, some 10 steps of 2·|S|² operations, and `rowSteps`
 * Source   columns are regressions of their own: Ning and Karypis, SLIM, ICDM 2011, eq. 4; features from the nearest
 *          items: ibid. §4.2.2
 */
export async function furtherCovered(
  arrays: ArrayReader,
  data: Interactions,
  { places, first }: GrownCover,
  equations: Equations,
  neighbours: number,
  run: FitRun,
): Promise<Record<string, TypedArray>> {
  const known = { offsets: arrays.i32('offsets'), ids: arrays.i32('ids'), weights: arrays.f32('weights') }
  const fresh = places.subarray(first)
  const regression = new Regression(equations, Math.min(Math.max(neighbours, MOST_EXPLAINING), places.length))
  const columns: SparseVector[] = []
  for (let j = first; j < places.length; j++) {
    if ((j - first) % ITEMS_PER_PAUSE === 0) await pause(run, 0.3 + (0.4 * (j - first)) / fresh.length)
    const { ids, values } = regression.of(j)
    columns.push({ ids: ids.map((p) => places[p]!), values })
  }
  const equationOf = equationRows(places, first, equations)
  const rule = { keep: neighbours, onlyCompany: false }
  const rows = await rowSteps(known, fresh, equationOf, rule, run, (fraction) => 0.7 + 0.2 * fraction)
  const progress = (fraction: number) => 0.9 + 0.1 * fraction
  const graph = await grownGraph(known, data.items, { fresh, columns, rows }, neighbours, run, progress)
  return { ...graph, covered: places }
}

/** One column of B at a time, on the places that explain it best. */
class Regression {
  readonly #equations: Equations
  readonly #best: TopK
  readonly #scale: Float64Array
  readonly #column: Float64Array
  readonly #matrix: Float64Array
  readonly #right: Float64Array
  readonly #solver: ConjugateGradients

  constructor(equations: Equations, most: number) {
    const { a } = equations
    this.#equations = equations
    this.#best = new TopK(most)
    this.#scale = Float64Array.from({ length: a.size }, (_, i) => 1 / Math.sqrt(a.get(i, i)))
    this.#column = new Float64Array(a.size)
    this.#matrix = new Float64Array(most * most)
    this.#right = new Float64Array(most)
    this.#solver = new ConjugateGradients(most)
  }

  /** The weights of column j, by place ascending. Solved for b·A_ii^½, whose matrix has a unit diagonal. */
  of(j: number): SparseVector {
    const { a, asked } = this.#equations
    const scale = this.#scale
    const column = this.#column
    asked(j, column)
    this.#best.count = 0
    for (let i = 0; i < column.length; i++) {
      if (i !== j && column[i] !== 0) this.#best.offer(i, (column[i]! * scale[i]!) ** 2)
    }
    const ids = this.#best.ids.slice(0, this.#best.count).sort()
    const n = ids.length
    for (let p = 0; p < n; p++) {
      const i = ids[p]!
      this.#right[p] = column[i]! * scale[i]!
      for (let q = 0; q <= p; q++) {
        const value = a.get(i, ids[q]!) * scale[i]! * scale[ids[q]!]!
        this.#matrix[p * n + q] = value
        this.#matrix[q * n + p] = value
      }
    }
    this.#solver.solve(this.#matrix, this.#right, n, TOLERANCE, MOST_STEPS)
    return { ids, values: Float32Array.from(ids, (i, p) => this.#solver.x[p]! * scale[i]!) }
  }
}

/** The equations of new items in terms of items; what is returned is overwritten by the next call. */
function equationRows(places: Int32Array, first: number, { a, told }: Equations): (item: number) => EquationRow {
  const [own, right] = [new Float64Array(places.length), new Float64Array(places.length)]
  const ids = new Int32Array(places.length)
  const [rowA, rowC] = [new Float64Array(places.length), new Float64Array(places.length)]
  const placeOf = new Map(Array.from(places.subarray(first), (item, r) => [item, first + r]))
  return (item) => {
    const n = placeOf.get(item) ?? first
    a.copyRow(n, own)
    told(n, right)
    let count = 0
    for (let i = 0; i < places.length; i++) {
      if (i === n || (own[i] === 0 && right[i] === 0)) continue
      ids[count] = places[i]!
      rowA[count] = own[i]!
      rowC[count++] = right[i]!
    }
    return { count, ids, a: rowA, c: rowC, own: own[n]! }
  }
}
