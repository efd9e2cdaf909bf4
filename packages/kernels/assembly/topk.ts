import { gemm } from './gemm'
import { dot } from './vector'

/*
 * The k best of many scores: a heap whose root is the worst of those kept. Of equal scores the smaller id is the better,
 * so that the outcome does not depend on how the scores were divided. A NaN never ranks.
 *
 * Source   the heap: Williams, CACM 1964; the bound on products: Teflioudi, Gemulla, Mykytiuk, SIGMOD 2015
 */

/** Users whose scores are computed together, and items in a block of them: 256 KB of scores, in the second cache. */
const BATCH: usize = 256
const BLOCK: usize = 256

/** Up to this many factors the users that are still to be asked are gathered side by side. */
const GATHERED: usize = 256

/** Above what rounding can add to a product over the product of the norms. */
const SLACK: f32 = 1.0001

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
  return consider(first + (i as i32), score, k, ids, values, count)
}

function consider(id: i32, score: f32, k: usize, ids: usize, values: usize, count: usize): usize {
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
 * With norms, the largest first, a user is done as soon as his norm times that of the next block's first item cannot reach
 * the worst he keeps (Cauchy and Schwarz): the answer is exact, and most of the products are never made.
 *
 * Source   the bound of LEMP: Teflioudi, Gemulla, Mykytiuk, SIGMOD 2015, §4.1
 * @param users f32 [m × d], rows `userRow` floats apart; `items` f32 [n × d], rows `itemRow` apart
 * @param norms f32 [n] of the items, descending; 0 to make all products
 * @param labels i32 [n]: the items' ids; 0 where an item's place is its id
 * @param offsets i32 [m + 1] into `excluded`, ids, ascending within a user; 0 to exclude nothing
 * @param ids i32 [m × k], values f32 [m × k]: best first, −1 and NaN where there are fewer
 * @param scratch 1,184,256 bytes, aligned to 16
 */
export function topkProducts(
  m: usize,
  n: usize,
  d: usize,
  users: usize,
  userRow: usize,
  items: usize,
  itemRow: usize,
  norms: usize,
  labels: usize,
  offsets: usize,
  excluded: usize,
  k: usize,
  ids: usize,
  values: usize,
  scratch: usize,
): void {
  const counts = scratch + ((BATCH * BLOCK) << 2)
  const reach = counts + (BATCH << 2)
  const active = reach + (BATCH << 2)
  const gathered = active + (BATCH << 2)
  const rest = gathered + ((BATCH * GATHERED) << 2)
  for (let user: usize = 0; user < m; user += BATCH) {
    const batch = min(BATCH, m - user)
    for (let u: usize = 0; u < batch; u++) {
      const row = users + (((user + u) * userRow) << 2)
      store<i32>(counts + (u << 2), 0)
      store<f32>(reach + (u << 2), norms === 0 ? 0 : SLACK * Mathf.sqrt(dot(d, row, row)))
      store<i32>(active + (u << 2), u as i32)
    }
    let left = batch
    let from = users + ((user * userRow) << 2)
    let pitch = userRow
    for (let first: usize = 0; first < n; first += BLOCK) {
      const block = min(BLOCK, n - first)
      if (norms !== 0) {
        const still = remaining(
          left,
          active,
          counts,
          reach,
          load<f32>(norms + (first << 2)),
          k,
          values + ((user * k) << 2),
        )
        if (still === 0) break
        if (still < left && d <= GATHERED) {
          for (let a: usize = 0; a < still; a++) {
            const u = load<i32>(active + (a << 2)) as usize
            memory.copy(gathered + ((a * d) << 2), users + (((user + u) * userRow) << 2), d << 2)
          }
          from = gathered
          pitch = d
          left = still
        }
      }
      gemm(left, block, d, 1, from, pitch, 1, items + ((first * itemRow) << 2), 1, itemRow, 0, scratch, BLOCK, rest)
      for (let a: usize = 0; a < left; a++) {
        const u = load<i32>(active + (a << 2)) as usize
        const start = offsets === 0 ? 0 : load<i32>(offsets + ((user + u) << 2))
        const end = offsets === 0 ? 0 : load<i32>(offsets + ((user + u) << 2), 4)
        const at = ((user + u) * k) << 2
        const count = load<i32>(counts + (u << 2)) as usize
        const row = scratch + ((a * BLOCK) << 2)
        const now = offerRow(block, row, first, labels, excluded, start, end, k, ids + at, values + at, count)
        store<i32>(counts + (u << 2), now as i32)
      }
    }
    for (let u: usize = 0; u < batch; u++) {
      const at = ((user + u) * k) << 2
      topkFinish(k, ids + at, values + at, load<i32>(counts + (u << 2)) as usize)
    }
  }
}

/**
 * How many of the batch an item of this norm may still concern. Where users are gathered the list keeps only them; a user
 * that is done stays done, since norms only fall and the worst kept only rises.
 */
function remaining(left: usize, active: usize, counts: usize, reach: usize, norm: f32, k: usize, values: usize): usize {
  let still: usize = 0
  for (let a: usize = 0; a < left; a++) {
    const u = load<i32>(active + (a << 2)) as usize
    const full = (load<i32>(counts + (u << 2)) as usize) === k
    if (full && load<f32>(reach + (u << 2)) * norm < load<f32>(values + ((u * k) << 2))) continue
    // Done ones move behind, so that the list stays a permutation for those who do not gather.
    const other = load<i32>(active + (still << 2))
    store<i32>(active + (still << 2), u as i32)
    store<i32>(active + (a << 2), other)
    still++
  }
  return still
}

/** Offers a row of scores; what may enter the heap is looked up among the excluded first. */
function offerRow(
  n: usize,
  scores: usize,
  first: usize,
  labels: usize,
  excluded: usize,
  start: i32,
  end: i32,
  k: usize,
  ids: usize,
  values: usize,
  count: usize,
): usize {
  if (k === 0) return 0
  for (let i: usize = 0; i < n; i++) {
    if (count === k && (i & 7) === 0) {
      // Most scores are worse than the worst kept: eight are dismissed at a time.
      const worst = v128.load_splat<f32>(values)
      while (i + 8 <= n) {
        const low = f32x4.ge(v128.load(scores + (i << 2)), worst)
        const high = f32x4.ge(v128.load(scores + (i << 2), 16), worst)
        if (v128.any_true(v128.or(low, high))) break
        i += 8
      }
      if (i >= n) break
    }
    const score = load<f32>(scores + (i << 2))
    if (!(score >= -Infinity) || (count === k && score < load<f32>(values))) continue
    const id = labels === 0 ? ((first + i) as i32) : load<i32>(labels + ((first + i) << 2))
    if (start < end && among(id, excluded, start, end)) continue
    count = consider(id, score, k, ids, values, count)
  }
  return count
}

/** Whether an ascending list holds an id. */
function among(id: i32, list: usize, start: i32, end: i32): bool {
  while (start < end) {
    const middle = (start + end) >> 1
    const at = load<i32>(list + ((middle as usize) << 2))
    if (at === id) return true
    if (at < id) start = middle + 1
    else end = middle
  }
  return false
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
