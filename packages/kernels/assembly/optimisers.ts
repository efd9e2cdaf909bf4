/**
 * Adagrad on chosen rows of a table: s ← s + g², w ← w − rate·g / (√s + ε).
 *
 * Source   Duchi, Hazan, Singer, JMLR 2011
 * @param count rows that have a gradient; `rows` i32 [count], each once
 * @param gradients f32 [count × d]; `table` and `squares` f32 [… × d]
 */
export function adagradRows(
  count: usize,
  d: usize,
  rows: usize,
  gradients: usize,
  rate: f32,
  epsilon: f32,
  table: usize,
  squares: usize,
): void {
  for (let r: usize = 0; r < count; r++) {
    const at = ((load<i32>(rows + (r << 2)) as usize) * d) << 2
    const gradient = gradients + ((r * d) << 2)
    let p: usize = 0
    for (; p + 16 <= d << 2; p += 16) {
      const g = v128.load(gradient + p)
      const s = f32x4.add(v128.load(squares + at + p), f32x4.mul(g, g))
      v128.store(squares + at + p, s)
      const step = f32x4.div(f32x4.mul(f32x4.splat(rate), g), f32x4.add(f32x4.sqrt(s), f32x4.splat(epsilon)))
      v128.store(table + at + p, f32x4.sub(v128.load(table + at + p), step))
    }
    for (; p < d << 2; p += 4) {
      const g = load<f32>(gradient + p)
      const s = load<f32>(squares + at + p) + g * g
      store<f32>(squares + at + p, s)
      store<f32>(table + at + p, load<f32>(table + at + p) - (rate * g) / (Mathf.sqrt(s) + epsilon))
    }
  }
}

/**
 * Adam on chosen rows of a table, each corrected for the steps that it has taken itself:
 *   t ← t + 1, m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², w ← w − rate·m̂ / (√v̂ + ε), m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ)
 *
 * Source   Kingma and Ba, ICLR 2015, algorithm 1
 * Differs  t counts a row's own steps, so that a rare row's first steps are as bold as a frequent one's; rows without a
 *          gradient stay as they are, moments included. A dense parameter is one row, the 0th
 * @param count rows that have a gradient; `rows` i32 [count], each once
 * @param gradients f32 [count × d]; `table`, `first` (m) and `second` (v) f32 [… × d]; `steps` (t) i32 […]
 */
export function adamRows(
  count: usize,
  d: usize,
  rows: usize,
  gradients: usize,
  rate: f32,
  beta1: f64,
  beta2: f64,
  epsilon: f32,
  table: usize,
  first: usize,
  second: usize,
  steps: usize,
): void {
  const keep1 = f32x4.splat(beta1 as f32)
  const keep2 = f32x4.splat(beta2 as f32)
  const new1 = f32x4.splat((1 - beta1) as f32)
  const new2 = f32x4.splat((1 - beta2) as f32)
  for (let r: usize = 0; r < count; r++) {
    const row = load<i32>(rows + (r << 2)) as usize
    const step = load<i32>(steps + (row << 2)) + 1
    store<i32>(steps + (row << 2), step)
    // √(v / c) = √v / √c: the corrections become factors of the rate and of ε's neighbour.
    const bold = f32x4.splat(((rate as f64) / (1 - wholePower(beta1, step))) as f32)
    const spread = f32x4.splat((1 / Math.sqrt(1 - wholePower(beta2, step))) as f32)
    const at = (row * d) << 2
    const gradient = gradients + ((r * d) << 2)
    for (let p: usize = 0; p < d << 2; ) {
      const four = p + 16 <= d << 2
      const g = four ? v128.load(gradient + p) : v128.load32_zero(gradient + p)
      let m = four ? v128.load(first + at + p) : v128.load32_zero(first + at + p)
      let v = four ? v128.load(second + at + p) : v128.load32_zero(second + at + p)
      let w = four ? v128.load(table + at + p) : v128.load32_zero(table + at + p)
      m = f32x4.add(f32x4.mul(keep1, m), f32x4.mul(new1, g))
      v = f32x4.add(f32x4.mul(keep2, v), f32x4.mul(new2, f32x4.mul(g, g)))
      const under = f32x4.add(f32x4.mul(spread, f32x4.sqrt(v)), f32x4.splat(epsilon))
      w = f32x4.sub(w, f32x4.div(f32x4.mul(bold, m), under))
      if (four) {
        v128.store(first + at + p, m)
        v128.store(second + at + p, v)
        v128.store(table + at + p, w)
      } else {
        v128.store32_lane(first + at + p, m, 0)
        v128.store32_lane(second + at + p, v, 0)
        v128.store32_lane(table + at + p, w, 0)
      }
      p += four ? 16 : 4
    }
  }
}

/** base to a whole power, by squaring: the library's would bring a table along. */
function wholePower(base: f64, power: i32): f64 {
  let result: f64 = 1
  for (; power > 0; power >>= 1) {
    if (power & 1) result *= base
    base *= base
  }
  return result
}
