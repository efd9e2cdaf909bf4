import { scale } from './vector'

/*
 * The matrix product, after Goto and van de Geijn, Anatomy of High-Performance Matrix Multiplication, ACM TOMS 2008:
 * both sides are packed into panels that the innermost loop reads in order, and a tile of the result stays in registers.
 *
 * The tile is 4 rows × 8 columns: 8 sums, 2 loads of B and a spread element of A fit the 15 registers that the engine
 * has for vectors; a tile of 4 × 12 spills. Blocks: a panel of B of DEPTH × 8 floats (8 KB) stays in the first cache
 * while it meets all of A's panel, ROWS × DEPTH floats (128 KB) in the second, beside B's panel of DEPTH × COLUMNS.
 */
const DEPTH: usize = 256
const ROWS: usize = 128
const COLUMNS: usize = 512

/**
 * C ← alpha·A·B + beta·C.
 *
 * A is m × k with element (i, p) at a + 4·(i·aRow + p·aColumn), B is k × n likewise, so that either may be transposed;
 * C is m × n with rows cRow floats apart and columns side by side. A beta of zero never reads C. Sums over k run in order
 * within blocks of 256, so that no entry depends on m, n or how a larger product was divided.
 *
 * @param scratch 655,872 bytes, aligned to 16
 */
export function gemm(
  m: usize,
  n: usize,
  k: usize,
  alpha: f32,
  a: usize,
  aRow: usize,
  aColumn: usize,
  b: usize,
  bRow: usize,
  bColumn: usize,
  beta: f32,
  c: usize,
  cRow: usize,
  scratch: usize,
): void {
  const edge = scratch
  const packedA = scratch + 512
  const packedB = packedA + ((ROWS * DEPTH) << 2)
  if (k === 0 || alpha === 0) {
    scaleRows(m, n, beta, c, cRow)
    return
  }
  for (let column: usize = 0; column < n; column += COLUMNS) {
    const columns = min(COLUMNS, n - column)
    for (let p: usize = 0; p < k; p += DEPTH) {
      const depth = min(DEPTH, k - p)
      packB(columns, depth, b + ((p * bRow + column * bColumn) << 2), bRow, bColumn, packedB)
      for (let row: usize = 0; row < m; row += ROWS) {
        const rows = min(ROWS, m - row)
        packA(rows, depth, a + ((row * aRow + p * aColumn) << 2), aRow, aColumn, packedA)
        const target = c + ((row * cRow + column) << 2)
        panel(rows, columns, depth, alpha, packedA, packedB, p === 0 ? beta : 1, target, cRow << 2, edge)
      }
    }
  }
}

/** The product of packed panels, tile by tile. `pitch`: bytes between rows of C. */
export function panel(
  rows: usize,
  columns: usize,
  depth: usize,
  alpha: f32,
  a: usize,
  b: usize,
  beta: f32,
  c: usize,
  pitch: usize,
  edge: usize,
): void {
  for (let j: usize = 0; j < columns; j += 8) {
    const across = min(8, columns - j)
    for (let i: usize = 0; i < rows; i += 4) {
      const down = min(4, rows - i)
      const from = a + ((i * depth) << 2)
      const to = c + i * pitch + (j << 2)
      if (across === 8 && down === 4) {
        tile(depth, from, b, alpha, beta, to, pitch)
      } else {
        tile(depth, from, b, alpha, 0, edge, 32)
        mergeEdge(down, across, edge, beta, to, pitch)
      }
    }
    b += depth << 5
  }
}

/** One tile: 4 × 8 sums over the depth, then C ← alpha·sums + beta·C. */
function tile(depth: usize, a: usize, b: usize, alpha: f32, beta: f32, c: usize, pitch: usize): void {
  let c00 = f32x4.splat(0)
  let c01 = c00
  let c10 = c00
  let c11 = c00
  let c20 = c00
  let c21 = c00
  let c30 = c00
  let c31 = c00
  const end = a + (depth << 4)
  for (; a < end; a += 16) {
    const b0 = v128.load(b)
    const b1 = v128.load(b, 16)
    const a0 = v128.load_splat<f32>(a)
    c00 = f32x4.add(c00, f32x4.mul(a0, b0))
    c01 = f32x4.add(c01, f32x4.mul(a0, b1))
    const a1 = v128.load_splat<f32>(a, 4)
    c10 = f32x4.add(c10, f32x4.mul(a1, b0))
    c11 = f32x4.add(c11, f32x4.mul(a1, b1))
    const a2 = v128.load_splat<f32>(a, 8)
    c20 = f32x4.add(c20, f32x4.mul(a2, b0))
    c21 = f32x4.add(c21, f32x4.mul(a2, b1))
    const a3 = v128.load_splat<f32>(a, 12)
    c30 = f32x4.add(c30, f32x4.mul(a3, b0))
    c31 = f32x4.add(c31, f32x4.mul(a3, b1))
    b += 32
  }
  const alphas = f32x4.splat(alpha)
  writeRow(c, f32x4.mul(alphas, c00), f32x4.mul(alphas, c01), beta)
  writeRow(c + pitch, f32x4.mul(alphas, c10), f32x4.mul(alphas, c11), beta)
  writeRow(c + 2 * pitch, f32x4.mul(alphas, c20), f32x4.mul(alphas, c21), beta)
  writeRow(c + 3 * pitch, f32x4.mul(alphas, c30), f32x4.mul(alphas, c31), beta)
}

function writeRow(c: usize, low: v128, high: v128, beta: f32): void {
  if (beta !== 0) {
    const betas = f32x4.splat(beta)
    low = f32x4.add(low, f32x4.mul(betas, v128.load(c)))
    high = f32x4.add(high, f32x4.mul(betas, v128.load(c, 16)))
  }
  v128.store(c, low)
  v128.store(c, high, 16)
}

/** Takes from a whole tile [4 × 8] what lies inside C. */
function mergeEdge(rows: usize, columns: usize, edge: usize, beta: f32, c: usize, pitch: usize): void {
  for (let i: usize = 0; i < rows; i++) {
    for (let j: usize = 0; j < columns; j++) {
      const to = c + i * pitch + (j << 2)
      const value = load<f32>(edge + (i << 5) + (j << 2))
      store<f32>(to, beta === 0 ? value : value + beta * load<f32>(to))
    }
  }
}

/** Panels of four rows: (i, p) at 4·depth·(i div 4) + 4·p + i mod 4; rows beyond the last are zero. */
function packA(rows: usize, depth: usize, from: usize, row: usize, column: usize, to: usize): void {
  for (let i: usize = 0; i < rows; i += 4) {
    packLanes(min(4, rows - i), depth, from + ((i * row) << 2), row << 2, column << 2, to, 16)
    to += depth << 4
  }
}

/** Panels of eight columns: (p, j) at 8·depth·(j div 8) + 8·p + j mod 8; columns beyond the last are zero. */
export function packB(columns: usize, depth: usize, from: usize, row: usize, column: usize, to: usize): void {
  for (let j: usize = 0; j < columns; j += 8) {
    const source = from + ((j * column) << 2)
    packLanes(min(4, columns - j), depth, source, column << 2, row << 2, to, 32)
    const more = columns - j > 4 ? min(4, columns - j - 4) : 0
    packLanes(more, depth, source + (column << 4), column << 2, row << 2, to + 16, 32)
    to += depth << 5
  }
}

/** Four lanes, `lane` bytes apart, become the four floats of each step of the depth; lanes beyond `lanes` are zero. */
export function packLanes(
  lanes: usize,
  depth: usize,
  from: usize,
  lane: usize,
  step: usize,
  to: usize,
  pitch: usize,
): void {
  if (lanes === 4 && lane === 4) {
    for (let p: usize = 0; p < depth; p++) {
      v128.store(to, v128.load(from))
      from += step
      to += pitch
    }
    return
  }
  if (lanes === 4 && step === 4) {
    const whole = depth & ~3
    packTransposed(whole, from, lane, to, pitch)
    from += whole << 2
    to += whole * pitch
    depth -= whole
  }
  for (let p: usize = 0; p < depth; p++) {
    for (let l: usize = 0; l < 4; l++) {
      store<f32>(to + (l << 2), l < lanes ? load<f32>(from + l * lane) : 0)
    }
    from += step
    to += pitch
  }
}

/** Four lanes that each run in order, turned four by four. The depth is a multiple of four. */
function packTransposed(depth: usize, from: usize, lane: usize, to: usize, pitch: usize): void {
  for (let p: usize = 0; p < depth; p += 4) {
    const r0 = v128.load(from)
    const r1 = v128.load(from + lane)
    const r2 = v128.load(from + 2 * lane)
    const r3 = v128.load(from + 3 * lane)
    const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5)
    const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5)
    const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7)
    const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7)
    v128.store(to, v128.shuffle<f64>(low01, low23, 0, 2))
    v128.store(to + pitch, v128.shuffle<f64>(low01, low23, 1, 3))
    v128.store(to + 2 * pitch, v128.shuffle<f64>(high01, high23, 0, 2))
    v128.store(to + 3 * pitch, v128.shuffle<f64>(high01, high23, 1, 3))
    from += 16
    to += 4 * pitch
  }
}

export function scaleRows(m: usize, n: usize, beta: f32, c: usize, cRow: usize): void {
  for (let i: usize = 0; i < m; i++) {
    scale(n, beta, c + ((i * cRow) << 2))
  }
}
