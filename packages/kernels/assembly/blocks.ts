/** Rows and columns of a block of doubles: 32 KB, so that it and the panel it meets stay in the nearer caches. */
const SIDE: usize = 64
const BYTES: usize = SIDE * SIDE * 8

/**
 * C_j ← C_j − A·B_jᵀ for j = 0 … count − 1, in doubles, on blocks of 64 × 64.
 *
 * Packed blocks hold bands of four rows, each band column by column: element (i, k) at (i div 4)·4·64 + 4·k + i mod 4, so
 * that the product reads both sides in order.
 *
 * Source   panels and tiles as in gemm: Goto and van de Geijn, ACM TOMS 2008
 * @param a f64, one packed block; b f64, `count` packed blocks side by side
 * @param c f64, `count` row-major blocks side by side
 */
export function subtractBlocks(count: usize, a: usize, b: usize, c: usize): void {
  for (; count > 0; count--) {
    for (let i: usize = 0; i < SIDE; i += 4) {
      const band = a + i * SIDE * 8
      for (let j: usize = 0; j < SIDE; j += 4) subtractTile(band, b + j * SIDE * 8, c + (i * SIDE + j) * 8)
    }
    b += BYTES
    c += BYTES
  }
}

/** 4 × 4 sums in registers over the whole depth: 8 loads for 32 operations. */
function subtractTile(a: usize, b: usize, c: usize): void {
  let c00 = f64x2.splat(0)
  let c01 = c00
  let c10 = c00
  let c11 = c00
  let c20 = c00
  let c21 = c00
  let c30 = c00
  let c31 = c00
  const end = a + SIDE * 32
  for (; a < end; a += 32) {
    const b0 = v128.load(b)
    const b1 = v128.load(b, 16)
    const a0 = v128.load_splat<f64>(a)
    c00 = f64x2.add(c00, f64x2.mul(a0, b0))
    c01 = f64x2.add(c01, f64x2.mul(a0, b1))
    const a1 = v128.load_splat<f64>(a, 8)
    c10 = f64x2.add(c10, f64x2.mul(a1, b0))
    c11 = f64x2.add(c11, f64x2.mul(a1, b1))
    const a2 = v128.load_splat<f64>(a, 16)
    c20 = f64x2.add(c20, f64x2.mul(a2, b0))
    c21 = f64x2.add(c21, f64x2.mul(a2, b1))
    const a3 = v128.load_splat<f64>(a, 24)
    c30 = f64x2.add(c30, f64x2.mul(a3, b0))
    c31 = f64x2.add(c31, f64x2.mul(a3, b1))
    b += 32
  }
  const pitch = SIDE * 8
  takeOff(c, c00, c01)
  takeOff(c + pitch, c10, c11)
  takeOff(c + 2 * pitch, c20, c21)
  takeOff(c + 3 * pitch, c30, c31)
}

function takeOff(c: usize, low: v128, high: v128): void {
  v128.store(c, f64x2.sub(v128.load(c), low))
  v128.store(c, f64x2.sub(v128.load(c, 16), high), 16)
}
