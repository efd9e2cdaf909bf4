import { packB, packLanes, panel, scaleRows } from './gemm'

/*
 * Causal convolution in one dimension: the output at a step sees that step and earlier ones, `dilation` apart, and zeros
 * before the first. Batch × time × channels, so that shifting in time is shifting by rows: each tap is a matrix product
 * of rows that begin elsewhere. Panels are packed as in gemm, with zeros for the rows that a shift takes out of their
 * sequence; no unfolded copy of the input is made, and the panel of weights meets all sequences.
 *
 * Source   van den Oord et al., WaveNet, arXiv:1609.03499; Yuan et al., WSDM 2019, for next items
 */
const DEPTH: usize = 256
const ROWS: usize = 128
const COLUMNS: usize = 512

/**
 * y[b, t, :] ← beta·y[b, t, :] + Σ_k x[b, t − k·dilation, :]·w[k]: tap 0 is the step itself. Threads divide the batch.
 *
 * @param x f32 [batch × time × inputs]
 * @param w f32 [taps × inputs × outputs]
 * @param y f32 [batch × time × outputs]; a beta of zero never reads it
 * @param scratch 655,872 bytes, as in gemm
 */
export function convolve(
  batch: usize,
  time: usize,
  inputs: usize,
  outputs: usize,
  taps: usize,
  dilation: usize,
  x: usize,
  w: usize,
  beta: f32,
  y: usize,
  scratch: usize,
): void {
  shifted(batch, time, inputs, outputs, taps, dilation, false, x, w, outputs, 1, beta, y, scratch)
}

/**
 * The gradient of the input: x[b, t, :] ← beta·x[b, t, :] + Σ_k y[b, t + k·dilation, :]·w[k]ᵀ. Threads divide the batch.
 *
 * @param y f32 [batch × time × outputs]: the gradient of the output
 * @param x f32 [batch × time × inputs]: the gradient of the input
 */
export function convolveBackward(
  batch: usize,
  time: usize,
  inputs: usize,
  outputs: usize,
  taps: usize,
  dilation: usize,
  y: usize,
  w: usize,
  beta: f32,
  x: usize,
  scratch: usize,
): void {
  shifted(batch, time, outputs, inputs, taps, dilation, true, y, w, 1, outputs, beta, x, scratch)
}

/** to ← beta·to + Σ_k shift_k(from)·w_k, where row and column are the strides of w_k, seen as [depth × columns]. */
function shifted(
  batch: usize,
  time: usize,
  inner: usize,
  n: usize,
  taps: usize,
  dilation: usize,
  ahead: bool,
  from: usize,
  w: usize,
  row: usize,
  column: usize,
  beta: f32,
  to: usize,
  scratch: usize,
): void {
  const all = batch * time
  const packedA = scratch + 512
  const packedB = packedA + ((ROWS * DEPTH) << 2)
  if (taps === 0 || inner === 0) scaleRows(all, n, beta, to, n)
  for (let left: usize = 0; left < n; left += COLUMNS) {
    const columns = min(COLUMNS, n - left)
    for (let k: usize = 0; k < taps; k++) {
      const shift = k * dilation
      for (let p: usize = 0; p < inner; p += DEPTH) {
        const depth = min(DEPTH, inner - p)
        const first = k === 0 && p === 0
        // A tap that reaches beyond every sequence adds nothing; the first never does.
        if (shift >= time && !first) continue
        packB(columns, depth, w + ((k * inner * n + p * row + left * column) << 2), row, column, packedB)
        for (let top: usize = 0; top < all; top += ROWS) {
          const rows = min(ROWS, all - top)
          packShifted(top, rows, depth, time, shift, ahead, from + (p << 2), inner, packedA)
          const target = to + ((top * n + left) << 2)
          panel(rows, columns, depth, 1, packedA, packedB, first ? beta : 1, target, n << 2, scratch)
        }
      }
    }
  }
}

/** Panels of four rows as gemm's, row i being row top + i of `from` ± shift, or zero where that leaves its sequence. */
function packShifted(
  top: usize,
  rows: usize,
  depth: usize,
  time: usize,
  shift: usize,
  ahead: bool,
  from: usize,
  pitch: usize,
  to: usize,
): void {
  for (let i: usize = 0; i < rows; i += 4) {
    const lanes = min(4, rows - i)
    let inside: usize = 0
    for (let l: usize = 0; l < lanes; l++) inside += reaches((top + i + l) % time, time, shift, ahead) ? 1 : 0
    if (inside === lanes) {
      const source = ahead ? top + i + shift : top + i - shift
      packLanes(lanes, depth, from + ((source * pitch) << 2), pitch << 2, 4, to, 16)
    } else {
      for (let l: usize = 0; l < 4; l++) {
        const here = top + i + l
        const used = l < lanes && reaches(here % time, time, shift, ahead)
        packOne(used, depth, from + (((ahead ? here + shift : here - shift) * pitch) << 2), to + (l << 2))
      }
    }
    to += depth << 4
  }
}

function reaches(t: usize, time: usize, shift: usize, ahead: bool): bool {
  return ahead ? t + shift < time : t >= shift
}

/** One lane of a panel of four. */
function packOne(used: bool, depth: usize, from: usize, to: usize): void {
  for (let p: usize = 0; p < depth; p++) {
    store<f32>(to + (p << 4), used ? load<f32>(from + (p << 2)) : 0)
  }
}

/**
 * The gradient of the weights: w[k] ← beta·w[k] + Σ_b,t x[b, t − k·dilation, :]ᵀ·y[b, t, :]. Threads divide the outputs.
 *
 * @param y f32 [batch × time × outputs]: the gradient of the output
 * @param row floats between rows of y and of w, which is `outputs` where a call does all of them
 */
export function convolveWeights(
  batch: usize,
  time: usize,
  inputs: usize,
  outputs: usize,
  row: usize,
  taps: usize,
  dilation: usize,
  x: usize,
  y: usize,
  beta: f32,
  w: usize,
  scratch: usize,
): void {
  const all = batch * time
  const packedA = scratch + 512
  const packedB = packedA + ((ROWS * DEPTH) << 2)
  if (all === 0) scaleRows(taps * inputs, outputs, beta, w, row)
  for (let left: usize = 0; left < outputs; left += COLUMNS) {
    const columns = min(COLUMNS, outputs - left)
    for (let p: usize = 0; p < all; p += DEPTH) {
      const depth = min(DEPTH, all - p)
      packB(columns, depth, y + ((p * row + left) << 2), row, 1, packedB)
      for (let k: usize = 0; k < taps; k++) {
        for (let top: usize = 0; top < inputs; top += ROWS) {
          const rows = min(ROWS, inputs - top)
          packSteps(p, rows, depth, time, k * dilation, x + (top << 2), inputs, packedA)
          const target = w + (((k * inputs + top) * row + left) << 2)
          panel(rows, columns, depth, 1, packedA, packedB, p === 0 ? beta : 1, target, row << 2, scratch)
        }
      }
    }
  }
}

/** Panels of four channels over steps first, first + 1, … of all sequences, each taken `shift` steps earlier or zero. */
function packSteps(
  first: usize,
  rows: usize,
  depth: usize,
  time: usize,
  shift: usize,
  x: usize,
  pitch: usize,
  to: usize,
): void {
  for (let i: usize = 0; i < rows; i += 4) {
    const lanes = min(4, rows - i)
    let t = first % time
    for (let p: usize = 0; p < depth; p++) {
      const from = x + (((first + p - shift) * pitch + i) << 2)
      if (t < shift) v128.store(to, f32x4.splat(0))
      else if (lanes === 4) v128.store(to, v128.load(from))
      else for (let l: usize = 0; l < 4; l++) store<f32>(to + (l << 2), l < lanes ? load<f32>(from + (l << 2)) : 0)
      to += 16
      if (++t === time) t = 0
    }
  }
}
