import { arenaBytes, type Kernels, type Task } from '@storemind/kernels'
import { MlError } from '../frame/errors.ts'
import type { FitRun } from '../frame/model.ts'
import { pause } from '../frame/run.ts'
import { withKernels } from '../frame/with-kernels.ts'
import { invertBlock, negate, negateTransposed, pack, packTransposed } from './block-kernels.ts'
import { BLOCK, BLOCK_AREA, BlockSymmetric } from './block-symmetric.ts'

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
 * @throws MlError `bad_parameter` when a pivot block is not positive definite, `too_large` above 4 GiB, `cancelled`
 */
export async function invertNegative(
  matrix: BlockSymmetric,
  run: FitRun,
  progress: (fraction: number) => number = (fraction) => fraction,
): Promise<void> {
  const bytes = arenaBytes(BlockSymmetric.bytes(matrix.size), panelBytes(matrix.size))
  await withKernels(run, bytes, (k) => sweep(k, matrix, run, progress))
}

async function sweep(
  k: Kernels,
  matrix: BlockSymmetric,
  run: FitRun,
  progress: (fraction: number) => number,
): Promise<void> {
  const { side } = matrix
  matrix.moveTo(k)
  const panel = blocksOf(k, side)
  const scaled = blocksOf(k, side)
  const spare = blocksOf(k, 2)
  for (let pivot = 0; pivot < side; pivot++) {
    sweepPanel(k, matrix, pivot, panel, scaled, spare)
    const tasks: Task[] = []
    for (let i = 0; i < side; i++) {
      if (i === pivot) continue
      const subtract = (from: number, to: number) => {
        const at = [scaled[i]!, panel[from]!, matrix.block(i, from)].map((block) => block.byteOffset)
        tasks.push(['subtractBlocks', to - from, ...at])
      }
      if (pivot > 0) subtract(0, Math.min(pivot, i + 1))
      if (i > pivot) subtract(pivot + 1, i + 1)
    }
    // Long rows first: the last tasks to end are small.
    await k.run(tasks.reverse(), { signal: run.signal })
    await pause(run, progress((pivot + 1) / side))
  }
}

function blocksOf(k: Kernels, count: number): Float64Array<SharedArrayBuffer>[] {
  const data = k.arena.f64(count * BLOCK_AREA)
  return Array.from({ length: count }, (_, b) => data.subarray(b * BLOCK_AREA, (b + 1) * BLOCK_AREA))
}

/** Bytes of scratch that inverting a matrix of this size takes. */
export function panelBytes(size: number): number {
  const side = Math.ceil(size / BLOCK) * BLOCK_AREA * 8
  return arenaBytes(side, side, 2 * BLOCK_AREA * 8)
}

/** Packs the pivot's column of blocks into `panel`, its product with D into `scaled`, and writes U and −D back. */
function sweepPanel(
  k: Kernels,
  matrix: BlockSymmetric,
  pivot: number,
  panel: readonly Float64Array[],
  scaled: readonly Float64Array[],
  spare: readonly Float64Array[],
): void {
  const inverse = matrix.block(pivot, pivot)
  if (!invertBlock(inverse)) {
    throw new MlError('bad_parameter', 'the matrix is not positive definite; l2 is too small for data of this scale')
  }
  const [packedInverse, product] = [spare[0]!, spare[1]!]
  pack(inverse, packedInverse, 1)
  for (let i = 0; i < matrix.side; i++) {
    if (i === pivot) continue
    const below = i > pivot
    const block = below ? matrix.block(i, pivot) : matrix.block(pivot, i)
    if (below) pack(block, panel[i]!, 1)
    else packTransposed(block, panel[i]!)
    product.fill(0)
    // D is its own transpose; the product comes out negative.
    k.direct.subtractBlocks(1, panel[i]!.byteOffset, packedInverse.byteOffset, product.byteOffset)
    pack(product, scaled[i]!, -1)
    if (below) negate(product, block)
    else negateTransposed(product, block)
  }
  negate(inverse, inverse)
}
