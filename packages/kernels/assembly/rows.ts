import { axpy, dot } from './vector'

/** to_r ← table[ids_r]. ids: i32 [count]; table: f32 [… × d]; to: f32 [count × d]. An id below zero gives zeros. */
export function gatherRows(count: usize, d: usize, ids: usize, table: usize, to: usize): void {
  const bytes = d << 2
  for (let r: usize = 0; r < count; r++) {
    const id = load<i32>(ids + (r << 2))
    if (id < 0) memory.fill(to, 0, bytes)
    else memory.copy(to, table + (id as usize) * bytes, bytes)
    to += bytes
  }
}

/**
 * table[ids_r] ← table[ids_r] + from_r, in order; ids may repeat, and those below zero are passed over. Threads may not
 * share rows: they divide the columns.
 * @param d columns; rows of `from` and of `table` are `row` floats apart
 */
export function scatterAddRows(count: usize, d: usize, ids: usize, from: usize, table: usize, row: usize): void {
  const pitch = row << 2
  for (let r: usize = 0; r < count; r++) {
    const id = load<i32>(ids + (r << 2))
    if (id >= 0) axpy(d, 1, from, table + (id as usize) * pitch)
    from += pitch
  }
}

/** x_r ← x_r + bias. x: f32 [rows × d]; bias: f32 [d]. */
export function addBias(rows: usize, d: usize, bias: usize, x: usize): void {
  for (let r: usize = 0; r < rows; r++) axpy(d, 1, bias, x + ((r * d) << 2))
}

/** to ← to + Σ_r x_r: the gradient of a bias. x: f32 [rows × d], rows `xRow` floats apart; to: f32 [d]. */
export function sumRows(rows: usize, d: usize, x: usize, xRow: usize, to: usize): void {
  for (let r: usize = 0; r < rows; r++) axpy(d, 1, x + ((r * xRow) << 2), to)
}

/** to_r ← x_r · y_r. x, y: f32 [rows × d]; to: f32 [rows]. */
export function dotRows(rows: usize, d: usize, x: usize, y: usize, to: usize): void {
  const bytes = d << 2
  for (let r: usize = 0; r < rows; r++) store<f32>(to + (r << 2), dot(d, x + r * bytes, y + r * bytes))
}

/** y_r ← y_r + alphas_r·x_r. x, y: f32 [rows × d]; alphas: f32 [rows]. */
export function axpyRows(rows: usize, d: usize, alphas: usize, x: usize, y: usize): void {
  const bytes = d << 2
  for (let r: usize = 0; r < rows; r++) axpy(d, load<f32>(alphas + (r << 2)), x + r * bytes, y + r * bytes)
}

/** Four words of a counter-based generator: the finaliser of MurmurHash3, a bijection of 32 bits that mixes all of them. */
function mixed(x: v128): v128 {
  x = v128.xor(x, i32x4.shr_u(x, 16))
  x = i32x4.mul(x, i32x4.splat(-2048144789))
  x = v128.xor(x, i32x4.shr_u(x, 13))
  x = i32x4.mul(x, i32x4.splat(-1028477387))
  return v128.xor(x, i32x4.shr_u(x, 16))
}

/**
 * Dropout: x_i ← x_i / keep with probability `keep`, and 0 otherwise. What is kept hangs on the seed and on first + i alone
 * (a counter instead of a state: Salmon et al., SC 2011), so that the same call on the gradient is the way back, no mask is
 * stored, and threads may divide n.
 *
 * Source   Srivastava et al., JMLR 2014, scaled while training
 * @param seed i32, a different one for each layer and batch
 * @param first index of x_0
 */
export function dropout(n: usize, seed: i32, first: i32, keep: f32, x: usize): void {
  const limit = i32x4.splat((keep * 16777216.0) as i32)
  const key = mixed(i32x4.splat(seed))
  const factor = f32x4.splat(1 / keep)
  let counter = i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3))
  for (let i: usize = 0; i < n; ) {
    const whole = i + 4 <= n
    const word = i32x4.shr_u(mixed(v128.xor(mixed(counter), key)), 8)
    const value = whole ? v128.load(x) : v128.load32_zero(x)
    const kept = v128.and(f32x4.mul(factor, value), i32x4.lt_s(word, limit))
    if (whole) v128.store(x, kept)
    else v128.store32_lane(x, kept, 0)
    const step = whole ? 4 : 1
    counter = i32x4.add(counter, i32x4.splat(step))
    i += step
    x += step << 2
  }
}
