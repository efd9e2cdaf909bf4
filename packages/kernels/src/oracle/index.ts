import type { KernelExports } from '../exports.ts'
import type { LearningExports } from '../learning-exports.ts'
import { activationKernels } from './activation.ts'
import { blockKernels } from './blocks.ts'
import { convolutionKernels } from './convolution.ts'
import { denseKernels } from './dense.ts'
import { factorKernels } from './factors.ts'
import { gruKernels } from './gru.ts'
import { optimiserKernels } from './optimisers.ts'
import { rowKernels } from './rows.ts'
import { softmaxKernels } from './softmax.ts'
import { sparseKernels } from './sparse.ts'
import { topkKernels } from './topk.ts'
import { type Floats, type Part, vectorKernels } from './vector.ts'

/** The oracle: each kernel as its definition reads, on the same memory and with the same arguments. */
export function typescriptKernels(buffer: ArrayBufferLike): KernelExports {
  const f = new Float32Array(buffer)
  const i32 = new Int32Array(buffer)
  return {
    ...learningKernels(f, i32),
    ...sparseKernels(f, i32),
    ...factorKernels(f, i32),
    ...blockKernels(new Float64Array(buffer, 0, Math.floor(buffer.byteLength / 8))),
    ...topkKernels(f, i32, new Uint8Array(buffer)),
  }
}

/**
 * The kernels that gradients pass through, on floats or on doubles. A pointer is four times an index of either array, so
 * that slopes can be measured in doubles.
 */
export function learningKernels(
  f: Floats,
  i32: Int32Array,
): LearningExports & Part<'dot' | 'axpy' | 'scale' | 'gemm' | 'cholesky' | 'solveLower'> {
  return {
    ...vectorKernels(f),
    ...denseKernels(f),
    ...activationKernels(f),
    ...rowKernels(f, i32),
    ...softmaxKernels(f, i32),
    ...gruKernels(f),
    ...convolutionKernels(f),
    ...optimiserKernels(f, i32),
  }
}
