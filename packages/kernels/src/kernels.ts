import { availableParallelism } from 'node:os'
import { availableMemory } from 'node:process'
import { Arena, PAGE } from './arena.ts'
import { compiledKernels, type Engine, instantiate } from './engine.ts'
import { KernelError } from './errors.ts'
import { type KernelExports, SCRATCH_BYTES, type Task } from './exports.ts'
import type { Matrix } from './matrix.ts'
import { choleskyFactor, solveFactored } from './operations/cholesky.ts'
import {
  type Convolution,
  type ConvolutionOptions,
  convolution,
  convolutionInputs,
  convolutionWeights,
} from './operations/convolution.ts'
import { type FactorProblem, type GramOptions, gramProduct, improveFactors } from './operations/factors.ts'
import { type ProductOptions, product, symmetricProduct } from './operations/product.ts'
import { gruGradients, gruStates, type Recurrence } from './operations/recurrent.ts'
import { type SampledLoss, sampledLoss } from './operations/sampled-loss.ts'
import { type SparseMatrix, sparseProduct } from './operations/sparse.ts'
import { type TopkQuestion, topk } from './operations/topk.ts'
import { beginWorker, Pool, type RunOptions } from './pool.ts'

export interface KernelOptions {
  /** Threads that work, the caller included. @default 1 */
  readonly threads?: number
  /** What the arena must hold; see `arenaBytes`. */
  readonly bytes: number
  /** @default 'webassembly' */
  readonly engine?: Engine
}

/** WebAssembly memory ends here. */
const LIMIT = 65_536 * PAGE

/**
 * One shared memory with its arena, and the threads that work on it.
 *
 * @throws KernelError `too_little_memory` before anything is started, `bad_argument`
 */
export async function openKernels({ threads = 1, bytes, engine = 'webassembly' }: KernelOptions): Promise<Kernels> {
  if (!(Number.isInteger(threads) && threads >= 1 && threads <= 64)) {
    throw new KernelError('bad_argument', `${threads} threads`)
  }
  if (!(bytes >= 0 && Number.isFinite(bytes))) throw new KernelError('bad_argument', `${bytes} bytes`)
  // The first page stays free: no array has the pointer 0, which stands for "none".
  const scratch = PAGE
  const start = scratch + threads * SCRATCH_BYTES
  const pages = Math.ceil((start + bytes) / PAGE)
  if (pages * PAGE > LIMIT) throw tooLittle(pages * PAGE, 'WebAssembly ends at', LIMIT)
  if (pages * PAGE > availableMemory()) throw tooLittle(pages * PAGE, 'the machine has', availableMemory())
  const memory = takeMemory(pages)
  const module = engine === 'webassembly' ? await compiledKernels() : undefined
  const kernels = instantiate(module, memory)
  const pool = new Pool(threads, {
    module,
    memory,
    kernels,
    scratch: (thread) => scratch + thread * SCRATCH_BYTES,
    begin: beginWorker,
  })
  await pool.start()
  return new Kernels(new Arena(memory.buffer, start), kernels, pool)
}

/** Threads worth having on this machine. */
export function usefulThreads(asked: number): number {
  return Math.max(1, Math.min(asked, availableParallelism()))
}

export class Kernels {
  readonly arena: Arena
  /** The kernels on this thread alone: numbers and pointers, no checks, at once. */
  readonly direct: KernelExports
  readonly #pool: Pool

  constructor(arena: Arena, direct: KernelExports, pool: Pool) {
    this.arena = arena
    this.direct = direct
    this.#pool = pool
  }

  get threads(): number {
    return this.#pool.threads
  }

  /**
   * Does tasks that do not depend on one another, on all threads; the caller takes part.
   * @throws KernelError `bad_argument` before any begins, `kernel_fault`, `worker_died`, `cancelled`, `closed`
   */
  run(tasks: readonly Task[], options?: RunOptions): Promise<void> {
    return this.#pool.run(tasks, options)
  }

  /** C ← alpha·A·B + beta·C; A and B may be transposed views. */
  gemm(c: Matrix, a: Matrix, b: Matrix, options?: ProductOptions): Promise<void> {
    return product(this, c, a, b, options)
  }

  /** C ← alpha·A·Aᵀ + beta·C, both triangles written; half the work of `gemm`. A may be a transposed view. */
  syrk(c: Matrix, a: Matrix, options?: ProductOptions): Promise<void> {
    return symmetricProduct(this, c, a, options)
  }

  /** The lower triangle of A becomes L with A = L·Lᵀ; what stands above it is lost. @throws KernelError `not_positive_definite` */
  cholesky(a: Matrix, options?: RunOptions): Promise<void> {
    return choleskyFactor(this, a, options)
  }

  /** From L of `cholesky`, X with L·Lᵀ·X = B, in the room of B. */
  solve(l: Matrix, x: Matrix, options?: RunOptions): Promise<void> {
    return solveFactored(this, l, x, options)
  }

  /** Y ← S·X. */
  sparse(y: Matrix, s: SparseMatrix, x: Matrix, options?: RunOptions): Promise<void> {
    return sparseProduct(this, y, s, x, options)
  }

  /** C ← alpha·Aᵀ·A for an A [n × d] with many more rows than columns; for one that comes in blocks, with `sums`. */
  gram(c: Matrix, a: Matrix, options?: GramOptions): Promise<void> {
    return gramProduct(this, c, a, options)
  }

  /** One pass of subspace optimisation over one side of a factorisation. @throws KernelError `not_positive_definite` */
  improveFactors(problem: FactorProblem, options?: RunOptions): Promise<void> {
    return improveFactors(this, problem, options)
  }

  /** For each user the k items with the largest inner product, best first, without those excluded. */
  topk(question: TopkQuestion, options?: RunOptions): Promise<void> {
    return topk(this, question, options)
  }

  /** The states of a gated recurrent unit over a batch of sequences. */
  gru(problem: Recurrence, options?: RunOptions): Promise<void> {
    return gruStates(this, problem, options)
  }

  /** The way back of `gru`, through time; `gradients` begins with the loss's of each state. */
  gruBackward(problem: Recurrence, gradients: Matrix, options?: RunOptions): Promise<void> {
    return gruGradients(this, problem, gradients, options)
  }

  /** Causal convolution: y from x and w. */
  convolve(problem: Convolution, options?: ConvolutionOptions): Promise<void> {
    return convolution(this, problem, options)
  }

  /** The gradient of the inputs of `convolve`, in the place of x, from that of the outputs in the place of y. */
  convolveBackward(problem: Convolution, options?: ConvolutionOptions): Promise<void> {
    return convolutionInputs(this, problem, options)
  }

  /** The gradient of the weights of `convolve`, in the place of w, from x and that of the outputs in the place of y. */
  convolveWeights(problem: Convolution, options?: ConvolutionOptions): Promise<void> {
    return convolutionWeights(this, problem, options)
  }

  /** Sampled softmax of states against their targets and shared negatives: losses and gradients. */
  sampledLoss(problem: SampledLoss, options?: RunOptions): Promise<void> {
    return sampledLoss(this, problem, options)
  }

  /** Ends the workers. The memory goes when the last view on it does. */
  close(): Promise<void> {
    return this.#pool.close()
  }
}

function takeMemory(pages: number): WebAssembly.Memory & { readonly buffer: SharedArrayBuffer } {
  try {
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
    // A shared memory's buffer is a SharedArrayBuffer.
    return memory as WebAssembly.Memory & { readonly buffer: SharedArrayBuffer }
  } catch {
    throw new KernelError('too_little_memory', `${megabytes(pages * PAGE)} MB could not be taken`)
  }
}

function tooLittle(bytes: number, who: string, has: number): KernelError {
  return new KernelError('too_little_memory', `${megabytes(bytes)} MB are needed, ${who} ${megabytes(has)} MB`)
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 1e6)
}
