import type { Csr } from '../frame/csr.ts'
import type { FitRun } from '../frame/model.ts'
import { pause } from '../frame/run.ts'
import { TopK } from '../frame/topk.ts'
import { BlockSymmetric } from '../linear/block-symmetric.ts'
import { invertNegative } from '../linear/invert.ts'
import type { MomentSums } from './affinity-moments.ts'

export interface AffinityRidges {
  readonly pastL2: number
  readonly itemL2: number
  readonly ownL2: number
}

/** The constant is an average, not an effect; this only keeps matrices regular. */
const CONSTANT_L2 = 1e-3
/** Rows of dense products between two turns of the event loop: some tens of milliseconds. */
const ROWS_PER_PAUSE = 32

/** What is learned, dense. n = features + 1, the constant last. */
export interface AffinityWeights {
  /** Float64 [n × n] feature of the past → feature of the item. */
  readonly weights: Float64Array
  /** Adds to `row` [n] what covered item c says beyond its features. */
  addOwn(c: number, row: Float64Array): void
}

/**
 * Affinities between features, and what covered items say beyond their features.
 *
 * Solves   W = (PᵀP + pastL2·I)⁻¹·(PᵀT)·(XᵀX + itemL2·I)⁻¹, and for each covered item the same from what W leaves
 *          unexplained of its moments, divided by Σ w² + ownL2
 * Given    sums over moments; rows items × features; sold [items]: 1 where an item takes part in XᵀX
 * Returns  Float64 [n × n] with n = features + 1, and a row of n for any covered item on demand
 * Cost     two inversions and two products of n³ operations each
 * Source   Park and Chu, Pairwise Preference Regression for Cold-start Recommendation, RecSys 2009, §3
 * Differs  one step of block descent for the items instead of a joint solution
 */
export async function solveAffinity(
  sums: MomentSums,
  rows: Csr,
  sold: Uint8Array,
  ridges: AffinityRidges,
  run: FitRun,
): Promise<AffinityWeights> {
  const n = rows.columns + 1
  const { past, turn } = sums
  addRidge(past, ridges.pastL2)
  await invertNegative(past, run, (fraction) => 0.3 + 0.2 * fraction)
  const explained = await product(await denseOf(past, run), turn, n, run)
  const items = itemGram(rows, sold)
  addRidge(items, ridges.itemL2)
  await invertNegative(items, run, (fraction) => 0.55 + 0.2 * fraction)
  const whitening = await denseOf(items, run)
  const weights = await product(explained, whitening, n, run)
  const residual = new Float64Array(n)
  return {
    weights,
    addOwn(c, row) {
      for (let g = 0; g < n; g++) residual[g] = sums.turnOf[c * n + g]!
      for (let f = 0; f < n; f++) addScaled(residual, explained, f * n, -sums.pastOf[c * n + f]!)
      const shrunk = 1 / (sums.seenOf[c]! + ridges.ownL2)
      for (let g = 0; g < n; g++) addScaled(row, whitening, g * n, residual[g]! * shrunk)
    },
  }
}

/** Rows of features with the largest magnitudes: from item rows times W, and what covered items add of their own. */
export async function itemAffinities(
  learned: AffinityWeights | undefined,
  weights: Float32Array,
  rows: Csr,
  place: Int32Array,
  kept: number,
  run: FitRun | undefined,
): Promise<Csr> {
  const builder = new AffinityRows(rows.rows, rows.columns, kept)
  const row = new Float64Array(rows.columns + 1)
  for (let i = 0; i < rows.rows; i++) {
    if (run && i % ROWS_PER_PAUSE === 0) await pause(run, 0.8 + (0.2 * i) / rows.rows)
    featureAffinity(weights, rows, i, row)
    if (learned && place[i]! >= 0) learned.addOwn(place[i]!, row)
    builder.push(row)
  }
  return builder.rows()
}

/** row = x(i)·W */
export function featureAffinity(weights: Float32Array, rows: Csr, i: number, row: Float64Array): void {
  const { columns, offsets, indices, values } = rows
  row.fill(0)
  for (let e = offsets[i]!; e < offsets[i + 1]!; e++) {
    const from = indices[e]! * columns
    const value = values[e]!
    for (let g = 0; g < columns; g++) row[g]! += value * weights[from + g]!
  }
}

/** Collects sparse rows that keep their largest magnitudes. */
export class AffinityRows {
  readonly #columns: number
  readonly #offsets: Int32Array
  readonly #indices: Int32Array
  readonly #values: Float32Array
  readonly #strongest: TopK
  #row = 0

  constructor(rows: number, columns: number, kept: number) {
    const width = Math.min(kept, columns)
    this.#columns = columns
    this.#offsets = new Int32Array(rows + 1)
    this.#indices = new Int32Array(rows * width)
    this.#values = new Float32Array(rows * width)
    this.#strongest = new TopK(width)
  }

  push(row: Float64Array): void {
    const top = this.#strongest
    top.count = 0
    for (let g = 0; g < this.#columns; g++) if (row[g] !== 0) top.offer(g, Math.abs(row[g]!))
    const from = this.#offsets[this.#row]!
    const kept = this.#indices.subarray(from, from + top.count)
    kept.set(top.ids.subarray(0, top.count))
    kept.sort()
    for (let e = 0; e < kept.length; e++) this.#values[from + e] = row[kept[e]!]!
    this.#offsets[++this.#row] = from + kept.length
  }

  rows(): Csr {
    const end = this.#offsets[this.#row]!
    return {
      rows: this.#row,
      columns: this.#columns,
      offsets: this.#offsets,
      indices: this.#indices.slice(0, end),
      values: this.#values.slice(0, end),
    }
  }
}

/** XᵀX over the items that were sold, with a constant 1 as the last feature. */
function itemGram(rows: Csr, sold: Uint8Array): BlockSymmetric {
  const { columns, offsets, indices, values } = rows
  const gram = new BlockSymmetric(columns + 1)
  for (let i = 0; i < rows.rows; i++) {
    if (sold[i] !== 1) continue
    for (let a = offsets[i]!; a < offsets[i + 1]!; a++) {
      for (let b = offsets[i]!; b <= a; b++) gram.add(indices[a]!, indices[b]!, values[a]! * values[b]!)
      gram.add(columns, indices[a]!, values[a]!)
    }
    gram.add(columns, columns, 1)
  }
  gram.mirrorDiagonal()
  return gram
}

function addRidge(gram: BlockSymmetric, l2: number): void {
  for (let f = 0; f < gram.size; f++) gram.add(f, f, f === gram.size - 1 ? CONSTANT_L2 : l2)
}

/** A, Float64 [n × n], from −A. */
async function denseOf(negative: BlockSymmetric, run: FitRun): Promise<Float64Array> {
  await pause(run, 0.5)
  const n = negative.size
  const dense = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    const row = dense.subarray(i * n, (i + 1) * n)
    negative.copyRow(i, row)
    for (let j = 0; j < n; j++) row[j] = -row[j]!
  }
  return dense
}

async function product(a: Float64Array, b: Float64Array, n: number, run: FitRun): Promise<Float64Array> {
  const c = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    if (i % ROWS_PER_PAUSE === 0) await pause(run, 0.5)
    const row = c.subarray(i * n, (i + 1) * n)
    for (let k = 0; k < n; k++) addScaled(row, b, k * n, a[i * n + k]!)
  }
  return c
}

/** target += factor · source[from …] */
function addScaled(target: Float64Array, source: Float64Array, from: number, factor: number): void {
  if (factor === 0) return
  for (let j = 0; j < target.length; j++) target[j]! += factor * source[from + j]!
}
