/**
 * x ← e^(factor·(x − shift)), relative error below 1e-6: zero where the exponent is below −87, and e^87 where it is above 87.
 * NaN stays NaN: `pmax(x, bound)` keeps it as `max` does, in one instruction where `max` takes seven.
 *
 * Source   Cody and Waite, Software Manual for the Elementary Functions, 1980: reduction by ln 2 in two parts, then a series
 * @param x f32 [n]
 * @returns the sum
 */
export function exponentials(n: usize, x: usize, factor: f32, shift: f32): f32 {
  // Zero, which the compilers do not know: they would build each constant anew in each turn, for half of the time.
  const nil = i32x4.splat((n >> 31) as i32)
  const factors = v128.xor(f32x4.splat(factor), nil)
  const shifts = v128.xor(f32x4.splat(shift), nil)
  const low = v128.xor(f32x4.splat(-87), nil)
  const high = v128.xor(f32x4.splat(87), nil)
  const log2e = v128.xor(f32x4.splat(Mathf.LOG2E), nil)
  const magic = v128.xor(f32x4.splat(12582912), nil)
  const bias = v128.xor(i32x4.splat(127), nil)
  // ln 2 in two parts, so that the remainder keeps its digits (Cody and Waite 1980).
  const much = v128.xor(f32x4.splat(0.693359375), nil)
  const rest = v128.xor(f32x4.splat(-0.00021219444), nil)
  const p6 = v128.xor(f32x4.splat(1.0 / 720.0), nil)
  const p5 = v128.xor(f32x4.splat(1.0 / 120.0), nil)
  const p4 = v128.xor(f32x4.splat(1.0 / 24.0), nil)
  const p3 = v128.xor(f32x4.splat(1.0 / 6.0), nil)
  const p2 = v128.xor(f32x4.splat(0.5), nil)
  const p1 = v128.xor(f32x4.splat(1), nil)
  const one = i32x4(-1, 0, 0, 0)
  let sums = f32x4.splat(0)
  const end = x + (n << 2)
  while (x < end) {
    const whole = x + 16 <= end
    const exponent = f32x4.mul(factors, f32x4.sub(whole ? v128.load(x) : v128.load32_zero(x), shifts))
    const bounded = f32x4.pmin(f32x4.pmax(exponent, low), high)
    // Added to a number below 2²², 1.5·2²³ leaves its nearest integer in the last bits.
    const rounded = f32x4.add(f32x4.mul(bounded, log2e), magic)
    const integer = f32x4.sub(rounded, magic)
    const r = f32x4.sub(f32x4.sub(bounded, f32x4.mul(integer, much)), f32x4.mul(integer, rest))
    let p = f32x4.add(f32x4.mul(p6, r), p5)
    p = f32x4.add(f32x4.mul(p, r), p4)
    p = f32x4.add(f32x4.mul(p, r), p3)
    p = f32x4.add(f32x4.mul(p, r), p2)
    p = f32x4.add(f32x4.mul(p, r), p1)
    p = f32x4.add(f32x4.mul(p, r), p1)
    const power = f32x4.mul(p, i32x4.shl(i32x4.add(rounded, bias), 23))
    const e = v128.andnot(power, f32x4.lt(exponent, low))
    if (whole) {
      v128.store(x, e)
      sums = f32x4.add(sums, e)
      x += 16
    } else {
      v128.store32_lane(x, e, 0)
      sums = f32x4.add(sums, v128.and(e, one))
      x += 4
    }
  }
  sums = f32x4.add(sums, v128.shuffle<f32>(sums, sums, 2, 3, 0, 1))
  return f32x4.extract_lane(sums, 0) + f32x4.extract_lane(sums, 1)
}

/** x ← 1 / (1 + e^−x), absolute error below 3e-7; NaN stays NaN. x: f32 [n]. */
export function sigmoid(n: usize, x: usize): void {
  exponentials(n, x, -1, 0)
  const one = f32x4.splat(1)
  const end = x + (n << 2)
  for (; x + 16 <= end; x += 16) v128.store(x, f32x4.div(one, f32x4.add(one, v128.load(x))))
  for (; x < end; x += 4) store<f32>(x, 1 / (1 + load<f32>(x)))
}

/** x ← tanh x = (1 − e^−2x) / (1 + e^−2x), absolute error below 3e-7; NaN stays NaN. x: f32 [n]. */
export function tanh(n: usize, x: usize): void {
  exponentials(n, x, -2, 0)
  const one = f32x4.splat(1)
  const end = x + (n << 2)
  for (; x + 16 <= end; x += 16) {
    const e = v128.load(x)
    v128.store(x, f32x4.div(f32x4.sub(one, e), f32x4.add(one, e)))
  }
  for (; x < end; x += 4) {
    const e = load<f32>(x)
    store<f32>(x, (1 - e) / (1 + e))
  }
}

/** x ← max(0, x); NaN stays NaN. x: f32 [n]. */
export function relu(n: usize, x: usize): void {
  const zero = f32x4.splat(0)
  const end = x + (n << 2)
  for (; x + 16 <= end; x += 16) v128.store(x, f32x4.pmax(v128.load(x), zero))
  for (; x < end; x += 4) store<f32>(x, max<f32>(0, load<f32>(x)))
}

/** From y = relu(x): the gradient of y becomes that of x, which is zero where y is. y, gradient: f32 [n]. */
export function reluBackward(n: usize, y: usize, gradient: usize): void {
  const zero = f32x4.splat(0)
  const end = y + (n << 2)
  for (; y + 16 <= end; y += 16) {
    v128.store(gradient, v128.andnot(v128.load(gradient), f32x4.eq(v128.load(y), zero)))
    gradient += 16
  }
  for (; y < end; y += 4) {
    if (load<f32>(y) === 0) store<f32>(gradient, 0)
    gradient += 4
  }
}
