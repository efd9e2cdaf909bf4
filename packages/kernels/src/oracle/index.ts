import type { KernelExports } from '../exports.ts'
import { blockKernels } from './blocks.ts'
import { denseKernels } from './dense.ts'
import { factorKernels } from './factors.ts'
import { learningKernels } from './learning.ts'
import { sparseKernels } from './sparse.ts'
import { topkKernels } from './topk.ts'
import { vectorKernels } from './vector.ts'

/** The oracle: each kernel as its definition reads, on the same memory and with the same arguments. */
export function typescriptKernels(buffer: ArrayBufferLike): KernelExports {
  const f = new Float32Array(buffer)
  const i32 = new Int32Array(buffer)
  return {
    ...vectorKernels(f),
    ...denseKernels(f),
    ...sparseKernels(f, i32),
    ...factorKernels(f, i32),
    ...learningKernels(f, i32),
    ...blockKernels(new Float64Array(buffer, 0, Math.floor(buffer.byteLength / 8))),
    ...topkKernels(f, i32, new Uint8Array(buffer)),
  }
}
