import { arenaBytes, type Kernels, matrix } from '@storemind/kernels'
import type { ItemsOfUsers } from './gowalla-data.ts'

/** What a user has, as top-k excludes it, in the arena of kernels. */
export function exclusions(k: Kernels, lists: ItemsOfUsers) {
  const offsets = k.arena.i32(lists.length + 1)
  lists.forEach((row, u) => {
    offsets[u + 1] = (offsets[u] ?? 0) + row.length
  })
  const items = k.arena.i32(offsets[lists.length] ?? 0)
  items.set(lists.flat())
  return { offsets, items }
}

/** Room for a question to `k.topk`, sorted copy of the items included. */
export function topkBytes(users: number, items: number, d: number, entries: number, best: number): number {
  const rows = [4 * users * d, 4 * items * d, 4 * items * d, 8 * items]
  return arenaBytes(...rows, 4 * (users + 1), 4 * entries, 8 * users * best) + 4096
}

/** The k best of all items for each user by inner product, what he has left out: Int32 [users × best]. */
export async function bestItems(
  k: Kernels,
  factors: { readonly users: Float32Array; readonly items: Float32Array; readonly d: number },
  lists: ItemsOfUsers,
  best: number,
): Promise<Int32Array> {
  const { d } = factors
  const users = matrix(k.arena.f32(lists.length * d), lists.length, d)
  users.data.set(factors.users.subarray(0, lists.length * d))
  const items = matrix(k.arena.f32(factors.items.length), factors.items.length / d, d)
  items.data.set(factors.items)
  const [ids, scores] = [k.arena.i32(lists.length * best), k.arena.f32(lists.length * best)]
  await k.topk({ users, items, k: best, ids, scores, excluded: exclusions(k, lists) })
  return ids.slice()
}

/** Mean NDCG@k over the users who have targets, with full ranking. */
export function meanNdcg(rankings: readonly ArrayLike<number>[], targets: ItemsOfUsers, k: number): number {
  let sum = 0
  let users = 0
  targets.forEach((wanted, u) => {
    if (wanted.length === 0) return
    users++
    const set = new Set(wanted)
    let gain = 0
    let ideal = 0
    for (let r = 0; r < k; r++) {
      if (set.has(rankings[u]?.[r] ?? -1)) gain += 1 / Math.log2(r + 2)
      if (r < wanted.length) ideal += 1 / Math.log2(r + 2)
    }
    sum += gain / ideal
  })
  return sum / users
}
