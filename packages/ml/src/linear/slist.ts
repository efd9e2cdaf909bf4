import { defineAlgorithm } from '../frame/algorithm.ts'
import type { Csr } from '../frame/csr.ts'
import type { Interactions } from '../frame/interactions.ts'
import { checkInteractions } from '../frame/interactions-builder.ts'
import type { FitRun, TypedArray } from '../frame/model.ts'
import { declareParameters } from '../frame/parameters.ts'
import { pause } from '../frame/run.ts'
import { HISTORY_PARAMETERS, type HistoryParams, queryRule, trainingRule } from '../neighbours/parameters.ts'
import { preferencesOf } from '../neighbours/preferences.ts'
import { BlockSymmetric } from './block-symmetric.ts'
import {
  COVERED_PARAMETERS,
  CoveredItems,
  type CoveredParams,
  checkBytes,
  coveredBytes,
  coveredWeights,
  mostPopular,
} from './covered-items.ts'
import { furtherCovered, furtherCoveredBytes, grownCover } from './further-covered.ts'
import { gramOf } from './gram.ts'
import { invertNegative, panelBytes } from './invert.ts'
import { eachMoment } from './moments.ts'
import { slistEquations, slistEquationsBytes } from './slist-equations.ts'

export interface SlistParams extends HistoryParams, CoveredParams {
  l2: number
  futureShare: number
  futureHalfLifeBaskets: number
  momentItems: number
}

/**
 * SLIST: the closed-form linear model that knows before from after.
 *
 * Solves   min_B (1 − f)·‖X − X·B‖² + f·‖W^½(T − S·B)‖² + l2·‖B‖², diag(B) = 0, where each moment between two baskets
 *          of a user is a row: S its past, T its future, both fading with distance, W its age. With
 *          P = ((1 − f)·XᵀX + f·SᵀWS + l2·I)⁻¹ and N = f·(SᵀWS − SᵀWT):
 *          B = I − l2·P − P·N − P·diag(γ), γ_j = (1 − l2·P_jj − (P·N)_jj) / P_jj
 * Given    interactions with baskets; X read into users × items values by the history parameters
 * Returns  as EASE does: offsets, ids, weights and covered
 * Cost     c³ + 2·c·nnz(N) operations for c covered items, at most 4·c² + 12·c² bytes; O(moments · momentItems²) to
 *          gather. futureShare 0 is EASE
 * Source   Choi et al., Session-aware Linear Item-Item Models for Session-based Recommendation, WWW 2021, §4
 * Differs  whole histories stand for sessions and baskets for clicks, so that pasts and futures are cut to their
 *          nearest momentItems; the diagonal is zero (their ξ = 0); decay is by half-lives
 */
export const slist = defineAlgorithm({
  kind: 'slist',
  parameters: declareParameters<SlistParams>({
    ...COVERED_PARAMETERS,
    // With room for every pair to occur, 8,000 items stay just below the memory that is allowed.
    maxItems: { ...COVERED_PARAMETERS.maxItems, default: 8_000 },
    l2: { type: 'number', default: 100, min: 1e-6, max: 1e12, meaning: 'ridge on every weight' },
    futureShare: {
      type: 'number',
      default: 0.5,
      min: 0,
      max: 1,
      meaning: 'how much telling what comes next counts against completing the whole history',
    },
    futureHalfLifeBaskets: {
      type: 'number',
      default: 2,
      min: 0,
      max: 1_000_000,
      meaning: 'baskets further ahead after which an item to be told counts half; 0: distance does not count',
    },
    momentItems: {
      type: 'integer',
      default: 30,
      min: 1,
      max: 10_000,
      meaning: 'distinct items of a moment’s past, and of its future, that count; bounds the cost of long histories',
    },
    ...HISTORY_PARAMETERS,
    halfLifeBaskets: { ...HISTORY_PARAMETERS.halfLifeBaskets, default: 2 },
  }),
  memory: (data: Interactions, params) =>
    coveredBytes(data, params) + slistBytes(Math.min(params.maxItems, data.items)),
  async fit(data: Interactions, params, run) {
    checkInteractions(data)
    const x = preferencesOf(data, trainingRule(params))
    const covered = mostPopular(x, params.maxItems)
    checkBytes(slistBytes(covered.length), params.maxBytes, covered.length)
    const scale = Math.sqrt(1 - params.futureShare)
    const gram = await gramOf({ ...x, values: x.values.map((value) => scale * value) }, covered, run)
    const turn = await addMoments(data, covered, params, gram, run)
    for (let i = 0; i < covered.length; i++) gram.add(i, i, params.l2)
    await invertNegative(gram, run, (fraction) => 0.5 * fraction)
    return weightsOf(gram, turn, covered, data.items, params, run)
  },
  open: (arrays, params) => new CoveredItems(arrays, queryRule(params)),
  extend: {
    memory: (data, params, arrays) => furtherCoveredBytes(arrays, data, params, slistEquationsBytes),
    async extend(arrays, data, params, run) {
      checkInteractions(data)
      const x = preferencesOf(data, trainingRule(params))
      const cover = grownCover(arrays, x, params.maxBytes, slistEquationsBytes)
      const equations = await slistEquations(data, x, cover, params, run)
      return furtherCovered(arrays, data, cover, equations, params.neighbours, run)
    },
  },
})

/** Rows of N, and additions of the product, between two turns of the event loop: some tens of milliseconds. */
const ROWS_PER_PAUSE = 256
const ADDITIONS_PER_PAUSE = 30_000_000

/** Bytes that training on this many items takes at its peak, beside the data, when every pair of items occurs. */
export function slistBytes(items: number): number {
  return BlockSymmetric.bytes(items) + panelBytes(items) + 12 * items * items
}

/** Adds f·SᵀWS to the Gram matrix and returns N = f·(SᵀWS − SᵀWT), covered × covered. */
async function addMoments(
  data: Interactions,
  covered: Int32Array,
  params: Readonly<SlistParams>,
  gram: BlockSymmetric,
  run: FitRun,
): Promise<Csr> {
  const n = covered.length
  const place = new Int32Array(data.items).fill(-1)
  covered.forEach((item, p) => {
    place[item] = p
  })
  const rows = Array.from({ length: n }, () => new Float32Array(params.futureShare > 0 ? n : 0))
  if (params.futureShare > 0) {
    await eachMoment(
      data,
      place,
      params,
      (past, future, weight) => {
        for (let a = 0; a < past.count; a++) {
          const i = past.items[a]!
          const row = rows[i]!
          const value = params.futureShare * weight * past.values[a]!
          for (let b = 0; b < past.count; b++) {
            const j = past.items[b]!
            row[j]! += value * past.values[b]!
            if (j <= i) gram.add(i, j, value * past.values[b]!)
          }
          for (let b = 0; b < future.count; b++) row[future.items[b]!]! -= value * future.values[b]!
        }
      },
      () => pause(run, 0),
    )
    gram.mirrorDiagonal()
  }
  return compress(rows, n)
}

/** The nonzero entries of dense rows. */
function compress(rows: readonly Float32Array[], columns: number): Csr {
  const offsets = new Int32Array(rows.length + 1)
  rows.forEach((row, r) => {
    let count = 0
    for (let j = 0; j < row.length; j++) if (row[j] !== 0) count++
    offsets[r + 1] = offsets[r]! + count
  })
  const indices = new Int32Array(offsets[rows.length]!)
  const values = new Float32Array(indices.length)
  let e = 0
  for (const row of rows) {
    for (let j = 0; j < row.length; j++) {
      if (row[j] === 0) continue
      indices[e] = j
      values[e++] = row[j]!
    }
  }
  return { rows: rows.length, columns, offsets, indices, values }
}

/** From Q = −P and N the rows of B = I + l2·Q + Q·N + Q·diag(γ). */
async function weightsOf(
  q: BlockSymmetric,
  turn: Csr,
  covered: Int32Array,
  items: number,
  { l2, neighbours }: Readonly<SlistParams>,
  run: FitRun,
): Promise<Record<string, TypedArray>> {
  const n = covered.length
  const own = new Float64Array(n)
  const gamma = Float64Array.from({ length: n }, (_, j) => 1 + l2 * q.get(j, j))
  for (let k = 0; k < n; k++) {
    if (k % ROWS_PER_PAUSE === 0) await pause(run, 0.5)
    q.copyRow(k, own)
    for (let e = turn.offsets[k]!; e < turn.offsets[k + 1]!; e++) {
      const j = turn.indices[e]!
      gamma[j]! += own[j]! * turn.values[e]!
    }
  }
  for (let j = 0; j < n; j++) gamma[j] = -gamma[j]! / q.get(j, j)
  const fill = (i: number, row: Float64Array): void => {
    q.copyRow(i, own)
    for (let j = 0; j < n; j++) row[j] = (l2 + gamma[j]!) * own[j]!
    addProduct(own, turn, row)
  }
  const rows = Math.max(1, Math.floor(ADDITIONS_PER_PAUSE / (turn.indices.length + 1)))
  return coveredWeights(covered, items, neighbours, fill, (done) => pause(run, 0.5 + 0.5 * done), rows)
}

/** row += vector · matrix */
function addProduct(vector: Float64Array, { offsets, indices, values }: Csr, row: Float64Array): void {
  for (let k = 0; k < vector.length; k++) {
    const factor = vector[k]!
    const end = offsets[k + 1]!
    for (let e = offsets[k]!; e < end; e++) row[indices[e]!]! += factor * values[e]!
  }
}
