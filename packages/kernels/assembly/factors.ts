import { spread } from './lanes'

/** Entries whose factors are gathered at a time: with blocks of 64 they take 16 KB, half of the first cache. */
const ENTRIES: usize = 64

/** Rows that advance together: their small systems are solved side by side, one in each lane. */
const TEAM: usize = 4

/** Bytes of a matrix, a vector of a block. */
const MATRIX: usize = 64 * 64 * 4
const VECTOR: usize = 64 * 4

/**
 * One pass of subspace optimisation over rows of a factorisation with squared loss, the other side held still: for each
 * row w with entries (i, c) and for each block π of its coordinates in turn, one Newton step
 *
 *     w_π ← w_π − (Σ c·h_iπ·h_iπᵀ + G_ππ + λ·I)⁻¹ · (Σ c·(h_i·w − 1)·h_iπ + G_π·w + λ·w_π)
 *
 * which is exact in the block. A row without entries becomes zero. Blocks of 4 are `factorLanes`.
 *
 * Source   Rendle, Krichene, Zhang, Koren: iALS++, 2021, algorithm 2
 * @param d coordinates, a multiple of 8
 * @param width coordinates of a block, a multiple of 8 and at most 64
 * @param offsets i32 [rows + 1]: entries of row r, counted from `indices`, `weights` and `predictions`
 * @param indices i32: the other side's rows
 * @param weights f32, above zero; 0 where all are 1
 * @param others f32 [… × d], own f32 [rows × d]
 * @param gram f32 [d × d], symmetric: what all pairs add, seen or not
 * @param ridge f32 [rows]: λ of each row
 * @param predictions f32, one place an entry, for this kernel's use
 * @param failures i32, raised by one for each block of a row that was not positive definite, and was left as it stood
 * @param scratch 150,528 bytes, aligned to 16
 */
export function factorRows(
  rows: usize,
  d: usize,
  width: usize,
  offsets: usize,
  indices: usize,
  weights: usize,
  others: usize,
  own: usize,
  gram: usize,
  ridge: usize,
  predictions: usize,
  failures: usize,
  scratch: usize,
): void {
  const gradients = scratch + TEAM * MATRIX
  const steps = gradients + TEAM * VECTOR
  const panel = steps + TEAM * VECTOR
  const lanes = panel + MATRIX
  for (let r: usize = 0; r < rows; r += TEAM) {
    const team = min(TEAM, rows - r)
    let before: usize = 0
    for (let from: usize = 0; from < d; from += width) {
      const size = min(width, d - from)
      for (let t: usize = 0; t < team; t++) {
        const at = (r + t) << 2
        // What a row without entries holds must be gone before it is read.
        if (load<i32>(offsets + at) === load<i32>(offsets + at, 4)) clear(d, own + at * d)
      }
      pull(team, d, from, size, gram, own + ((r * d) << 2), ridge + (r << 2), gradients)
      for (let t: usize = 0; t < team; t++) {
        const row = own + (((r + t) * d) << 2)
        const lambda = load<f32>(ridge + ((r + t) << 2))
        const start = load<i32>(offsets + ((r + t) << 2)) as usize
        const count = (load<i32>(offsets + ((r + t) << 2), 4) as usize) - start
        const matrix = scratch + t * MATRIX
        const gradient = gradients + t * VECTOR
        begin(d, from, size, gram, lambda, matrix)
        for (let e: usize = 0; e < count; e += ENTRIES) {
          const many = min(ENTRIES, count - e)
          const at = (start + e) << 2
          const c: usize = weights === 0 ? 0 : weights + at
          if (before === 0) predict(many, d, indices + at, others, row, predictions + at, panel)
          const step = steps + t * VECTOR
          gather(many, d, indices + at, c, others, from, size, before, step, predictions + at, panel, gradient)
          for (let i: usize = 0; i < size; i += 4) {
            for (let j = i & ~7; j < size; j += 8) {
              accumulate(many, panel + (i << 2), panel + (j << 2), size << 2, matrix + ((i * size + j) << 2))
            }
          }
        }
      }
      before = size
      spreadTeam(team, size * size, scratch, MATRIX, lanes)
      const right = lanes + ((size * size) << 4)
      spreadTeam(team, size, gradients, VECTOR, right)
      const failed = eliminate(size, lanes, right, team)
      if (failed !== 0) atomic.add<i32>(failures, failed)
      for (let t: usize = 0; t < team; t++) {
        collect(size, right + (t << 2), steps + t * VECTOR, own + (((r + t) * d + from) << 2))
      }
    }
  }
}

function clear(d: usize, row: usize): void {
  for (let i: usize = 0; i < d << 2; i += 16) v128.store(row + i, f32x4.splat(0))
}

/**
 * The product of the row with each entry's factors. The factors stand all over the memory: a first round only touches
 * them, so that many are on their way at once.
 */
function predict(
  count: usize,
  d: usize,
  index: usize,
  others: usize,
  row: usize,
  prediction: usize,
  touched: usize,
): void {
  const bytes = d << 2
  let sum: i32 = 0
  for (let e: usize = 0; e < count << 2; e += 4) {
    const other = others + (load<i32>(index + e) as usize) * bytes
    for (let line: usize = 0; line < bytes; line += 64) sum ^= load<i32>(other + line)
  }
  store<i32>(touched, sum)
  for (let e: usize = 0; e < count << 2; e += 4) {
    store<f32>(prediction + e, dot8(d, others + (load<i32>(index + e) as usize) * bytes, row))
  }
}

/** What does not depend on the entries: matrix ← G_ππ + λ·I. */
function begin(d: usize, from: usize, size: usize, gram: usize, lambda: f32, matrix: usize): void {
  const bytes = size << 2
  const corner = gram + (from << 2)
  for (let i: usize = 0; i < size; i++) {
    const line = corner + (from + i) * (d << 2)
    for (let j: usize = 0; j < bytes; j += 32) {
      v128.store(matrix + j, v128.load(line + j))
      v128.store(matrix + j, v128.load(line + j, 16), 16)
    }
    store<f32>(matrix + (i << 2), load<f32>(line + (i << 2)) + lambda)
    matrix += bytes
  }
}

/**
 * The team's gradients ← G_π·w + λ·w_π, of four rows w at once, so that G is read once for all of them. G is symmetric:
 * its rows, each times a coordinate, give the products without sums across lanes. Rows beyond the team repeat the first.
 */
function pull(
  team: usize,
  d: usize,
  from: usize,
  size: usize,
  gram: usize,
  rows: usize,
  lambdas: usize,
  gradients: usize,
): void {
  const pitch = d << 2
  const w0 = rows
  const w1 = team > 1 ? rows + pitch : rows
  const w2 = team > 2 ? rows + 2 * pitch : rows
  const w3 = team > 3 ? rows + 3 * pitch : rows
  for (let j = from << 2; j < (from + size) << 2; j += 32) {
    let l = v128.load_splat<f32>(lambdas)
    let low0 = f32x4.mul(l, v128.load(w0 + j))
    let high0 = f32x4.mul(l, v128.load(w0 + j, 16))
    l = team > 1 ? v128.load_splat<f32>(lambdas, 4) : l
    let low1 = f32x4.mul(l, v128.load(w1 + j))
    let high1 = f32x4.mul(l, v128.load(w1 + j, 16))
    l = team > 2 ? v128.load_splat<f32>(lambdas, 8) : l
    let low2 = f32x4.mul(l, v128.load(w2 + j))
    let high2 = f32x4.mul(l, v128.load(w2 + j, 16))
    l = team > 3 ? v128.load_splat<f32>(lambdas, 12) : l
    let low3 = f32x4.mul(l, v128.load(w3 + j))
    let high3 = f32x4.mul(l, v128.load(w3 + j, 16))
    let line = gram + j
    for (let i: usize = 0; i < pitch; i += 4) {
      const low = v128.load(line)
      const high = v128.load(line, 16)
      const x0 = v128.load_splat<f32>(w0 + i)
      low0 = f32x4.add(low0, f32x4.mul(x0, low))
      high0 = f32x4.add(high0, f32x4.mul(x0, high))
      const x1 = v128.load_splat<f32>(w1 + i)
      low1 = f32x4.add(low1, f32x4.mul(x1, low))
      high1 = f32x4.add(high1, f32x4.mul(x1, high))
      const x2 = v128.load_splat<f32>(w2 + i)
      low2 = f32x4.add(low2, f32x4.mul(x2, low))
      high2 = f32x4.add(high2, f32x4.mul(x2, high))
      const x3 = v128.load_splat<f32>(w3 + i)
      low3 = f32x4.add(low3, f32x4.mul(x3, low))
      high3 = f32x4.add(high3, f32x4.mul(x3, high))
      line += pitch
    }
    const to = gradients + j - (from << 2)
    v128.store(to, low0)
    v128.store(to, high0, 16)
    v128.store(to + VECTOR, low1)
    v128.store(to + VECTOR, high1, 16)
    v128.store(to + 2 * VECTOR, low2)
    v128.store(to + 2 * VECTOR, high2, 16)
    v128.store(to + 3 * VECTOR, low3)
    v128.store(to + 3 * VECTOR, high3, 16)
  }
}

/**
 * For each entry: its prediction, brought up to the last step; √c·h_π into the panel; c·(prediction − 1)·h_π onto the
 * gradient. `before` is the width of the block that `step` was of, 0 for none yet.
 */
function gather(
  count: usize,
  d: usize,
  index: usize,
  weight: usize,
  others: usize,
  from: usize,
  size: usize,
  before: usize,
  step: usize,
  prediction: usize,
  panel: usize,
  gradient: usize,
): void {
  const bytes = size << 2
  for (let e: usize = 0; e < count << 2; e += 4) {
    const h = others + (((load<i32>(index + e) as usize) * d + from) << 2)
    let guess = load<f32>(prediction + e)
    if (before !== 0) {
      guess -= dot8(before, h - (before << 2), step)
      store<f32>(prediction + e, guess)
    }
    const c: f32 = weight === 0 ? 1 : load<f32>(weight + e)
    const pull = f32x4.splat(c * (guess - 1))
    const root = f32x4.splat(weight === 0 ? 1 : Mathf.sqrt(c))
    for (let i: usize = 0; i < bytes; i += 32) {
      const low = v128.load(h + i)
      const high = v128.load(h + i, 16)
      v128.store(panel + i, f32x4.mul(root, low))
      v128.store(panel + i, f32x4.mul(root, high), 16)
      v128.store(gradient + i, f32x4.add(v128.load(gradient + i), f32x4.mul(pull, low)))
      v128.store(gradient + i, f32x4.add(v128.load(gradient + i, 16), f32x4.mul(pull, high)), 16)
    }
    panel += bytes
  }
}

/** Σ xᵢ·yᵢ for a multiple of 8. */
function dot8(n: usize, x: usize, y: usize): f32 {
  let s0 = f32x4.splat(0)
  let s1 = s0
  for (let i: usize = 0; i < n << 2; i += 32) {
    s0 = f32x4.add(s0, f32x4.mul(v128.load(x + i), v128.load(y + i)))
    s1 = f32x4.add(s1, f32x4.mul(v128.load(x + i, 16), v128.load(y + i, 16)))
  }
  s0 = f32x4.add(s0, s1)
  s0 = f32x4.add(s0, v128.shuffle<f32>(s0, s0, 2, 3, 0, 1))
  return f32x4.extract_lane(s0, 0) + f32x4.extract_lane(s0, 1)
}

/** C [4 × 8] ← C + Σ over the panel's rows of a (4 numbers) times b (8 numbers); `pitch` bytes between rows of each. */
function accumulate(count: usize, a: usize, b: usize, pitch: usize, c: usize): void {
  const r1 = c + pitch
  const r2 = r1 + pitch
  const r3 = r2 + pitch
  let c00 = v128.load(c)
  let c01 = v128.load(c, 16)
  let c10 = v128.load(r1)
  let c11 = v128.load(r1, 16)
  let c20 = v128.load(r2)
  let c21 = v128.load(r2, 16)
  let c30 = v128.load(r3)
  let c31 = v128.load(r3, 16)
  for (; count > 0; count--) {
    const b0 = v128.load(b)
    const b1 = v128.load(b, 16)
    const a0 = v128.load_splat<f32>(a)
    c00 = f32x4.add(c00, f32x4.mul(a0, b0))
    c01 = f32x4.add(c01, f32x4.mul(a0, b1))
    const a1 = v128.load_splat<f32>(a, 4)
    c10 = f32x4.add(c10, f32x4.mul(a1, b0))
    c11 = f32x4.add(c11, f32x4.mul(a1, b1))
    const a2 = v128.load_splat<f32>(a, 8)
    c20 = f32x4.add(c20, f32x4.mul(a2, b0))
    c21 = f32x4.add(c21, f32x4.mul(a2, b1))
    const a3 = v128.load_splat<f32>(a, 12)
    c30 = f32x4.add(c30, f32x4.mul(a3, b0))
    c31 = f32x4.add(c31, f32x4.mul(a3, b1))
    a += pitch
    b += pitch
  }
  v128.store(c, c00)
  v128.store(c, c01, 16)
  v128.store(r1, c10)
  v128.store(r1, c11, 16)
  v128.store(r2, c20)
  v128.store(r2, c21, 16)
  v128.store(r3, c30)
  v128.store(r3, c31, 16)
}

/** Arrays of n numbers, `apart` bytes apart, as n vectors with one lane an array; lanes beyond `team` repeat the first. */
function spreadTeam(team: usize, n: usize, from: usize, apart: usize, to: usize): void {
  const second = team > 1 ? from + apart : from
  const third = team > 2 ? from + 2 * apart : from
  const fourth = team > 3 ? from + 3 * apart : from
  spread(n, from, second, third, fourth, to)
}

/**
 * Four systems A·x = b at once, one in each lane: A [n × n] symmetric positive definite, its upper triangle given and
 * lost; b becomes x. A lane whose pivot is not above zero and finite gets zeros.
 *
 * @returns how many of the first `team` lanes that were
 */
function eliminate(n: usize, a: usize, b: usize, team: usize): i32 {
  const pitch = n << 4
  let sound = f32x4.eq(f32x4.splat(0), f32x4.splat(0))
  for (let k: usize = 0; k < n; k++) {
    const pivotRow = a + k * pitch
    const pivot = v128.load(pivotRow + (k << 4))
    sound = v128.and(sound, v128.and(f32x4.gt(pivot, f32x4.splat(0)), f32x4.lt(pivot, f32x4.splat(Infinity))))
    const inverse = f32x4.div(f32x4.splat(1), pivot)
    v128.store(pivotRow + (k << 4), inverse)
    const bk = v128.load(b + (k << 4))
    for (let i = (k + 1) << 4; i < pitch; i += 16) {
      const factor = f32x4.mul(inverse, v128.load(pivotRow + i))
      const row = a + (i >> 4) * pitch
      for (let j = i; j < pitch; j += 16) {
        v128.store(row + j, f32x4.sub(v128.load(row + j), f32x4.mul(factor, v128.load(pivotRow + j))))
      }
      v128.store(b + i, f32x4.sub(v128.load(b + i), f32x4.mul(factor, bk)))
    }
  }
  for (let i = n; i > 0; ) {
    i--
    const row = a + i * pitch
    let sum = v128.load(b + (i << 4))
    for (let j = (i + 1) << 4; j < pitch; j += 16) {
      sum = f32x4.sub(sum, f32x4.mul(v128.load(row + j), v128.load(b + j)))
    }
    v128.store(b + (i << 4), f32x4.mul(sum, v128.load(row + (i << 4))))
  }
  for (let i: usize = 0; i < n; i++) v128.store(b + (i << 4), v128.and(sound, v128.load(b + (i << 4))))
  const failed = ~i32x4.bitmask(sound) & ((1 << (team as i32)) - 1)
  return popcnt<i32>(failed)
}

/** Takes one lane of x as this row's step, and takes the step. */
function collect(size: usize, lane: usize, step: usize, row: usize): void {
  for (let i: usize = 0; i < size << 2; i += 4) {
    const by = load<f32>(lane + (i << 2))
    store<f32>(step + i, by)
    store<f32>(row + i, load<f32>(row + i) - by)
  }
}
