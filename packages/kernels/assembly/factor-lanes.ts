import { dot8 } from './factors'

/** Coordinates solved together. */
const BLOCK: usize = 4

/** Coordinates of the entries' factors that are turned into lanes at a time. */
const SPAN: usize = 8

/** Entries of a row that stand in the scratch at once; a longer row is done in several rounds. */
const CHUNK: usize = 1024

/** Entries whose factors are on their way from the memory at once. */
const TOUCHED: usize = 64

/** Bytes of a vector; of four of them, of a span. */
const LANES: usize = 16
const STRIDE: usize = SPAN * LANES

/** The most coordinates that there is scratch for. */
const MOST: usize = 4096

/**
 * `factorRows` in blocks of 4, for four rows at once, one in each lane of every vector: nothing is summed across lanes,
 * and what a row becomes does not depend on the rows beside it. Rows should come in the order of their entries' number,
 * since four take as long as the longest of them.
 *
 * Source   Rendle, Krichene, Zhang, Koren: iALS++, 2021, algorithm 2
 * @param rows how many of `order` are done
 * @param d coordinates, a multiple of 8 and at most 4096
 * @param order i32 [rows]: rows
 * @param offsets i32 [… + 1]: entries of row r, counted from `indices`, `weights` and `residuals`
 * @param indices i32: the other side's rows
 * @param weights f32, above zero; 0 where all are 1
 * @param others f32 [… × d], own f32 [… × d]
 * @param gram f32 [d × d], symmetric: what all pairs add, seen or not
 * @param ridge f32 […]: λ of each row
 * @param residuals f32, one place an entry, for this kernel's use
 * @param failures i32, raised by one for each block of a row that was not positive definite, and was left as it stood
 * @param scratch 262,576 bytes, aligned to 16
 */
export function factorLanes(
  rows: usize,
  d: usize,
  order: usize,
  offsets: usize,
  indices: usize,
  weights: usize,
  others: usize,
  own: usize,
  gram: usize,
  ridge: usize,
  residuals: usize,
  failures: usize,
  scratch: usize,
): void {
  const system = scratch
  const pull = system + 14 * LANES
  const steps = pull + SPAN * LANES
  const lambda = steps + BLOCK * LANES
  const zero = lambda + LANES
  const w = zero + (MOST << 2)
  const pointers = w + MOST * LANES
  const roots = pointers + CHUNK * LANES
  const errors = roots + CHUNK * LANES
  const panel = errors + CHUNK * LANES
  memory.fill(zero, 0, d << 2)
  for (let r: usize = 0; r < rows; r += 4) {
    const team = min(4, rows - r)
    const four = order + (r << 2)
    let longest: usize = 0
    for (let t: usize = 0; t < 4; t++) {
      const row = load<i32>(four + (min(t, team - 1) << 2)) as usize
      const count = (load<i32>(offsets + (row << 2), 4) - load<i32>(offsets + (row << 2))) as usize
      if (count === 0) memory.fill(own + ((row * d) << 2), 0, d << 2)
      longest = max(longest, count)
      store<f32>(lambda + (t << 2), load<f32>(ridge + (row << 2)))
    }
    const r0 = own + (((load<i32>(four) as usize) * d) << 2)
    const r1 = team > 1 ? own + (((load<i32>(four, 4) as usize) * d) << 2) : r0
    const r2 = team > 2 ? own + (((load<i32>(four, 8) as usize) * d) << 2) : r0
    const r3 = team > 3 ? own + (((load<i32>(four, 12) as usize) * d) << 2) : r0
    spread(d, r0, r1, r2, r3, w)
    // A row of several rounds leaves its residuals in memory between them.
    const rounds = longest > CHUNK
    for (let e: usize = 0; e < longest; e += CHUNK) {
      const many = min(CHUNK, longest - e)
      open(team, e, many, d, four, offsets, indices, weights, others, zero, residuals, own, pointers, roots, errors)
      if (rounds) close(team, e, many, four, offsets, residuals, errors)
    }
    for (let from: usize = 0; from < d; from += SPAN) {
      pullSpan(d, from, gram, w, lambda, pull)
      if (!rounds) turn(longest, from << 2, weights !== 0, pointers, roots, panel)
      for (let half: usize = 0; half < SPAN; half += BLOCK) {
        const place = from + half
        begin(d, place, gram, lambda, pull + half * LANES, system)
        for (let e: usize = 0; e < longest; e += CHUNK) {
          const many = min(CHUNK, longest - e)
          if (rounds) {
            open(team, e, many, d, four, offsets, indices, weights, others, zero, residuals, 0, pointers, roots, errors)
            turn(many, from << 2, weights !== 0, pointers, roots, panel)
          }
          accumulate(many, panel + half * LANES, errors, system)
        }
        const failed = solve(system, steps) & ((1 << (team as i32)) - 1)
        if (failed !== 0) atomic.add<i32>(failures, popcnt<i32>(failed))
        for (let i: usize = 0; i < BLOCK * LANES; i += LANES) {
          const at = w + place * LANES + i
          v128.store(at, f32x4.sub(v128.load(at), v128.load(steps + i)))
        }
        if (place + BLOCK === d) continue
        if (half === 0) correct(d, from, gram, steps, pull + BLOCK * LANES)
        for (let e: usize = 0; e < longest; e += CHUNK) {
          const many = min(CHUNK, longest - e)
          if (rounds) {
            open(team, e, many, d, four, offsets, indices, weights, others, zero, residuals, 0, pointers, roots, errors)
            turn(many, from << 2, weights !== 0, pointers, roots, panel)
          }
          follow(many, panel + half * LANES, steps, errors)
          if (rounds) close(team, e, many, four, offsets, residuals, errors)
        }
      }
    }
    collect(d, w, r0, r1, r2, r3, team)
  }
}

/**
 * A chunk of the entries of each row becomes lanes: pointers to their factors, √c, and residuals √c·(prediction − 1),
 * which are computed from the rows at `own`, or, where that is 0, read. What a lane lacks has factors of zero.
 */
function open(
  team: usize,
  first: usize,
  many: usize,
  d: usize,
  four: usize,
  offsets: usize,
  indices: usize,
  weights: usize,
  others: usize,
  zero: usize,
  residuals: usize,
  own: usize,
  pointers: usize,
  roots: usize,
  errors: usize,
): void {
  const bytes = d << 2
  for (let t: usize = 0; t < 4; t++) {
    let e: usize = 0
    let to = t << 2
    if (t < team) {
      const row = load<i32>(four + to) as usize
      const start = load<i32>(offsets + (row << 2)) as usize
      const count = (load<i32>(offsets + (row << 2), 4) as usize) - start
      const end = count > first ? min(many, count - first) : 0
      const w = own + row * bytes
      let at = (start + first) << 2
      for (let stop: usize = 0; e < end; ) {
        if (own !== 0 && e === stop) {
          stop = min(stop + TOUCHED, end)
          touch(stop - e, bytes, indices + at, others, errors + to)
        }
        const h = others + (load<i32>(indices + at) as usize) * bytes
        store<u32>(pointers + to, h as u32)
        const root: f32 = weights === 0 ? 1 : Mathf.sqrt(load<f32>(weights + at))
        store<f32>(roots + to, root)
        store<f32>(errors + to, own === 0 ? load<f32>(residuals + at) : root * (dot8(d, h, w) - 1))
        e++
        at += 4
        to += LANES
      }
    }
    for (; e < many; e++) {
      store<u32>(pointers + to, zero as u32)
      store<f32>(roots + to, 0)
      store<f32>(errors + to, 0)
      to += LANES
    }
  }
}

/** The factors stand all over the memory: this only touches them, so that many are on their way at once. */
function touch(count: usize, bytes: usize, index: usize, others: usize, to: usize): void {
  let sum: i32 = 0
  for (let e: usize = 0; e < count << 2; e += 4) {
    const other = others + (load<i32>(index + e) as usize) * bytes
    for (let line: usize = 0; line < bytes; line += 64) sum ^= load<i32>(other + line)
  }
  store<i32>(to, sum)
}

/** The residuals of a chunk go back to the entries' places. */
function close(
  team: usize,
  first: usize,
  many: usize,
  four: usize,
  offsets: usize,
  residuals: usize,
  errors: usize,
): void {
  for (let t: usize = 0; t < team; t++) {
    const row = load<i32>(four + (t << 2)) as usize
    const start = load<i32>(offsets + (row << 2)) as usize
    const count = (load<i32>(offsets + (row << 2), 4) as usize) - start
    const end = count > first ? min(many, count - first) : 0
    const to = residuals + ((start + first) << 2)
    for (let e: usize = 0; e < end; e++) store<f32>(to + (e << 2), load<f32>(errors + (t << 2) + e * LANES))
  }
}

/** The panel ← √c·h of a span of coordinates, `place` bytes into the factors, from rows to lanes. */
function turn(many: usize, place: usize, weighted: bool, pointers: usize, roots: usize, panel: usize): void {
  for (let e: usize = 0; e < many; e++) {
    const h0 = (load<u32>(pointers) as usize) + place
    const h1 = (load<u32>(pointers, 4) as usize) + place
    const h2 = (load<u32>(pointers, 8) as usize) + place
    const h3 = (load<u32>(pointers, 12) as usize) + place
    across(v128.load(h0), v128.load(h1), v128.load(h2), v128.load(h3), panel)
    across(v128.load(h0, 16), v128.load(h1, 16), v128.load(h2, 16), v128.load(h3, 16), panel + 64)
    if (weighted) {
      const root = v128.load(roots)
      for (let i: usize = 0; i < STRIDE; i += LANES) {
        v128.store(panel + i, f32x4.mul(root, v128.load(panel + i)))
      }
      roots += LANES
    }
    pointers += LANES
    panel += STRIDE
  }
}

/** Four vectors, transposed. */
function across(r0: v128, r1: v128, r2: v128, r3: v128, to: usize): void {
  const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5)
  const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5)
  const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7)
  const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7)
  v128.store(to, v128.shuffle<f64>(low01, low23, 0, 2))
  v128.store(to, v128.shuffle<f64>(low01, low23, 1, 3), 16)
  v128.store(to, v128.shuffle<f64>(high01, high23, 0, 2), 32)
  v128.store(to, v128.shuffle<f64>(high01, high23, 1, 3), 48)
}

function spread(d: usize, r0: usize, r1: usize, r2: usize, r3: usize, to: usize): void {
  for (let i: usize = 0; i < d << 2; i += 16) {
    across(v128.load(r0 + i), v128.load(r1 + i), v128.load(r2 + i), v128.load(r3 + i), to)
    to += 64
  }
}

/** The lanes of w go back to their rows. */
function collect(d: usize, w: usize, r0: usize, r1: usize, r2: usize, r3: usize, team: usize): void {
  for (let i: usize = 0; i < d << 2; i += 16) {
    across(v128.load(w), v128.load(w, 16), v128.load(w, 32), v128.load(w, 48), w)
    v128.store(r0 + i, v128.load(w))
    if (team > 1) v128.store(r1 + i, v128.load(w, 16))
    if (team > 2) v128.store(r2 + i, v128.load(w, 32))
    if (team > 3) v128.store(r3 + i, v128.load(w, 48))
    w += 64
  }
}

/** What a span's gradient holds beside the entries: pull ← G·w + λ·w. */
function pullSpan(d: usize, from: usize, gram: usize, w: usize, lambda: usize, pull: usize): void {
  const l = v128.load(lambda)
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
  v128.store(pull, s0)
  v128.store(pull, s1, 16)
  v128.store(pull, s2, 32)
  v128.store(pull, s3, 48)
  v128.store(pull, s4, 64)
  v128.store(pull, s5, 80)
  v128.store(pull, s6, 96)
  v128.store(pull, s7, 112)
}

/** The second block's pull, after the first block's steps. */
function correct(d: usize, from: usize, gram: usize, steps: usize, pull: usize): void {
  for (let i: usize = 0; i < BLOCK; i++) {
    const line = gram + (((from + BLOCK + i) * d + from) << 2)
    let sum = v128.load(pull)
    for (let j: usize = 0; j < BLOCK; j++) {
      sum = f32x4.sub(sum, f32x4.mul(v128.load_splat<f32>(line + (j << 2)), v128.load(steps + j * LANES)))
    }
    v128.store(pull, sum)
    pull += LANES
  }
}

/** What a block's system holds beside the entries: the lower triangle of G_ππ + λ·I, and the pull. */
function begin(d: usize, place: usize, gram: usize, lambda: usize, pull: usize, system: usize): void {
  const l = v128.load(lambda)
  for (let i: usize = 0; i < BLOCK; i++) {
    const line = gram + (((place + i) * d + place) << 2)
    for (let j: usize = 0; j < i; j++) {
      v128.store(system, v128.load_splat<f32>(line + (j << 2)))
      system += LANES
    }
    v128.store(system, f32x4.add(l, v128.load_splat<f32>(line + (i << 2))))
    system += LANES
  }
  for (let i: usize = 0; i < BLOCK * LANES; i += LANES) v128.store(system + i, v128.load(pull + i))
}

/** The system + Σ h·hᵀ, its gradient + Σ residual·h, over the panel's entries. */
function accumulate(many: usize, panel: usize, errors: usize, system: usize): void {
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
  let g0 = v128.load(system, 160)
  let g1 = v128.load(system, 176)
  let g2 = v128.load(system, 192)
  let g3 = v128.load(system, 208)
  for (; many > 0; many--) {
    let x = v128.load(panel)
    c00 = f32x4.add(c00, f32x4.mul(x, x))
    c10 = f32x4.add(c10, f32x4.mul(x, v128.load(panel, 16)))
    c20 = f32x4.add(c20, f32x4.mul(x, v128.load(panel, 32)))
    c30 = f32x4.add(c30, f32x4.mul(x, v128.load(panel, 48)))
    g0 = f32x4.add(g0, f32x4.mul(x, v128.load(errors)))
    x = v128.load(panel, 16)
    c11 = f32x4.add(c11, f32x4.mul(x, x))
    c21 = f32x4.add(c21, f32x4.mul(x, v128.load(panel, 32)))
    c31 = f32x4.add(c31, f32x4.mul(x, v128.load(panel, 48)))
    g1 = f32x4.add(g1, f32x4.mul(x, v128.load(errors)))
    x = v128.load(panel, 32)
    c22 = f32x4.add(c22, f32x4.mul(x, x))
    c32 = f32x4.add(c32, f32x4.mul(x, v128.load(panel, 48)))
    g2 = f32x4.add(g2, f32x4.mul(x, v128.load(errors)))
    x = v128.load(panel, 48)
    c33 = f32x4.add(c33, f32x4.mul(x, x))
    g3 = f32x4.add(g3, f32x4.mul(x, v128.load(errors)))
    panel += STRIDE
    errors += LANES
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
  v128.store(system, g0, 160)
  v128.store(system, g1, 176)
  v128.store(system, g2, 192)
  v128.store(system, g3, 208)
}

/**
 * steps ← C⁻¹·g by C = L·D·Lᵀ. A lane with a pivot that is not above zero and finite gets zeros.
 * @returns a bit for each such lane
 */
function solve(system: usize, steps: usize): i32 {
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
  return ~i32x4.bitmask(sound)
}

/** The residuals after a block's steps. */
function follow(many: usize, panel: usize, steps: usize, errors: usize): void {
  const s0 = v128.load(steps)
  const s1 = v128.load(steps, 16)
  const s2 = v128.load(steps, 32)
  const s3 = v128.load(steps, 48)
  for (; many > 0; many--) {
    const by01 = f32x4.add(f32x4.mul(s0, v128.load(panel)), f32x4.mul(s1, v128.load(panel, 16)))
    const by23 = f32x4.add(f32x4.mul(s2, v128.load(panel, 32)), f32x4.mul(s3, v128.load(panel, 48)))
    v128.store(errors, f32x4.sub(v128.load(errors), f32x4.add(by01, by23)))
    panel += STRIDE
    errors += LANES
  }
}
