import type { ArrayReader } from '../frame/algorithm.ts'
import type { Csr } from '../frame/csr.ts'
import type { Interactions } from '../frame/interactions.ts'
import { checkInteractions } from '../frame/interactions-builder.ts'
import type { FitRun, TypedArray } from '../frame/model.ts'
import { additionsOf, ComparedItems, comparedBytes, inTurns, itemColumnsOf } from './compared-items.ts'
import { graphBytes, ItemGraphBuilder } from './item-graph.ts'
import type { ItemNeighboursParams } from './item-neighbours.ts'

/**
 * Lists of items that training has not met, and their places in the lists of those that it has.
 *
 * Solves   for each new item its k nearest among all, as training on the data would; for each known item those new ones
 *          that are nearer to it than the k-th of its list, k of them at most
 * Given    interactions of known and further items
 * Returns  the model's arrays for data.items items: known weights as they were, so that lists grow, to 2·k at most
 * Cost     O(entries) to read; 2·Σ_u n_u·m_u, where the user u took n_u items of which m_u are new; 4 bytes a user
 *          beside the scratch of training
 * Source   Sarwar et al., WWW 2001, §3.2.1, of the new items alone
 * Differs  known items are not compared with one another again, so that among themselves they score as they did
 * @throws MlError as `checkInteractions`, and `cancelled`
 */
export async function furtherNeighbours(
  arrays: ArrayReader,
  data: Interactions,
  params: Readonly<ItemNeighboursParams>,
  run: FitRun,
): Promise<Record<string, TypedArray>> {
  checkInteractions(data)
  const [offsets, ids, weights] = [arrays.offsets('offsets'), arrays.i32('ids'), arrays.f32('weights')]
  const known = offsets.length - 1
  const k = params.neighbours
  const compared = new ComparedItems(itemColumnsOf(data, params), params, k)
  const starts = startsOf(compared.rows, known)
  const graph = new ItemGraphBuilder(data.items, k)
  await inTurns(data.items, 2 * additionsOf(compared.rows, starts), run, (h) => {
    if (h >= known) {
      const additions = compared.offerNearest(h, graph)
      graph.endRow()
      return additions
    }
    const [from, to] = [offsets[h]!, offsets[h + 1]!]
    const least = to - from < k ? Number.NEGATIVE_INFINITY : weights[from + k - 1]!
    const additions = compared.offerNearer(h, starts, least, graph)
    graph.endRow(ids.subarray(from, to), weights.subarray(from, to))
    return additions
  })
  return graph.arrays()
}

/** Bytes that it takes at its peak. */
export function furtherNeighboursBytes(data: Interactions, { neighbours }: Readonly<ItemNeighboursParams>): number {
  return comparedBytes(data) + 4 * data.users + graphBytes(data.items, 2 * neighbours)
}

/** Int32 [users] of each user's row the first entry of an item that is not known. */
function startsOf(rows: Csr, known: number): Int32Array {
  const starts = rows.offsets.slice(1)
  for (let u = 0; u < rows.rows; u++) {
    // Items ascend within a row: the new ones come last.
    while (starts[u]! > rows.offsets[u]! && rows.indices[starts[u]! - 1]! >= known) starts[u]!--
  }
  return starts
}
