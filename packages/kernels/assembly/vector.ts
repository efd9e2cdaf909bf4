/**
 * Σ xᵢ·yᵢ. Four running sums of four lanes, so that the additions do not wait for one another.
 *
 * Source   level 1 of the BLAS: Lawson, Hanson, Kincaid and Krogh, ACM TOMS 1979; so are `axpy` and `scale`
 * @param x f32 [n], y f32 [n]
 */
export function dot(n: usize, x: usize, y: usize): f32 {
  let s0 = f32x4.splat(0)
  let s1 = s0
  let s2 = s0
  let s3 = s0
  let i: usize = 0
  for (; i + 16 <= n; i += 16) {
    s0 = f32x4.add(s0, f32x4.mul(v128.load(x), v128.load(y)))
    s1 = f32x4.add(s1, f32x4.mul(v128.load(x, 16), v128.load(y, 16)))
    s2 = f32x4.add(s2, f32x4.mul(v128.load(x, 32), v128.load(y, 32)))
    s3 = f32x4.add(s3, f32x4.mul(v128.load(x, 48), v128.load(y, 48)))
    x += 64
    y += 64
  }
  for (; i + 4 <= n; i += 4) {
    s0 = f32x4.add(s0, f32x4.mul(v128.load(x), v128.load(y)))
    x += 16
    y += 16
  }
  s0 = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3))
  s0 = f32x4.add(s0, v128.shuffle<f32>(s0, s0, 2, 3, 0, 1))
  let sum = f32x4.extract_lane(s0, 0) + f32x4.extract_lane(s0, 1)
  for (; i < n; i++) {
    sum += load<f32>(x) * load<f32>(y)
    x += 4
    y += 4
  }
  return sum
}

/** y ← y + alpha·x. x, y: f32 [n]. */
export function axpy(n: usize, alpha: f32, x: usize, y: usize): void {
  const scale = f32x4.splat(alpha)
  let i: usize = 0
  for (; i + 8 <= n; i += 8) {
    v128.store(y, f32x4.add(v128.load(y), f32x4.mul(scale, v128.load(x))))
    v128.store(y, f32x4.add(v128.load(y, 16), f32x4.mul(scale, v128.load(x, 16))), 16)
    x += 32
    y += 32
  }
  for (; i < n; i++) {
    store<f32>(y, load<f32>(y) + alpha * load<f32>(x))
    x += 4
    y += 4
  }
}

/** x ← alpha·x; an alpha of zero writes zeros whatever stood there, NaN included. x: f32 [n]. */
export function scale(n: usize, alpha: f32, x: usize): void {
  if (alpha === 0) {
    memory.fill(x, 0, n << 2)
    return
  }
  const factor = f32x4.splat(alpha)
  let i: usize = 0
  for (; i + 4 <= n; i += 4) {
    v128.store(x, f32x4.mul(factor, v128.load(x)))
    x += 16
  }
  for (; i < n; i++) {
    store<f32>(x, alpha * load<f32>(x))
    x += 4
  }
}
