/** e^x for four numbers from −87 to 88, relative error below 1e-6. NaN stays NaN. */
function power(x: v128): v128 {
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(Mathf.LOG2E)))
  // ln 2 in two parts, so that the remainder keeps its digits (Cody and Waite 1980).
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)))
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-0.00021219444)))
  let p = f32x4.splat(1.0 / 720.0)
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 120.0))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 24.0))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 6.0))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.5))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1))
  const exponent = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23)
  return f32x4.mul(p, exponent)
}

/** e^x for four numbers that are not above 88; below −87 it is zero. */
export function exponential(x: v128): v128 {
  const bounded = f32x4.max(f32x4.splat(-87), x)
  return v128.and(power(bounded), f32x4.ge(x, f32x4.splat(-87)))
}

/** 1 / (1 + e^−x) for four numbers, absolute error below 3e-7. NaN stays NaN. */
export function logistic(x: v128): v128 {
  const bounded = f32x4.min(f32x4.splat(87), f32x4.max(f32x4.splat(-87), f32x4.neg(x)))
  return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), power(bounded)))
}

/** tanh x = (1 − e^−2|x|) / (1 + e^−2|x|) with the sign of x, absolute error below 3e-7. NaN stays NaN. */
export function hyperbolic(x: v128): v128 {
  const away = f32x4.max(f32x4.splat(-87), f32x4.mul(f32x4.splat(-2), f32x4.abs(x)))
  const e = power(away)
  const one = f32x4.splat(1)
  const size = f32x4.div(f32x4.sub(one, e), f32x4.add(one, e))
  return v128.or(size, v128.and(x, f32x4.splat(-0.0)))
}

/** x ← 1 / (1 + e^−x), absolute error below 3e-7. x: f32 [n]. */
export function sigmoid(n: usize, x: usize): void {
  const end = x + (n << 2)
  for (; x + 16 <= end; x += 16) v128.store(x, logistic(v128.load(x)))
  for (; x < end; x += 4) store<f32>(x, f32x4.extract_lane(logistic(f32x4.splat(load<f32>(x))), 0))
}

/** x ← tanh x, absolute error below 3e-7. x: f32 [n]. */
export function tanh(n: usize, x: usize): void {
  const end = x + (n << 2)
  for (; x + 16 <= end; x += 16) v128.store(x, hyperbolic(v128.load(x)))
  for (; x < end; x += 4) store<f32>(x, f32x4.extract_lane(hyperbolic(f32x4.splat(load<f32>(x))), 0))
}

/** x ← max(0, x); NaN stays NaN. x: f32 [n]. */
export function relu(n: usize, x: usize): void {
  const zero = f32x4.splat(0)
  const end = x + (n << 2)
  for (; x + 16 <= end; x += 16) v128.store(x, f32x4.max(zero, v128.load(x)))
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
