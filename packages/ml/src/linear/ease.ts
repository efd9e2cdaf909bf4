import { type ArrayReader, defineAlgorithm } from '../frame/algorithm.ts'
import type { Csr } from '../frame/csr.ts'
import { MlError } from '../frame/errors.ts'
import type { Interactions } from '../frame/interactions.ts'
import { checkInteractions } from '../frame/interactions-builder.ts'
import type { FitRun } from '../frame/model.ts'
import { declareParameters } from '../frame/parameters.ts'
import { pause } from '../frame/run.ts'
import { TopK } from '../frame/topk.ts'
import { ItemGraph, ItemGraphBuilder } from '../neighbours/item-graph.ts'
import { HISTORY_PARAMETERS, type HistoryParams, queryRule, trainingRule } from '../neighbours/parameters.ts'
import { preferencesOf } from '../neighbours/preferences.ts'
import { BlockSymmetric } from './block-symmetric.ts'
import { gramOf } from './gram.ts'
import { invertNegative } from './invert.ts'

export interface EaseParams extends HistoryParams {
  l2: number
  dropout: number
  lengthPower: number
  maxItems: number
  maxBytes: number
  neighbours: number
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
 * Cost     c³ operations (at about 6 GFLOP/s: 11 s for 4,000 items, 170 s for 10,000), 4·c² bytes; scoring
 *          O(history · neighbours)
 * Source   Steck, Embarrassingly Shallow Autoencoders for Sparse Data, WWW 2019, eq. 1 to 8; the diagonal of Λ:
 *          Steck, Autoencoders that don't overfit towards the Identity, NeurIPS 2020, eq. 2 and §3.2
 * Differs  X may hold decayed values; only the maxItems most popular items enter; rows of B are cut after solving
 */
export const ease = defineAlgorithm({
  kind: 'ease',
  parameters: declareParameters<EaseParams>({
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
    maxItems: { type: 'integer', default: 10_000, min: 1, max: 100_000, meaning: 'most popular items that enter' },
    maxBytes: {
      type: 'integer',
      default: 2 ** 30,
      min: 1,
      max: 2 ** 40,
      meaning: 'memory that training may take; more is refused as too_large',
    },
    neighbours: { type: 'integer', default: 200, min: 1, max: 100_000, meaning: 'weights kept per history item' },
    ...HISTORY_PARAMETERS,
  }),
  async fit(data: Interactions, params, run) {
    checkInteractions(data)
    const x = lengthNormalised(preferencesOf(data, trainingRule(params)), params.lengthPower)
    const covered = mostPopular(x, params.maxItems)
    const bytes = easeBytes(covered.length)
    if (bytes > params.maxBytes) {
      const megabytes = (n: number) => `${Math.ceil(n / 1e6)} MB`
      const detail = `${covered.length} items take ${megabytes(bytes)} of ${megabytes(params.maxBytes)}; lower maxItems`
      throw new MlError('too_large', detail)
    }
    const gram = await gramOf(x, covered, run)
    for (let i = 0; i < covered.length; i++) {
      gram.add(i, i, params.l2 + (params.dropout / (1 - params.dropout)) * gram.get(i, i))
    }
    await invertNegative(gram, run, (fraction) => 0.95 * fraction)
    return { ...(await weightsOf(gram, covered, data.items, params.neighbours, run)).arrays(), covered }
  },
  open: (arrays, params) => new Ease(arrays, params),
})

/** Bytes that training on this many items takes at its peak, beside the data: the matrix and two panels of blocks. */
export function easeBytes(items: number): number {
  return BlockSymmetric.bytes(items) + 2 * Math.ceil(items / 64) * 64 * 64 * 8
}

/** An opened EASE model. */
export class Ease extends ItemGraph {
  /** The items that entered training, ascending; no other is ever scored. */
  readonly covered: Int32Array

  constructor(arrays: ArrayReader, params: Readonly<HistoryParams>) {
    super(arrays, queryRule(params))
    this.covered = arrays.indices('covered', this.items)
  }
}

/** The items of most users, ties by item, without those of none: Int32 ascending. */
function mostPopular(x: Csr, limit: number): Int32Array {
  const users = new Int32Array(x.columns)
  for (const item of x.indices) users[item]!++
  const top = new TopK(Math.min(limit, x.columns))
  users.forEach((count, item) => {
    if (count > 0) top.offer(item, count)
  })
  return top.ids.slice(0, top.finish()).sort()
}

function lengthNormalised(x: Csr, power: number): Csr {
  if (power === 0) return x
  const values = x.values.slice()
  for (let u = 0; u < x.rows; u++) {
    const row = values.subarray(x.offsets[u], x.offsets[u + 1])
    let square = 0
    for (const value of row) square += value * value
    const scale = square ** (-power / 2)
    for (let e = 0; e < row.length; e++) row[e]! *= scale
  }
  return { ...x, values }
}

/** From −P the rows of B, cut to the weights of largest magnitude. */
async function weightsOf(
  negativeP: BlockSymmetric,
  covered: Int32Array,
  items: number,
  neighbours: number,
  run: FitRun,
): Promise<ItemGraphBuilder> {
  const n = covered.length
  const diagonal = Float64Array.from({ length: n }, (_, j) => negativeP.get(j, j))
  const graph = new ItemGraphBuilder(items, neighbours)
  const strongest = new TopK(Math.min(neighbours, n))
  const row = new Float64Array(n)
  let i = 0
  for (let item = 0; item < items; item++) {
    if (i < n && covered[i] === item) {
      negativeP.copyRow(i, row)
      strongest.count = 0
      for (let j = 0; j < n; j++) {
        row[j] = -row[j]! / diagonal[j]!
        if (j !== i && row[j] !== 0) strongest.offer(j, Math.abs(row[j]!))
      }
      strongest.finish()
      for (let s = 0; s < strongest.count; s++) {
        graph.offer(covered[strongest.ids[s]!]!, row[strongest.ids[s]!]!)
      }
      if (++i % 256 === 0) await pause(run, 0.95 + (0.05 * i) / n)
    }
    graph.endRow()
  }
  return graph
}
