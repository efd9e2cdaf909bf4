import { gemm } from './gemm'

/*
 * The k best of many scores: a heap whose root is the worst of those kept. Of equal scores the smaller id is the better,
 * so that the outcome does not depend on how the scores were divided. A NaN never ranks.
 */

/** Users whose scores are computed together, and items in a block of them: 256 KB of scores, in the second cache. */
const BATCH: usize = 128
const BLOCK: usize = 512

/**
 * Offers the scores of items first … first + n − 1 to a heap.
 *
 * @param scores f32 [n]
 * @param mask u8 [n], not zero where an item must not rank; 0 for no mask
 * @param ids i32 [k], values f32 [k]: the heap, of which `count` places are taken
 * @returns how many are taken now
 */
export function topkOffer(
  n: usize,
  scores: usize,
  mask: usize,
  first: i32,
  k: usize,
  ids: usize,
  values: usize,
  count: usize,
): usize {
  if (k === 0) return 0
  let i: usize = 0
  while (i < n) {
    if (count === k && i + 8 <= n) {
      // Most scores are worse than the worst kept: eight are dismissed at a time.
      const worst = v128.load_splat<f32>(values)
      const low = f32x4.ge(v128.load(scores + (i << 2)), worst)
      const high = f32x4.ge(v128.load(scores + (i << 2), 16), worst)
      if (!v128.any_true(v128.or(low, high))) {
        i += 8
        continue
      }
      const end = i + 8
      for (; i < end; i++) count = offer(scores, mask, i, first, k, ids, values, count)
    } else {
      count = offer(scores, mask, i, first, k, ids, values, count)
      i++
    }
  }
  return count
}

function offer(
  scores: usize,
  mask: usize,
  i: usize,
  first: i32,
  k: usize,
  ids: usize,
  values: usize,
  count: usize,
): usize {
  const score = load<f32>(scores + (i << 2))
  if (!(score >= -Infinity) || (mask !== 0 && load<u8>(mask + i) !== 0)) return count
  const id = first + (i as i32)
  if (count < k) {
    rise(count, id, score, ids, values)
    return count + 1
  }
  if (!worse(id, score, load<i32>(ids), load<f32>(values))) sink(count, id, score, ids, values)
  return count
}

/** Puts a heap of `count` in order, best first, and fills the places up to k with the id −1 and NaN. */
export function topkFinish(k: usize, ids: usize, values: usize, count: usize): void {
  for (let end = count; end > 1; ) {
    end--
    const id = load<i32>(ids + (end << 2))
    const value = load<f32>(values + (end << 2))
    store<i32>(ids + (end << 2), load<i32>(ids))
    store<f32>(values + (end << 2), load<f32>(values))
    sink(end, id, value, ids, values)
  }
  for (let i = count; i < k; i++) {
    store<i32>(ids + (i << 2), -1)
    store<f32>(values + (i << 2), NaN)
  }
}

/**
 * For each user the k items with the largest inner product, without those excluded.
 *
 * @param users f32 [m × d], rows `userRow` floats apart; `items` f32 [n × d], rows `itemRow` apart
 * @param offsets i32 [m + 1] into `excluded`, i32, ascending within a user; 0 to exclude nothing
 * @param ids i32 [m × k], values f32 [m × k]: best first, −1 and NaN where there are fewer
 * @param scratch 919,040 bytes, aligned to 16
 */
export function topkProducts(
  m: usize,
  n: usize,
  d: usize,
  users: usize,
  userRow: usize,
  items: usize,
  itemRow: usize,
  offsets: usize,
  excluded: usize,
  k: usize,
  ids: usize,
  values: usize,
  scratch: usize,
): void {
  const scores = scratch
  const counts = scores + ((BATCH * BLOCK) << 2)
  const cursors = counts + (BATCH << 2)
  const rest = cursors + (BATCH << 2)
  for (let user: usize = 0; user < m; user += BATCH) {
    const batch = min(BATCH, m - user)
    for (let u: usize = 0; u < batch; u++) {
      store<i32>(counts + (u << 2), 0)
      store<i32>(cursors + (u << 2), offsets === 0 ? 0 : load<i32>(offsets + ((user + u) << 2)))
    }
    for (let first: usize = 0; first < n; first += BLOCK) {
      const block = min(BLOCK, n - first)
      const left = users + ((user * userRow) << 2)
      const right = items + ((first * itemRow) << 2)
      gemm(batch, block, d, 1, left, userRow, 1, right, 1, itemRow, 0, scores, BLOCK, rest)
      for (let u: usize = 0; u < batch; u++) {
        const row = scores + ((u * BLOCK) << 2)
        if (offsets !== 0) {
          exclude(row, first, block, cursors + (u << 2), load<i32>(offsets + ((user + u) << 2), 4), excluded)
        }
        const at = ((user + u) * k) << 2
        const count = load<i32>(counts + (u << 2)) as usize
        const now = topkOffer(block, row, 0, first as i32, k, ids + at, values + at, count)
        store<i32>(counts + (u << 2), now as i32)
      }
    }
    for (let u: usize = 0; u < batch; u++) {
      const at = ((user + u) * k) << 2
      topkFinish(k, ids + at, values + at, load<i32>(counts + (u << 2)) as usize)
    }
  }
}

/** Overwrites the scores of excluded items of this block with NaN and moves the cursor past them. */
function exclude(scores: usize, first: usize, block: usize, cursor: usize, end: i32, excluded: usize): void {
  let e = load<i32>(cursor)
  while (e < end) {
    const item = load<i32>(excluded + ((e as usize) << 2)) as usize
    if (item >= first + block) break
    store<f32>(scores + ((item - first) << 2), NaN)
    e++
  }
  store<i32>(cursor, e)
}

function worse(id: i32, value: f32, otherId: i32, otherValue: f32): bool {
  return value < otherValue || (value === otherValue && id > otherId)
}

/** Adds an entry at the heap's end and lets it rise to its place. */
function rise(at: usize, id: i32, value: f32, ids: usize, values: usize): void {
  while (at > 0) {
    const parent = (at - 1) >> 1
    const parentId = load<i32>(ids + (parent << 2))
    const parentValue = load<f32>(values + (parent << 2))
    if (!worse(id, value, parentId, parentValue)) break
    store<i32>(ids + (at << 2), parentId)
    store<f32>(values + (at << 2), parentValue)
    at = parent
  }
  store<i32>(ids + (at << 2), id)
  store<f32>(values + (at << 2), value)
}

/** Puts an entry in the place of the root of the first `size` and lets it sink. */
function sink(size: usize, id: i32, value: f32, ids: usize, values: usize): void {
  let at: usize = 0
  for (;;) {
    let child: usize = 2 * at + 1
    if (child >= size) break
    if (
      child + 1 < size &&
      worse(
        load<i32>(ids + (child << 2), 4),
        load<f32>(values + (child << 2), 4),
        load<i32>(ids + (child << 2)),
        load<f32>(values + (child << 2)),
      )
    ) {
      child++
    }
    const childId = load<i32>(ids + (child << 2))
    const childValue = load<f32>(values + (child << 2))
    if (worse(id, value, childId, childValue)) break
    store<i32>(ids + (at << 2), childId)
    store<f32>(values + (at << 2), childValue)
    at = child
  }
  store<i32>(ids + (at << 2), id)
  store<f32>(values + (at << 2), value)
}
