import { type Csr, transpose, transposeBytes } from '../frame/csr.ts'
import type { Interactions } from '../frame/interactions.ts'
import type { FitRun } from '../frame/model.ts'
import { pause } from '../frame/run.ts'
import { bm25Statistics, bm25Weighted } from './bm25.ts'
import type { ItemGraphBuilder } from './item-graph.ts'
import { Overlap } from './overlap.ts'
import { type HistoryParams, trainingRule } from './parameters.ts'
import { preferencesBytes, preferencesOf } from './preferences.ts'
import { Promising } from './promising.ts'
import { COMPARE, type Compare, type SimilarityParams, squaredNorms, trust } from './similarity.ts'

/** What items are compared by: the same values both ways. */
export interface ItemColumns {
  /** items × users */
  readonly columns: Csr
  /** users × items; items ascend. */
  readonly rows: Csr
}

/** Every user's entries as training reads them, weighted by BM25 where items are compared so. @cost O(entries) */
export function itemColumnsOf(data: Interactions, params: Readonly<HistoryParams & SimilarityParams>): ItemColumns {
  const byItem = transpose(preferencesOf(data, trainingRule(params)))
  const columns = params.similarity === 'bm25' ? bm25Weighted(byItem, bm25Statistics(byItem)) : byItem
  return { columns, rows: transpose(columns) }
}

/**
 * Compares items by their columns of users. A pair is worth the same bit for bit from both its sides, whichever others
 * are compared, and in whatever order.
 *
 * Cost     O(entries) to make; 40 bytes an item of scratch
 */
export class ComparedItems implements ItemColumns {
  readonly columns: Csr
  readonly rows: Csr
  readonly #squares: Float64Array
  readonly #overlap: Overlap
  readonly #promising: Promising
  readonly #compare: Compare
  readonly #shrinkage: number

  /** @param neighbours how many `offerNearest` has to offer at least */
  constructor({ columns, rows }: ItemColumns, params: Readonly<SimilarityParams>, neighbours: number) {
    this.columns = columns
    this.rows = rows
    this.#squares = squaredNorms(columns)
    this.#overlap = new Overlap(columns.rows)
    this.#promising = new Promising(params, neighbours, this.#squares, (i) => sizeOf(columns, i))
    this.#compare = COMPARE[params.similarity]
    this.#shrinkage = params.shrinkage
  }

  /**
   * Offers the items nearest to h. Most items that share a user with h are far from its k nearest; only those that may be
   * among them are compared exactly.
   *
   * @returns the additions that it took: Σ n_u over the takers u of h
   */
  offerNearest(h: number, graph: ItemGraphBuilder): number {
    const additions = this.#share(h, this.rows.offsets)
    const n = this.#promising.find(h, this.#overlap)
    for (let p = 0; p < n; p++) {
      const j = this.#promising.vectors[p]!
      graph.offer(j, this.#likeness(h, j))
    }
    this.#overlap.clear()
    return additions
  }

  /**
   * Offers of the items from `starts` on those that are nearer to h than `least`.
   *
   * @param starts [users] of each row of users the first entry that is looked at
   * @returns the additions that it took
   */
  offerNearer(h: number, starts: Int32Array, least: number, graph: ItemGraphBuilder): number {
    const additions = this.#share(h, starts)
    const { touched, count } = this.#overlap
    for (let t = 0; t < count; t++) {
      const j = touched[t]!
      const likeness = this.#likeness(h, j)
      if (j !== h && Math.fround(likeness) > least) graph.offer(j, likeness)
    }
    this.#overlap.clear()
    return additions
  }

  #share(h: number, starts: Int32Array): number {
    const { columns, rows } = this
    let additions = 0
    for (let e = columns.offsets[h]!; e < columns.offsets[h + 1]!; e++) {
      const user = columns.indices[e]!
      const [from, to] = [starts[user]!, rows.offsets[user + 1]!]
      this.#overlap.addColumn(columns.values[e]!, rows.indices, rows.values, from, to)
      additions += to - from
    }
    return additions
  }

  #likeness(h: number, j: number): number {
    const both = this.#overlap.both[j]!
    const [squareH, squareJ] = [this.#squares[h]!, this.#squares[j]!]
    const [sizeH, sizeJ] = [sizeOf(this.columns, h), sizeOf(this.columns, j)]
    return this.#compare(this.#overlap.dot[j]!, both, squareH, squareJ, sizeH, sizeJ) * trust(both, this.#shrinkage)
  }
}

/** Σ over users of the items that they took, times those of them from `starts` on: what offering all rows adds up. */
export function additionsOf(rows: Csr, starts: Int32Array = rows.offsets): number {
  let total = 0
  for (let u = 0; u < rows.rows; u++) total += sizeOf(rows, u) * (rows.offsets[u + 1]! - starts[u]!)
  return total
}

/** Additions between two turns of the event loop: some tens of milliseconds. */
export const ADDITIONS_PER_PAUSE = 2_000_000

/** Works off the items 0 … items − 1, turning to the event loop now and then. @param work returns its additions */
export async function inTurns(
  items: number,
  additions: number,
  run: FitRun,
  work: (item: number) => number,
): Promise<void> {
  let done = 0
  let paused = 0
  for (let item = 0; item < items; item++) {
    done += work(item)
    if (done - paused > ADDITIONS_PER_PAUSE) {
      paused = done
      await pause(run, done / additions)
    }
  }
}

/** Bytes that comparing takes at its peak. */
export function comparedBytes(data: Interactions): number {
  const { users, items, item } = data
  return preferencesBytes(data) + 2 * transposeBytes(Math.max(items, users), item.length) + 4 * item.length + 40 * items
}

function sizeOf(matrix: Csr, row: number): number {
  return matrix.offsets[row + 1]! - matrix.offsets[row]!
}
