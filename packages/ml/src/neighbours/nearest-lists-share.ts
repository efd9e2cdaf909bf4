import type { Csr } from '../frame/csr.ts'
import type { TypedArray } from '../frame/model.ts'
import { shared } from '../frame/shared-memory.ts'
import { ComparedItems, type ItemColumns } from './compared-items.ts'
import { ItemGraphBuilder } from './item-graph.ts'
import type { SimilarityParams } from './similarity.ts'

/** What threads are given; the matrices and `next` lie in shared memory. */
export interface ListsWork extends ItemColumns {
  readonly params: SimilarityParams
  readonly neighbours: number
  /** [blocks + 1] block b holds the items bounds[b] … bounds[b + 1] − 1. */
  readonly bounds: Int32Array
  /** [1] the next block that nobody has taken. */
  readonly next: Int32Array
}

/** The lists of the items of some blocks, one after the other. */
export interface ListsPart {
  /** Ascending. */
  readonly blocks: readonly number[]
  readonly offsets: Int32Array
  readonly ids: Int32Array
  readonly weights: Float32Array
}

/** One thread's share of the lists: the blocks that it came to take. */
export class NearestListsShare {
  readonly #work: ListsWork
  readonly #compared: ComparedItems
  readonly #graph: ItemGraphBuilder
  readonly #blocks: number[] = []

  constructor(work: ListsWork) {
    this.#work = work
    this.#compared = new ComparedItems(work, work.params, work.neighbours)
    this.#graph = new ItemGraphBuilder(work.columns.rows, work.neighbours)
  }

  /** The block that was taken last. */
  get last(): number {
    return this.#blocks.at(-1) ?? 0
  }

  /** Takes a block and makes its lists; false when all are taken. */
  takeBlock(): boolean {
    const { bounds, next } = this.#work
    const block = Atomics.add(next, 0, 1)
    if (block >= bounds.length - 1) return false
    this.#blocks.push(block)
    for (let h = bounds[block]!; h < bounds[block + 1]!; h++) {
      this.#compared.offerNearest(h, this.#graph)
      this.#graph.endRow()
    }
    return true
  }

  part(): ListsPart {
    return { blocks: this.#blocks, ...this.#graph.arrays() }
  }
}

/** Cuts the items into blocks of about as many additions. Int32 [blocks + 1] */
export function blocksOf(rows: Csr, columns: Csr, additions: number): Int32Array {
  const bounds = [0]
  let since = 0
  for (let h = 0; h < columns.rows; h++) {
    for (let e = columns.offsets[h]!; e < columns.offsets[h + 1]!; e++) {
      const user = columns.indices[e]!
      since += rows.offsets[user + 1]! - rows.offsets[user]!
    }
    if (since < additions && h + 1 < columns.rows) continue
    bounds.push(h + 1)
    since = 0
  }
  return Int32Array.from(bounds)
}

/** The parts as the arrays of one graph. */
export function joined(parts: readonly ListsPart[], bounds: Int32Array): Record<string, TypedArray> {
  const entries = parts.reduce((sum, { ids }) => sum + ids.length, 0)
  const items = bounds[bounds.length - 1]!
  const graph = { offsets: new Int32Array(items + 1), ids: new Int32Array(entries), weights: new Float32Array(entries) }
  // Where the next block of each part begins.
  const rows = parts.map(() => 0)
  const owners = new Map(parts.flatMap(({ blocks }, p) => blocks.map((block) => [block, p] as const)))
  for (let b = 0; b < bounds.length - 1; b++) {
    const p = owners.get(b)!
    const { offsets, ids, weights } = parts[p]!
    const first = rows[p]!
    const size = bounds[b + 1]! - bounds[b]!
    const [from, to] = [offsets[first]!, offsets[first + size]!]
    const at = graph.offsets[bounds[b]!]!
    graph.ids.set(ids.subarray(from, to), at)
    graph.weights.set(weights.subarray(from, to), at)
    for (let r = 1; r <= size; r++) graph.offsets[bounds[b]! + r] = at + offsets[first + r]! - from
    rows[p] = first + size
  }
  return graph
}

/** The same matrix where all threads see it. */
export function sharedMatrix({ rows, columns, offsets, indices, values }: Csr): Csr {
  return { rows, columns, offsets: shared(offsets), indices: shared(indices), values: shared(values) }
}
