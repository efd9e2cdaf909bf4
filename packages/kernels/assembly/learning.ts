/** e^x for four numbers that are not above 88, relative error below 1e-6; below −87 it is zero. */
function exponential(x: v128): v128 {
  const bounded = f32x4.max(f32x4.splat(-87), x)
  const n = f32x4.nearest(f32x4.mul(bounded, f32x4.splat(Mathf.LOG2E)))
  // ln 2 in two parts, so that the remainder keeps its digits (Cody and Waite 1980).
  let r = f32x4.sub(bounded, f32x4.mul(n, f32x4.splat(0.693359375)))
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-0.00021219444)))
  let p = f32x4.splat(1.0 / 720.0)
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 120.0))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 24.0))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 6.0))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.5))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1))
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23)
  return v128.and(f32x4.mul(p, power), f32x4.ge(x, f32x4.splat(-87)))
}

/** ln x for x ≥ 1, by the series of the inverse hyperbolic tangent: the library's logarithm would bring a table along. */
function logarithm(x: f32): f32 {
  const bits = reinterpret<i32>(x)
  let exponent = (bits >> 23) - 127
  let mantissa = reinterpret<f32>((bits & 0x7fffff) | 0x3f800000)
  if (mantissa > Math.SQRT2) {
    mantissa *= 0.5
    exponent++
  }
  const t = (mantissa - 1) / (mantissa + 1)
  const q = t * t
  const series: f32 = 1 + q * (1.0 / 3.0 + q * (0.2 + q * (1.0 / 7.0 + q * (1.0 / 9.0))))
  return 2 * t * series + Mathf.LN2 * (exponent as f32)
}

/**
 * Cross-entropy of softmax, row by row: loss_r = log Σ_j exp(z_rj) − z_r,target, and z becomes its gradient times `scale`:
 * scale·(softmax(z_r) − onehot(target_r)). With sampled candidates for columns, and their logQ subtracted from z before, it
 * is the sampled softmax.
 *
 * @param z f32 [rows × n], rows `zRow` floats apart
 * @param targets i32 [rows]: columns
 * @param losses f32 [rows]
 */
export function softmaxRows(
  rows: usize,
  n: usize,
  z: usize,
  zRow: usize,
  targets: usize,
  scale: f32,
  losses: usize,
): void {
  for (let r: usize = 0; r < rows; r++) {
    const row = z + ((r * zRow) << 2)
    const whole = n & ~3
    let most = -Infinity as f32
    for (let j: usize = 0; j < n << 2; j += 4) most = max(most, load<f32>(row + j))
    const target = row + ((load<i32>(targets + (r << 2)) as usize) << 2)
    const own = load<f32>(target)
    const shift = f32x4.splat(most)
    let sums = f32x4.splat(0)
    for (let j: usize = 0; j < whole << 2; j += 16) {
      const e = exponential(f32x4.sub(v128.load(row + j), shift))
      v128.store(row + j, e)
      sums = f32x4.add(sums, e)
    }
    sums = f32x4.add(sums, v128.shuffle<f32>(sums, sums, 2, 3, 0, 1))
    let sum = f32x4.extract_lane(sums, 0) + f32x4.extract_lane(sums, 1)
    for (let j = whole << 2; j < n << 2; j += 4) {
      const e = f32x4.extract_lane(exponential(f32x4.splat(load<f32>(row + j) - most)), 0)
      store<f32>(row + j, e)
      sum += e
    }
    store<f32>(losses + (r << 2), logarithm(sum) + most - own)
    const factor: f32 = scale / sum
    for (let j: usize = 0; j < whole << 2; j += 16) {
      v128.store(row + j, f32x4.mul(f32x4.splat(factor), v128.load(row + j)))
    }
    for (let j = whole << 2; j < n << 2; j += 4) store<f32>(row + j, factor * load<f32>(row + j))
    store<f32>(target, load<f32>(target) - scale)
  }
}

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
