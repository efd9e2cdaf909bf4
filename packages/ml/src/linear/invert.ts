import { MlError } from '../frame/errors.ts'
import type { FitRun } from '../frame/model.ts'
import { pause } from '../frame/run.ts'
import { invertBlock, negate, negateTransposed, pack, packTransposed, subtractProduct } from './block-kernels.ts'
import { BLOCK, BLOCK_AREA, type BlockSymmetric } from './block-symmetric.ts'

/** Block products between two turns of the event loop: about 20 ms of work. */
const PRODUCTS_PER_PAUSE = 256

/**
 * Inverts a symmetric positive definite matrix in place, block by block, and leaves its negative: A becomes −A⁻¹.
 *
 * Solves   for each pivot block K in turn, with D = A_KK⁻¹ by Cholesky and U_I = A_IK·D, for all I, J ≠ K:
 *            A_IJ ← A_IJ − U_I·A_KJ,  A_IK ← U_I,  A_KK ← −D
 * Cost     n³ floating-point operations, all but n²·BLOCK of them in one kernel; 2·n·BLOCK doubles of scratch
 * Source   the sweep operator: Goodnight, The American Statistician 1979, §3, symmetric form, with blocks for pivots
 * Differs  from factoring and inverting in three passes, with as many operations: one pass and one kernel over equal
 *          steps, which gives even progress and a place to stop between any two products. The pivots are the Schur
 *          complements that Cholesky meets, and positive definite like them
 * @throws MlError `bad_parameter` when a pivot block is not positive definite, `cancelled`
 */
export async function invertNegative(
  matrix: BlockSymmetric,
  run: FitRun,
  progress: (fraction: number) => number = (fraction) => fraction,
): Promise<void> {
  const { side } = matrix
  const panel = Array.from({ length: side }, () => new Float64Array(BLOCK_AREA))
  const scaled = Array.from({ length: side }, () => new Float64Array(BLOCK_AREA))
  let since = 0
  for (let pivot = 0; pivot < side; pivot++) {
    sweepPanel(matrix, pivot, panel, scaled)
    for (let i = 0; i < side; i++) {
      if (i === pivot) continue
      for (let j = 0; j <= i; j++) {
        if (j !== pivot) subtractProduct(matrix.block(i, j), scaled[i]!, panel[j]!)
      }
      since += i
      if (since > PRODUCTS_PER_PAUSE) {
        since = 0
        await pause(run, progress((pivot + (i / side) ** 2) / side))
      }
    }
  }
}

/** Bytes of scratch that inverting a matrix of this size takes. */
export function panelBytes(size: number): number {
  return 2 * Math.ceil(size / BLOCK) * BLOCK_AREA * 8
}

/** Packs the pivot's column of blocks into `panel`, its product with D into `scaled`, and writes U and −D back. */
function sweepPanel(matrix: BlockSymmetric, pivot: number, panel: Float64Array[], scaled: Float64Array[]): void {
  const inverse = matrix.block(pivot, pivot)
  if (!invertBlock(inverse)) {
    throw new MlError('bad_parameter', 'the matrix is not positive definite; l2 is too small for data of this scale')
  }
  const packedInverse = new Float64Array(BLOCK_AREA)
  pack(inverse, packedInverse, 1)
  const product = new Float64Array(BLOCK_AREA)
  for (let i = 0; i < matrix.side; i++) {
    if (i === pivot) continue
    const below = i > pivot
    const block = below ? matrix.block(i, pivot) : matrix.block(pivot, i)
    if (below) pack(block, panel[i]!, 1)
    else packTransposed(block, panel[i]!)
    product.fill(0)
    // D is its own transpose; the product comes out negative.
    subtractProduct(product, panel[i]!, packedInverse)
    pack(product, scaled[i]!, -1)
    if (below) negate(product, block)
    else negateTransposed(product, block)
  }
  negate(inverse, inverse)
}
