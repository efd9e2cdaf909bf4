import { KernelError, type KernelErrorCode, type Kernels, openKernels } from '@storemind/kernels'
import { MlError, type MlErrorCode } from './errors.ts'
import type { FitRun } from './model.ts'
import { checkThreads } from './run.ts'

const MEANING: Readonly<Record<KernelErrorCode, MlErrorCode>> = {
  too_little_memory: 'too_large',
  not_positive_definite: 'bad_parameter',
  cancelled: 'cancelled',
  worker_died: 'thread_failed',
  kernel_fault: 'thread_failed',
  bad_argument: 'thread_failed',
  closed: 'thread_failed',
}

/**
 * Opens kernels with the run's threads, works with them and closes them. Arrays that outlive the work must be copied.
 *
 * @param bytes what the arena must hold
 * @throws MlError `bad_parameter` for impossible threads, `too_large` before work starts when the memory is not there, `cancelled`, `thread_failed`
 */
export async function withKernels<T>(
  run: Pick<FitRun, 'threads'>,
  bytes: number,
  work: (kernels: Kernels) => Promise<T>,
): Promise<T> {
  checkThreads(run)
  let kernels: Kernels | undefined
  try {
    kernels = await openKernels({ threads: run.threads, bytes })
    return await work(kernels)
  } catch (error) {
    throw error instanceof KernelError ? new MlError(MEANING[error.code], error.message) : error
  } finally {
    await kernels?.close()
  }
}
