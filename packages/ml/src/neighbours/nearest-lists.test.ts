import { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { plantedClusters } from '../../../../testkit/models/planted.ts'
import { shopOf } from '../../../../testkit/models/shops.ts'
import type { FitRun } from '../frame/model.ts'
import { rng } from '../frame/rng.ts'
import { additionsOf, itemColumnsOf } from './compared-items.ts'
import { itemNeighbours } from './item-neighbours.ts'
import { beginThread, nearestLists, nearestListsByThreads } from './nearest-lists.ts'
import { blocksOf, joined, type ListsWork, NearestListsShare } from './nearest-lists-share.ts'
import { SIMILARITIES } from './similarity.ts'

const run = (threads: number, more?: Partial<FitRun>): FitRun => ({ rng: rng(1), threads, ...more })

const { data } = plantedClusters({ users: 300, items: 150, clusters: 3, perUser: 12, noise: 0.5, seed: 8 })
const resolved = (params: Parameters<typeof itemNeighbours.trainer>[0]) => itemNeighbours.parameters.resolve(params)
const cosine = resolved({ neighbours: 20 })
const columns = itemColumnsOf(data, cosine)

describe('lists made by threads', () => {
  test.each(SIMILARITIES.flatMap((similarity) => [2, 3].map((threads) => [similarity, threads] as const)))(
    '%s, %d of them: are those of one, bit for bit, whoever takes which block',
    async (similarity, threads) => {
      const params = resolved({ similarity, neighbours: 20, weighting: 'log' })
      const items = itemColumnsOf(data, params)
      let next: Int32Array = new Int32Array(1)
      const begin = (work: ListsWork) => {
        next = work.next
        return beginThread(work)
      }
      // This thread goes on when another has taken a block, so that all have a share.
      let taken = 0
      const onEpoch = () => {
        const before = Atomics.load(next, 0)
        taken++
        while (taken === before && Atomics.load(next, 0) === before);
      }
      const lists = await nearestListsByThreads(items, params, run(threads, { onEpoch }), begin)
      expect(taken).toBeLessThan(Atomics.load(next, 0) - threads)
      expect(lists).toEqual(await nearestLists(items, params, run(1)))
    },
  )

  test('are put together in the order of items, in whatever order blocks were taken', async () => {
    const bounds = blocksOf(columns.rows, columns.columns, 1000)
    const work = { ...columns, params: cosine, neighbours: 20, bounds, next: new Int32Array(1) }
    const shares = [0, 1, 2].map(() => new NearestListsShare(work))
    for (let b = 0; shares[[0, 2, 2, 1, 0][b % 5]!]!.takeBlock(); b++);
    const parts = shares.map((share) => share.part())
    expect(parts.every(({ blocks }) => blocks.length > 1)).toBe(true)
    expect(joined(parts, bounds)).toEqual(await nearestLists(columns, cosine, run(1)))
  })

  test('also of items that nobody took, and of the fewest', async () => {
    for (const shop of [shopOf(2, 5, [[0, 1, 0]]), shopOf(1, 1, [[0, 0, 0]])]) {
      const items = itemColumnsOf(shop, cosine)
      expect(await nearestListsByThreads(items, cosine, run(2))).toEqual(await nearestLists(items, cosine, run(1)))
    }
  })

  test('are what training gives where there is enough to do', async () => {
    const large = plantedClusters({ users: 5000, items: 150, clusters: 3, perUser: 100, noise: 0.5, seed: 8 }).data
    expect(additionsOf(itemColumnsOf(large, cosine).rows)).toBeGreaterThan(2e7)
    const trainer = itemNeighbours.trainer({ neighbours: 20 })
    expect(await trainer.fit(large, run(2))).toEqual(await trainer.fit(large, run(1)))
  })

  test('are not made when they are cancelled', async () => {
    const cancel = new AbortController()
    const onEpoch = () => cancel.abort()
    const cancelled = expect.objectContaining({ code: 'cancelled' })
    await expect(nearestListsByThreads(columns, cosine, run(2, { signal: cancel.signal, onEpoch }))).rejects.toThrow(
      cancelled,
    )
  })

  test.each([
    ['fails', 'throw new Error("no room here")', 'no room here'],
    ['ends', 'process.exit()', 'it ended before its work'],
  ])('are not made when a thread %s', async (_, program, detail) => {
    const broken = nearestListsByThreads(columns, cosine, run(2), () => new Worker(program, { eval: true }))
    await expect(broken).rejects.toThrow(expect.objectContaining({ code: 'thread_failed' }))
    await expect(broken).rejects.toThrow(detail)
  })
})
