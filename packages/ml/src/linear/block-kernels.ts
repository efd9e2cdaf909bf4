import { BLOCK, BLOCK_AREA } from './block-symmetric.ts'

/*
 * Arithmetic on single blocks, row-major [BLOCK × BLOCK]. A packed block holds bands of four rows, each band column by
 * column: element (i, k) stands at (i div 4)·4·BLOCK + 4·k + (i mod 4), as the kernel `subtractBlocks` reads both sides.
 */

/** Packs `sign` times a block. */
export function pack(block: Float64Array, packed: Float64Array, sign: 1 | -1): void {
  for (let i = 0; i < BLOCK; i++) {
    const band = (i >> 2) * 4 * BLOCK + (i & 3)
    for (let k = 0; k < BLOCK; k++) packed[band + 4 * k] = sign * block[i * BLOCK + k]!
  }
}

/** Packs the transpose of a block. */
export function packTransposed(block: Float64Array, packed: Float64Array): void {
  for (let k = 0; k < BLOCK; k++) {
    for (let i = 0; i < BLOCK; i++) packed[(i >> 2) * 4 * BLOCK + 4 * k + (i & 3)] = block[k * BLOCK + i]!
  }
}

/** `to` = −`from`. */
export function negate(from: Float64Array, to: Float64Array): void {
  for (let e = 0; e < BLOCK_AREA; e++) to[e] = -from[e]!
}

/** `to` = −`from`ᵀ. */
export function negateTransposed(from: Float64Array, to: Float64Array): void {
  for (let i = 0; i < BLOCK; i++) {
    for (let j = 0; j < BLOCK; j++) to[j * BLOCK + i] = -from[i * BLOCK + j]!
  }
}

/**
 * Inverts a symmetric positive definite block in place: A = L·Lᵀ, then A⁻¹ = L⁻ᵀ·L⁻¹.
 *
 * Source   Higham, Accuracy and Stability of Numerical Algorithms, 2002, algorithm 10.2 and §14.2
 * @returns false where the block is not positive definite, its contents then being lost
 */
export function invertBlock(block: Float64Array): boolean {
  if (!factor(block)) return false
  invertFactor(block)
  return true
}

/** The lower triangle becomes L. */
function factor(block: Float64Array): boolean {
  for (let j = 0; j < BLOCK; j++) {
    for (let i = j; i < BLOCK; i++) {
      let sum = block[i * BLOCK + j]!
      for (let k = 0; k < j; k++) sum -= block[i * BLOCK + k]! * block[j * BLOCK + k]!
      if (i > j) block[i * BLOCK + j] = sum / block[j * BLOCK + j]!
      else if (sum > 0 && sum < Infinity) block[i * BLOCK + j] = Math.sqrt(sum)
      else return false
    }
  }
  return true
}

/** From L in the lower triangle to the whole of (L·Lᵀ)⁻¹. */
function invertFactor(block: Float64Array): void {
  for (let j = 0; j < BLOCK; j++) {
    block[j * BLOCK + j] = 1 / block[j * BLOCK + j]!
    for (let i = j + 1; i < BLOCK; i++) {
      let sum = 0
      for (let k = j; k < i; k++) sum -= block[i * BLOCK + k]! * block[k * BLOCK + j]!
      block[i * BLOCK + j] = sum / block[i * BLOCK + i]!
    }
  }
  for (let i = 0; i < BLOCK; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0
      // Entry (i, j) needs rows i and below of L⁻¹, so overwriting it from the top is safe.
      for (let k = i; k < BLOCK; k++) sum += block[k * BLOCK + i]! * block[k * BLOCK + j]!
      block[i * BLOCK + j] = sum
    }
  }
  for (let i = 0; i < BLOCK; i++) {
    for (let j = 0; j < i; j++) block[j * BLOCK + i] = block[i * BLOCK + j]!
  }
}
