import type { ArrayReader } from '../frame/algorithm.ts'
import type { Csr } from '../frame/csr.ts'
import { MlError } from '../frame/errors.ts'
import type { Interactions } from '../frame/interactions.ts'
import type { TypedArray } from '../frame/model.ts'
import type { Declarations } from '../frame/parameters.ts'
import { TopK } from '../frame/topk.ts'
import type { HistoryRule } from '../neighbours/history.ts'
import { graphBytes, ItemGraph, ItemGraphBuilder } from '../neighbours/item-graph.ts'
import { preferencesBytes } from '../neighbours/preferences.ts'

/** Which items enter a closed-form model, what it may cost, and how much of it is kept. */
export interface CoveredParams {
  maxItems: number
  maxBytes: number
  neighbours: number
}

export const COVERED_PARAMETERS: Declarations<CoveredParams> = {
  maxItems: { type: 'integer', default: 10_000, min: 1, max: 100_000, meaning: 'most popular items that enter' },
  maxBytes: {
    type: 'integer',
    default: 2 ** 30,
    min: 1,
    max: 2 ** 40,
    meaning: 'memory that training may take; more is refused as too_large',
  },
  neighbours: { type: 'integer', default: 200, min: 1, max: 100_000, meaning: 'weights kept per history item' },
}

/** An opened item graph over some of the items. */
export class CoveredItems extends ItemGraph {
  /** The items that entered training, ascending; no other is ever scored or heard. */
  readonly covered: Int32Array

  constructor(arrays: ArrayReader, rule: HistoryRule) {
    super(arrays, rule)
    this.covered = arrays.indices('covered', this.items)
  }
}

/** The items of most users, ties by item, without those of none: Int32 ascending. */
export function mostPopular(x: Csr, limit: number): Int32Array {
  const users = new Int32Array(x.columns)
  for (const item of x.indices) users[item]!++
  const top = new TopK(Math.min(limit, x.columns))
  users.forEach((count, item) => {
    if (count > 0) top.offer(item, count)
  })
  return top.ids.slice(0, top.finish()).sort()
}

/** Bytes that choosing the items and cutting their weights takes beside the matrix: values by user, and the graph. */
export function coveredBytes(data: Interactions, { maxItems, neighbours }: Readonly<CoveredParams>): number {
  return (
    preferencesBytes(data) +
    4 * data.item.length +
    24 * data.items +
    graphBytes(Math.min(maxItems, data.items), neighbours)
  )
}

/** @throws MlError `too_large` */
export function checkBytes(bytes: number, allowed: number, items: number): void {
  if (bytes <= allowed) return
  const megabytes = (n: number) => `${Math.ceil(n / 1e6)} MB`
  throw new MlError('too_large', `${items} items take ${megabytes(bytes)} of ${megabytes(allowed)}; lower maxItems`)
}

/**
 * A model's arrays from the rows of a dense matrix of weights between covered items, of which each row keeps those of
 * largest magnitude; the diagonal and zeros are left out.
 *
 * @param fill writes row i, Float64 [covered]
 * @param breathe called after every `rowsPerBreath` rows with the fraction done
 */
export async function coveredWeights(
  covered: Int32Array,
  items: number,
  neighbours: number,
  fill: (i: number, row: Float64Array) => void,
  breathe: (done: number) => Promise<void>,
  rowsPerBreath: number,
): Promise<Record<string, TypedArray>> {
  const n = covered.length
  const graph = new ItemGraphBuilder(items, neighbours)
  const strongest = new TopK(Math.min(neighbours, n))
  const row = new Float64Array(n)
  let i = 0
  for (let item = 0; item < items; item++) {
    if (covered[i] === item) {
      fill(i, row)
      strongest.count = 0
      for (let j = 0; j < n; j++) if (j !== i && row[j] !== 0) strongest.offer(j, Math.abs(row[j]!))
      strongest.finish()
      for (let s = 0; s < strongest.count; s++) graph.offer(covered[strongest.ids[s]!]!, row[strongest.ids[s]!]!)
      if (++i % rowsPerBreath === 0) await breathe(i / n)
    }
    graph.endRow()
  }
  return { ...graph.arrays(), covered }
}
