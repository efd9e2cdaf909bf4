import {
  accumulate,
  BLOCK,
  begin,
  CHUNK,
  correct,
  ENTRIES,
  ERRORS,
  follow,
  LAMBDA,
  LANES,
  PAIR,
  PANEL,
  PANELS,
  ROOTS,
  ROWS,
  SPAN,
  STEPS,
  STRIDE,
  SYSTEM,
  solve,
  step,
  ZEROS,
} from './factor-systems'
import { across, spread } from './lanes'

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
