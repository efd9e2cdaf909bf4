import { Worker } from 'node:worker_threads'
import { MlError } from '../frame/errors.ts'
import type { Interactions } from '../frame/interactions.ts'
import type { FitRun, TypedArray } from '../frame/model.ts'
import { checkCancelled, pause } from '../frame/run.ts'
import {
  ADDITIONS_PER_PAUSE,
  additionsOf,
  ComparedItems,
  comparedBytes,
  type ItemColumns,
  inTurns,
} from './compared-items.ts'
import { graphBytes, ItemGraphBuilder } from './item-graph.ts'
import {
  blocksOf,
  joined,
  type ListsPart,
  type ListsWork,
  NearestListsShare,
  sharedMatrix,
} from './nearest-lists-share.ts'
import type { SimilarityParams } from './similarity.ts'

/** Below it, threads take longer to start than they save: some 60 ms each. */
const FEW_ADDITIONS = 2e7

/** More would wait for memory, and each has scratch of its own. */
const MOST_THREADS = 8

/** The k items nearest to each: the arrays of an `ItemGraph`, the same for any number of threads. */
export async function nearestLists(
  items: ItemColumns,
  params: Readonly<SimilarityParams & { neighbours: number }>,
  run: FitRun,
): Promise<Record<string, TypedArray>> {
  const additions = additionsOf(items.rows)
  if (run.threads > 1 && additions >= FEW_ADDITIONS) return nearestListsByThreads(items, params, run)
  const graph = new ItemGraphBuilder(items.columns.rows, params.neighbours)
  const compared = new ComparedItems(items, params, params.neighbours)
  await inTurns(items.columns.rows, additions, run, (h) => {
    const added = compared.offerNearest(h, graph)
    graph.endRow()
    return added
  })
  return graph.arrays()
}

/** Bytes that reading the data and `nearestLists` take at their peak, whatever the threads. */
export function nearestListsBytes(data: Interactions, neighbours: number): number {
  return comparedBytes(data) + (MOST_THREADS - 1) * 40 * data.items + graphBytes(data.items, neighbours)
}

/**
 * Blocks of items are taken by whichever thread is free, this one too.
 *
 * @param begin starts a thread that works as `nearest-lists-thread.ts` does
 * @throws MlError `thread_failed`, `cancelled`
 */
export async function nearestListsByThreads(
  { columns, rows }: ItemColumns,
  { similarity, shrinkage, neighbours }: Readonly<SimilarityParams & { neighbours: number }>,
  run: FitRun,
  begin: (work: ListsWork) => Worker = beginThread,
): Promise<Record<string, TypedArray>> {
  const threads = Math.min(run.threads, MOST_THREADS)
  // Blocks are small enough to be cancelled between, and so many that threads end together.
  const bounds = blocksOf(rows, columns, Math.min(ADDITIONS_PER_PAUSE, additionsOf(rows) / (8 * threads)))
  const work: ListsWork = {
    columns: sharedMatrix(columns),
    rows: sharedMatrix(rows),
    params: { similarity, shrinkage },
    neighbours,
    bounds,
    next: new Int32Array(new SharedArrayBuffer(4)),
  }
  const workers = Array.from({ length: threads - 1 }, () => begin(work))
  const others = Promise.all(workers.map(partOf))
  // It is awaited below, after this thread's own share.
  others.catch(() => {})
  try {
    const own = new NearestListsShare(work)
    while (own.takeBlock()) await pause(run, own.last / (bounds.length - 1))
    const parts = [own.part(), ...(await others)]
    checkCancelled(run)
    return joined(parts, bounds)
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}

export function beginThread(workerData: ListsWork): Worker {
  return new Worker(new URL('./nearest-lists-thread.ts', import.meta.url), { workerData, execArgv: [] })
}

function partOf(worker: Worker): Promise<ListsPart> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', (error) => reject(new MlError('thread_failed', String(error))))
    worker.once('exit', () => reject(new MlError('thread_failed', 'it ended before its work')))
  })
}
