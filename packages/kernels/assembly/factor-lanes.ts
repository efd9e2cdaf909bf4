/** Coordinates solved together. */
const BLOCK: usize = 4

/** Coordinates whose systems are begun together. */
const PAIR: usize = 2 * BLOCK

/** Coordinates of the entries' factors that are turned into lanes at a time: a cache line, read once. */
const SPAN: usize = 16

/** Entries of a row that stand in the scratch at once; a longer row is done in several rounds. */
const CHUNK: usize = 1024

/** Bytes of a vector; of a span of them. */
const LANES: usize = 16
const STRIDE: usize = SPAN * LANES

/** The most coordinates that there is scratch for. */
const MOST: usize = 4096

/*
 * The scratch. In lanes: of each of a pair of blocks the lower triangle of its matrix by rows, and its gradient;
 * the last steps; λ; the rows' coordinates; √c·(prediction − 1) of the entries; √c·h of this span and the last.
 * Then the pointers to the entries' factors, and √c; and zeros, for entries that a lane lacks.
 */
const SYSTEM: usize = 14 * LANES
const STEPS: usize = 2 * SYSTEM
const LAMBDA: usize = STEPS + BLOCK * LANES
const ROWS: usize = LAMBDA + LANES
const ERRORS: usize = ROWS + MOST * LANES
const PANELS: usize = ERRORS + CHUNK * LANES
const PANEL: usize = CHUNK * STRIDE
const ENTRIES: usize = PANELS + 2 * PANEL
const ROOTS: usize = CHUNK * LANES
const ZEROS: usize = ENTRIES + 2 * ROOTS

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
 * @param scratch 655,888 bytes, aligned to 16
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
  memory.fill(scratch + ZEROS, 0, d << 2)
  const entries = scratch + ENTRIES
  for (let e: usize = 0; e < ROOTS; e += 4) store<u32>(entries + e, (scratch + ZEROS) as u32)
  for (let r: usize = 0; r < rows; r += 4) {
    const team = min(4, rows - r)
    const four = order + (r << 2)
    let longest: usize = 0
    for (let t: usize = 0; t < 4; t++) {
      const row = load<i32>(four + (min(t, team - 1) << 2)) as usize
      const count = (load<i32>(offsets + (row << 2), 4) - load<i32>(offsets + (row << 2))) as usize
      // What a row without entries holds must be gone before it is read.
      if (count === 0) memory.fill(own + ((row * d) << 2), 0, d << 2)
      longest = max(longest, count)
      store<f32>(scratch + LAMBDA + (t << 2), load<f32>(ridge + (row << 2)))
    }
    const r0 = own + (((load<i32>(four) as usize) * d) << 2)
    const r1 = team > 1 ? own + (((load<i32>(four, 4) as usize) * d) << 2) : r0
    const r2 = team > 2 ? own + (((load<i32>(four, 8) as usize) * d) << 2) : r0
    const r3 = team > 3 ? own + (((load<i32>(four, 12) as usize) * d) << 2) : r0
    spread(d, r0, r1, r2, r3, scratch + ROWS)
    let failed: i32
    if (longest <= CHUNK) {
      open(team, 0, longest, d, four, offsets, indices, weights, others, scratch, entries)
      touch(longest, d << 2, entries, scratch)
      predict(team, longest, d, four, own, weights !== 0, scratch + ERRORS, entries)
      failed = short(longest, d, gram, weights !== 0, scratch, entries, team)
    } else {
      failed = long(longest, d, team, four, offsets, indices, weights, others, own, gram, residuals, scratch, entries)
    }
    if (failed !== 0) atomic.add<i32>(failures, failed)
    collect(d, scratch + ROWS, r0, r1, r2, r3, team)
  }
}

/** All blocks of a team whose entries are open. @returns how many were not positive definite */
function short(many: usize, d: usize, gram: usize, weighted: bool, scratch: usize, entries: usize, team: usize): i32 {
  const steps = scratch + STEPS
  const errors = scratch + ERRORS
  let failed: i32 = 0
  let last = scratch + PANELS
  let panel = last
  memory.fill(steps, 0, BLOCK * LANES)
  for (let from: usize = 0; from < d; from += PAIR) {
    const within = (from % SPAN) * LANES
    panel = scratch + PANELS + ((from / SPAN) & 1) * PANEL + within
    if (within === 0) turn(many, from << 2, min(SPAN, d - from), weighted, entries, panel)
    begin(d, from, gram, scratch)
    accumulate(many, panel, scratch)
    accumulate(many, panel + BLOCK * LANES, scratch + SYSTEM)
    for (let half: usize = 0; half < 2; half++) {
      const system = scratch + half * SYSTEM
      const place = panel + half * BLOCK * LANES
      follow(many, last, place, steps, errors, system)
      failed += solve(system, steps, team)
      step(from + half * BLOCK, scratch)
      if (half === 0) correct(d, from, gram, scratch)
      last = place
    }
  }
  return failed
}

/** As `short`, a chunk of entries after the other, their residuals in memory in between. */
function long(
  longest: usize,
  d: usize,
  team: usize,
  four: usize,
  offsets: usize,
  indices: usize,
  weights: usize,
  others: usize,
  own: usize,
  gram: usize,
  residuals: usize,
  scratch: usize,
  entries: usize,
): i32 {
  const steps = scratch + STEPS
  const panel = scratch + PANELS
  const errors = scratch + ERRORS
  let failed: i32 = 0
  for (let e: usize = 0; e < longest; e += CHUNK) {
    const many = min(CHUNK, longest - e)
    open(team, e, many, d, four, offsets, indices, weights, others, scratch, entries)
    predict(team, many, d, four, own, weights !== 0, errors, entries)
    keep(team, e, many, four, offsets, residuals, errors, false)
  }
  for (let from: usize = 0; from < d; from += PAIR) {
    begin(d, from, gram, scratch)
    for (let half: usize = 0; half < 2; half++) {
      const system = scratch + half * SYSTEM
      const place = panel + half * BLOCK * LANES
      // Twice over the entries: for the system, and with its solution for the residuals.
      for (let pass: usize = 0; pass < 2; pass++) {
        if (pass === 0) memory.fill(steps, 0, BLOCK * LANES)
        for (let e: usize = 0; e < longest; e += CHUNK) {
          const many = min(CHUNK, longest - e)
          open(team, e, many, d, four, offsets, indices, weights, others, scratch, entries)
          keep(team, e, many, four, offsets, residuals, errors, true)
          turn(many, from << 2, PAIR, weights !== 0, entries, panel)
          if (pass === 0) accumulate(many, place, system)
          follow(many, place, place, steps, errors, system)
          if (pass === 1) keep(team, e, many, four, offsets, residuals, errors, false)
        }
        if (pass === 0) failed += solve(system, steps, team)
      }
      step(from + half * BLOCK, scratch)
      if (half === 0) correct(d, from, gram, scratch)
    }
  }
  return failed
}

/** A chunk of the entries of each row becomes lanes: pointers to their factors, and √c. */
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
  scratch: usize,
  entries: usize,
): void {
  const bytes = d << 2
  for (let t: usize = 0; t < 4; t++) {
    let to = entries + (t << 2)
    let left: usize = many
    if (t < team) {
      const row = load<i32>(four + (t << 2)) as usize
      const start = load<i32>(offsets + (row << 2)) as usize
      const count = (load<i32>(offsets + (row << 2), 4) as usize) - start
      let at = (start + first) << 2
      const end = count > first ? at + (min(many, count - first) << 2) : at
      left -= (end - at) >> 2
      for (; at < end; at += 4) {
        store<u32>(to, (others + (load<i32>(indices + at) as usize) * bytes) as u32)
        if (weights !== 0) store<f32>(to + ROOTS, Mathf.sqrt(load<f32>(weights + at)))
        to += LANES
      }
    }
    for (; left > 0; left--) {
      store<u32>(to, (scratch + ZEROS) as u32)
      store<f32>(to + ROOTS, 0)
      to += LANES
    }
  }
}

/** The factors stand all over the memory: this only touches them, so that many are on their way at once. */
function touch(many: usize, bytes: usize, entries: usize, sink: usize): void {
  let sum: i32 = 0
  for (let at = entries; at < entries + many * LANES; at += 4) {
    const h = load<u32>(at) as usize
    for (let line: usize = 0; line < bytes; line += 64) sum ^= load<i32>(h + line)
  }
  store<i32>(sink, sum)
}

/** The residuals of a chunk from the rows as they stand, four entries of a row at once. */
function predict(
  team: usize,
  many: usize,
  d: usize,
  four: usize,
  own: usize,
  weighted: bool,
  errors: usize,
  entries: usize,
): void {
  const bytes = d << 2
  for (let t: usize = 0; t < 4; t++) {
    const w = own + (load<i32>(four + (min(t, team - 1) << 2)) as usize) * bytes
    let from = entries + (t << 2)
    let to = errors + (t << 2)
    // Beyond the last entry of a chunk stand pointers as well.
    for (let e: usize = 0; e < many; e += 4) {
      const h0 = load<u32>(from) as usize
      const h1 = load<u32>(from, 16) as usize
      const h2 = load<u32>(from, 32) as usize
      const h3 = load<u32>(from, 48) as usize
      let s0 = f32x4.splat(0)
      let s1 = s0
      let s2 = s0
      let s3 = s0
      for (let i: usize = 0; i < bytes; i += 32) {
        const low = v128.load(w + i)
        s0 = f32x4.add(s0, f32x4.mul(low, v128.load(h0 + i)))
        s1 = f32x4.add(s1, f32x4.mul(low, v128.load(h1 + i)))
        s2 = f32x4.add(s2, f32x4.mul(low, v128.load(h2 + i)))
        s3 = f32x4.add(s3, f32x4.mul(low, v128.load(h3 + i)))
        const high = v128.load(w + i, 16)
        s0 = f32x4.add(s0, f32x4.mul(high, v128.load(h0 + i, 16)))
        s1 = f32x4.add(s1, f32x4.mul(high, v128.load(h1 + i, 16)))
        s2 = f32x4.add(s2, f32x4.mul(high, v128.load(h2 + i, 16)))
        s3 = f32x4.add(s3, f32x4.mul(high, v128.load(h3 + i, 16)))
      }
      const low01 = v128.shuffle<f32>(s0, s1, 0, 4, 1, 5)
      const low23 = v128.shuffle<f32>(s2, s3, 0, 4, 1, 5)
      const high01 = v128.shuffle<f32>(s0, s1, 2, 6, 3, 7)
      const high23 = v128.shuffle<f32>(s2, s3, 2, 6, 3, 7)
      const even = f32x4.add(v128.shuffle<f64>(low01, low23, 0, 2), v128.shuffle<f64>(low01, low23, 1, 3))
      const odd = f32x4.add(v128.shuffle<f64>(high01, high23, 0, 2), v128.shuffle<f64>(high01, high23, 1, 3))
      const residual = f32x4.sub(f32x4.add(even, odd), f32x4.splat(1))
      store<f32>(to, f32x4.extract_lane(residual, 0))
      store<f32>(to, f32x4.extract_lane(residual, 1), 16)
      store<f32>(to, f32x4.extract_lane(residual, 2), 32)
      store<f32>(to, f32x4.extract_lane(residual, 3), 48)
      from += 64
      to += 64
    }
  }
  if (!weighted) return
  for (let at: usize = 0; at < many * LANES; at += LANES) {
    v128.store(errors + at, f32x4.mul(v128.load(errors + at), v128.load(entries + ROOTS + at)))
  }
}

/** The residuals of a chunk go to the entries' places, or come from there. */
function keep(
  team: usize,
  first: usize,
  many: usize,
  four: usize,
  offsets: usize,
  residuals: usize,
  errors: usize,
  back: bool,
): void {
  for (let t: usize = 0; t < team; t++) {
    const row = load<i32>(four + (t << 2)) as usize
    const start = load<i32>(offsets + (row << 2)) as usize
    const count = (load<i32>(offsets + (row << 2), 4) as usize) - start
    const end = count > first ? min(many, count - first) : 0
    for (let e: usize = 0; e < end; e++) {
      const place = residuals + ((start + first + e) << 2)
      const lane = errors + (t << 2) + e * LANES
      if (back) store<f32>(lane, load<f32>(place))
      else store<f32>(place, load<f32>(lane))
    }
  }
}

/** The panel ← √c·h of some coordinates, `place` bytes into the factors, from rows to lanes. */
function turn(many: usize, place: usize, size: usize, weighted: bool, pointers: usize, panel: usize): void {
  for (let e: usize = 0; e < many; e++) {
    const h0 = (load<u32>(pointers) as usize) + place
    const h1 = (load<u32>(pointers, 4) as usize) + place
    const h2 = (load<u32>(pointers, 8) as usize) + place
    const h3 = (load<u32>(pointers, 12) as usize) + place
    for (let i: usize = 0; i < size << 2; i += 16) {
      across(v128.load(h0 + i), v128.load(h1 + i), v128.load(h2 + i), v128.load(h3 + i), panel + (i << 2))
    }
    if (weighted) {
      const root = v128.load(pointers + ROOTS)
      for (let i: usize = 0; i < size * LANES; i += LANES) {
        v128.store(panel + i, f32x4.mul(root, v128.load(panel + i)))
      }
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

/**
 * What the systems of a pair of blocks hold beside the entries: the lower triangles of G_ππ + λ·I, and of the gradients G·w + λ·w.
 */
function begin(d: usize, from: usize, gram: usize, scratch: usize): void {
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
function step(place: usize, scratch: usize): void {
  const at = scratch + ROWS + place * LANES
  for (let i: usize = 0; i < BLOCK * LANES; i += LANES) {
    v128.store(at + i, f32x4.sub(v128.load(at + i), v128.load(scratch + STEPS + i)))
  }
}

/** The gradient of a pair's second block after the first block's steps, as far as G goes. */
function correct(d: usize, from: usize, gram: usize, scratch: usize): void {
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
function accumulate(many: usize, panel: usize, system: usize): void {
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
function solve(system: usize, steps: usize, team: usize): i32 {
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
function follow(many: usize, last: usize, panel: usize, steps: usize, errors: usize, system: usize): void {
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
