import { exponentials } from './activation'

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

/** x ← factor·x, where `scale` of the vectors would write zeros for NaN. */
function multiply(n: usize, x: usize, factor: f32): void {
  const end = x + (n << 2)
  for (; x + 16 <= end; x += 16) v128.store(x, f32x4.mul(f32x4.splat(factor), v128.load(x)))
  for (; x < end; x += 4) store<f32>(x, factor * load<f32>(x))
}

/**
 * Cross-entropy of softmax, row by row: loss_r = log Σ_j exp(z_rj) − z_r,target, and z becomes its gradient times `scale`:
 * scale·(softmax(z_r) − onehot(target_r)). With sampled candidates for columns, and their logQ subtracted from z before, it
 * is the sampled softmax.
 *
 * Source   Bridle, Neurocomputing, 1990
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
    let most = -Infinity as f32
    for (let j: usize = 0; j < n << 2; j += 4) most = max(most, load<f32>(row + j))
    const target = row + ((load<i32>(targets + (r << 2)) as usize) << 2)
    const own = load<f32>(target)
    const sum = exponentials(n, row, 1, most)
    store<f32>(losses + (r << 2), logarithm(sum) + most - own)
    multiply(n, row, scale / sum)
    store<f32>(target, load<f32>(target) - scale)
  }
}

/**
 * Cross-entropy of softmax over a row's own target and negatives that all rows share, corrected for how often each is drawn:
 *   s_r = own_r − log Q(target_r),  s_rj = z_rj − log Q(candidate_j), or −∞ where candidate_j is target_r
 *   loss_r = log(exp(s_r) + Σ_j exp(s_rj)) − s_r
 * own and z become its gradients times `scale`. With them, for states h and embeddings e: h ← z·e_candidates + own ⊙ e_targets,
 * e_candidates ← zᵀ·h, e_targets ← own ⊙ h.
 *
 * Source   Bengio and Senécal, IEEE TNN 2008; Jean et al., ACL 2015, §3
 * @param z f32 [rows × n], rows `zRow` floats apart: inner products with the negatives
 * @param own f32 [rows]: inner products with the targets
 * @param targets i32 [rows]: ids; a row whose target is below zero has no loss and no gradient
 * @param candidates i32 [n]: ids, which may repeat
 * @param logQ f32 [n] of the candidates, `ownLogQ` f32 [rows] of the targets; 0 for none
 * @param losses f32 [rows]
 */
export function sampledSoftmaxRows(
  rows: usize,
  n: usize,
  z: usize,
  zRow: usize,
  own: usize,
  targets: usize,
  candidates: usize,
  logQ: usize,
  ownLogQ: usize,
  scale: f32,
  losses: usize,
): void {
  for (let r: usize = 0; r < rows; r++) {
    const row = z + ((r * zRow) << 2)
    const at = r << 2
    const target = load<i32>(targets + at)
    if (target < 0) {
      memory.fill(row, 0, n << 2)
      store<f32>(own + at, 0)
      store<f32>(losses + at, 0)
      continue
    }
    const score: f32 = load<f32>(own + at) - (ownLogQ === 0 ? 0 : load<f32>(ownLogQ + at))
    const most = max(score, correctRow(n, row, target, candidates, logQ))
    store<f32>(own + at, score)
    const lone = exponentials(1, own + at, 1, most)
    const sum: f32 = lone + exponentials(n, row, 1, most)
    store<f32>(losses + at, logarithm(sum) + most - score)
    multiply(n, row, scale / sum)
    store<f32>(own + at, scale * (lone / sum - 1))
  }
}

/** Takes log Q off the scores of a row and those of its target out. @returns the largest that is left */
function correctRow(n: usize, row: usize, target: i32, candidates: usize, logQ: usize): f32 {
  const none = f32x4.splat(-Infinity)
  const same = i32x4.splat(target)
  let most = none
  for (let j: usize = 0; j < n << 2; ) {
    const whole = j + 16 <= n << 2
    let score = whole ? v128.load(row + j) : v128.load32_splat(row + j)
    if (logQ !== 0) score = f32x4.sub(score, whole ? v128.load(logQ + j) : v128.load32_splat(logQ + j))
    const ids = whole ? v128.load(candidates + j) : v128.load32_splat(candidates + j)
    score = v128.bitselect(none, score, i32x4.eq(ids, same))
    most = f32x4.pmax(score, most)
    if (whole) v128.store(row + j, score)
    else v128.store32_lane(row + j, score, 0)
    j += whole ? 16 : 4
  }
  most = f32x4.max(most, v128.shuffle<f32>(most, most, 2, 3, 0, 1))
  return max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1))
}
