import { type Csr, transpose } from '../frame/csr.ts'
import type { FitRun, TypedArray } from '../frame/model.ts'
import { pause } from '../frame/run.ts'
import { TopK } from '../frame/topk.ts'
import { ItemGraphBuilder } from '../neighbours/item-graph.ts'
import type { SparseVector, StoredRows } from './row-steps.ts'

/** What a model came to know of new items. */
export interface NewWeights {
  /** The new items, ascending, all after the known ones. */
  readonly fresh: Int32Array
  /** [fresh] what other items, known and new, say of each. */
  readonly columns: readonly SparseVector[]
  /** [fresh] what each says of known items. */
  readonly rows: readonly SparseVector[]
}

/** Rows between two turns of the event loop: some milliseconds. */
const ROWS_PER_PAUSE = 1024

/**
 * The arrays of an item graph with weights from and to new items.
 *
 * Returns  offsets Int32 [items + 1], ids and weights [n]; known rows keep all that they said, and take what is said of
 *          new items where that would be among the `keep` weights of largest magnitude of both; a new row has the `keep`
 *          largest
 */
export async function grownGraph(
  known: StoredRows,
  items: number,
  { fresh, columns, rows }: NewWeights,
  keep: number,
  run: FitRun,
  progress: (fraction: number) => number,
): Promise<Record<string, TypedArray>> {
  const knownItems = known.offsets.length - 1
  const toNew = transpose(stacked(columns, fresh, items))
  const rowOf = new Map(Array.from(fresh, (item, r) => [item, r]))
  const graph = new ItemGraphBuilder(items, items)
  const strongest = new TopK(Math.min(keep, items))
  for (let i = 0; i < items; i++) {
    const [from, to] = i < knownItems ? [known.offsets[i]!, known.offsets[i + 1]!] : [0, 0]
    const said = rows[rowOf.get(i) ?? -1]
    const weightOf = new Map<number, number>()
    for (let e = toNew.offsets[i]!; e < toNew.offsets[i + 1]!; e++) weightOf.set(toNew.indices[e]!, toNew.values[e]!)
    said?.ids.forEach((j, e) => {
      if (said.values[e] !== 0) weightOf.set(j, said.values[e]!)
    })
    for (let e = from; e < to; e++) graph.offer(known.ids[e]!, known.weights[e]!)
    if (weightOf.size > 0) {
      strongest.count = 0
      for (let e = from; e < to; e++) strongest.offer(known.ids[e]!, Math.abs(known.weights[e]!))
      for (const [j, weight] of weightOf) strongest.offer(j, Math.abs(weight))
      for (const j of strongest.ids.subarray(0, strongest.count)) {
        const weight = weightOf.get(j)
        if (weight !== undefined) graph.offer(j, weight)
      }
    }
    graph.endRow()
    if (i % ROWS_PER_PAUSE === 0) await pause(run, progress(i / items))
  }
  return graph.arrays()
}

/** Bytes that it takes at its peak, the result included, for so many known and new weights: room doubles as it fills. */
export function grownGraphBytes(items: number, known: number, further: number): number {
  return 3 * 8 * (known + further) + 20 * further + 40 * items
}

/** Row `fresh[r]` is vector r, the others are empty; zeros are left out. */
function stacked(vectors: readonly SparseVector[], fresh: Int32Array, items: number): Csr {
  const offsets = new Int32Array(items + 1)
  vectors.forEach(({ values }, r) => {
    offsets[fresh[r]! + 1] = values.reduce((n, value) => (value === 0 ? n : n + 1), 0)
  })
  for (let i = 0; i < items; i++) offsets[i + 1]! += offsets[i]!
  const indices = new Int32Array(offsets[items]!)
  const values = new Float32Array(indices.length)
  let end = 0
  for (const vector of vectors) {
    vector.ids.forEach((id, e) => {
      if (vector.values[e] === 0) return
      indices[end] = id
      values[end++] = vector.values[e]!
    })
  }
  return { rows: items, columns: items, offsets, indices, values }
}
