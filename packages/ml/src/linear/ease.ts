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
import { lengthNormalised } from './length-normalised.ts'

export interface EaseParams extends HistoryParams, CoveredParams {
  l2: number
  dropout: number
  lengthPower: number
}

/**
 * EASE: the linear item-to-item model with its best weights in closed form.
 *
 * Solves   min_B ‖X − X·B‖² + Σ_i Λ_i·‖B_i‖², diag(B) = 0, with Λ_i = l2 + dropout/(1 − dropout)·(XᵀX)_ii; that is
 *          B_ij = −P_ij / P_jj for i ≠ j, P = (XᵀX + diag(Λ))⁻¹
 * Given    interactions, read into users × items values X by the history parameters; each row divided by its
 *          Euclidean norm to the power of lengthPower
 * Returns  offsets Int32 [items + 1], ids Int32 [n], weights Float32 [n]: row i of B, the `neighbours` weights of
 *          largest magnitude, largest weight first; covered Int32 [c]: the items that entered, ascending. The others
 *          are neither scored nor heard
 * Cost     c³ operations (at 19 GFLOP/s on a thread: 3.4 s for 4,000 items, 53 s for 10,000), up to 8·c² bytes; scoring
 *          O(history · neighbours)
 * Source   Steck, Embarrassingly Shallow Autoencoders for Sparse Data, WWW 2019, eq. 1 to 8; the diagonal of Λ:
 *          Steck, Autoencoders that don't overfit towards the Identity, NeurIPS 2020, eq. 2 and §3.2
 * Differs  X may hold decayed values; only the maxItems most popular items enter; rows of B are cut after solving
 */
export const ease = defineAlgorithm({
  kind: 'ease',
  parameters: declareParameters<EaseParams>({
    ...COVERED_PARAMETERS,
    l2: { type: 'number', default: 200, min: 1e-6, max: 1e12, meaning: 'ridge on every weight' },
    dropout: {
      type: 'number',
      default: 0,
      min: 0,
      max: 0.99,
      meaning: 'share of a history the model learns to do without; adds to the ridge of popular items',
    },
    lengthPower: {
      type: 'number',
      default: 0,
      min: 0,
      max: 2,
      meaning: 'a user’s values are divided by their Euclidean norm to this power; above 0 long histories count less',
    },
    ...HISTORY_PARAMETERS,
  }),
  memory: (data: Interactions, params) => coveredBytes(data, params) + easeBytes(Math.min(params.maxItems, data.items)),
  async fit(data: Interactions, params, run) {
    checkInteractions(data)
    const x = lengthNormalised(preferencesOf(data, trainingRule(params)), params.lengthPower)
    const covered = mostPopular(x, params.maxItems)
    checkBytes(easeBytes(covered.length), params.maxBytes, covered.length)
    const gram = await ridgedGram(x, covered, params, run)
    await invertNegative(gram, run, (fraction) => 0.95 * fraction)
    return weightsOf(gram, covered, data, params.neighbours, run)
  },
  open: (arrays, params) => new CoveredItems(arrays, queryRule(params)),
  extend: {
    memory: (data, params, arrays) => furtherCoveredBytes(arrays, data, params, furtherBytes),
    async extend(arrays, data, params, run) {
      checkInteractions(data)
      const x = lengthNormalised(preferencesOf(data, trainingRule(params)), params.lengthPower)
      const cover = grownCover(arrays, x, params.maxBytes, furtherBytes)
      const a = await ridgedGram(x, cover.places, params, run)
      const row = (p: number, out: Float64Array) => a.copyRow(p, out)
      return furtherCovered(arrays, data, cover, { a, asked: row, told: row }, params.neighbours, run)
    },
  },
})

/** Rows of B between two turns of the event loop: some tens of milliseconds. */
const ROWS_PER_PAUSE = 256

/**
 * Bytes that training on this many items takes at its peak, beside the data: the matrix, its copy in the kernels'
 * memory while it moves there, and two panels of blocks.
 */
export function easeBytes(items: number): number {
  return 2 * BlockSymmetric.bytes(items) + panelBytes(items)
}

function furtherBytes(covered: number, fresh: number): number {
  return BlockSymmetric.bytes(covered + fresh)
}

/** XᵀX + diag(Λ) */
async function ridgedGram(
  x: Csr,
  covered: Int32Array,
  { l2, dropout }: Readonly<EaseParams>,
  run: FitRun,
): Promise<BlockSymmetric> {
  const gram = await gramOf(x, covered, run)
  for (let i = 0; i < covered.length; i++) gram.add(i, i, l2 + (dropout / (1 - dropout)) * gram.get(i, i))
  return gram
}

/** From −P the rows of B. */
async function weightsOf(
  negativeP: BlockSymmetric,
  covered: Int32Array,
  data: Interactions,
  neighbours: number,
  run: FitRun,
): Promise<Record<string, TypedArray>> {
  const diagonal = Float64Array.from(covered, (_, j) => negativeP.get(j, j))
  const fill = (i: number, row: Float64Array): void => {
    negativeP.copyRow(i, row)
    for (let j = 0; j < row.length; j++) row[j] = -row[j]! / diagonal[j]!
  }
  return coveredWeights(covered, data.items, neighbours, fill, (done) => pause(run, 0.95 + 0.05 * done), ROWS_PER_PAUSE)
}
