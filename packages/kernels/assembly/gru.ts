import { sigmoid, tanh } from './activation'
import { gemm } from './gemm'
import { axpy } from './vector'

/*
 * The gated recurrent unit over whole sequences. What depends on the input alone is one product for all steps, made
 * before; here stays what the recurrence forces into order: a product with the state, then the cell, fused. The rows of a
 * batch do not depend on one another, so that threads divide the rows and meet once a batch, not once a step.
 *
 * Time comes first: [time × batch × …], each step side by side in memory. `pitch` is the rows of a whole batch where a
 * call does some of them. A gate block is d wide, in the order reset, update, candidate.
 */

/**
 * For each step t = 0, 1, …, with U = weights and s = states_t:
 *   reset     r = σ(x_r + (s·U)_r + b_r)
 *   update    z = σ(x_z + (s·U)_z + b_z)
 *   candidate n = tanh(x_n + b_n + r ⊙ m),  m = (s·U)_n + b_m
 *   states_t+1 = (1 − z) ⊙ n + z ⊙ s
 *
 * Source   Cho et al., EMNLP 2014, with the reset applied after the product as in Chung et al., arXiv:1412.3555, and cuDNN
 * Differs  one bias where libraries have two that are only ever added, so that there are four blocks and not six
 * @param gates f32 [time × pitch × 3d]: x·W, which becomes r, z, n
 * @param memory f32 [time × pitch × 3d]: written, its last block is m and stays for the way back
 * @param states f32 [(time + 1) × pitch × d]: the first is given, the others are written
 * @param weights f32 [d × 3d]
 * @param bias f32 [4d]: b_r, b_z, b_n, b_m
 */
export function gruForward(
  time: usize,
  rows: usize,
  d: usize,
  pitch: usize,
  gates: usize,
  memory: usize,
  states: usize,
  weights: usize,
  bias: usize,
  scratch: usize,
): void {
  const wide = 3 * d
  for (let t: usize = 0; t < time; t++) {
    gemm(rows, wide, d, 1, states, d, 1, weights, wide, 1, 0, memory, wide, scratch)
    const next = states + ((pitch * d) << 2)
    for (let r: usize = 0; r < rows; r++) {
      cell(
        d,
        gates + ((r * wide) << 2),
        memory + ((r * wide) << 2),
        bias,
        states + ((r * d) << 2),
        next + ((r * d) << 2),
      )
    }
    gates += (pitch * wide) << 2
    memory += (pitch * wide) << 2
    states = next
  }
}

/** Four floats, or one in the first lane. */
function take(from: usize, whole: bool): v128 {
  return whole ? v128.load(from) : v128.load32_zero(from)
}

function put(to: usize, value: v128, whole: bool): void {
  if (whole) v128.store(to, value)
  else v128.store32_lane(to, value, 0)
}

function cell(d: usize, gates: usize, memory: usize, bias: usize, state: usize, next: usize): void {
  const block = d << 2
  axpy(2 * d, 1, memory, gates)
  axpy(2 * d, 1, bias, gates)
  sigmoid(2 * d, gates)
  const candidate = gates + 2 * block
  for (let p: usize = 0; p < block; ) {
    const whole = p + 16 <= block
    const at = memory + 2 * block + p
    const m = f32x4.add(take(at, whole), take(bias + 3 * block + p, whole))
    const before = f32x4.add(take(candidate + p, whole), take(bias + 2 * block + p, whole))
    put(at, m, whole)
    put(candidate + p, f32x4.add(before, f32x4.mul(take(gates + p, whole), m)), whole)
    p += whole ? 16 : 4
  }
  tanh(d, candidate)
  for (let p: usize = 0; p < block; ) {
    const whole = p + 16 <= block
    const n = take(candidate + p, whole)
    const z = take(gates + block + p, whole)
    put(next + p, f32x4.add(n, f32x4.mul(z, f32x4.sub(take(state + p, whole), n))), whole)
    p += whole ? 16 : 4
  }
}

/**
 * The way back of `gruForward`, through time: gates and memory become the gradients of what was added up in them, and
 * each state's gradient gets what reaches it through the next.
 *
 * Then follow as one product each, over all steps: W ← xᵀ·gates, U ← statesᵀ·memory, x ← gates·Wᵀ; b_r, b_z and b_n are
 * the sums of the rows of gates, b_m that of the last block of memory.
 *
 * @param gates, memory as `gruForward` left them
 * @param gradients f32 [(time + 1) × pitch × d]: from the loss, for each state; `gruBackward` adds to all but the last
 */
export function gruBackward(
  time: usize,
  rows: usize,
  d: usize,
  pitch: usize,
  gates: usize,
  memory: usize,
  states: usize,
  weights: usize,
  gradients: usize,
  scratch: usize,
): void {
  const wide = 3 * d
  for (let t = time; t > 0; t--) {
    const step = (t - 1) * pitch
    const g = gates + ((step * wide) << 2)
    const m = memory + ((step * wide) << 2)
    const s = states + ((step * d) << 2)
    const own = gradients + ((step * d) << 2)
    const next = own + ((pitch * d) << 2)
    for (let r: usize = 0; r < rows; r++) {
      const row = (r * d) << 2
      cellBackward(d, g + 3 * row, m + 3 * row, s + row, next + row, own + row)
    }
    gemm(rows, d, wide, 1, m, wide, 1, weights, 1, wide, 1, own, d, scratch)
  }
}

function cellBackward(d: usize, gates: usize, memory: usize, state: usize, next: usize, own: usize): void {
  const block = d << 2
  const one = f32x4.splat(1)
  for (let p: usize = 0; p < block; ) {
    const whole = p + 16 <= block
    const second = p + block
    const third = second + block
    const r = take(gates + p, whole)
    const z = take(gates + second, whole)
    const n = take(gates + third, whole)
    const given = take(next + p, whole)
    const dn = f32x4.mul(f32x4.mul(given, f32x4.sub(one, z)), f32x4.sub(one, f32x4.mul(n, n)))
    const through = f32x4.mul(f32x4.mul(given, z), f32x4.sub(take(state + p, whole), n))
    const dz = f32x4.mul(through, f32x4.sub(one, z))
    const dm = f32x4.mul(dn, r)
    const dr = f32x4.mul(f32x4.mul(dm, take(memory + third, whole)), f32x4.sub(one, r))
    put(gates + p, dr, whole)
    put(gates + second, dz, whole)
    put(gates + third, dn, whole)
    put(memory + p, dr, whole)
    put(memory + second, dz, whole)
    put(memory + third, dm, whole)
    put(own + p, f32x4.add(take(own + p, whole), f32x4.mul(given, z)), whole)
    p += whole ? 16 : 4
  }
}
