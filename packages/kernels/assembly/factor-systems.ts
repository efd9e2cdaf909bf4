/*
 * The small systems of four rows, one in each lane, and the scratch they stand in.
 */

/** Coordinates solved together. */
export const BLOCK: usize = 4

/** Coordinates whose systems are begun together. */
export const PAIR: usize = 2 * BLOCK

/** Coordinates of the entries' factors that are turned into lanes at a time: a cache line, read once. */
export const SPAN: usize = 16

/** Entries of a row that stand in the scratch at once; a longer row is done in several rounds. */
export const CHUNK: usize = 1024

/** Bytes of a vector; of a span of them. */
export const LANES: usize = 16
export const STRIDE: usize = SPAN * LANES

/** The most coordinates that there is scratch for. */
export const MOST: usize = 4096

/*
 * The scratch. In lanes: of each of a pair of blocks the lower triangle of its matrix by rows, and its gradient;
 * the last steps; λ; the rows' coordinates; √c·(prediction − 1) of the entries; √c·h of this span and the last.
 * Then the pointers to the entries' factors, and √c; and zeros, for entries that a lane lacks.
 */
export const SYSTEM: usize = 14 * LANES
export const STEPS: usize = 2 * SYSTEM
export const LAMBDA: usize = STEPS + BLOCK * LANES
export const ROWS: usize = LAMBDA + LANES
export const ERRORS: usize = ROWS + MOST * LANES
export const PANELS: usize = ERRORS + CHUNK * LANES
export const PANEL: usize = CHUNK * STRIDE
export const ENTRIES: usize = PANELS + 2 * PANEL
export const ROOTS: usize = CHUNK * LANES
export const ZEROS: usize = ENTRIES + 2 * ROOTS

/**
 * What the systems of a pair of blocks hold beside the entries: the lower triangles of G_ππ + λ·I, and of the gradients G·w + λ·w.
 */
export function begin(d: usize, from: usize, gram: usize, scratch: usize): void {
  const l = v128.load(scratch + LAMBDA)
  for (let half: usize = 0; half < 2; half++) {
    let system = scratch + half * SYSTEM
    const place = from + half * BLOCK
    for (let i: usize = 0; i < BLOCK; i++) {
      const line = gram + (((place + i) * d + place) << 2)
      for (let j: usize = 0; j < i; j++) {
        v128.store(system, v128.load_splat<f32>(line + (j << 2)))
        system += LANES
      }
      v128.store(system, f32x4.add(l, v128.load_splat<f32>(line + (i << 2))))
      system += LANES
    }
  }
  let w = scratch + ROWS
  const at = w + from * LANES
  let s0 = f32x4.mul(l, v128.load(at))
  let s1 = f32x4.mul(l, v128.load(at, 16))
  let s2 = f32x4.mul(l, v128.load(at, 32))
  let s3 = f32x4.mul(l, v128.load(at, 48))
  let s4 = f32x4.mul(l, v128.load(at, 64))
  let s5 = f32x4.mul(l, v128.load(at, 80))
  let s6 = f32x4.mul(l, v128.load(at, 96))
  let s7 = f32x4.mul(l, v128.load(at, 112))
  let line = gram + (from << 2)
  for (let i: usize = 0; i < d; i++) {
    const x = v128.load(w)
    s0 = f32x4.add(s0, f32x4.mul(x, v128.load_splat<f32>(line)))
    s1 = f32x4.add(s1, f32x4.mul(x, v128.load_splat<f32>(line, 4)))
    s2 = f32x4.add(s2, f32x4.mul(x, v128.load_splat<f32>(line, 8)))
    s3 = f32x4.add(s3, f32x4.mul(x, v128.load_splat<f32>(line, 12)))
    s4 = f32x4.add(s4, f32x4.mul(x, v128.load_splat<f32>(line, 16)))
    s5 = f32x4.add(s5, f32x4.mul(x, v128.load_splat<f32>(line, 20)))
    s6 = f32x4.add(s6, f32x4.mul(x, v128.load_splat<f32>(line, 24)))
    s7 = f32x4.add(s7, f32x4.mul(x, v128.load_splat<f32>(line, 28)))
    w += LANES
    line += d << 2
  }
  v128.store(scratch, s0, 160)
  v128.store(scratch, s1, 176)
  v128.store(scratch, s2, 192)
  v128.store(scratch, s3, 208)
  v128.store(scratch + SYSTEM, s4, 160)
  v128.store(scratch + SYSTEM, s5, 176)
  v128.store(scratch + SYSTEM, s6, 192)
  v128.store(scratch + SYSTEM, s7, 208)
}

/** The coordinates after their block's steps. */
export function step(place: usize, scratch: usize): void {
  const at = scratch + ROWS + place * LANES
  for (let i: usize = 0; i < BLOCK * LANES; i += LANES) {
    v128.store(at + i, f32x4.sub(v128.load(at + i), v128.load(scratch + STEPS + i)))
  }
}

/** The gradient of a pair's second block after the first block's steps, as far as G goes. */
export function correct(d: usize, from: usize, gram: usize, scratch: usize): void {
  for (let i: usize = 0; i < BLOCK; i++) {
    const line = gram + (((from + BLOCK + i) * d + from) << 2)
    const at = scratch + SYSTEM + 160 + i * LANES
    let sum = v128.load(at)
    for (let j: usize = 0; j < BLOCK; j++) {
      sum = f32x4.sub(sum, f32x4.mul(v128.load_splat<f32>(line + (j << 2)), v128.load(scratch + STEPS + j * LANES)))
    }
    v128.store(at, sum)
  }
}

/** A block's matrix + Σ h·hᵀ over the panel's entries. */
export function accumulate(many: usize, panel: usize, system: usize): void {
  let c00 = v128.load(system)
  let c10 = v128.load(system, 16)
  let c11 = v128.load(system, 32)
  let c20 = v128.load(system, 48)
  let c21 = v128.load(system, 64)
  let c22 = v128.load(system, 80)
  let c30 = v128.load(system, 96)
  let c31 = v128.load(system, 112)
  let c32 = v128.load(system, 128)
  let c33 = v128.load(system, 144)
  for (; many > 0; many--) {
    const x0 = v128.load(panel)
    c00 = f32x4.add(c00, f32x4.mul(x0, x0))
    const x1 = v128.load(panel, 16)
    c10 = f32x4.add(c10, f32x4.mul(x1, x0))
    c11 = f32x4.add(c11, f32x4.mul(x1, x1))
    const x2 = v128.load(panel, 32)
    c20 = f32x4.add(c20, f32x4.mul(x2, x0))
    c21 = f32x4.add(c21, f32x4.mul(x2, x1))
    c22 = f32x4.add(c22, f32x4.mul(x2, x2))
    const x3 = v128.load(panel, 48)
    c30 = f32x4.add(c30, f32x4.mul(x3, x0))
    c31 = f32x4.add(c31, f32x4.mul(x3, x1))
    c32 = f32x4.add(c32, f32x4.mul(x3, x2))
    c33 = f32x4.add(c33, f32x4.mul(x3, x3))
    panel += STRIDE
  }
  v128.store(system, c00)
  v128.store(system, c10, 16)
  v128.store(system, c11, 32)
  v128.store(system, c20, 48)
  v128.store(system, c21, 64)
  v128.store(system, c22, 80)
  v128.store(system, c30, 96)
  v128.store(system, c31, 112)
  v128.store(system, c32, 128)
  v128.store(system, c33, 144)
}

/**
 * steps ← C⁻¹·g by C = L·D·Lᵀ. A lane with a pivot that is not above zero and finite gets zeros.
 * @returns how many of the first `team` lanes that were
 */
export function solve(system: usize, steps: usize, team: usize): i32 {
  const one = f32x4.splat(1)
  const d0 = v128.load(system)
  const i0 = f32x4.div(one, d0)
  const l10 = f32x4.mul(v128.load(system, 16), i0)
  const l20 = f32x4.mul(v128.load(system, 48), i0)
  const l30 = f32x4.mul(v128.load(system, 96), i0)
  const d1 = f32x4.sub(v128.load(system, 32), f32x4.mul(l10, v128.load(system, 16)))
  const i1 = f32x4.div(one, d1)
  const m21 = f32x4.sub(v128.load(system, 64), f32x4.mul(l20, v128.load(system, 16)))
  const m31 = f32x4.sub(v128.load(system, 112), f32x4.mul(l30, v128.load(system, 16)))
  const l21 = f32x4.mul(m21, i1)
  const l31 = f32x4.mul(m31, i1)
  const m22 = f32x4.sub(v128.load(system, 80), f32x4.mul(l20, v128.load(system, 48)))
  const d2 = f32x4.sub(m22, f32x4.mul(l21, m21))
  const i2 = f32x4.div(one, d2)
  const m32 = f32x4.sub(f32x4.sub(v128.load(system, 128), f32x4.mul(l30, v128.load(system, 48))), f32x4.mul(l31, m21))
  const l32 = f32x4.mul(m32, i2)
  const m33 = f32x4.sub(f32x4.sub(v128.load(system, 144), f32x4.mul(l30, v128.load(system, 96))), f32x4.mul(l31, m31))
  const d3 = f32x4.sub(m33, f32x4.mul(l32, m32))
  const i3 = f32x4.div(one, d3)
  const y0 = v128.load(system, 160)
  const y1 = f32x4.sub(v128.load(system, 176), f32x4.mul(l10, y0))
  const y2 = f32x4.sub(f32x4.sub(v128.load(system, 192), f32x4.mul(l20, y0)), f32x4.mul(l21, y1))
  let y3 = f32x4.sub(f32x4.sub(v128.load(system, 208), f32x4.mul(l30, y0)), f32x4.mul(l31, y1))
  y3 = f32x4.sub(y3, f32x4.mul(l32, y2))
  const x3 = f32x4.mul(y3, i3)
  const x2 = f32x4.sub(f32x4.mul(y2, i2), f32x4.mul(l32, x3))
  const x1 = f32x4.sub(f32x4.sub(f32x4.mul(y1, i1), f32x4.mul(l21, x2)), f32x4.mul(l31, x3))
  let x0 = f32x4.sub(f32x4.sub(f32x4.mul(y0, i0), f32x4.mul(l10, x1)), f32x4.mul(l20, x2))
  x0 = f32x4.sub(x0, f32x4.mul(l30, x3))
  const least = f32x4.min(f32x4.min(d0, d1), f32x4.min(d2, d3))
  const most = f32x4.max(f32x4.max(d0, d1), f32x4.max(d2, d3))
  const sound = v128.and(f32x4.gt(least, f32x4.splat(0)), f32x4.lt(most, f32x4.splat(Infinity)))
  v128.store(steps, v128.and(sound, x0))
  v128.store(steps, v128.and(sound, x1), 16)
  v128.store(steps, v128.and(sound, x2), 32)
  v128.store(steps, v128.and(sound, x3), 48)
  return popcnt<i32>(~i32x4.bitmask(sound) & ((1 << (team as i32)) - 1))
}

/**
 * The residuals after the last block's steps, and with them the gradient + Σ residual·h of this block.
 */
export function follow(many: usize, last: usize, panel: usize, steps: usize, errors: usize, system: usize): void {
  const s0 = v128.load(steps)
  const s1 = v128.load(steps, 16)
  const s2 = v128.load(steps, 32)
  const s3 = v128.load(steps, 48)
  let g0 = v128.load(system, 160)
  let g1 = v128.load(system, 176)
  let g2 = v128.load(system, 192)
  let g3 = v128.load(system, 208)
  for (; many > 0; many--) {
    const by01 = f32x4.add(f32x4.mul(s0, v128.load(last)), f32x4.mul(s1, v128.load(last, 16)))
    const by23 = f32x4.add(f32x4.mul(s2, v128.load(last, 32)), f32x4.mul(s3, v128.load(last, 48)))
    const residual = f32x4.sub(v128.load(errors), f32x4.add(by01, by23))
    v128.store(errors, residual)
    g0 = f32x4.add(g0, f32x4.mul(residual, v128.load(panel)))
    g1 = f32x4.add(g1, f32x4.mul(residual, v128.load(panel, 16)))
    g2 = f32x4.add(g2, f32x4.mul(residual, v128.load(panel, 32)))
    g3 = f32x4.add(g3, f32x4.mul(residual, v128.load(panel, 48)))
    last += STRIDE
    panel += STRIDE
    errors += LANES
  }
  v128.store(system, g0, 160)
  v128.store(system, g1, 176)
  v128.store(system, g2, 192)
  v128.store(system, g3, 208)
}
